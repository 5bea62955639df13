import { hostname } from "node:os";
import { join } from "node:path";
import { matchMaker } from "@colyseus/core";
import type { Logger } from "pino";
import type { Registry } from "prom-client";
import type { DataSource } from "typeorm";
import type { Membership } from "../cluster/membership.ts";
import type { Shared } from "../cluster/redis.ts";
import type { Config } from "../config.ts";
import type { MemoryWatch } from "../memory/memory-watch.ts";
import { newestBackup } from "../storage/backup.ts";
import type { Retention } from "../storage/retention.ts";
import {
  type ClientErrors,
  clientErrorRetention,
  openClientErrors,
} from "../telemetry/errors/client-errors.ts";
import type { ErrorReport } from "../telemetry/errors/error-report.ts";
import { openErrorReports } from "../telemetry/errors/error-reports.ts";
import { openSourceMaps } from "../telemetry/errors/source-maps.ts";
import { exportProcess } from "../telemetry/metrics/process.ts";
import type { RaisedAlert } from "./alerts/alert.ts";
import { alertRetention } from "./alerts/alert-rows.ts";
import { type Alerts, openAlerts } from "./alerts/alerts.ts";
import { openDelivery } from "./alerts/delivery.ts";
import { openLedgerCheck } from "./alerts/ledger-check.ts";
import type { AlertConfig } from "./alerts/settings.ts";
import { smtpChannel } from "./alerts/smtp.ts";
import { webhookChannel } from "./alerts/webhook.ts";
import { historyRetention } from "./overview/history-rows.ts";
import { type Overview, openOverview } from "./overview/overview.ts";
import type { Sampled } from "./overview/sampler.ts";
import { openStream, type Stream } from "./stream/stream.ts";

/** Channel on which a process lets the others know of an alert. */
const ALERTS = "roomkeep:alert";
/** Refused joins count for so long, ms. */
const REFUSED_MS = 60_000;

/** What operators watch a server by: the overview, and the alerts on it. */
export interface Watch {
  readonly overview: Overview;
  readonly alerts: Alerts;
  readonly stream: Stream;
  /** Errors of players' pages. */
  readonly errors: ClientErrors;
  readonly retention: readonly Retention[];
  /** Begins once the process listens. */
  begin(process: { readonly port: number; readonly version: string }): Promise<void>;
  close(): Promise<void>;
}

/** What {@link openWatch} needs. */
export interface WatchOptions {
  readonly config: Config;
  readonly ds: DataSource;
  readonly log: Logger;
  readonly registry: Registry;
  readonly memory: Pick<MemoryWatch, "shares">;
  readonly shared: Shared | undefined;
  membership(): Membership | undefined;
  /** True once the shutdown has begun. */
  isStopping(): boolean;
  /** The page that is served: its build, and the folder of a built one. */
  readonly page: { readonly build: string };
  readonly pageFolder: string | undefined;
  readonly onError: ((report: ErrorReport) => unknown) | undefined;
}

/** Opens what operators watch a server by. @throws PACKAGE_MISSING mail is set without nodemailer */
export async function openWatch(options: WatchOptions): Promise<Watch> {
  const { config, ds, log, registry, membership } = options;
  let self = { processId: "", address: hostname(), version: "" };
  const living = () => membership()?.members.living();
  const sampled = sampledOf(options);
  const overview = openOverview({ ds, log, self: () => self, living, sampled });
  const stream = openStream(() => overview.now());
  const ledger = openLedgerCheck(ds, registry, log);
  const about = () => ({
    version: self.version,
    build: options.page.build,
    process: `${self.processId} ${self.address}`,
  });
  const reports = options.onError && openErrorReports(options.onError, about, log);
  const maps = openSourceMaps(options.pageFolder);
  const errors = openClientErrors({ ds, log, registry, maps, reports });
  const isTeller = () => living()?.every(({ processId }) => processId >= self.processId) ?? true;
  const alerts = openAlerts({
    ds,
    log,
    isTeller,
    rules: () => config.alerts.rules,
    measure: () => ({
      samples: overview.samples(),
      refused: overview.recentJoins(Date.now() - REFUSED_MS),
      ledger: ledger.differences,
    }),
    async share(raised) {
      try {
        await matchMaker.presence.publish(ALERTS, { raised, by: self.processId } satisfies SharedAlert);
      } catch (error) {
        log.warn({ err: error }, "other processes could not be told of an alert");
      }
    },
    onAlert: (alert) => stream.publish("alert", alert),
    deliveries: await openDeliveries(config.alerts, log),
  });
  overview.onStep(() => {
    alerts.look().catch((error) => log.error({ err: error }, "the rules of alerts could not be looked at"));
    if (isTeller() && !config.alerts.rules["ledger-difference"]?.off) void ledger.look();
  });
  return {
    overview,
    alerts,
    stream,
    errors,
    retention: [historyRetention, alertRetention, ...clientErrorRetention],
    async begin({ port, version }) {
      self = { processId: matchMaker.processId, address: `${hostname()}:${port}`, version };
      exportProcess({
        registry,
        ds,
        version,
        overview,
        living,
        openAlerts: alerts.open,
        isDraining: sampled.isDraining,
        newestBackup: async () =>
          config.backupEveryMs === undefined
            ? undefined
            : (await newestBackup(join(config.dataDir, "backups")))?.getTime(),
      });
      await matchMaker.presence.subscribe(ALERTS, ({ raised, by }: SharedAlert) => {
        if (by !== self.processId) alerts.take(raised);
      });
      await alerts.begin();
      await overview.begin();
    },
    async close() {
      stream.close();
      alerts.close();
      reports?.close();
      await errors.close();
      await overview.close();
    },
  };
}

interface SharedAlert {
  readonly raised: RaisedAlert;
  /** Id of the process that told it. */
  readonly by: string;
}

async function openDeliveries({ webhook, mail }: AlertConfig, log: Logger) {
  const channels = [webhook && webhookChannel(webhook), mail && (await smtpChannel(mail))];
  return channels.flatMap((channel) => (channel ? [openDelivery({ channel, log })] : []));
}

function sampledOf({ config, ds, memory, shared, membership, isStopping }: WatchOptions): Sampled {
  const { backupEveryMs, dataDir } = config;
  const openedAt = Date.now();
  async function backupAge(everyMs: number): Promise<number> {
    const made = (await newestBackup(join(dataDir, "backups")))?.getTime() ?? openedAt;
    return Math.max(0, Date.now() - made) / everyMs;
  }
  return {
    load: () => ({ rooms: matchMaker.stats.local.roomCount, players: matchMaker.stats.local.ccu }),
    memory() {
      const { heap, container } = memory.shares();
      return Math.max(heap, container);
    },
    isDraining: () => isStopping() || (membership()?.isDraining ?? false),
    askDatabase: () => ds.query("SELECT 1"),
    // One that answers may still refuse what is written: the heartbeats tell.
    askRedis: shared && (() => (membership()?.members.isAway() ? Promise.reject() : shared.ping())),
    backupAge: backupEveryMs === undefined ? undefined : () => backupAge(backupEveryMs),
  };
}

import { Counter, Gauge, type Registry } from "prom-client";
import type { DataSource } from "typeorm";
import type { Member } from "../../cluster/member.ts";
import type { Alert } from "../../desk/alerts/alert.ts";
import type { Overview } from "../../desk/overview/overview.ts";
import { HOLDING } from "../../persistence/leases.ts";

/** What is told of a process besides its rooms. */
export interface ProcessMetrics {
  readonly registry: Registry;
  readonly ds: DataSource;
  readonly version: string;
  readonly overview: Pick<Overview, "latest">;
  openAlerts(): readonly Alert[];
  living(): readonly Member[] | undefined;
  isDraining(): boolean;
  /** When the newest backup was made, ms; undefined: this process makes none. */
  newestBackup(): Promise<number | undefined>;
}

interface PoolLike {
  readonly totalCount?: number;
  readonly idleCount?: number;
  readonly waitingCount?: number;
}

/** Exports what is known of the process: its version, its dependencies, leases, alerts. */
export function exportProcess(process: ProcessMetrics): void {
  const { registry, version, overview } = process;
  const registers = [registry];
  new Gauge({
    name: "roomkeep_build_info",
    help: "1; the label says which version of roomkeep runs",
    labelNames: ["version"],
    registers,
  }).set({ version }, 1);
  optional(registry, "draining", "1: this process takes no new rooms, because it ends", () =>
    Number(process.isDraining()),
  );
  optional(
    registry,
    "cluster_processes",
    "Living processes of the cluster, as this one sees them",
    () => process.living()?.length ?? 1,
  );
  const answers = [
    ["database", "the database", () => overview.latest()?.databaseMs],
    ["redis", "Redis", () => overview.latest()?.redisMs],
  ] as const;
  for (const [name, what, ms] of answers) {
    optional(registry, `${name}_up`, `1: ${what} answered the last question, which is asked every 5 s`, () =>
      ms() === undefined ? undefined : Number(ms() !== null),
    );
    optional(registry, `${name}_answer_seconds`, `Time of the last answer of ${what}`, () => {
      const tookMs = ms();
      return typeof tookMs === "number" ? tookMs / 1000 : undefined;
    });
  }
  optional(
    registry,
    "backup_timestamp_seconds",
    "When the newest scheduled backup of this process was made",
    async () => {
      const at = await process.newestBackup();
      return at === undefined ? undefined : at / 1000;
    },
  );
  exportPool(process);
  exportLeases(registry);
  new Gauge({
    name: "roomkeep_alerts",
    help: "Open alerts of the whole cluster, by rule and severity",
    labelNames: ["rule", "severity"],
    registers,
    collect() {
      this.reset();
      for (const { rule, severity } of process.openAlerts()) this.inc({ rule, severity });
    },
  });
}

/** A gauge that is not there while its value is not known. */
function optional(
  registry: Registry,
  name: string,
  help: string,
  value: () => number | undefined | Promise<number | undefined>,
): void {
  new Gauge({
    name: `roomkeep_${name}`,
    help,
    registers: [registry],
    async collect() {
      const known = await value();
      this.remove();
      if (known !== undefined) this.set(known);
    },
  });
}

function exportPool({ registry, ds }: ProcessMetrics): void {
  const pool = (ds.driver as unknown as { master?: PoolLike }).master;
  new Gauge({
    name: "roomkeep_database_connections",
    help: "Connections to the database: in use, idle; and questions that wait for one",
    labelNames: ["state"],
    registers: [registry],
    collect() {
      const { totalCount = 0, idleCount = 0, waitingCount = 0 } = pool ?? {};
      this.set({ state: "used" }, totalCount - idleCount);
      this.set({ state: "idle" }, idleCount);
      this.set({ state: "waiting" }, waitingCount);
    },
  });
}

function exportLeases(registry: Registry): void {
  new Gauge({
    name: "roomkeep_leases",
    help: "Leases that this process holds, by what is leased",
    labelNames: ["what"],
    registers: [registry],
    collect() {
      for (const [what, { held }] of Object.entries(HOLDING)) this.set({ what }, held);
    },
  });
  new Counter({
    name: "roomkeep_leases_lost_total",
    help: "Leases that were lost: another process has them, or they could not be renewed",
    labelNames: ["what"],
    registers: [registry],
    collect() {
      this.reset();
      for (const [what, { lost }] of Object.entries(HOLDING)) this.inc({ what }, lost);
    },
  });
}

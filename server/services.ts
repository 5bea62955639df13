import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { matchMaker } from "@colyseus/core";
import type { Logger } from "pino";
import type { Ports } from "../rooms/index.ts";
import { checkTransportInternals, useFastPaths } from "../rooms/internal.ts";
import type { ItemTemplates } from "../shared/index.ts";
import { type Auth, openAuth } from "./accounts/auth.ts";
import { useTicket } from "./accounts/join-tickets.ts";
import { openOidc } from "./accounts/oidc.ts";
import { openPasswords } from "./accounts/passwords.ts";
import { openRateLimit } from "./accounts/rate-limit.ts";
import { openTokenKeys } from "./accounts/token-keys.ts";
import { type Closers, openClosers } from "./closers.ts";
import { openLivenessLock } from "./cluster/dead-leases.ts";
import type { Membership } from "./cluster/membership.ts";
import { openRedis, type Shared } from "./cluster/redis.ts";
import { openSharedLimit } from "./cluster/shared-rate-limit.ts";
import { openSharedSeats } from "./cluster/shared-seats.ts";
import type { Config } from "./config.ts";
import { type AdminSignIn, adminGuards, monitorEndpoints, openAdminSignIn } from "./http/admin.ts";
import { accountEndpoints } from "./http/api/accounts.ts";
import { characterEndpoints } from "./http/api/characters.ts";
import { healthEndpoints } from "./http/api/health.ts";
import { identityEndpoints } from "./http/api/identity.ts";
import { slotsOf } from "./items/containers.ts";
import { openItems } from "./items/items.ts";
import { openRoomLimit, type RoomLimit } from "./matchmaking/room-limit.ts";
import { openSeats, type Seats } from "./matchmaking/seat-reservations.ts";
import { openWaitingSeats } from "./matchmaking/waiting-seats.ts";
import { type Characters, type Holder, openCharacters } from "./persistence/characters.ts";
import { exportRefusedZones } from "./persistence/refused-zones.ts";
import { openSaveSpool } from "./persistence/save-spool.ts";
import { createSnapshotCodec } from "./persistence/snapshot-codec.ts";
import { openZones, type Zones } from "./persistence/zones.ts";
import {
  type AnyPlugin,
  type OpenPlugins,
  openPlugins,
  type ReadyPlugin,
  readPlugins,
  rowsOf,
} from "./plugins/index.ts";
import { scheduleBackups } from "./storage/backup.ts";
import { type Database, IN_MEMORY, type MoreRows, migrate, openDatabase } from "./storage/database.ts";
import { watchQueries } from "./storage/query-metrics.ts";
import { openRetention } from "./storage/retention.ts";
import { type Audit, openAudit } from "./telemetry/audit.ts";
import { type EventLogPort, openEventLog } from "./telemetry/event-log.ts";
import { openLog } from "./telemetry/log.ts";
import { type Metrics, metricsEndpoint, openMetrics } from "./telemetry/metrics.ts";
import { openRecordings } from "./telemetry/recordings.ts";

/** Channel on which a character's holder is asked to let it go. */
const LET_GO = "roomkeep:let-go";
/** What is opened before anything listens, and outlives a hot reload of the rooms. */
export interface Services {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly shared: Shared | undefined;
  /** This process's part in the cluster, once it listens; undefined where it is alone. */
  membership: Membership | undefined;
  /** True once its games are defined: in development it listens before. */
  serving: boolean;
  /** True once it begins to end: it is not ready for more. */
  stopping: boolean;
  readonly characters: Characters;
  readonly events: EventLogPort;
  readonly audit: Audit;
  readonly zones: Zones;
  readonly rooms: RoomLimit;
  readonly ports: Ports;
  readonly plugins: OpenPlugins;
  readonly signIn: AdminSignIn;
  readonly auth: Auth;
  /** Name under which this process holds leases, another one at each start. */
  readonly incarnation: string;
  /** What the games say of items; replaced when they are. */
  readonly itemRules: { templates: ItemTemplates; readonly slotsOf: typeof slotsOf };
  /** HTTP endpoints that do not depend on the games. */
  readonly endpoints: ReturnType<typeof foundationEndpoints>;
  close(): Promise<void>;
}

/**
 * Opens database, Redis, the ports that rooms get, and plugins. What was opened is closed again if a later part fails.
 *
 * @throws RoomkeepError DATABASE_UNAVAILABLE, DATA_DIR_LOCKED, DATA_DIR_UNWRITABLE, REDIS_UNAVAILABLE,
 *   INTERNALS_MISSING, PLUGIN_INVALID, PLUGIN_MISSING, PLUGIN_CYCLE, and what a plugin throws
 */
export async function openServices(config: Config, plugins: readonly AnyPlugin[] = []): Promise<Services> {
  const log = openLog(config.logLevel);
  checkTransportInternals();
  useFastPaths(config.fastPaths, log);
  const ready = readPlugins(plugins, config.pluginEnv);
  const more = rowsOf(ready.map(({ plugin }) => plugin));
  const closers = openClosers(log);
  try {
    return await openParts({ config, log, ready, more, closers });
  } catch (error) {
    await closers.close();
    throw error;
  }
}

interface Opening {
  readonly config: Config;
  readonly log: Logger;
  readonly ready: readonly ReadyPlugin[];
  readonly more: MoreRows;
  readonly closers: Closers;
}

async function openParts({ config, log, ready, more, closers }: Opening): Promise<Services> {
  const shared = config.redisUrl ? await openRedis(config.redisUrl) : undefined;
  closers.push("Redis", () => shared?.close());
  const metrics = openMetrics();
  closers.push("metrics", metrics.close);
  const { databaseUrl: url, dataDir, slowQueryMs, poolSize, roomsMax, addressSeats } = config;
  const database = await openDatabase({ url, dataDir, log, slowQueryMs, poolSize, more });
  closers.push("database", database.close);
  const { ds } = database;
  await migrate(ds);
  watchQueries(ds, metrics.registry);
  const incarnation = randomUUID();
  if (shared && url) {
    const lifeLine = await openLivenessLock(url, incarnation, log);
    closers.push("liveness lock", () => lifeLine.close());
  }
  const kept = await openKept({ config, log, closers, database, incarnation });
  const { characters, zones, events, audit, itemRules, items, recordings } = kept;
  exportRefusedZones(metrics.registry, { list: zones.refused });
  const signIn = openAdminSignIn(ds, config.adminPassword);
  const auth = openAuth(ds, await openTokenKeys(ds, config.tokenKeys));
  const rooms = openRoomLimit(roomsMax);
  const seats = openSeats(
    shared ? openSharedSeats(shared.link, addressSeats) : openWaitingSeats(addressSeats),
    log,
  );
  const { registry } = metrics;
  const open = await openPlugins(ready, { ds, log, incarnation, closers, registry });
  closers.push("retention", openRetention(ds, log, open.retention));
  const phase = () => (services.stopping ? "stopping" : services.serving ? "running" : "starting");
  const known = { config, log, database, shared, signIn, auth, seats, phase, zones } as const;
  const services: Services = {
    config,
    log,
    database,
    shared,
    membership: undefined,
    serving: false,
    stopping: false,
    incarnation,
    characters,
    events,
    audit,
    zones,
    rooms,
    plugins: open,
    endpoints: foundationEndpoints(known, metrics, open),
    signIn,
    auth,
    itemRules,
    ports: {
      characters,
      events,
      audit,
      zones,
      items,
      log,
      seats,
      openRoom: rooms.open,
      recordings,
      verify: (ticket, knock) => useTicket(ds, ticket, knock),
    },
    close: closers.close,
  };
  if (config.backupEveryMs) {
    const timer = scheduleBackups(ds, join(dataDir, "backups"), config.backupEveryMs, log);
    closers.push("backups", () => clearInterval(timer));
  }
  return services;
}

/** What rooms save and note, with the queues behind it. */
async function openKept({
  config,
  log,
  closers,
  database: { ds, kind },
  incarnation,
}: Pick<Opening, "config" | "log" | "closers"> & {
  readonly database: Database;
  readonly incarnation: string;
}) {
  const exclusive = kind === "embedded";
  // A database in memory is away only when the process is.
  const spool =
    config.dataDir === IN_MEMORY
      ? undefined
      : await openSaveSpool(ds, join(config.dataDir, "spool"), { log });
  closers.push("save spool", () => spool?.close());
  const audit = openAudit(ds, log);
  closers.push("audit", () => audit.close());
  const events = openEventLog(ds, log);
  closers.push("event log", () => events.close());
  const zones = await openZones(ds, {
    incarnation,
    log,
    seal: createSnapshotCodec({ keys: config.sealKeys }),
    saveEveryMs: config.zoneSaveMs,
    exclusive,
  });
  closers.push("zones", () => zones.close());
  const characters = await openCharacters(ds, {
    incarnation,
    log,
    exclusive,
    spool,
    requestRelease: (holder) => matchMaker.presence.publish(LET_GO, holder),
  });
  closers.push("characters", () => characters.close());
  const itemRules: Services["itemRules"] = { templates: {}, slotsOf };
  const items = openItems(ds, itemRules, incarnation, ({ sheet, epoch }) =>
    characters.leases.lose(sheet.id, epoch, "an item request was fenced"),
  );
  const { recordDir: folder, recordHashTicks: hashEveryTicks } = config;
  const recordings = folder ? await openRecordings({ folder, hashEveryTicks, log }) : undefined;
  closers.push("recordings", () => recordings?.close());
  return { audit, events, zones, characters, itemRules, items, recordings };
}

function foundationEndpoints(
  foundation: Pick<Services, "config" | "log" | "database" | "shared" | "signIn" | "auth" | "zones"> & {
    readonly seats: Seats;
    phase(): "starting" | "running" | "stopping";
  },
  metrics: Metrics,
  plugins: OpenPlugins,
) {
  const { config, log, database, shared, signIn, auth, seats, phase, zones } = foundation;
  const { ds } = database;
  const oidc = config.oidc && openOidc(ds, config.oidc);
  const guards = adminGuards(signIn);
  const dependencies = [{ name: "database", ask: () => database.ds.query("SELECT 1") }];
  const limit = (name: string, points: number) =>
    shared ? openSharedLimit(shared.link, name, points, 60) : openRateLimit(points, 60);
  const tickets = {
    ofAccount: limit("account-tickets", config.accountTickets),
    ofAddress: limit("address-tickets", config.addressTickets),
  };
  if (shared) dependencies.push({ name: "redis", ask: () => shared.ping() as Promise<never> });
  const own = {
    ...healthEndpoints(dependencies, phase, zones.refused),
    ...accountEndpoints({ ds, auth, passwords: openPasswords() }),
    ...characterEndpoints({ ds, auth, tickets, seats, max: config.charactersMax }),
    ...identityEndpoints({ ds, auth, oidc, log }),
    ...monitorEndpoints(guards),
    ...metricsEndpoint(metrics, guards),
  };
  return { ...own, ...plugins.endpoints({ auth, limit }, guards, own) };
}

/**
 * Asks the rooms of this process to let a character go when another login, here or in another process, wants it.
 * Redis is a hint only: the database decides who owns a character.
 */
export async function answerLetGo(): Promise<void> {
  await matchMaker.presence.subscribe(LET_GO, ({ roomId, characterId, epoch }: Holder) => {
    const room = matchMaker.getLocalRoomById(roomId);
    if (room && "letGo" in room && typeof room.letGo === "function")
      room.letGo(characterId, epoch, "taken-over");
  });
}

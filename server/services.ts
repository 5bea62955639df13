import { randomUUID } from "node:crypto";
import { join } from "node:path";
import { matchMaker } from "@colyseus/core";
import type { Logger } from "pino";
import type { Ports } from "../rooms/index.ts";
import type { ItemTemplates } from "../shared/index.ts";
import { type Auth, openAuth } from "./accounts/auth.ts";
import { useTicket } from "./accounts/join-tickets.ts";
import { openOidc } from "./accounts/oidc.ts";
import { openPasswords } from "./accounts/passwords.ts";
import { openRateLimit } from "./accounts/rate-limit.ts";
import { openTokenKeys } from "./accounts/token-keys.ts";
import { type LivenessLock, openLivenessLock } from "./cluster/dead-leases.ts";
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
import { openPlaySessions } from "./persistence/play-sessions.ts";
import { exportRefusedZones } from "./persistence/refused-zones.ts";
import { openSaveSpool } from "./persistence/save-spool.ts";
import { createSnapshotCodec } from "./persistence/snapshot-codec.ts";
import { openZones, type Zones } from "./persistence/zones.ts";
import { scheduleBackups } from "./storage/backup.ts";
import { type Database, IN_MEMORY, migrate, openDatabase } from "./storage/database.ts";
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
  /** True once it begins to end: it is not ready for more. */
  stopping: boolean;
  readonly characters: Characters;
  readonly events: EventLogPort;
  readonly audit: Audit;
  readonly zones: Zones;
  readonly rooms: RoomLimit;
  readonly ports: Ports;
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
 * Opens database, Redis and the ports that rooms get.
 *
 * @throws RoomkeepError DATABASE_UNAVAILABLE, DATA_DIR_LOCKED, DATA_DIR_UNWRITABLE, REDIS_UNAVAILABLE
 */
export async function openServices(config: Config): Promise<Services> {
  const log = openLog(config.logLevel);
  const shared = config.redisUrl ? await openRedis(config.redisUrl) : undefined;
  const metrics = openMetrics();
  let database: Database | undefined;
  let lifeLine: LivenessLock | undefined;
  try {
    const { databaseUrl: url, dataDir, slowQueryMs, poolSize } = config;
    database = await openDatabase({ url, dataDir, log, slowQueryMs, poolSize });
    const { ds } = database;
    await migrate(ds);
    watchQueries(ds, metrics.registry);
    const incarnation = randomUUID();
    if (shared && config.databaseUrl) lifeLine = await openLivenessLock(config.databaseUrl, incarnation, log);
    // A database in memory is away only when the process is.
    const spool =
      config.dataDir === IN_MEMORY
        ? undefined
        : await openSaveSpool(ds, join(config.dataDir, "spool"), { log });
    const characters = await openCharacters(ds, {
      incarnation,
      log,
      exclusive: database.kind === "embedded",
      spool,
      requestRelease: (holder) => matchMaker.presence.publish(LET_GO, holder),
    });
    const events = openEventLog(ds, log);
    const audit = openAudit(ds, log);
    const itemRules: Services["itemRules"] = { templates: {}, slotsOf };
    const items = openItems(ds, itemRules, incarnation, ({ sheet, epoch }) =>
      characters.leases.lose(sheet.id, epoch, "an item request was fenced"),
    );
    const zones = await openZones(ds, {
      incarnation,
      log,
      seal: createSnapshotCodec({ keys: config.sealKeys }),
      saveEveryMs: config.zoneSaveMs,
      exclusive: database.kind === "embedded",
    });
    exportRefusedZones(metrics.registry, { list: zones.refused });
    const signIn = openAdminSignIn(ds, config.adminPassword);
    const auth = openAuth(ds, await openTokenKeys(ds, config.tokenKeys));
    const visits = openPlaySessions(ds, { incarnation, log });
    const { recordDir: folder, recordHashTicks: hashEveryTicks } = config;
    const recordings = folder ? await openRecordings({ folder, hashEveryTicks, log }) : undefined;
    const { roomsMax, addressSeats } = config;
    const rooms = openRoomLimit(roomsMax);
    const seats = openSeats(
      shared ? openSharedSeats(shared.link, addressSeats) : openWaitingSeats(addressSeats),
      log,
    );
    const stopSweep = openRetention(ds, log);
    const isStopping = () => foundation.stopping;
    const known = { config, log, database, shared, signIn, auth, seats, isStopping, zones };
    const endpoints = foundationEndpoints(known, metrics);
    const opened = database;
    const backups = config.backupEveryMs
      ? scheduleBackups(ds, join(config.dataDir, "backups"), config.backupEveryMs, log)
      : undefined;
    const foundation: Services = {
      config,
      log,
      database: opened,
      shared,
      membership: undefined,
      stopping: false,
      incarnation,
      characters,
      events,
      audit,
      zones,
      rooms,
      endpoints,
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
        visits,
        seats,
        openRoom: rooms.open,
        recordings,
        verify: (ticket, knock) => useTicket(ds, ticket, knock),
      },
      async close() {
        stopSweep();
        metrics.close();
        clearInterval(backups);
        await recordings?.close();
        await visits.close();
        await characters.close();
        await zones.close();
        await events.close();
        await audit.close();
        await spool?.close();
        await shared?.close();
        await lifeLine?.close();
        await opened.close();
      },
    };
    return foundation;
  } catch (error) {
    metrics.close();
    await shared?.close();
    await lifeLine?.close();
    await database?.close();
    throw error;
  }
}

function foundationEndpoints(
  foundation: Pick<Services, "config" | "log" | "database" | "shared" | "signIn" | "auth" | "zones"> & {
    readonly seats: Seats;
    isStopping(): boolean;
  },
  metrics: Metrics,
) {
  const { config, log, database, shared, signIn, auth, seats, isStopping, zones } = foundation;
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
  return {
    ...healthEndpoints(dependencies, isStopping, zones.refused),
    ...accountEndpoints({ ds, auth, passwords: openPasswords() }),
    ...characterEndpoints({ ds, auth, tickets, seats, max: config.charactersMax }),
    ...identityEndpoints({ ds, auth, oidc, log }),
    ...monitorEndpoints(guards),
    ...metricsEndpoint(metrics, guards),
  };
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

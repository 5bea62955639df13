import { randomUUID } from "node:crypto";
import { join, resolve } from "node:path";
import { matchMaker } from "@colyseus/core";
import type { Logger } from "pino";
import type { DataSource } from "typeorm";
import type { Ports } from "../rooms/index.ts";
import { checkTransportInternals, openPeopleReach, useFastPaths } from "../rooms/internal.ts";
import { type ItemTemplates, RoomkeepError } from "../shared/index.ts";
import { type Auth, openAuth } from "./accounts/auth.ts";
import { useTicket } from "./accounts/join-tickets.ts";
import { openNameRules } from "./accounts/name-rules.ts";
import { openOidc } from "./accounts/oidc.ts";
import { openPasswords, type Passwords } from "./accounts/passwords.ts";
import { forgetAddresses, sweepGuests } from "./accounts/privacy/account-deletion.ts";
import { sweepDeletions } from "./accounts/privacy/deletion-grace.ts";
import { openAccountLimits, openRateLimit, type Points } from "./accounts/rate-limit.ts";
import { openSignInWatch, type SignInWatch } from "./accounts/sign-in-watch.ts";
import { openTokenKeys } from "./accounts/token-keys.ts";
import { type Caches, openCaches } from "./cache.ts";
import { type Closers, openClosers } from "./closers.ts";
import { openLivenessLock } from "./cluster/dead-leases.ts";
import type { Membership } from "./cluster/membership.ts";
import { openRedisClient, type RedisClient } from "./cluster/redis/redis-client.ts";
import { choosePrefix } from "./cluster/redis/redis-prefix.ts";
import { openRedis, type Shared } from "./cluster/redis.ts";
import { openSharedLimit } from "./cluster/shared-rate-limit.ts";
import { openSharedSeats } from "./cluster/shared-seats.ts";
import type { Config } from "./config.ts";
import { type Desk, openDesk } from "./desk/open-desk.ts";
import { openWatch, type Watch } from "./desk/watch.ts";
import { askLetGo, tellForgotten, tellSignal, tellSignInsEnded } from "./hints.ts";
import { type AdminSignIn, adminGuards, openAdminSignIn } from "./http/admin.ts";
import { accountEndpoints } from "./http/api/accounts.ts";
import { characterEndpoints } from "./http/api/characters.ts";
import { cheatFlagEndpoints } from "./http/api/cheat-flags.ts";
import { CLIENT_ERRORS, clientErrorEndpoints } from "./http/api/client-errors.ts";
import { eventEndpoints } from "./http/api/events.ts";
import { flagEndpoints } from "./http/api/flags.ts";
import { type Dependency, healthEndpoints } from "./http/api/health.ts";
import { identityEndpoints } from "./http/api/identity.ts";
import { matchEndpoints } from "./http/api/matches.ts";
import { monitorEndpoints } from "./http/monitor.ts";
import { slotsOf } from "./items/containers.ts";
import { openItems } from "./items/items.ts";
import { openReturns } from "./matchmaking/return-tokens.ts";
import { openRoomLimit, type RoomLimit } from "./matchmaking/room-limit.ts";
import { openSeats, type Seats } from "./matchmaking/seat-reservations.ts";
import { openWaitingSeats } from "./matchmaking/waiting-seats.ts";
import { type MemoryWatch, openMemoryWatch } from "./memory/memory-watch.ts";
import { moderationRetention, openModeration } from "./moderation/open-moderation.ts";
import type { SanctionWatch } from "./moderation/sanction-watch.ts";
import { OPERATIONS } from "./operations/index.ts";
import { OPERATOR_SOCKET, openOperatorSocket, sharedSocketOf } from "./operations/run/operator-socket.ts";
import { type Characters, openCharacters } from "./persistence/characters.ts";
import { type Matches, openMatches } from "./persistence/matches.ts";
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
import { openSignals, type Signals } from "./plugins/signals.ts";
import type { LiveSettings } from "./settings/live-settings.ts";
import { openProjectSettings } from "./settings/project-settings.ts";
import { scheduleBackups } from "./storage/backup.ts";
import { type Database, IN_MEMORY, type MoreRows, openDatabase } from "./storage/database.ts";
import { checkFreeSpace, orDiskFull } from "./storage/free-space.ts";
import { migrate } from "./storage/migrate.ts";
import { watchQueries } from "./storage/query-metrics.ts";
import { openRetention, type Retention } from "./storage/retention.ts";
import { type Audit, openAudit } from "./telemetry/audit.ts";
import { endAnnounced } from "./telemetry/audit-chain/announced.ts";
import { openAuditKey } from "./telemetry/audit-chain/audit-key.ts";
import { openHeadSigner } from "./telemetry/audit-chain/sign-heads.ts";
import { openCheatFlags } from "./telemetry/cheat-flags.ts";
import type { ErrorReport } from "./telemetry/errors/error-report.ts";
import { type EventLogPort, openEventLog } from "./telemetry/event-log.ts";
import { openLog } from "./telemetry/log.ts";
import type { OpenRooms } from "./telemetry/metrics/rooms.ts";
import { watchPorts } from "./telemetry/metrics/work.ts";
import { type Metrics, metricsEndpoint, openMetrics } from "./telemetry/metrics.ts";
import { type KeptRecordings, openKeptRecordings } from "./telemetry/recording-archive.ts";
import { openRecordings } from "./telemetry/recordings.ts";
import { VERSION } from "./telemetry/version.ts";

/** Wrong passwords of the admin that an address may try in a minute. */
const ADMIN_ATTEMPTS = 10;
/** What is opened before anything listens, and outlives a hot reload of the rooms. */
export interface Services {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly shared: Shared | undefined;
  /** Membership of the cluster, once it listens; undefined without Redis. */
  membership: Membership | undefined;
  /** True: Redis does not take the heartbeats of this process; false where it is alone. */
  isRedisAway(): boolean;
  /** True once its games are defined: in development it listens before. */
  serving: boolean;
  /** True once the shutdown has begun: `/ready` answers 503. */
  stopping: boolean;
  readonly characters: Characters;
  readonly events: EventLogPort;
  readonly audit: Audit;
  readonly kept: KeptRecordings;
  readonly zones: Zones;
  readonly matches: Matches;
  readonly rooms: RoomLimit;
  readonly memory: MemoryWatch;
  readonly ports: Ports;
  readonly plugins: OpenPlugins;
  readonly signIn: AdminSignIn;
  readonly auth: Auth;
  readonly desk: Desk;
  readonly signIns: SignInWatch;
  readonly sanctions: SanctionWatch;
  readonly caches: Caches;
  /** What plugins tell themselves in other processes. */
  readonly signals: Signals;
  /** Settings and flags, as operators change them. */
  readonly live: LiveSettings;
  /** The page that is served; `build` is read when it is. */
  readonly page: { build: string };
  /** Where the open rooms are counted. */
  readonly openRooms: OpenRooms;
  /** The overview of all processes, alerts and errors. */
  readonly watch: Watch;
  /** Name under which this process holds leases, another one at each start. */
  readonly incarnation: string;
  /** Item rules of the games; a hot reload replaces their templates. */
  readonly itemRules: { templates: ItemTemplates; readonly slotsOf: typeof slotsOf };
  /** HTTP endpoints that do not depend on the games. */
  readonly endpoints: ReturnType<typeof foundationEndpoints>;
  close(): Promise<void>;
}

/**
 * Opens database, Redis, the ports of rooms, and plugins. The parts that are open are closed again if a later
 * one fails.
 *
 * @throws RoomkeepError DATABASE_UNAVAILABLE, DATA_DIR_LOCKED, DATA_DIR_UNWRITABLE, REDIS_UNAVAILABLE,
 *   DISK_FULL, INTERNALS_MISSING, PLUGIN_INVALID, PLUGIN_MISSING, PLUGIN_CYCLE, and what a plugin throws
 */
export async function openServices(
  config: Config,
  plugins: readonly AnyPlugin[] = [],
  given: GivenParts = {},
): Promise<Services> {
  const log = openLog(config.logLevel);
  checkTransportInternals();
  useFastPaths(config.fastPaths, log);
  const ready = readPlugins(plugins, config.pluginEnv);
  const more = rowsOf(ready.map(({ plugin }) => plugin));
  const closers = openClosers(log);
  try {
    return await openParts({ config, log, ready, more, closers, given });
  } catch (error) {
    await closers.close();
    throw orDiskFull(error, config.dataDir);
  }
}

/** What a start gives besides settings and plugins. */
export interface GivenParts {
  /** Folder of the built page. */
  readonly pageFolder?: string | undefined;
  readonly onError?: ((report: ErrorReport) => unknown) | undefined;
}

interface Opening {
  readonly given: GivenParts;
  readonly config: Config;
  readonly log: Logger;
  readonly ready: readonly ReadyPlugin[];
  readonly more: MoreRows;
  readonly closers: Closers;
}

async function openParts({ config: started, log, ready, more, closers, given }: Opening): Promise<Services> {
  const project = openProjectSettings(started, ready);
  const { config } = project;
  // First, because it fails at once where a database takes its time.
  const redis = config.redisUrl ? await openRedisClient(config.redisUrl) : undefined;
  closers.push("first connection to Redis", () => redis?.close());
  const metrics = openMetrics();
  closers.push("metrics", metrics.close);
  const { databaseUrl: url, dataDir, slowQueryMs, poolSize, addressSeats } = config;
  if (!url && dataDir !== IN_MEMORY) await checkFreeSpace(dataDir);
  const database = await openDatabase({ url, dataDir, log, slowQueryMs, poolSize, more });
  closers.push("database", database.close);
  const { ds } = database;
  await migrate(ds);
  watchQueries(ds, metrics.registry);
  // Before anything that reads a setting opens.
  const live = await project.open(database, log);
  closers.push("live settings", live.close);
  const incarnation = randomUUID();
  const shared = redis && (await openShared({ config, log, closers, redis, incarnation }));
  const stores = await openKept({ config, log, closers, database, incarnation });
  const { characters, zones, matches, events, audit, itemRules, items, recordings } = stores;
  const { registry } = metrics;
  const page = { build: "" };
  const build = () => page.build;
  const kept = openKeptRecordings({ ...config, ds, log, registry, version: VERSION, build });
  closers.push("kept recordings", () => kept.scrubs.close());
  const cheats = openCheatFlags(ds, log, metrics.registry, config.cheats);
  closers.push("cheat flags", () => cheats.close());
  exportRefusedZones(metrics.registry, { list: zones.refused });
  const signIn = openAdminSignIn(ds, config.adminPassword);
  const keys = await openTokenKeys(ds, config.tokenKeys);
  const caches = openCaches({
    keepMs: config.cacheMs,
    size: config.cacheSize,
    registry: metrics.registry,
    tell: (forgotten) => void tellForgotten(forgotten, log),
  });
  const auth = openAuth(ds, keys, { caches, onEnded: () => void tellSignInsEnded(log) });
  const signIns = openSignInWatch(ds, log);
  closers.push("sign-ins", signIns.close);
  const signals = openSignals(incarnation, log, tellSignal);
  const { sanctions, reports } = openModeration(ds, config, log, {
    kept,
    filed: (report) => services.watch.stream.publish("report", report),
  });
  closers.push("sanctions", sanctions.close);
  const rooms = openRoomLimit(() => config.roomsMax);
  const memory = openMemoryWatch({ log, registry, load: localLoad });
  closers.push("memory watch", memory.close);
  const seats = openSeats(
    shared ? openSharedSeats(shared.link, addressSeats) : openWaitingSeats(addressSeats),
    log,
    () => memory.shortage !== "joins",
  );
  const open = await openPlugins(ready, {
    ds,
    log,
    incarnation,
    closers,
    registry,
    caches,
    itemRules,
    people: openPeopleReach(log),
    names: openNameRules(config.reservedNames),
    limit: (...limit) => limitWith(shared, ...limit),
    reports,
    signals,
  });
  const phase = () => (services.stopping ? "stopping" : services.serving ? "running" : "starting");
  const watch = await openWatch({
    config,
    ds,
    log,
    registry,
    memory,
    shared,
    membership: () => services.membership,
    isStopping: () => services.stopping,
    page,
    pageFolder: given.pageFolder,
    onError: given.onError,
  });
  closers.push("watch", watch.close);
  const retention = [
    ...moderationRetention(config),
    ...watch.retention,
    cheats.retention,
    kept.retention,
    eventRetention(config),
    matches.retention,
    ...accountRetention(ds, config),
    ...open.retention,
  ];
  closers.push("retention", openRetention(ds, log, retention));
  const passwords = openPasswords();
  const operations = open.operations(OPERATIONS);
  const desk = openDesk({
    ds,
    operations,
    config,
    log,
    accountChanged: auth.tellEnded,
    services: () => services,
    keys,
    passwords,
    limit: (...limit) => limitWith(shared, ...limit),
  });
  const isRedisAway = () => services.membership?.members.isAway() ?? false;
  const known = {
    config,
    log,
    database,
    shared,
    signIn,
    auth,
    seats,
    phase,
    isRedisAway,
    zones,
    matches,
    audit,
    events,
    memory,
    live,
    desk,
    passwords,
    watch,
  } as const;
  const services: Services = {
    config,
    log,
    database,
    shared,
    membership: undefined,
    serving: false,
    stopping: false,
    isRedisAway,
    incarnation,
    characters,
    events,
    audit,
    kept,
    zones,
    matches,
    rooms,
    memory,
    plugins: open,
    endpoints: foundationEndpoints(known, metrics, open),
    signIn,
    auth,
    desk,
    signIns,
    sanctions,
    caches,
    signals,
    live,
    itemRules,
    page,
    openRooms: metrics.rooms,
    watch,
    ports: {
      ...watchPorts(registry, { characters, zones, matches, items }),
      events,
      audit,
      cheats,
      log,
      seats,
      signIns,
      sanctions: { ...sanctions, look: () => void sanctions.look() },
      reports,
      returns: openReturns(keys),
      accountLimits: openAccountLimits(
        (...limit) => limitWith(shared, ...limit),
        () => config.accountChat,
      ),
      page,
      openRoom() {
        // Colyseus opens a room here when another process answers too late: it would end with this one.
        if (services.stopping) throw new RoomkeepError("ROOM_CLOSED");
        memory.admitRoom();
        return rooms.open();
      },
      codeLength: config.codeLength,
      recordings,
      cluster: { others: () => services.membership?.others() ?? 0 },
      kept,
      async verify(ticket, attempt) {
        // Alone, the room is here too. In a cluster the process of the room refuses the seat.
        if (!shared) memory.admitPlayer();
        return useTicket(ds, ticket, attempt);
      },
    },
    close: closers.close,
  };
  if (dataDir !== IN_MEMORY) {
    const host = { ...desk.host, operations, where: database.where };
    const close = await (database.kind === "embedded"
      ? openOperatorSocket(database.where, host, OPERATOR_SOCKET)
      : openOperatorSocket(resolve(dataDir), host, sharedSocketOf(incarnation)));
    closers.push("operator socket", close);
  }
  if (config.backupEveryMs) {
    const timer = scheduleBackups(ds, join(dataDir, "backups"), config.backupEveryMs, log);
    closers.push("backups", () => clearInterval(timer));
  }
  return services;
}

/** What the processes of this database share in Redis. */
async function openShared({
  config,
  log,
  closers,
  redis,
  incarnation,
}: Pick<Opening, "config" | "log" | "closers"> & {
  readonly redis: RedisClient;
  readonly incarnation: string;
}): Promise<Shared> {
  const { databaseUrl: url, redisUrl = "" } = config;
  const lifeLine = url ? await openLivenessLock(url, incarnation, log) : undefined;
  closers.push("liveness lock", () => lifeLine?.close());
  const prefix = await choosePrefix(config, redis, lifeLine?.hold);
  const shared = await openRedis(redisUrl, prefix);
  closers.push("Redis", shared.close);
  redis.close();
  log.info({ prefix }, "keys in Redis begin with this");
  return shared;
}
/** Of accounts: what runs out by settings. */
const accountRetention = (ds: DataSource, { addressDays, guestDays }: Config): Retention[] => [
  { sweep: (db) => forgetAddresses(db, addressDays) },
  { sweep: () => sweepGuests(ds, guestDays) },
  { sweep: () => sweepDeletions(ds) },
  { sweep: () => endAnnounced(ds) },
  // Ended sessions tell from where an operator is known.
  { table: "operator_session", column: "seen_at", days: Math.max(1, addressDays) },
];

/** A limit that all processes count together, if there are several. */
const limitWith = (shared: Shared | undefined, name: string, points: Points, seconds: number) =>
  shared ? openSharedLimit(shared.link, name, points, seconds) : openRateLimit(points, seconds);

const localLoad = () => matchMaker.stats.local.roomCount + matchMaker.stats.local.ccu;

/** Opens the stores of rooms: characters, zones, matches, items, events, audit and recordings. */
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
  // A database in memory is never away while the process lives: it needs no spool.
  const spool =
    config.dataDir === IN_MEMORY
      ? undefined
      : await openSaveSpool(ds, join(config.dataDir, "spool"), { log });
  closers.push("save spool", () => spool?.close());
  const { dataDir } = config;
  const heads = openHeadSigner(ds, { dataDir, key: await openAuditKey(dataDir, config.auditKey) }, log);
  closers.push("audit heads", () => heads.close());
  const audit = openAudit(ds, log);
  closers.push("audit", () => audit.close());
  const events = openEventLog(ds, log);
  closers.push("event log", () => events.close());
  const seal = createSnapshotCodec({ keys: config.sealKeys });
  const { matchOverDays: overDays } = config;
  const matches = await openMatches(ds, { incarnation, log, seal, overDays, exclusive });
  closers.push("matches", () => matches.close());
  const zones = await openZones(ds, {
    incarnation,
    log,
    seal,
    saveEveryMs: config.zoneSaveMs,
    exclusive,
  });
  closers.push("zones", () => zones.close());
  const characters = await openCharacters(ds, {
    incarnation,
    log,
    exclusive,
    spool,
    requestRelease: askLetGo,
  });
  closers.push("characters", () => characters.close());
  const itemRules: Services["itemRules"] = { templates: {}, slotsOf };
  const items = openItems(ds, itemRules, incarnation, ({ sheet, epoch }) =>
    characters.leases.lose(sheet.id, epoch, "an item request was fenced"),
  );
  const { recordDir: folder, recordHashTicks: hashEveryTicks } = config;
  const recordings = folder ? await openRecordings({ folder, hashEveryTicks, log }) : undefined;
  closers.push("recordings", () => recordings?.close());
  return { audit, events, zones, matches, characters, itemRules, items, recordings };
}

/** How long kept events stay. */
const eventRetention = ({ eventDays: days }: Config) => ({ table: "event_log", column: "at", days });

function foundationEndpoints(
  foundation: Pick<
    Services,
    | "config"
    | "log"
    | "database"
    | "shared"
    | "signIn"
    | "auth"
    | "zones"
    | "matches"
    | "audit"
    | "events"
    | "memory"
    | "live"
    | "watch"
    | "desk"
  > & {
    readonly passwords: Passwords;
    readonly seats: Seats;
    isRedisAway(): boolean;
    phase(): "starting" | "running" | "stopping";
  },
  metrics: Metrics,
  plugins: OpenPlugins,
) {
  const { config, log, database, shared, signIn, auth, seats } = foundation;
  const { zones, matches, audit, events, memory, desk, live } = foundation;
  const { phase, isRedisAway } = foundation;
  const { ds } = database;
  const oidc = config.oidc && openOidc(ds, config.oidc);
  const dependencies: Dependency[] = [{ name: "database", ask: () => database.ds.query("SELECT 1") }];
  if (config.dataDir !== IN_MEMORY)
    dependencies.push({ name: "disk", ask: () => checkFreeSpace(config.dataDir) });
  const limit = (name: string, points: Points) => limitWith(shared, name, points, 60);
  const tickets = {
    ofAccount: limit("account-tickets", () => config.accountTickets),
    ofAddress: limit("address-tickets", () => config.addressTickets),
  };
  const guards = adminGuards(signIn, limit("admin-sign-in", ADMIN_ATTEMPTS), desk.looker);
  const names = openNameRules(config.reservedNames);
  // One that answers may still refuse what is written: the heartbeats tell.
  const askRedis = (link: Shared) => (isRedisAway() ? Promise.reject() : link.ping());
  if (shared) dependencies.push({ name: "redis", ask: () => askRedis(shared) as Promise<never> });
  const { appeal, deleteGraceDays } = config;
  const moderated = { appeal, deleteGraceDays };
  const own = {
    ...healthEndpoints(dependencies, phase, zones.refused, memory),
    ...accountEndpoints({ ds, auth, passwords: foundation.passwords, names, ...moderated }),
    ...characterEndpoints({
      ds,
      ...moderated,
      auth,
      tickets,
      seats,
      isRedisAway,
      max: () => config.charactersMax,
      names,
    }),
    ...identityEndpoints({ ds, auth, oidc, log, ...moderated }),
    ...matchEndpoints(matches, auth),
    ...eventEndpoints(events, auth),
    ...flagEndpoints(live, { auth, limit, audit }),
    ...clientErrorEndpoints(foundation.watch.errors, limit("client-errors", CLIENT_ERRORS)),
    ...monitorEndpoints(guards, audit),
    ...metricsEndpoint(metrics, guards),
    ...cheatFlagEndpoints(ds, { auth, limit, audit }),
    ...desk.endpoints,
  };
  return { ...own, ...plugins.endpoints({ auth, limit, audit }, guards, own) };
}

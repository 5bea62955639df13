import { randomUUID } from "node:crypto";
import { createServer, type Server as HttpServer } from "node:http";
import { createRequire } from "node:module";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { createRouter, LocalDriver, LocalPresence, matchMaker, Server, setDevMode } from "@colyseus/core";
import { WebSocketTransport } from "@colyseus/ws-transport";
import type { Logger } from "pino";
import { WebSocket } from "ws";
import type { ItemTemplates, Ports } from "../rooms/index.ts";
import { RoomkeepError } from "../shared/index.ts";
import { type AdminSignIn, monitorEndpoints, openAdminSignIn } from "./admin.ts";
import { accountEndpoints } from "./api/accounts.ts";
import { characterEndpoints } from "./api/characters.ts";
import { healthEndpoints } from "./api/health.ts";
import { identityEndpoints } from "./api/identity.ts";
import { openapiEndpoint } from "./api/openapi.ts";
import { type GameEntry, roomEndpoints } from "./api/rooms.ts";
import { type Auth, openAuth } from "./auth.ts";
import { scheduleBackups } from "./backup.ts";
import { type Characters, type Holder, openCharacters } from "./characters.ts";
import type { Config } from "./config.ts";
import { slotsOf } from "./containers.ts";
import { type Database, IN_MEMORY, migrate, openDatabase } from "./db.ts";
import { type EventLogPort, openEventLog } from "./event-log.ts";
import { guardFrontDoor } from "./front-door.ts";
import { defineGames, type Games, itemsOf } from "./games.ts";
import { openItems } from "./items.ts";
import { openLog } from "./log.ts";
import { openOidc } from "./oidc.ts";
import { allowOrigins, isForeign } from "./origins.ts";
import { type PageSource, servePage } from "./page.ts";
import { openPasswords } from "./passwords.ts";
import { openRedis, type Shared } from "./redis.ts";
import { createSeal } from "./seal.ts";
import { openSpool } from "./spool.ts";
import { openSweep } from "./sweep.ts";
import { useTicket } from "./tickets.ts";
import { openTokenKeys } from "./token-keys.ts";
import { openVisits } from "./visits.ts";
import { openZones, type Zones } from "./zones.ts";

// Colyseus reads the global for reconnection; Node has it from 22 on.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

/** Channel on which a character's holder is asked to let it go. */
const LET_GO = "roomkeep:let-go";
/**
 * Largest answer of an endpoint, in bytes. Colyseus's router (better-call, `setResponse`) never ends an answer whose
 * write asked it to wait, so that none may have to.
 */
const ANSWER_MAX = 1024 * 1024;
const VERSION: string = createRequire(import.meta.url)("roomkeep/package.json").version;
/** A shutdown takes at most this long; what is not saved by then keeps its lease and is told in the log. */
const SHUTDOWN_MS = 25_000;

/** What is opened before anything listens, and outlives a hot reload of the rooms. */
export interface Foundation {
  readonly config: Config;
  readonly log: Logger;
  readonly database: Database;
  readonly shared: Shared | undefined;
  readonly characters: Characters;
  readonly events: EventLogPort;
  readonly zones: Zones;
  readonly ports: Ports;
  readonly signIn: AdminSignIn;
  readonly auth: Auth;
  /** What the games say of items; replaced when they are. */
  readonly itemRules: { templates: ItemTemplates; readonly slotsOf: typeof slotsOf };
  /** HTTP endpoints that do not depend on the games. */
  readonly endpoints: ReturnType<typeof foundationEndpoints>;
  close(): Promise<void>;
}

/** A server that answers. */
export interface RunningServer {
  /** Address of the page, e.g. http://127.0.0.1:2567 */
  readonly url: string;
  readonly port: number;
  readonly foundation: Foundation;
  /**
   * Swaps the games for edited ones: each open room is replaced by one of its new code, with its state and its
   * players, who reconnect by themselves. For development. One at a time.
   */
  reload(games: Games): Promise<void>;
  /** Saves everyone, closes the rooms, the sockets, and the database last. */
  close(): Promise<void>;
}

/**
 * Opens database, Redis and the ports that rooms get.
 *
 * @throws RoomkeepError DATABASE_UNAVAILABLE, DATA_DIR_LOCKED, DATA_DIR_UNWRITABLE, REDIS_UNAVAILABLE
 */
export async function openFoundation(config: Config): Promise<Foundation> {
  const log = openLog(config.logLevel);
  const shared = config.redisUrl ? await openRedis(config.redisUrl) : undefined;
  let database: Database | undefined;
  try {
    const { databaseUrl: url, dataDir, slowQueryMs, poolSize } = config;
    database = await openDatabase({ url, dataDir, log, slowQueryMs, poolSize });
    const { ds } = database;
    await migrate(ds);
    const incarnation = randomUUID();
    // A database in memory is away only when the process is.
    const spool =
      config.dataDir === IN_MEMORY ? undefined : await openSpool(ds, join(config.dataDir, "spool"), { log });
    const characters = await openCharacters(ds, {
      incarnation,
      log,
      exclusive: database.kind === "embedded",
      spool,
      requestRelease: (holder) => matchMaker.presence.publish(LET_GO, holder),
    });
    const events = openEventLog(ds, log);
    const itemRules: Foundation["itemRules"] = { templates: {}, slotsOf };
    const items = openItems(ds, itemRules, incarnation, ({ sheet, epoch }) =>
      characters.leases.lose(sheet.id, epoch, "an item request was fenced"),
    );
    const zones = await openZones(ds, {
      incarnation,
      log,
      seal: createSeal({ keys: config.sealKeys }),
      saveEveryMs: config.zoneSaveMs,
      exclusive: database.kind === "embedded",
    });
    const signIn = openAdminSignIn(ds, config.adminPassword);
    const auth = openAuth(ds, await openTokenKeys(ds, config.tokenKeys));
    const visits = openVisits(ds, { incarnation, log });
    const stopSweep = openSweep(ds, log);
    const endpoints = foundationEndpoints({ config, log, database, shared, signIn, auth });
    const opened = database;
    const backups = config.backupEveryMs
      ? scheduleBackups(ds, join(config.dataDir, "backups"), config.backupEveryMs, log)
      : undefined;
    return {
      config,
      log,
      database: opened,
      shared,
      characters,
      events,
      zones,
      endpoints,
      signIn,
      auth,
      itemRules,
      ports: {
        characters,
        events,
        zones,
        items,
        log,
        visits,
        verify: (ticket, knock) => useTicket(ds, ticket, knock),
      },
      async close() {
        stopSweep();
        clearInterval(backups);
        await visits.close();
        await characters.close();
        await zones.close();
        await events.close();
        await spool?.close();
        await shared?.close();
        await opened.close();
      },
    };
  } catch (error) {
    await shared?.close();
    await database?.close();
    throw error;
  }
}

function foundationEndpoints({
  config,
  log,
  database,
  shared,
  signIn,
  auth,
}: Pick<Foundation, "config" | "log" | "database" | "shared" | "signIn" | "auth">) {
  const { ds } = database;
  const oidc = config.oidc && openOidc(ds, config.oidc);
  const dependencies = [{ name: "database", ask: () => database.ds.query("SELECT 1") }];
  if (shared) dependencies.push({ name: "redis", ask: () => shared.ping() as Promise<never> });
  return {
    ...healthEndpoints(dependencies),
    ...accountEndpoints({ ds, auth, passwords: openPasswords() }),
    ...characterEndpoints({ ds, auth, max: config.charactersMax }),
    ...identityEndpoints({ ds, auth, oidc, log }),
    ...monitorEndpoints(signIn),
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

/**
 * Starts one process: database, Redis, rooms, page, API, monitor, all on one port.
 *
 * @param games rooms by the name under which clients join them
 * @param page folder of the built page, or what serves it
 * @throws RoomkeepError PORT_IN_USE, PAGE_MISSING, and what {@link openFoundation} throws
 * @example
 * const server = await startServer({ yard: YardRoom }, readConfig(process.env));
 */
export async function startServer(games: Games, config: Config, page?: PageSource): Promise<RunningServer> {
  const http = createServer({ highWaterMark: ANSWER_MAX });
  const door = guardFrontDoor(http, config.trustProxy);
  // First, because it fails at once where a database takes its time.
  await claimPort(http, config);
  try {
    const { port } = http.address() as AddressInfo;
    const foundation = await openFoundation(config);
    try {
      foundation.itemRules.templates = itemsOf(games);
      const entries = defineGames(games, foundation.ports);
      const server = openColyseus(foundation, http, entries, port, page);
      await server.listen(port, config.host);
      await answerLetGo();
      door.open();
      const url = `http://${config.host === "0.0.0.0" ? "127.0.0.1" : config.host}:${port}`;
      return {
        url,
        port,
        foundation,
        reload: (edited) => swapGames(entries, edited, foundation),
        close: () => shutDown(server, http, foundation),
      };
    } catch (error) {
      await foundation.close();
      throw error;
    }
  } catch (error) {
    http.close();
    throw error;
  }
}

/** The transport on a server that listens already, so that a port in use is told apart from every other failure. */
class AttachedTransport extends WebSocketTransport {
  override listen(_port: number, _host?: string, _backlog?: number, ready?: () => void): this {
    ready?.();
    return this;
  }
}

function openColyseus(
  foundation: Foundation,
  http: HttpServer,
  entries: readonly GameEntry[],
  port: number,
  page?: PageSource,
): Server {
  const { config, log, shared, endpoints } = foundation;
  const address = config.publicAddress ?? (shared ? `${config.host}:${port}` : undefined);
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    logger: log,
    presence: shared?.presence ?? new LocalPresence(),
    driver: shared?.driver ?? new LocalDriver(),
    publicAddress: address,
    transport: new AttachedTransport({
      noServer: true,
      beforeUpgrade: (_request, context) =>
        isForeign(context.headers, config.origins) ? new Response(null, { status: 403 }) : undefined,
    }).attachToServer(http, typeof page === "function" ? { filter: ({ url }) => !page.owns(url) } : {}),
    express: (app) => servePage(app, page, http),
  });
  allowOrigins(config.origins);
  const routes = { ...endpoints, ...roomEndpoints(entries) };
  server.router = createRouter({ ...routes, ...openapiEndpoint(routes, VERSION) });
  return server;
}

/** `entries` is the very list that the API shows. */
async function swapGames(
  entries: GameEntry[],
  games: Games,
  { ports, itemRules }: Foundation,
): Promise<void> {
  itemRules.templates = itemsOf(games);
  // From here on rooms are written down for the next reload as they are created.
  setDevMode(true);
  for (const { game } of entries) matchMaker.removeRoomType(game);
  entries.splice(0, entries.length, ...defineGames(games, ports));
  await matchMaker.hotReload();
}

async function claimPort(http: HttpServer, { port, host }: Config): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    http.once("error", (cause: NodeJS.ErrnoException) =>
      reject(
        cause.code === "EADDRINUSE"
          ? new RoomkeepError(
              "PORT_IN_USE",
              `Port ${port} is in use. Stop the other program, or choose one: PORT=2568`,
              { cause },
            )
          : new RoomkeepError("CONFIG_INVALID", `Cannot listen on ${host}:${port}: ${cause.message}`, {
              cause,
            }),
      ),
    );
    http.listen(port, host, resolve);
  });
}

async function shutDown(server: Server, http: HttpServer, foundation: Foundation): Promise<void> {
  const { log } = foundation;
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.error({}, "some rooms did not close in time; their characters are free when the lease runs out");
      resolve();
    }, SHUTDOWN_MS);
  });
  // In development mode Colyseus would keep the rooms for its next start and let nobody leave.
  setDevMode(false);
  await Promise.race([server.gracefullyShutdown(false), late]);
  clearTimeout(timer);
  http.close();
  http.closeAllConnections();
  await foundation.close();
  log.info({}, "stopped");
}

import { createServer, type Server as HttpServer } from "node:http";
import type { AddressInfo } from "node:net";
import { hostname } from "node:os";
import { matchMaker, type Server, setDevMode } from "@colyseus/core";
import { WebSocket } from "ws";
import { freeLeasesOfDead } from "./cluster/dead-leases.ts";
import { DRAIN_CHANNEL, joinCluster } from "./cluster/membership.ts";
import { ANSWER_MAX, openColyseus } from "./colyseus-server.ts";
import type { Config } from "./config.ts";
import type { Games } from "./game-class.ts";
import { defineGames, itemsOf } from "./games.ts";
import { followHints } from "./hints.ts";
import type { GameEntry } from "./http/api/rooms.ts";
import { claimPort } from "./http/listen-port.ts";
import { guardRequests } from "./http/request-guard.ts";
import { buildOf, type PageSource } from "./http/static-page.ts";
import type { AnyPlugin } from "./plugins/index.ts";
import { openServices, type Services } from "./services.ts";
import { entryOf } from "./telemetry/audit-chain/deed.ts";
import type { ErrorReport } from "./telemetry/errors/error-report.ts";
import { openLog } from "./telemetry/log.ts";
import { hearConsole, sampleLog } from "./telemetry/sampled-log.ts";
import { openTraces } from "./telemetry/traces.ts";
import { VERSION } from "./telemetry/version.ts";

// Colyseus reads the global for reconnection; Node has it from 22 on.
globalThis.WebSocket ??= WebSocket as unknown as typeof globalThis.WebSocket;

/**
 * How long a connection is kept between two requests, ms: longer than proxies keep theirs (60 s), or a
 * request that is sent while the server closes it is lost.
 */
const KEEP_ALIVE_MS = 75_000;

/**
 * Longest time of a shutdown, ms. Characters that are not saved by then keep their lease, and the log says
 * so.
 */
const SHUTDOWN_MS = 25_000;
/**
 * Longest time for closing the database after that, ms: a row that another session has locked must not keep
 * the process.
 */
const CLOSE_MS = 8_000;
/** Limit of both together, ms: containers are killed after 30 s. */
const GRACE_MS = 28_000;

/**
 * A running server process: its addresses, its services, and how to reload, drain and close it. From
 * `startServer`.
 */
export interface RunningServer {
  /** Address of the page, e.g. http://127.0.0.1:2567 */
  readonly url: string;
  /** The port that it listens on, also when 0 was asked for. */
  readonly port: number;
  /** Colyseus's id of this process, which is in the path of each socket. */
  readonly processId: string;
  /** Database, ports and plugins, for tests and tools. No part of the public surface beyond `database.ds`. */
  readonly foundation: Services;
  /**
   * Replaces the games by edited ones: each open room is replaced by a room of the new code, with its state
   * and its players, who reconnect by themselves. For development; one call at a time.
   */
  reload(games: Games): Promise<void>;
  /** Calls `listener` when `roomkeep drain` asks this process to drain. */
  onDrainAsked(listener: () => void): void;
  /**
   * Moves the rooms to other processes if there are any, saves all characters, and closes the rooms, the
   * sockets and, last, the database.
   */
  close(): Promise<void>;
}

/**
 * Starts one process: database, Redis, rooms, page, API, monitor, all on one port.
 *
 * @param games rooms by the name under which clients join them
 * @param page folder of the built page, or a server of its source
 * @param plugins capabilities that a server can do without
 * @param hooks `onError` is called for each error that is logged, and for errors of players' pages
 * @throws RoomkeepError PORT_IN_USE, PAGE_MISSING, and errors of {@link openServices}
 * @example
 * const server = await startServer({ yard: YardRoom }, readConfig(process.env));
 */
export async function startServer(
  games: Games,
  config: Config,
  page?: PageSource,
  plugins: readonly AnyPlugin[] = [],
  hooks: { readonly onError?: ((report: ErrorReport) => unknown) | undefined } = {},
): Promise<RunningServer> {
  const http = createServer({ highWaterMark: ANSWER_MAX, keepAliveTimeout: KEEP_ALIVE_MS });
  const guard = guardRequests(http, openLog(config.logLevel), config.trustProxy, config.httpsOnly);
  // First, because it fails at once where a database takes its time.
  await claimPort(http, config);
  try {
    const { port } = http.address() as AddressInfo;
    const foundation = await openServices(config, plugins, {
      onError: hooks.onError,
      pageFolder: typeof page === "string" ? page : undefined,
    });
    const endTraces = await openTraces(VERSION, foundation.log);
    const giveBackConsole = hearConsole(sampleLog(foundation.log));
    let server: Server | undefined;
    try {
      foundation.itemRules.templates = itemsOf(games);
      foundation.page.build = await buildOf(page);
      const { ports, openRooms } = foundation;
      const entries = defineGames(games, ports, foundation.plugins, openRooms);
      server = openColyseus(foundation, http, entries, port, page);
      const opened = server;
      await server.listen(port, config.host);
      if (foundation.shared)
        foundation.membership = await joinCluster(foundation.shared, {
          log: foundation.log,
          version: VERSION,
          incarnation: foundation.incarnation,
          address: `${hostname()}:${port}`,
          publicAddress: matchMaker.publicAddress,
          memory: foundation.memory,
          isFull: foundation.rooms.isFull,
          sample: foundation.watch.overview.latest,
          freeLeases: async (dead) =>
            config.databaseUrl ? freeLeasesOfDead(foundation.database.ds, dead) : 0,
        });
      await followHints(foundation);
      await foundation.watch.begin({ port, version: VERSION });
      foundation.serving = entries.length > 0;
      guard.open();
      const url = `http://${config.host === "0.0.0.0" ? "127.0.0.1" : config.host}:${port}`;
      return {
        url,
        port,
        processId: matchMaker.processId,
        foundation,
        onDrainAsked: (listener) => void hearDrain(foundation, listener),
        async reload(edited) {
          await swapGames(entries, edited, foundation);
          foundation.serving = entries.length > 0;
        },
        close: () =>
          shutDown(opened, http, foundation).finally(() => {
            endTraces();
            giveBackConsole();
          }),
      };
    } catch (error) {
      endTraces();
      giveBackConsole();
      await foundation.membership?.leave();
      await server?.gracefullyShutdown(false).catch(() => {}); // what failed is told, not what follows from it
      await foundation.close();
      throw error;
    }
  } catch (error) {
    http.close();
    throw error;
  }
}

/** Colyseus's presence carries the word; whoever asks knows the process by its id. */
async function hearDrain({ shared, log, audit }: Services, listener: () => void): Promise<void> {
  await shared?.presence.subscribe(DRAIN_CHANNEL, async (processId: string) => {
    if (processId !== matchMaker.processId) return;
    log.info({}, "asked to drain");
    // Whoever asked is answered by the end of the process.
    await audit
      .note(entryOf({ caller: "operator", role: "admin", line: `roomkeep drain ${processId}` }, "done"))
      .catch((error) => log.warn({ err: error }, "the audit entry of the drain waits"));
    listener();
  });
}

/** Replaces the games. `entries` is changed in place, because the API lists it. */
async function swapGames(
  entries: GameEntry[],
  games: Games,
  { ports, plugins, openRooms, itemRules, shared }: Services,
): Promise<void> {
  itemRules.templates = itemsOf(games);
  if (shared) {
    // Processes of a cluster would share Colyseus's restore notes: open rooms keep the old code, new ones get
    // the new code.
    for (const { game } of entries) matchMaker.removeRoomType(game);
    entries.splice(0, entries.length, ...defineGames(games, ports, plugins, openRooms));
    return;
  }
  // From now on Colyseus notes each new room for the next reload.
  setDevMode(true);
  for (const { game } of entries) matchMaker.removeRoomType(game);
  entries.splice(0, entries.length, ...defineGames(games, ports, plugins, openRooms));
  await matchMaker.hotReload();
}

async function shutDown(server: Server, http: HttpServer, foundation: Services): Promise<void> {
  const { log } = foundation;
  const startedAt = performance.now();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      log.error({}, "some rooms did not close in time; their characters are free when the lease runs out");
      resolve();
    }, SHUTDOWN_MS);
  });
  // In development mode Colyseus would keep the rooms for its next start, and no player would leave.
  setDevMode(false);
  foundation.stopping = true;
  await foundation.membership?.drain();
  // A stream has no end of its own, and the server waits for all answers.
  foundation.watch.stream.close();
  await Promise.race([server.gracefullyShutdown(false), late]);
  clearTimeout(timer);
  await foundation.membership?.leave();
  http.close();
  http.closeAllConnections();
  const leftMs = GRACE_MS - (performance.now() - startedAt);
  const closed = await endsWithin(Math.min(CLOSE_MS, leftMs), foundation.close());
  if (!closed)
    log.error({}, "the database did not close in time; leases that are left run out by themselves");
  log.info({}, "stopped");
}

/** True when `work` ended within `ms`. Otherwise it goes on, and nothing waits for it. */
async function endsWithin(ms: number, work: Promise<unknown>): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<false>((done) => {
    timer = setTimeout(done, Math.max(ms, 0), false);
  });
  const ended = await Promise.race([work.then(() => true), late]);
  clearTimeout(timer);
  return ended;
}

import type { Server as HttpServer } from "node:http";
import { createRouter, LocalDriver, LocalPresence, matchMaker, Server } from "@colyseus/core";
import { type TransportOptions, WebSocketTransport } from "@colyseus/ws-transport";
import { limitSocket, SOCKET_OPTIONS } from "../rooms/internal.ts";
import { isInRoom } from "./accounts/account-characters.ts";
import { returnTicket } from "./accounts/join-tickets.ts";
import { serveDeskPage } from "./desk/desk-page.ts";
import { STREAM_PATH, streamRoute } from "./desk/stream/stream-route.ts";
import { openapiEndpoint } from "./http/api/openapi.ts";
import { type GameEntry, readRooms, roomEndpoints } from "./http/api/rooms.ts";
import { ROUTER_OPTIONS } from "./http/api/router-options.ts";
import { allowOrigins, isForeign } from "./http/cors.ts";
import { type PageSource, servePage } from "./http/static-page.ts";
import { boundJoins, type JoinBounds } from "./matchmaking/bounded-joins.ts";
import { reopenMatches } from "./matchmaking/lasting-matches.ts";
import { guardMatchmaking, openMisses } from "./matchmaking/matchmaking-guard.ts";
import { nameSilence } from "./matchmaking/silent-rooms.ts";
import { admitViewers } from "./matchmaking/viewer-joins.ts";
import type { Services } from "./services.ts";
import { type SampledLog, sampleLog } from "./telemetry/sampled-log.ts";
import { VERSION } from "./telemetry/version.ts";

/**
 * Largest answer of an endpoint, in bytes: the write buffer of the HTTP server. Colyseus's router
 * (better-call, `setResponse`) never ends an answer after a write that exceeds the buffer.
 */
export const ANSWER_MAX = 1024 * 1024;
/**
 * Value of the public address: clients keep the address of their request, and a proxy routes their sockets.
 */
const BEHIND_PROXY = "same";
/** How old the list of rooms may be in a cluster, ms. */
const LIST_MS = 1_000;
/** Colyseus's own, however many servers this process has had. */
const invokeMethod = matchMaker.controller.invokeMethod.bind(matchMaker.controller);

/**
 * Colyseus's transport on an HTTP server that listens already, so that a port in use is an error of its own.
 * It limits each socket, in a room or not.
 */
class AttachedTransport extends WebSocketTransport {
  constructor(options: TransportOptions, log: SampledLog, framesPerSecond: number) {
    super({ ...options, ...SOCKET_OPTIONS });
    this.wss.prependListener("connection", (ws) => limitSocket(ws, log, framesPerSecond));
  }

  override listen(_port: number, _host?: string, _backlog?: number, ready?: () => void): this {
    ready?.();
    return this;
  }
}

/**
 * Opens Colyseus on a server that listens: rooms, sockets, HTTP routes and the page. `entries` is the list
 * that the API reads; a hot reload changes it in place.
 */
export function openColyseus(
  foundation: Services,
  http: HttpServer,
  entries: readonly GameEntry[],
  port: number,
  page?: PageSource,
): Server {
  const { config, log, shared, endpoints } = foundation;
  const own = config.publicAddress ?? (shared ? `${config.host}:${port}` : undefined);
  const address = own === BEHIND_PROXY ? undefined : own;
  const sampled = sampleLog(log);
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    logger: sampled,
    presence: shared?.presence ?? openLocalPresence(),
    driver: shared?.driver ?? new LocalDriver(),
    publicAddress: address,
    ...(shared && {
      selectProcessIdToCreateRoom: (_room: string, options: unknown) => selectProcess(foundation, options),
    }),
    transport: new AttachedTransport(
      {
        noServer: true,
        beforeUpgrade: (_request, context) =>
          isForeign(context.headers, config.origins) ? new Response(null, { status: 403 }) : undefined,
      },
      sampled,
      config.socketFrames,
    ).attachToServer(http, typeof page === "function" ? { filter: ({ url }) => !page.owns(url) } : {}),
    express(app) {
      app.get(STREAM_PATH, streamOf(foundation));
      serveDeskPage(app);
      return servePage(app, page, http);
    },
  });
  allowOrigins(config.origins);
  const misses = openMisses();
  const bounds: JoinBounds = {
    isAway: foundation.isRedisAway,
    giveBack: (ticket) => returnTicket(foundation.database.ds, ticket),
  };
  const invoke = boundJoins(admitViewers(nameSilence(invokeMethod)), bounds);
  const { verify, returns } = foundation.ports;
  const reopen = boundJoins(reopenMatches({ matches: foundation.matches, returns }), bounds);
  guardMatchmaking({ misses, verify, reopen, log, invoke });
  const list = listOf(foundation);
  const routes = {
    ...endpoints,
    ...roomEndpoints(entries, { list, misses, isInside: isInsideOf(foundation) }),
  };
  server.router = createRouter({ ...routes, ...openapiEndpoint(routes, VERSION) }, ROUTER_OPTIONS);
  return server;
}

function streamOf({ desk, watch, database: { ds }, config }: Services) {
  const { permissions } = desk.host;
  return streamRoute({
    ds,
    permissions,
    stream: watch.stream,
    guard: desk.guard,
    idleMinutes: config.desk.idleMinutes,
  });
}

/**
 * How the list of rooms is read. In a cluster it is all listings of all processes, which each page on its way
 * into a game asks for every few seconds: one reading is for all who ask within a second. Rooms that open or
 * close are seen at once, how many are in them within that second.
 */
function listOf({ shared, caches }: Services): () => ReturnType<typeof readRooms> {
  if (!shared) return readRooms;
  const rooms = caches.open("rooms", { read: readRooms, mostMs: LIST_MS });
  shared.onRooms(() => rooms.forget("open"));
  return () => rooms.get("open");
}

/** Whether the account of an access token has a character in a room; false for whoever has none. */
function isInsideOf({ auth, database: { ds } }: Services) {
  return async (token: string | undefined, roomId: string): Promise<boolean> => {
    const caller = await auth.caller(token).catch(() => undefined);
    return caller !== undefined && isInRoom(ds, caller.accountId, roomId);
  };
}

/** The one that this process chooses for a new room; itself while it starts. */
async function selectProcess({ membership }: Services, options: unknown): Promise<string> {
  const { awayFrom } = (options ?? {}) as { awayFrom?: unknown };
  return (await membership?.selectProcess(awayFrom)) ?? matchMaker.processId;
}

/** Every room subscribes to its parties: Node's warning of a leak above ten listeners is wrong here. */
function openLocalPresence(): LocalPresence {
  const presence = new LocalPresence();
  presence.subscriptions.setMaxListeners(0);
  return presence;
}

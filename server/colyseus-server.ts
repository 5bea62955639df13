import type { Server as HttpServer } from "node:http";
import { createRequire } from "node:module";
import { createRouter, LocalDriver, LocalPresence, matchMaker, Server } from "@colyseus/core";
import { type TransportOptions, WebSocketTransport } from "@colyseus/ws-transport";
import type { Logger } from "pino";
import { limitSocket, SOCKET_OPTIONS } from "../rooms/internal.ts";
import { returnTicket } from "./accounts/join-tickets.ts";
import { openapiEndpoint } from "./http/api/openapi.ts";
import { type GameEntry, roomEndpoints } from "./http/api/rooms.ts";
import { allowOrigins, isForeign } from "./http/cors.ts";
import { type PageSource, servePage } from "./http/static-page.ts";
import { boundJoins } from "./matchmaking/bounded-joins.ts";
import { limitMisses, openMisses } from "./matchmaking/room-code-misses.ts";
import type { Services } from "./services.ts";
import { sampleLog } from "./telemetry/sampled-log.ts";

/**
 * Largest answer of an endpoint, in bytes. Colyseus's router (better-call, `setResponse`) never ends an answer whose
 * write asked it to wait, so that none may have to.
 */
export const ANSWER_MAX = 1024 * 1024;
/** As the public address: clients come back by the address they came by, where a proxy knows the processes. */
const BEHIND_PROXY = "same";
/** Colyseus's own, however many servers this process has had. */
const invokeMethod = matchMaker.controller.invokeMethod.bind(matchMaker.controller);
/** Version of roomkeep that this process runs. */
export const VERSION: string = createRequire(import.meta.url)("roomkeep/package.json").version;

/**
 * The transport on a server that listens already, so that a port in use is told apart from every other failure. Each socket
 * is held to its limits, in a room or not.
 */
class AttachedTransport extends WebSocketTransport {
  constructor(options: TransportOptions, log: Logger) {
    super({ ...options, ...SOCKET_OPTIONS });
    this.wss.prependListener("connection", (ws) => limitSocket(ws, log));
  }

  override listen(_port: number, _host?: string, _backlog?: number, ready?: () => void): this {
    ready?.();
    return this;
  }
}

/** Colyseus on a server that listens: rooms, sockets, HTTP routes and the page. `entries` is the very list that the API shows. */
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
  const server = new Server({
    greet: false,
    gracefullyShutdown: false,
    logger: sampleLog(log),
    presence: shared?.presence ?? openLocalPresence(),
    driver: shared?.driver ?? new LocalDriver(),
    publicAddress: address,
    ...(shared && { selectProcessIdToCreateRoom: () => selectProcess(foundation) }),
    transport: new AttachedTransport(
      {
        noServer: true,
        beforeUpgrade: (_request, context) =>
          isForeign(context.headers, config.origins) ? new Response(null, { status: 403 }) : undefined,
      },
      log,
    ).attachToServer(http, typeof page === "function" ? { filter: ({ url }) => !page.owns(url) } : {}),
    express: (app) => servePage(app, page, http),
  });
  allowOrigins(config.origins);
  const misses = openMisses();
  matchMaker.controller.invokeMethod = boundJoins(limitMisses(invokeMethod, misses), {
    isAway: foundation.isRedisAway,
    giveBack: (ticket) => returnTicket(foundation.database.ds, ticket),
  });
  const routes = { ...endpoints, ...roomEndpoints(entries, misses) };
  server.router = createRouter({ ...routes, ...openapiEndpoint(routes, VERSION) });
  return server;
}

/** The one that this process chooses for a new room; itself while it starts. */
async function selectProcess({ membership }: Services): Promise<string> {
  return (await membership?.selectProcess()) ?? matchMaker.processId;
}

/** Each room listens for parties: more than ten are no leak, as Node would have it. */
function openLocalPresence(): LocalPresence {
  const presence = new LocalPresence();
  presence.subscriptions.setMaxListeners(0);
  return presence;
}

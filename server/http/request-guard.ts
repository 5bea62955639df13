import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import { settleAddress } from "./client-address.ts";

/** Most bytes of a request's body: matchmaking options and account forms are far smaller. */
const BODY_MAX = 64 * 1024;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]+)(:\d{1,5})?$/i;
const SCHEME = /^https?$/i;

/** Opened when there is somebody behind it to answer. */
export interface RequestGuard {
  open(): void;
}

/**
 * Turns away what no browser sends before the framework behind sees it: a Host that is no host, two of them, a
 * forwarded scheme that is none, a target that is no path, a body without end. Any of the first three would end the
 * process there. Settles the client's address for all that comes after.
 *
 * @param proxies trusted proxies before this process
 */
export function guardRequests(server: Server, proxies = 0): RequestGuard {
  let isOpen = false;
  server.headersTimeout = 10_000;
  server.requestTimeout = 20_000;
  server.maxHeadersCount = 64;
  const emit = server.emit.bind(server);
  server.emit = (event: string, ...args: unknown[]): boolean => {
    if (event === "request" || event === "upgrade") settleAddress(args[0] as IncomingMessage, proxies);
    if (event === "request" && (turnAway(args[0] as IncomingMessage) || !isOpen)) {
      if (!isOpen) askBackLater(args[1] as ServerResponse);
      return true;
    }
    if (event === "upgrade" && (!isOpen || isMalformed(args[0] as IncomingMessage))) {
      (args[1] as Duplex).destroy();
      return true;
    }
    return emit(event, ...args);
  };
  return {
    open() {
      isOpen = true;
    },
  };
}

/** The port answers before the database does: who comes too early is told so instead of being kept waiting. */
function askBackLater(response: ServerResponse): void {
  if (response.destroyed) return;
  response.writeHead(503, { "content-type": "application/json", "retry-after": "1", connection: "close" });
  response.end(
    JSON.stringify({ code: "ROOM_CLOSED", message: "This server is starting. Try again in a moment." }),
  );
}

function turnAway(request: IncomingMessage): boolean {
  if (isMalformed(request)) return refuse(request, "400 Bad Request");
  if (Number(request.headers["content-length"] ?? 0) > BODY_MAX)
    return refuse(request, "413 Content Too Large");
  // A length that is told is also kept by Node's parser; a body without one could go on for ever.
  if (request.headers["transfer-encoding"] !== undefined) return refuse(request, "411 Length Required");
  return false;
}

function refuse(request: IncomingMessage, status: string): true {
  const { socket } = request;
  if (socket.writable) socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`);
  request.destroy();
  return true;
}

function isMalformed(request: IncomingMessage): boolean {
  const { headers, rawHeaders, url = "/" } = request;
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === "host") hosts++;
  if (hosts !== 1 || !HOST.test(headers.host ?? "")) return true;
  if (!URL.canParse(`http://${headers.host}`)) return true;
  const scheme = headers["x-forwarded-proto"];
  if (scheme !== undefined && !SCHEME.test(String(scheme))) return true;
  return !url.startsWith("/") || !URL.canParse(url, "http://host");
}

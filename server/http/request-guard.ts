import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { Duplex } from "node:stream";
import type { Logger } from "pino";
import { ADDRESS_HEADER, settleAddress } from "./client-address.ts";
import { settleScheme } from "./client-scheme.ts";
import { answerPlain, needsHttps } from "./https-only.ts";
import { openRefusalLog } from "./refusal-log.ts";
import { awaitBody, dropBody } from "./request-body.ts";
import { setSecurityHeaders } from "./security-headers.ts";

/** Most bytes of a request's body: matchmaking options and account forms are far smaller. */
const BODY_MAX = 64 * 1024;
/**
 * Time in which a refused request is still read, ms: a socket that closes over unread bytes loses the answer.
 */
const LINGER_MS = 1_000;
const HOST = /^(\[[0-9a-f:.]+\]|[a-z0-9._-]{1,255})(:\d{0,5})?$/i;
/** Browsers that came by https stay with it for a year. */
const HSTS = "max-age=31536000";

/** Answers requests with 503 until it is opened. */
export interface RequestGuard {
  open(): void;
}

/**
 * Turns away what no browser sends before the framework behind sees it: a Host that is no host, two of them,
 * a target that is no path, a body without end. Settles the client's address and scheme for all that comes
 * after, and sets the security headers of every answer. What proxies tell in their headers is taken or
 * ignored, never a reason to refuse.
 *
 * @param proxies trusted proxies before this process
 * @param httpsOnly who comes by plain http is sent to https, or refused
 */
export function guardRequests(server: Server, log: Logger, proxies = 0, httpsOnly = false): RequestGuard {
  let isOpen = false;
  server.headersTimeout = 10_000;
  server.requestTimeout = 20_000;
  server.maxHeadersCount = 64;
  const emit = server.emit.bind(server);
  const note = openRefusalLog(log);
  server.emit = (event: string, ...args: unknown[]): boolean => {
    if (event !== "request" && event !== "upgrade") return emit(event, ...args);
    const [request] = args as [IncomingMessage];
    settleAddress(request, proxies);
    // HTTP/1.0, which HAProxy's health checks speak, has no Host. For 1.1 Node itself requires one.
    if (request.httpVersion === "1.0") request.headers.host ??= "localhost";
    const scheme = settleScheme(request, proxies);
    const visit: Visit = {
      request,
      scheme,
      isPlain: httpsOnly && scheme === "http" && needsHttps(request),
      isEarly: () => !isOpen,
      enter: () => emit(event, ...args),
      note: (reason) => note(reason, String(request.headers[ADDRESS_HEADER])),
    };
    if (event === "request") admit(visit, args[1] as ServerResponse);
    else admitSocket(visit, args[1] as Duplex);
    return true;
  };
  return {
    open() {
      isOpen = true;
    },
  };
}

interface Visit {
  readonly request: IncomingMessage;
  readonly scheme: "http" | "https";
  /** True: it came by plain http, and https is enforced. */
  readonly isPlain: boolean;
  isEarly(): boolean;
  /** Passes the request on to later code. */
  enter(): void;
  /** Logs the refusal. */
  note(reason: "host" | "target" | "body"): void;
}

function admit({ request, scheme, isPlain, isEarly, enter, note }: Visit, response: ServerResponse): void {
  setSecurityHeaders(request, response);
  if (scheme === "https") response.setHeader("strict-transport-security", HSTS);
  const tooLong = () => {
    note("body");
    turnAway(request, response, 413);
  };
  const fault = faultOf(request);
  if (fault) {
    note(fault);
    turnAway(request, response, 400);
  } else if (Number(request.headers["content-length"] ?? 0) > BODY_MAX) tooLong();
  else if (isPlain) awaitBody(request, BODY_MAX, () => answerPlain(request, response), tooLong);
  else awaitBody(request, BODY_MAX, () => (isEarly() ? askBackLater(response) : enter()), tooLong);
}

function admitSocket({ request, isPlain, isEarly, enter, note }: Visit, socket: Duplex): void {
  const fault = faultOf(request);
  if (fault) note(fault);
  if (fault) endSocket(socket, "400 Bad Request");
  else if (isPlain) endSocket(socket, "403 Forbidden");
  else if (isEarly()) endSocket(socket, "503 Service Unavailable");
  else enter();
}

/** The port is open before the database is: an early request gets an answer at once instead of a wait. */
function askBackLater(response: ServerResponse): void {
  if (response.destroyed) return;
  response.writeHead(503, { "content-type": "application/json", "retry-after": "1", connection: "close" });
  response.end(
    JSON.stringify({ code: "ROOM_CLOSED", message: "This server is starting. Try again in a moment." }),
  );
}

function turnAway(request: IncomingMessage, response: ServerResponse, status: number): void {
  const end = () => response.end();
  dropBody(request, end);
  response.writeHead(status, { connection: "close", "content-length": 0 });
  response.flushHeaders();
  const timer = setTimeout(end, LINGER_MS).unref();
  response.once("close", () => clearTimeout(timer));
}

function endSocket(socket: Duplex, status: string): void {
  socket.on("error", () => socket.destroy());
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n`, () => socket.destroy());
}

/** The malformed part of a request; undefined: it is well formed. */
function faultOf({ headers, rawHeaders, url = "/" }: IncomingMessage): "host" | "target" | undefined {
  let hosts = 0;
  for (let i = 0; i < rawHeaders.length; i += 2) if (rawHeaders[i]?.toLowerCase() === "host") hosts++;
  if (hosts > 1 || !HOST.test(headers.host ?? "")) return "host";
  if (!URL.canParse(`http://${headers.host}`)) return "host";
  return url.startsWith("/") && URL.canParse(url, "http://host") ? undefined : "target";
}

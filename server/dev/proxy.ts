import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
  type ServerResponse,
} from "node:http";
import { type AddressInfo, connect } from "node:net";
import type { Duplex } from "node:stream";

/** Most bytes of a request's body, as in the processes' own request guard. */
const BODY_MAX = 64 * 1024;
/** Default time without an answer, ms, after which a process that stands still is passed over. */
const ANSWER_MS = 2_000;
/** Interval of the health checks, and time without an answer after which other processes come first, ms. */
const PROBE_MS = 400;
const SILENT_MS = 1_200;
/** Path of a player's socket: /<process>/<room>. */
const SEAT_PATH = /\/([\w-]+)\/[\w-]+$/;

/** A process behind the proxy. */
export interface Upstream {
  /** Colyseus's id of it, which is in the path of its sockets. */
  readonly processId: string;
  /** Its port on this machine. */
  readonly port: number;
}

/** One address in front of several processes. */
export interface DevProxy {
  readonly url: string;
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Opens one address in front of the processes of this machine: the socket of a seat goes to the process that
 * has it, everything else to the first of `upstreams` that answers. Health checks run all the while, so that
 * no request goes to a process that stands still. For development and drills; in production a load balancer
 * does this (docs/deploy.md).
 *
 * @param upstreams called for each request; the preferred process first
 */
export async function openDevProxy(
  { host, port, answerMs = ANSWER_MS }: { host: string; port: number; answerMs?: number },
  upstreams: () => readonly Upstream[],
): Promise<DevProxy> {
  const watch = watchHealth(upstreams);
  const inOrder = () =>
    [...upstreams()].sort((a, b) => Number(watch.isSilent(a.port)) - Number(watch.isSilent(b.port)));
  const sockets = new Set<Duplex>();

  /** Tries one process after the other until one takes the request. */
  function pass(
    asked: IncomingMessage,
    body: Buffer,
    answer: ServerResponse,
    left: readonly Upstream[],
  ): void {
    const [to, ...others] = left;
    if (!to) {
      answerUnavailable(answer);
      return;
    }
    const { method = "GET", url = "/" } = asked;
    const forwarded = httpRequest({
      host: "127.0.0.1",
      port: to.port,
      method,
      path: url,
      headers: headersFor(asked, body),
      agent: false,
    });
    // A living process may be slow: joins wait for the leases of a dead one.
    const giveUp = () => {
      if (watch.isSilent(to.port)) forwarded.destroy(new Error("no answer in time"));
      else timer = setTimeout(giveUp, PROBE_MS);
    };
    let timer = setTimeout(giveUp, answerMs);
    forwarded.on("response", (got) => {
      clearTimeout(timer);
      answer.writeHead(got.statusCode ?? 502, got.headers);
      got.pipe(answer);
      got.on("error", () => answer.destroy());
    });
    forwarded.on("error", (error: NodeJS.ErrnoException) => {
      clearTimeout(timer);
      if (answer.headersSent) answer.destroy();
      // A request that was never received, or that only reads, may go to another process.
      else if (error.code === "ECONNREFUSED" || method === "GET") pass(asked, body, answer, others);
      else answerUnavailable(answer);
    });
    answer.on("close", () => forwarded.destroy());
    forwarded.end(body);
  }

  function upgrade(asked: IncomingMessage, near: Duplex, head: Buffer): void {
    const { pathname } = new URL(asked.url ?? "/", "http://host");
    const all = inOrder();
    const [, processId] = SEAT_PATH.exec(pathname) ?? [];
    const to = processId === undefined ? all[0] : all.find((one) => one.processId === processId);
    near.on("error", () => near.destroy());
    if (!to)
      return void near.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    const far = connect(to.port, "127.0.0.1", () => {
      far.write(upgradeHead(asked));
      if (head.length > 0) far.write(head);
      near.pipe(far).pipe(near);
    });
    far.setNoDelay(true);
    sockets.add(near).add(far);
    for (const [one, other] of [
      [near, far],
      [far, near],
    ] as const) {
      one.on("error", () => one.destroy());
      one.on("close", () => {
        sockets.delete(one);
        other.destroy();
      });
    }
  }

  const server = createServer((asked, answer) => {
    const parts: Buffer[] = [];
    let size = 0;
    asked.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= BODY_MAX) parts.push(part);
      else if (!answer.headersSent) answer.writeHead(413, { connection: "close" }).end();
    });
    asked.on("end", () => size <= BODY_MAX && pass(asked, Buffer.concat(parts), answer, inOrder()));
    asked.on("error", () => answer.destroy());
  });
  server.on("upgrade", upgrade);
  server.on("connection", (socket) => socket.setNoDelay(true));
  await new Promise<void>((listening, failed) => {
    server.once("error", failed);
    server.listen(port, host, listening);
  });
  const opened = (server.address() as AddressInfo).port;
  return {
    port: opened,
    url: `http://${host === "0.0.0.0" ? "127.0.0.1" : host}:${opened}`,
    close: () =>
      new Promise((closed) => {
        watch.stop();
        server.close(() => closed());
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Checks the health of each process. A check without an answer stays open until the process answers or ends.
 */
function watchHealth(upstreams: () => readonly Upstream[]): {
  isSilent(port: number): boolean;
  stop(): void;
} {
  const heardAt = new Map<number, number>();
  const asking = new Map<number, ClientRequest>();
  const probe = () => {
    for (const { port } of upstreams()) {
      if (!heardAt.has(port)) heardAt.set(port, performance.now());
      if (asking.has(port)) continue;
      const asked = httpRequest({ host: "127.0.0.1", port, path: "/health", agent: false });
      asking.set(port, asked);
      asked.on("response", (answer) => {
        heardAt.set(port, performance.now());
        answer.resume();
      });
      asked.on("error", () => {}); // it has ended, or is about to
      asked.on("close", () => asking.delete(port));
      asked.end();
    }
  };
  const timer = setInterval(probe, PROBE_MS);
  return {
    isSilent: (port) => performance.now() - (heardAt.get(port) ?? Number.POSITIVE_INFINITY) > SILENT_MS,
    stop() {
      clearInterval(timer);
      for (const asked of asking.values()) asked.destroy();
    },
  };
}

function answerUnavailable(answer: ServerResponse): void {
  if (answer.headersSent || answer.destroyed) return;
  answer.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
  const message = "No process of this server answers. Try again in a moment.";
  answer.end(JSON.stringify({ code: "ROOM_CLOSED", message }));
}

function headersFor(asked: IncomingMessage, body: Buffer): Record<string, string | string[]> {
  const { connection: _, "transfer-encoding": __, "keep-alive": ___, ...kept } = asked.headers;
  const told = Object.fromEntries(forwardedBy(asked).map(([name, value]) => [name.toLowerCase(), value]));
  const headers = { ...kept, ...told } as Record<string, string | string[]>;
  if (body.length > 0 || asked.headers["content-length"] !== undefined)
    headers["content-length"] = String(body.length);
  return headers;
}

/** The headers to which each proxy adds the address and the scheme of its caller. */
function forwardedBy({ headers, socket }: IncomingMessage): [string, string][] {
  const added = { "X-Forwarded-For": socket.remoteAddress, "X-Forwarded-Proto": "http" };
  return Object.entries(added).map(([name, own]) => [
    name,
    [headers[name.toLowerCase()], own].filter(Boolean).join(", "),
  ]);
}

function upgradeHead(asked: IncomingMessage): string {
  const told = forwardedBy(asked);
  const lines = [`${asked.method} ${asked.url} HTTP/1.1`];
  for (let i = 0; i + 1 < asked.rawHeaders.length; i += 2) {
    const name = asked.rawHeaders[i]?.toLowerCase();
    if (told.some(([own]) => own.toLowerCase() === name)) continue;
    lines.push(`${asked.rawHeaders[i]}: ${asked.rawHeaders[i + 1]}`);
  }
  for (const [name, value] of told) lines.push(`${name}: ${value}`);
  return `${lines.join("\r\n")}\r\n\r\n`;
}

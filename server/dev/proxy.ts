import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import type { Duplex } from "node:stream";
import { Readable } from "node:stream";
import { createProxyServer, proxyUpgrade } from "httpxy";
import { PROBE_MS, watchHealth } from "./process-health.ts";

/** Most bytes of a request's body, as in the processes' own request guard. */
const BODY_MAX = 64 * 1024;
/** Default time without an answer, ms, after which a process that stands still is passed over. */
const ANSWER_MS = 2_000;
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
  const health = watchHealth(upstreams);
  const inOrder = () =>
    [...upstreams()].sort((a, b) => Number(health.isSilent(a.port)) - Number(health.isSilent(b.port)));
  const sockets = new Set<Duplex>();

  /** Tries one process after the other until one takes the request. */
  async function pass(asked: IncomingMessage, body: Buffer, answer: ServerResponse): Promise<void> {
    for (const { port } of inOrder()) {
      try {
        return await passTo(port, asked, body, answer);
      } catch (error) {
        // A request that was never received, or that only reads, may go to another process.
        const again = (error as NodeJS.ErrnoException).code === "ECONNREFUSED" || asked.method === "GET";
        if (answer.headersSent || answer.destroyed) return void answer.destroy();
        if (!again) break;
      }
    }
    answerUnavailable(answer);
  }

  function passTo(port: number, asked: IncomingMessage, body: Buffer, answer: ServerResponse): Promise<void> {
    const target = `http://127.0.0.1:${port}`;
    const proxy = createProxyServer({ target, agent: false, buffer: Readable.from([body]) });
    let timer: NodeJS.Timeout | undefined;
    proxy.once("proxyReq", (forwarded) => {
      // A living process may be slow: joins wait for the leases of a dead one.
      const giveUp = () => {
        if (health.isSilent(port)) forwarded.destroy(new Error("no answer in time"));
        else timer = setTimeout(giveUp, PROBE_MS);
      };
      timer = setTimeout(giveUp, answerMs);
    });
    proxy.once("proxyRes", () => clearTimeout(timer));
    return proxy.web(asked, answer).finally(() => clearTimeout(timer));
  }

  function upgrade(asked: IncomingMessage, near: Duplex, head: Buffer): void {
    const { pathname } = new URL(asked.url ?? "/", "http://host");
    const all = inOrder();
    const [, processId] = SEAT_PATH.exec(pathname) ?? [];
    const to = processId === undefined ? all[0] : all.find((one) => one.processId === processId);
    near.on("error", () => near.destroy());
    if (!to)
      return void near.end("HTTP/1.1 502 Bad Gateway\r\nConnection: close\r\nContent-Length: 0\r\n\r\n");
    sockets.add(near);
    near.on("close", () => sockets.delete(near));
    addForwarded(asked);
    proxyUpgrade({ host: "127.0.0.1", port: to.port }, asked, near, head, { xfwd: false }).then(
      (far) => {
        // The library ends one side with the other, but not when this side is closed here.
        near.on("close", () => far.destroy());
        if (near.destroyed) far.destroy();
      },
      () => near.end(),
    );
  }

  const server = createServer((asked, answer) => {
    const parts: Buffer[] = [];
    let size = 0;
    addForwarded(asked);
    asked.on("data", (part: Buffer) => {
      size += part.length;
      if (size <= BODY_MAX) parts.push(part);
      else if (!answer.headersSent) answer.writeHead(413, { connection: "close" }).end();
    });
    asked.on("end", () => size <= BODY_MAX && void pass(asked, Buffer.concat(parts), answer));
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
        health.stop();
        server.close(() => closed());
        server.closeAllConnections();
        for (const socket of sockets) socket.destroy();
      }),
  };
}

function answerUnavailable(answer: ServerResponse): void {
  if (answer.headersSent || answer.destroyed) return;
  answer.writeHead(503, { "content-type": "application/json", "retry-after": "1" });
  const message = "No process of this server answers. Try again in a moment.";
  answer.end(JSON.stringify({ code: "ROOM_CLOSED", message }));
}

/**
 * Adds the address and the scheme of the caller to the headers for them. The library's own option keeps the
 * client's value and adds nothing.
 */
function addForwarded({ headers, socket }: IncomingMessage): void {
  const added = { "x-forwarded-for": socket.remoteAddress, "x-forwarded-proto": "http" };
  for (const [name, own] of Object.entries(added))
    headers[name] = [headers[name], own].filter(Boolean).join(", ");
}

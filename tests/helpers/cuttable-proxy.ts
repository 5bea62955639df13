import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy in front of a server: a network that a test can cut and restore. */
export interface CuttableProxy {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  /** The connections that are open pass nothing on any more, not even their end; new ones do. */
  silence(): void;
  mend(): void;
  /** New connections go to another port from now on; those that are open stay. */
  lead(port: number): void;
  close(): Promise<void>;
}

/**
 * Opens a proxy on a free port of this machine.
 *
 * @param delayMs what comes in is passed on so much later, each way: half the round trip
 */
export async function openProxy(targetPort: number, delayMs = 0): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  const silent = new WeakSet<Socket>();
  let whole = true;
  let target = targetPort;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    return socket;
  };
  const server = createServer((incoming) => {
    if (!whole) return incoming.destroy();
    const outgoing = keep(connect(target, "127.0.0.1"));
    keep(incoming);
    if (delayMs === 0) {
      incoming.pipe(outgoing).pipe(incoming);
    } else {
      passLater(incoming, outgoing, delayMs);
      passLater(outgoing, incoming, delayMs);
    }
    incoming.on("close", () => outgoing.destroy());
    outgoing.on("close", () => silent.has(outgoing) || incoming.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address ? address.port : 0;
  return {
    port,
    cut() {
      whole = false;
      for (const socket of sockets) socket.destroy();
    },
    silence() {
      for (const socket of sockets) {
        silent.add(socket);
        socket.unpipe().resume();
      }
    },
    mend() {
      whole = true;
    },
    lead(port) {
      target = port;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Timers of one length keep their order, so the bytes do too. */
function passLater(from: Socket, to: Socket, delayMs: number): void {
  from.on("data", (bytes) => setTimeout(() => to.writable && to.write(bytes), delayMs));
  from.on("end", () => setTimeout(() => to.end(), delayMs));
}

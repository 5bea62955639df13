import { connect, createServer, type Socket } from "node:net";

/** A TCP proxy in front of a server: a network that a test can cut and restore. */
export interface CuttableProxy {
  readonly port: number;
  /** Ends every connection and refuses new ones. */
  cut(): void;
  /** The connections that are open pass nothing on any more, not even their end; new ones do. */
  silence(): void;
  mend(): void;
  /** Holds back every byte, each way, and closes nothing: a network that goes silent. */
  hush(): void;
  /** Passes on what was held back. */
  speak(): void;
  /** New connections go to another port from now on; those that are open stay. */
  lead(port: number): void;
  /** What goes to the server waits until it is released: the server does not read. For a proxy with a delay. */
  hold(): void;
  release(): void;
  /** Whether all that an end has sent was read here, and the reverse. Undefined: an end that hides its socket. */
  hasRead(end: Socket | undefined): boolean;
  close(): Promise<void>;
}

/**
 * Opens a proxy on a free port of this machine.
 *
 * @param delayMs what comes in is passed on so much later, each way: half the round trip
 */
export async function openProxy(targetPort: number, delayMs = 0): Promise<CuttableProxy> {
  const sockets = new Set<Socket>();
  const held: (() => void)[] = [];
  const silent = new WeakSet<Socket>();
  let whole = true;
  let holds = false;
  let hushed = false;
  let target = targetPort;
  const keep = (socket: Socket) => {
    sockets.add(socket);
    socket.on("close", () => sockets.delete(socket));
    socket.on("error", () => socket.destroy());
    return socket;
  };
  /** Timers of one length keep their order, so the bytes do too. */
  const passLater = (from: Socket, to: Socket, mayWait: boolean) => {
    const later = (pass: () => void) =>
      setTimeout(() => (holds && mayWait ? held.push(pass) : pass()), delayMs);
    from.on("data", (bytes) => later(() => to.writable && to.write(bytes)));
    from.on("end", () => later(() => to.end()));
  };
  const server = createServer((incoming) => {
    if (!whole) return incoming.destroy();
    const outgoing = keep(connect(target, "127.0.0.1"));
    keep(incoming);
    if (delayMs === 0) incoming.pipe(outgoing).pipe(incoming);
    else {
      passLater(incoming, outgoing, true);
      passLater(outgoing, incoming, false);
    }
    if (hushed) for (const socket of [incoming, outgoing]) socket.pause();
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
    hush() {
      hushed = true;
      for (const socket of sockets) socket.pause();
    },
    speak() {
      hushed = false;
      for (const socket of sockets) socket.resume();
    },
    lead(port) {
      target = port;
    },
    hold() {
      holds = true;
    },
    release() {
      holds = false;
      for (const pass of held.splice(0)) pass();
    },
    hasRead(end) {
      // By both ports: other connections lead to the same server.
      const here = [...sockets].find(
        ({ localPort, remotePort }) => end?.localPort === remotePort && end?.remotePort === localPort,
      );
      if (!end || !here) return true;
      return sentBy(end) === here.bytesRead && sentBy(here) === end.bytesRead;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Bytes that a socket has sent, those included that were written past Node's stream. */
function sentBy(socket: Socket): number | undefined {
  return (socket as unknown as { _handle?: { bytesWritten: number } | null })._handle?.bytesWritten;
}

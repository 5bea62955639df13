import type { Socket } from "node:net";
import { type Client, type ClientPrivate, ClientState } from "@colyseus/core";
import { WebSocketClient } from "@colyseus/ws-transport";
import type { WebSocket } from "ws";
import { CLOSE } from "../../shared/index.ts";
import { JoinQueue } from "./join-queue.ts";
import { directHandle, type Handle, pendingBytes, writeDirectly } from "./socket-writer.ts";
import type { Frame } from "./websocket-frame.ts";

/** Bounds on what a room keeps for one client that does not take it. */
export interface BackpressureLimits {
  /** Bytes queued past which patches are skipped; one full state follows when under a sixteenth of it is left. */
  patchBytes: number;
  /** Bytes queued, messages included, past which the client is dropped at once. */
  totalBytes: number;
  /** Milliseconds that a client may go without patches before it is dropped. */
  behindMs: number;
  /** Milliseconds that a client may take from its seat to the acknowledgement of its join. */
  joinAckMs: number;
  /** Milliseconds for the close code to be read before the socket is cut. */
  graceMs: number;
}

/** Together under 1 MB a client, whatever it does. */
export const BACKPRESSURE_LIMITS: BackpressureLimits = {
  patchBytes: 256 * 1024,
  totalBytes: 768 * 1024,
  behindMs: 10_000,
  joinAckMs: 30_000,
  graceMs: 3_000,
};

/** What a joined client gets this tick: the patch, nothing, or the whole state because it missed patches. */
export type PatchDecision = "patch" | "skip" | "resync";

/** The parts of `ws` that its types hide. A sender in state 0 is not compressing. */
interface RawSocket extends WebSocket {
  readonly _socket?: Socket | null;
  readonly _sender?: { readonly _state?: number; readonly _bufferedBytes: number };
}
type AnyClient = Client & Partial<ClientPrivate>;
interface Waiting {
  since: number;
  /** Enqueued messages counted so far, and their bytes. */
  counted: number;
  bytes: number;
}

// `simulateLatency` replaces the method: frames must then go through it, not past it.
const untouchedRaw = WebSocketClient.prototype.raw;

/**
 * What leaves a room for its clients, and what waits for them. Colyseus reads no backlog: a reader that stops but
 * answers pings, or that never acknowledges its join, grows the process for as long as it likes. Here each has a
 * cap, a time, and a close code ({@link CLOSE.TOO_SLOW}).
 */
export class Backpressure {
  readonly limits: BackpressureLimits;
  /** Whether frames may go past Node's stream: see {@link directHandle}. */
  direct = true;
  /** Who waits for their first state. */
  readonly admission: JoinQueue;
  readonly #now: () => number;
  readonly #behind = new Map<Client, number>();
  readonly #joining = new Map<Client, Waiting>();
  readonly #dropped = new WeakSet<Client>();
  /** Bytes of a large full state under way, which must not count as a backlog. */
  readonly #allowance = new WeakMap<Client, number>();

  /** @param now a monotonic clock in ms; tests give their own */
  constructor(
    limits: Partial<BackpressureLimits> = {},
    now: () => number = () => performance.now(),
    admission: JoinQueue = new JoinQueue(),
  ) {
    this.admission = admission;
    this.limits = { ...BACKPRESSURE_LIMITS, ...limits };
    this.#now = now;
  }

  /** Bounds those who have not joined yet and forgets those who left. Once a tick, before {@link Backpressure.turn}. */
  tend(clients: readonly Client[]): void {
    for (const client of clients) {
      if (client.state === ClientState.JOINING) this.#await(client);
      else if (this.#joining.size > 0) this.#joining.delete(client);
    }
    if (this.#behind.size > 0 || this.#joining.size > 0) {
      const present = new Set(clients);
      for (const client of this.#behind.keys()) if (!present.has(client)) this.#behind.delete(client);
      for (const client of this.#joining.keys()) if (!present.has(client)) this.#joining.delete(client);
    }
  }

  /** What this joined client gets now. Asked once a tick: it also decides who is dropped. */
  turn(client: Client): PatchDecision {
    if (this.admission.waits(client)) return "skip";
    const queued = queuedBytes(client);
    const since = this.#behind.size > 0 ? this.#behind.get(client) : undefined;
    if (since === undefined && queued <= this.limits.patchBytes) return "patch";
    if (this.#dropped.has(client)) return "skip";
    const allowance = this.#allowance.get(client) ?? 0;
    if (since === undefined && queued <= this.limits.patchBytes + allowance) return "patch";
    if (since !== undefined && queued <= this.limits.patchBytes / 16) {
      this.#behind.delete(client);
      return "resync";
    }
    const now = this.#now();
    if (since === undefined) this.#behind.set(client, now);
    if (queued > this.limits.totalBytes + allowance || now - (since ?? now) > this.limits.behindMs)
      this.#drop(client);
    return "skip";
  }

  /**
   * Where this client's next frame may go past Node's stream; undefined where it may not. All that is found on the way there is
   * spread over memory: who sends to many asks for each while they look at the client anyway, ahead of the first write.
   */
  open(client: Client): Handle | undefined {
    const socket = this.direct ? directSocket(client) : undefined;
    return socket && directHandle(socket);
  }

  /**
   * Sends a frame, shared or not. The kernel takes it at once unless the client is backed up; then the memory stays.
   *
   * @param handle of {@link Backpressure.open}, asked for since anything else was sent to the client
   */
  send(client: Client, frame: Frame, handle = this.open(client)): void {
    if (frame.timed) frame.address((client as AnyClient)._inputBuffer?.ackSeq ?? 0);
    if (handle !== undefined) {
      if (writeDirectly(handle, frame.bytes) === "pending") frame.hold();
      return;
    }
    const socket = directSocket(client);
    if (!socket?.writable) {
      client.raw(frame.message());
      return;
    }
    socket.write(frame.bytes);
    if (socket.writableLength > 0) frame.hold();
  }

  /** As {@link Backpressure.send}, for a full state: its own length does not count as falling behind. */
  sendState(client: Client, frame: Frame): void {
    this.allow(client, frame.bytes.length);
    this.send(client, frame);
  }

  /** A full state of this many bytes is about to be sent by someone else. */
  allow(client: Client, bytes: number): void {
    if (bytes > this.limits.patchBytes / 2) this.#allowance.set(client, bytes);
    else this.#allowance.delete(client);
  }

  #await(client: AnyClient): void {
    const now = this.#now();
    let waiting = this.#joining.get(client);
    if (waiting === undefined) {
      waiting = { since: now, counted: 0, bytes: 0 };
      this.#joining.set(client, waiting);
    }
    const queue: Uint8Array[] = client._enqueuedMessages ?? [];
    if (this.#dropped.has(client)) {
      queue.length = 0;
      return;
    }
    for (; waiting.counted < queue.length; waiting.counted++)
      waiting.bytes += queue[waiting.counted]?.length ?? 0;
    if (waiting.bytes > this.limits.totalBytes || now - waiting.since > this.limits.joinAckMs) {
      queue.length = 0;
      this.#drop(client);
    }
  }

  /** Closes with the code; a reader that reads nothing, the close frame included, is cut after the grace. */
  #drop(client: Client): void {
    this.#dropped.add(client);
    const socket = client.ref as RawSocket;
    client.leave(CLOSE.TOO_SLOW, "too slow");
    setTimeout(() => socket.terminate?.(), this.limits.graceMs).unref();
  }
}

/** Bytes that Node holds for this client, whoever queued them. */
export function queuedBytes(client: Client): number {
  const { _socket, _sender } = client.ref as RawSocket;
  return (_socket?.writableLength ?? 0) + (_sender?._bufferedBytes ?? 0) + pendingBytes(_socket);
}

/** The socket to write whole frames to, or undefined where only the transport may write. */
function directSocket(client: Client): Socket | undefined {
  const { _socket, _sender, readyState } = client.ref as RawSocket;
  if (readyState !== 1 || client.raw !== untouchedRaw) return undefined;
  return _socket && _sender?._state === 0 ? _socket : undefined;
}

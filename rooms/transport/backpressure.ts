import type { Socket } from "node:net";
import { type Client, ClientState } from "@colyseus/core";
import { WebSocketClient } from "@colyseus/ws-transport";
import { CLOSE } from "../../shared/index.ts";
import { usesFastPath } from "./fast-path/fast-paths.ts";
import { type AnyClient, ackedInputOf, type RawSocket } from "./internals.ts";
import { JoinQueue } from "./join-queue.ts";
import { SendBudgets } from "./send-budget.ts";
import { endSocket } from "./socket-limits.ts";
import { pendingBytes, type WriteHandle, writeDirectly, writeHandleOf } from "./socket-writer.ts";
import type { Frame } from "./websocket-frame.ts";

/** Bounds on what a room queues for one client that does not read. */
export interface BackpressureLimits {
  /**
   * Bytes queued past which patches are skipped; a full state follows when under a sixteenth of it is left.
   */
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

/**
 * What a joined client is sent this tick: the patch, nothing, or the full state because it missed patches.
 */
export type PatchDecision = "patch" | "skip" | "resync";

/** How a shared frame leaves: by the socket's handle, by Node's stream, or as a message of the transport. */
export type WritePath = "handle" | "stream" | "message";

/** A client that has not acknowledged its join. */
interface JoiningClient {
  sinceMs: number;
  /** Enqueued messages counted so far, and their bytes. */
  counted: number;
  bytes: number;
}

// `simulateLatency` replaces the method: frames must then go through it, not past it.
const stockRaw = WebSocketClient.prototype.raw;

/**
 * Sends a room's frames to its clients and bounds what is queued for each. Colyseus bounds no queue: a client
 * that stops reading but answers pings, or never acknowledges its join, makes the process grow. Here each
 * client has limits of bytes and time, and is closed with {@link CLOSE.TOO_SLOW} past them.
 */
export class Backpressure {
  readonly limits: BackpressureLimits;
  /** The quickest way that a frame may take; a slower one is taken where that one cannot be. */
  writePath: WritePath = writePathInUse();
  /** The clients that wait for their first full state. */
  readonly joinQueue: JoinQueue;
  /** The bytes a second of each client. */
  readonly budgets: SendBudgets;
  readonly #now: () => number;
  /** When a client began to miss patches, ms. */
  readonly #behind = new Map<Client, number>();
  readonly #joining = new Map<Client, JoiningClient>();
  readonly #dropped = new WeakSet<Client>();
  /** Bytes of a large full state under way, which do not count as queued. */
  readonly #allowance = new WeakMap<Client, number>();

  /** @param now a monotonic clock in ms; tests give their own */
  constructor(
    limits: Partial<BackpressureLimits> = {},
    now: () => number = () => performance.now(),
    joinQueue: JoinQueue = new JoinQueue(),
  ) {
    this.joinQueue = joinQueue;
    this.limits = { ...BACKPRESSURE_LIMITS, ...limits };
    this.#now = now;
    this.budgets = new SendBudgets(now);
  }

  /**
   * Bounds clients that have not joined yet, forgets those that left. Once a tick, before {@link
   * Backpressure.decide}.
   */
  sweep(clients: readonly Client[]): void {
    this.budgets.watch(clients);
    for (const client of clients) {
      if (client.state === ClientState.JOINING) this.#boundJoin(client);
      else if (this.#joining.size > 0) this.#joining.delete(client);
    }
    if (this.#behind.size > 0 || this.#joining.size > 0) {
      const present = new Set(clients);
      for (const client of this.#behind.keys()) if (!present.has(client)) this.#behind.delete(client);
      for (const client of this.#joining.keys()) if (!present.has(client)) this.#joining.delete(client);
    }
  }

  /** Whether no client is behind, about to join or in the join queue: then no patch is due for one. */
  get isSettled(): boolean {
    return this.#behind.size === 0 && this.#joining.size === 0 && this.joinQueue.size === 0;
  }

  /** Decides what a joined client is sent now, and closes one that is past its limits. Once a tick. */
  decide(client: Client): PatchDecision {
    if (this.joinQueue.has(client)) return "skip";
    const queued = queuedBytes(client);
    const since = this.#behind.size > 0 ? this.#behind.get(client) : undefined;
    if (this.budgets.isOver(client)) {
      if (since === undefined) this.#behind.set(client, this.#now());
      return "skip";
    }
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
   * The handle that takes this client's next frame; undefined where the frame must go another way. Its parts
   * are spread over memory: a caller that sends to many clients asks for all handles first, while it reads
   * the clients anyway.
   */
  handleOf(client: Client): WriteHandle | undefined {
    const socket = this.writePath === "handle" ? directSocket(client) : undefined;
    return socket && writeHandleOf(socket);
  }

  /**
   * Sends a frame, shared or not. The kernel takes it at once unless the client is backed up; its memory is
   * then retained.
   *
   * @param handle of {@link Backpressure.handleOf}, asked for since anything else was sent to the client
   */
  send(client: Client, frame: Frame, handle = this.handleOf(client)): void {
    if (frame.timed) frame.address(ackedInputOf(client));
    if (handle !== undefined) {
      if (writeDirectly(handle, frame.bytes) === "pending") frame.retain();
      return;
    }
    const socket = this.writePath === "message" ? undefined : directSocket(client);
    if (!socket?.writable) {
      client.raw(frame.message());
      return;
    }
    socket.write(frame.bytes);
    if (socket.writableLength > 0) frame.retain();
  }

  /** As {@link Backpressure.send}, for a full state: its own length does not count as queued. */
  sendState(client: Client, frame: Frame): void {
    this.allow(client, frame.bytes.length);
    this.send(client, frame);
  }

  /** Announces a full state of this many bytes that Colyseus sends. */
  allow(client: Client, bytes: number): void {
    if (bytes > this.limits.patchBytes / 2) this.#allowance.set(client, bytes);
    else this.#allowance.delete(client);
  }

  #boundJoin(client: AnyClient): void {
    const now = this.#now();
    let joining = this.#joining.get(client);
    if (joining === undefined) {
      joining = { sinceMs: now, counted: 0, bytes: 0 };
      this.#joining.set(client, joining);
    }
    const queue: Uint8Array[] = client._enqueuedMessages ?? [];
    if (this.#dropped.has(client)) {
      queue.length = 0;
      return;
    }
    for (; joining.counted < queue.length; joining.counted++)
      joining.bytes += queue[joining.counted]?.length ?? 0;
    if (joining.bytes > this.limits.totalBytes || now - joining.sinceMs > this.limits.joinAckMs) {
      queue.length = 0;
      this.#drop(client);
    }
  }

  /** Closes with the code; a reader that reads nothing, the close frame included, is cut after the grace. */
  #drop(client: Client): void {
    this.#dropped.add(client);
    endSocket(client.ref as RawSocket, CLOSE.TOO_SLOW, "too slow", this.limits.graceMs);
  }
}

/** Bytes that Node has queued for this client, of frames and of messages. */
export function queuedBytes(client: Client): number {
  const ws = client.ref as RawSocket;
  return ws.bufferedAmount + pendingBytes(ws._socket);
}

function writePathInUse(): WritePath {
  if (!usesFastPath("socket-stream")) return "message";
  return usesFastPath("socket-handle") ? "handle" : "stream";
}

/** The socket to write whole frames to; undefined where only the transport may write. */
function directSocket(client: Client): Socket | undefined {
  const { _socket, _sender, readyState } = client.ref as RawSocket;
  if (readyState !== 1 || client.raw !== stockRaw) return undefined;
  return _socket && _sender?._state === 0 ? _socket : undefined;
}

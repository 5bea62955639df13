import { type Client, ClientState } from "@colyseus/core";
import type { AnyClient } from "./internals.ts";

/** How much of a room's time full states for joining clients may take. */
export interface JoinQueueLimits {
  /** Milliseconds of a patch for full states of queued clients; one is made however long it takes. */
  queueMs: number;
  /** Milliseconds between two patches for full states that are made at once, before a queue forms. */
  atOnceMs: number;
  /** Milliseconds between two "queue" messages to a client. */
  noticeMs: number;
}

/** At 20 patches a second at most a fifth of the time. */
export const JOIN_QUEUE_LIMITS: JoinQueueLimits = { queueMs: 8, atOnceMs: 2, noticeMs: 500 };

/** A client in the queue. */
interface QueuedClient {
  /** The place that was sent last. */
  place: number;
  /** Messages that were sent before the full state; they follow it. */
  readonly messages: Uint8Array[];
}

/**
 * The queue of clients that have joined and wait for their first full state. A full state costs time, and
 * hundreds of clients may join in one second, so only some are made between two patches. The others wait in
 * the order in which they joined, get their place by the message "queue", and get their state after a patch,
 * when nothing is pending and clients with the same visible cells share what was encoded. Ticks go on
 * meanwhile.
 */
export class JoinQueue {
  readonly limits: JoinQueueLimits;
  readonly #now: () => number;
  readonly #queue = new Map<Client, QueuedClient>();
  /** Milliseconds spent at once since the last patch. */
  #spentMs = 0;
  #noticedAtMs = Number.NEGATIVE_INFINITY;

  /** @param now a monotonic clock in ms; tests give their own */
  constructor(limits: Partial<JoinQueueLimits> = {}, now: () => number = () => performance.now()) {
    this.limits = { ...JOIN_QUEUE_LIMITS, ...limits };
    this.#now = now;
  }

  /** Number of clients in the queue. */
  get size(): number {
    return this.#queue.size;
  }

  /** Whether a client is in the queue. */
  has(client: Client): boolean {
    return this.#queue.size > 0 && this.#queue.has(client);
  }

  /**
   * Makes a joining client's full state at once where there is time. Undefined: the client is queued for it.
   */
  enter<T>(client: Client, makeState: () => T): T | undefined {
    if (this.#queue.size > 0 || this.#spentMs >= this.limits.atOnceMs) {
      const early = (client as AnyClient)._enqueuedMessages ?? [];
      const queued = { place: this.#queue.size + 1, messages: early.splice(0) as Uint8Array[] };
      this.#queue.set(client, queued);
      sendPlace(client, queued.place);
      return undefined;
    }
    const from = this.#now();
    const state = makeState();
    this.#spentMs += this.#now() - from;
    return state;
  }

  /** Sends full states to the first clients of the queue. Once a patch, after it was sent. */
  admit(sendState: (client: Client) => void): void {
    this.#spentMs = 0;
    if (this.#queue.size === 0) return;
    const from = this.#now();
    for (const [client, { messages }] of this.#queue) {
      this.#queue.delete(client);
      if (client.state !== ClientState.JOINED) continue;
      sendState(client);
      for (const message of messages) client.raw(message);
      sendPlace(client, 0);
      if (this.#now() - from >= this.limits.queueMs) break;
    }
    if (this.#now() - this.#noticedAtMs >= this.limits.noticeMs) this.#sendPlaces();
  }

  #sendPlaces(): void {
    this.#noticedAtMs = this.#now();
    let place = 0;
    for (const [client, queued] of this.#queue) {
      if (client.state !== ClientState.JOINED) {
        this.#queue.delete(client);
        continue;
      }
      place++;
      if (queued.place !== place) sendPlace(client, place);
      queued.place = place;
    }
  }
}

/** Place 0: the client has left the queue. */
function sendPlace(client: Client, place: number): void {
  client.send("queue", { place });
}

import { type Client, type ClientPrivate, ClientState } from "@colyseus/core";

/** How much of a room's time those may take who come. */
export interface JoinQueueLimits {
  /** Milliseconds of a patch that may go into full states of those who wait; one is made however long it takes. */
  queueMs: number;
  /** Milliseconds between two patches that may go into full states made at once, before a queue forms. */
  atOnceMs: number;
  /** Milliseconds between two words to those who wait. */
  tellMs: number;
}

/** At 20 patches a second at most a fifth of the time. */
export const JOIN_QUEUE_LIMITS: JoinQueueLimits = { queueMs: 8, atOnceMs: 2, tellMs: 500 };

/** Somebody in the queue. */
interface Waiting {
  /** The place that they were told last. */
  place: number;
  /** What was sent to them before their state: it follows the state, as ever. */
  readonly held: Uint8Array[];
}

/**
 * The queue at a room's door. Whoever joins is in the room at once, but the whole state that they need first costs
 * time, and hundreds may come in one second. So only so much of it is made between two patches; the others wait in the
 * order in which they came, are told their place by the message "queue", and get their state behind a patch, where
 * nothing is pending and all who see the same cells share what was encoded. Ticks go on meanwhile.
 */
export class JoinQueue {
  readonly limits: JoinQueueLimits;
  readonly #now: () => number;
  readonly #waiting = new Map<Client, Waiting>();
  #atOnceMs = 0;
  #toldAt = Number.NEGATIVE_INFINITY;

  /** @param now a monotonic clock in ms; tests give their own */
  constructor(limits: Partial<JoinQueueLimits> = {}, now: () => number = () => performance.now()) {
    this.limits = { ...JOIN_QUEUE_LIMITS, ...limits };
    this.#now = now;
  }

  /** How many wait. */
  get size(): number {
    return this.#waiting.size;
  }

  waits(client: Client): boolean {
    return this.#waiting.size > 0 && this.#waiting.has(client);
  }

  /** Makes a joining client's whole state at once where there is time; otherwise they wait for it. */
  enter<T>(client: Client, make: () => T): T | undefined {
    if (this.#waiting.size > 0 || this.#atOnceMs >= this.limits.atOnceMs) {
      const early = (client as Client & Partial<ClientPrivate>)._enqueuedMessages ?? [];
      const waiting = { place: this.#waiting.size + 1, held: early.splice(0) as Uint8Array[] };
      this.#waiting.set(client, waiting);
      this.#tell(client, waiting.place);
      return undefined;
    }
    const from = this.#now();
    const made = make();
    this.#atOnceMs += this.#now() - from;
    return made;
  }

  /** Lets in those whose turn it is. Once a patch, when it is sent. */
  admit(sendState: (client: Client) => void): void {
    this.#atOnceMs = 0;
    if (this.#waiting.size === 0) return;
    const from = this.#now();
    for (const [client, { held }] of this.#waiting) {
      this.#waiting.delete(client);
      if (client.state !== ClientState.JOINED) continue;
      sendState(client);
      for (const message of held) client.raw(message);
      this.#tell(client, 0);
      if (this.#now() - from >= this.limits.queueMs) break;
    }
    if (this.#now() - this.#toldAt >= this.limits.tellMs) this.#tellAll();
  }

  #tellAll(): void {
    this.#toldAt = this.#now();
    let place = 0;
    for (const [client, waiting] of this.#waiting) {
      if (client.state !== ClientState.JOINED) {
        this.#waiting.delete(client);
        continue;
      }
      place++;
      if (waiting.place !== place) this.#tell(client, place);
      waiting.place = place;
    }
  }

  #tell(client: Client, place: number): void {
    client.send("queue", { place });
  }
}

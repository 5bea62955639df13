import { type Client, ClientState, type Room } from "@colyseus/core";
import type { Schema } from "@colyseus/schema";
import type { StableSerializer } from "../replication/stable-serializer.ts";

/** As long as a timer may wait: for good, as far as a room is concerned. */
const NEVER_MS = 2 ** 31 - 1;

/** What a clock that rests needs of its room. */
export interface RestingHost {
  readonly room: Room;
  readonly wire: StableSerializer<Schema>;
  /** Asked before a change is sent. @returns what it waits for; undefined: nothing */
  hold(): Promise<void> | undefined;
  /** A patch went out, or there was nothing in it. @param changed the state had changed */
  patched(changed: boolean): void;
}

/**
 * Runs the clock and the patches of a room without a simulation only while something is due: a change to be
 * sent, a timer, a client that is behind. Colyseus looks twenty times a second whether there is anything;
 * here a room in which nothing happens costs nothing.
 *
 * Whoever comes in from outside of the room calls {@link wake}: the time that passed at rest has then passed
 * for its timers and its rate limits.
 */
export class RestingClock {
  readonly #host: RestingHost;
  /** Ms between patches; undefined: the game sends its patches itself. */
  readonly #patchMs: number | undefined;
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #patchedAt = 0;
  #isTicking = false;
  #isChanged = false;

  constructor(host: RestingHost) {
    this.#host = host;
    const { room, wire } = host;
    const rate = room.patchRate;
    if (typeof rate !== "number" || !(rate > 0)) return;
    this.#patchMs = rate;
    room.patchRate = NEVER_MS;
    this.#countFromNow();
    wire.watchChanges(() => {
      this.#isChanged = true;
      this.#patchSoon();
    });
    this.#patchSoon();
  }

  /** Something came from outside: time passes up to now, and what it changes is sent. */
  wake(): void {
    if (this.#patchMs === undefined || this.#isTicking) return;
    this.#tick(() => this.#host.room.clock.tick());
    this.#patchSoon();
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#dueAt = Number.NEGATIVE_INFINITY;
  }

  #patchSoon(): void {
    if (this.#patchMs !== undefined) this.#arm(this.#patchedAt + this.#patchMs - performance.now());
  }

  #arm(ms: number): void {
    const inMs = Math.min(Math.max(ms, 1), NEVER_MS);
    const at = performance.now() + inMs;
    if (at >= this.#dueAt) return;
    this.#dueAt = at;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#run(), inMs);
  }

  #run(): void {
    this.#dueAt = Number.POSITIVE_INFINITY;
    const { room } = this.#host;
    if (this.#isChanged) {
      this.#tick(() => room.clock.tick());
      const held = this.#host.hold();
      if (held) return void held.then(() => this.#run());
    }
    this.#patchedAt = performance.now();
    try {
      this.#tick(() => room.broadcastPatch());
    } finally {
      const changed = this.#isChanged;
      this.#isChanged = false;
      this.#host.patched(changed);
      this.#rest();
    }
  }

  /** A timer of the clock that sets another, or changes the state, does not tick again. */
  #tick(run: () => void): void {
    this.#isTicking = true;
    try {
      run();
    } finally {
      this.#isTicking = false;
    }
  }

  #rest(): void {
    const { room, wire } = this.#host;
    const isBehind =
      wire.hasMore || (room.clients as readonly Client[]).some(({ state }) => state === ClientState.JOINING);
    if (isBehind) this.#patchSoon();
    let due = Number.POSITIVE_INFINITY;
    for (const { active, paused, time, elapsedTime } of room.clock.delayed)
      if (active && !paused) due = Math.min(due, time - elapsedTime);
    // The clock counts whole milliseconds.
    if (due < Number.POSITIVE_INFINITY) this.#arm(due + 1);
  }

  /** A timer that is set while the clock rests counts from now on, and not from its last tick. */
  #countFromNow(): void {
    const { clock } = this.#host.room;
    for (const name of ["setTimeout", "setInterval", "duration"] as const) {
      const stock = clock[name].bind(clock) as (...args: unknown[]) => unknown;
      Object.defineProperty(clock, name, {
        configurable: true,
        value: (...args: unknown[]) => {
          const before = clock.delayed.length;
          const made = stock(...args);
          const delayed = clock.delayed[before];
          if (delayed) {
            delayed.elapsedTime = clock.currentTime - Date.now();
            this.#arm(delayed.time + 1);
          }
          return made;
        },
      });
    }
  }
}

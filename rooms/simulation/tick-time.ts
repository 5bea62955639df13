/** Ticks that Colyseus makes up for in one turn of its timer; it drops the rest of what is due. */
const CATCH_UP_TICKS = 5;

/**
 * The time of each tick, ms on the room's clock. A timer that comes late makes up for several ticks in one
 * turn. By the clock all of them have the time of that turn: clients would show a jump where the room moved
 * evenly, and lag compensation would know the first of them alone. So each patch has the time of its tick.
 */
export class TickTime {
  readonly #stepMs: number;
  #ms: number;

  /** @param nowMs the room's clock as its ticks begin */
  constructor(nowMs: number, stepMs: number) {
    this.#ms = nowMs;
    this.#stepMs = stepMs;
  }

  /** A tick begins. */
  next(nowMs: number): void {
    const step = this.#stepMs;
    this.#ms = Math.min(nowMs, Math.max(this.#ms + step, nowMs - (CATCH_UP_TICKS - 1) * step));
  }

  /** Calls `send` while the room's clock shows the time of the tick, in whole milliseconds as on the wire. */
  during(clock: { elapsedTime: number }, send: () => void): void {
    const { elapsedTime } = clock;
    clock.elapsedTime = Math.trunc(this.#ms);
    try {
      send();
    } finally {
      clock.elapsedTime = elapsedTime;
    }
  }
}

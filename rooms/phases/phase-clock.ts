/** What the time of a phase needs of its room: the room's time, and a timer that counts it. */
export interface RoomTime {
  /** Room time, ms. */
  now(): number;
  /** Runs something once, so many ms of room time from now. */
  later(ms: number, run: () => void): { clear(): void };
}

/** Above this the time left is shown by the minute: a turn of a day wakes its room once a minute. */
const BY_MINUTE_MS = 3_600_000;

/** The time of a phase: how much is left, by the room's clock. It stands while it is paused. */
export class PhaseClock {
  readonly #time: RoomTime;
  readonly #show: (secondsLeft: number) => void;
  readonly #over: () => void;
  /** Room time at which the phase ends, while it runs. */
  #endsAt: number | undefined;
  /** What is left, while it is paused. */
  #leftMs: number | undefined;
  #timer: { clear(): void } | undefined;

  /**
   * @param show is given the whole seconds that are left, rounded up; 0 without an end
   * @param over is called when the time has run out
   */
  constructor(time: RoomTime, show: (secondsLeft: number) => void, over: () => void) {
    this.#time = time;
    this.#show = show;
    this.#over = over;
  }

  /** What is left, ms; undefined: the phase has no end of its own. */
  get leftMs(): number | undefined {
    if (this.#endsAt === undefined) return this.#leftMs;
    return Math.max(0, this.#endsAt - this.#time.now());
  }

  /** Begins anew with so much time; undefined: without an end. */
  start(ms: number | undefined): void {
    this.#timer?.clear();
    this.#leftMs = undefined;
    this.#endsAt = ms === undefined ? undefined : this.#time.now() + ms;
    this.#tell();
  }

  pause(): void {
    this.#leftMs = this.leftMs;
    this.#endsAt = undefined;
    this.#timer?.clear();
  }

  resume(): void {
    this.start(this.#leftMs);
  }

  /** Ends the phase now if its time has run out: what comes after it is too late, whatever the timers did. */
  settle(): void {
    if (this.#endsAt !== undefined && this.#time.now() >= this.#endsAt) this.#end();
  }

  #tell(): void {
    const leftMs = this.leftMs ?? Number.POSITIVE_INFINITY;
    if (leftMs <= 0) this.#end();
    else if (leftMs === Number.POSITIVE_INFINITY) this.#show(0);
    else this.#count(leftMs);
  }

  #count(leftMs: number): void {
    const stepMs = leftMs > BY_MINUTE_MS ? 60_000 : 1_000;
    const steps = Math.ceil(leftMs / stepMs);
    this.#show((steps * stepMs) / 1_000);
    this.#timer = this.#time.later(leftMs - (steps - 1) * stepMs, () => this.#tell());
  }

  #end(): void {
    this.#timer?.clear();
    this.#endsAt = undefined;
    this.#show(0);
    this.#over();
  }
}

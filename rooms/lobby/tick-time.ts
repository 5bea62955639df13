import type { RoomTime } from "../phases/phase-clock.ts";

interface Due {
  readonly tick: number;
  run: (() => void) | undefined;
}

/** Room time of a world, counted in its ticks: timers run in a tick, and a re-run has the same. */
export class TimeOfTicks implements RoomTime {
  readonly #tick: () => number;
  readonly #stepMs: number;
  #due: Due[] = [];

  /** @param tick the number of the present tick */
  constructor(tick: () => number, tickHz: number) {
    this.#tick = tick;
    this.#stepMs = 1_000 / tickHz;
  }

  now(): number {
    return this.#tick() * this.#stepMs;
  }

  later(ms: number, run: () => void): { clear(): void } {
    const due: Due = { tick: this.#tick() + Math.max(1, Math.ceil(ms / this.#stepMs)), run };
    this.#due.push(due);
    return {
      clear() {
        due.run = undefined;
      },
    };
  }

  /** Runs what is due. Once a tick. */
  settle(): void {
    if (this.#due.length === 0) return;
    const tick = this.#tick();
    const due = this.#due.filter((one) => one.tick <= tick);
    if (due.length === 0) return;
    this.#due = this.#due.filter((one) => one.tick > tick && one.run);
    for (const one of due) one.run?.();
  }
}

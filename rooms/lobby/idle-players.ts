import type { RoomTime } from "../phases/phase-clock.ts";
import type { RoomPlayer } from "../player.ts";

/** What idle players need of their room. */
export interface IdleHost<P extends RoomPlayer> extends RoomTime {
  readonly players: ReadonlyMap<string, P>;
  /** The player has so many seconds to do something. */
  warn(player: P, seconds: number): void;
  stepOut(player: P): void;
}

/** Warns players from whom no message comes, and has them step out. A dropped player is not idle. */
export class IdlePlayers<P extends RoomPlayer> {
  readonly #host: IdleHost<P>;
  readonly #idleMs: number;
  readonly #warnMs: number;
  /** Room time of the last message, and whether they were warned since. */
  readonly #heard = new WeakMap<P, { atMs: number; isWarned: boolean }>();
  #timer: { clear(): void } | undefined;

  /**
   * @param idleS seconds without a message after which a player is warned
   * @param warnS seconds from the warning to the step out
   */
  constructor(host: IdleHost<P>, idleS: number, warnS: number) {
    this.#host = host;
    this.#idleMs = idleS * 1_000;
    this.#warnMs = warnS * 1_000;
  }

  /** A player has come, returned, or sent a message. */
  heard(player: P): void {
    const heard = this.#heard.get(player);
    // Of a walking player it is called in each tick.
    if (heard) {
      heard.atMs = this.#host.now();
      heard.isWarned = false;
    } else this.#heard.set(player, { atMs: this.#host.now(), isWarned: false });
    this.#timer ??= this.#host.later(this.#idleMs, () => this.#look());
  }

  /** Looks who is idle, and comes back when the next may be. */
  #look(): void {
    this.#timer = undefined;
    let nextMs = Number.POSITIVE_INFINITY;
    for (const player of [...this.#host.players.values()]) {
      if (player.hold !== undefined) continue;
      const dueMs = this.#due(player);
      if (dueMs > 0) nextMs = Math.min(nextMs, dueMs);
    }
    if (nextMs < Number.POSITIVE_INFINITY) this.#timer = this.#host.later(nextMs, () => this.#look());
  }

  /** What is left until something is due for a player, ms; 0: they stepped out. */
  #due(player: P): number {
    const heard = this.#heard.get(player) ?? { atMs: this.#host.now(), isWarned: false };
    this.#heard.set(player, heard);
    const silentMs = this.#host.now() - heard.atMs;
    if (heard.isWarned && silentMs >= this.#idleMs + this.#warnMs) {
      this.#host.stepOut(player);
      return 0;
    }
    if (!heard.isWarned && silentMs >= this.#idleMs) {
      heard.isWarned = true;
      // From the warning on, however late it is.
      heard.atMs = this.#host.now() - this.#idleMs;
      this.#host.warn(player, this.#warnMs / 1_000);
      return this.#warnMs;
    }
    return this.#idleMs + (heard.isWarned ? this.#warnMs : 0) - silentMs;
  }
}

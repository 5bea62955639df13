import type { Avatar } from "../../shared/index.ts";

/** Seconds of top speed that may be walked at once: input frames that are caught up on. */
const SAVED_S = 1;
/** A way beyond it within a tick is a jump from so many seconds of top speed on, and so many metres. */
const JUMP_S = 0.5;
const JUMP_M = 3;

/** Metres beyond what the top speed allows, and whether it was a jump. */
export interface MovementFindings {
  excessM: number;
  isJump: boolean;
}

/**
 * Watches how far a player's own input frames and messages move the avatar, over the ground. What rules,
 * systems, async results and physics do is none of it: the avatar's place is noted when they have run.
 */
export class MovementWatch {
  readonly #findings: MovementFindings = { excessM: 0, isJump: false };
  #x = Number.NaN;
  #z = Number.NaN;
  #wayM = 0;
  #allowedM = Number.POSITIVE_INFINITY;

  /** The avatar is where its player may not be blamed for. */
  place({ x, z }: Pick<Avatar, "x" | "z">): void {
    this.#x = x;
    this.#z = z;
  }

  /** Adds the way since the last {@link place}. */
  measure(avatar: Pick<Avatar, "x" | "z">): void {
    const wayM = Math.hypot(avatar.x - this.#x, avatar.z - this.#z);
    // Not a number before the first place.
    if (wayM > 0) this.#wayM += wayM;
    this.place(avatar);
  }

  /** Ends a tick. @returns the same object each time */
  endTick(avatar: Pick<Avatar, "x" | "z">, maxMps: number, dtS: number): MovementFindings {
    const findings = this.#findings;
    this.place(avatar);
    this.#allowedM = Math.min(this.#allowedM + maxMps * dtS, maxMps * SAVED_S) - this.#wayM;
    this.#wayM = 0;
    findings.excessM = Math.max(0, -this.#allowedM);
    findings.isJump = findings.excessM > Math.max(JUMP_M, JUMP_S * maxMps);
    this.#allowedM = Math.max(0, this.#allowedM);
    return findings;
  }
}

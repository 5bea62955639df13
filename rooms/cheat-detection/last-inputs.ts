import type { WalkInput } from "../../shared/index.ts";
import type { LastInput } from "../ports/cheats.ts";

/** Input frames of a player that are kept. */
export const LAST_INPUTS = 64;

/** The last input frames of one player, in a ring: a flag shows them. */
export class LastInputs {
  readonly #ticks = new Uint32Array(LAST_INPUTS);
  readonly #moves = new Int8Array(2 * LAST_INPUTS);
  readonly #buttons = new Uint8Array(LAST_INPUTS);
  #count = 0;

  add(tick: number, { moveX, moveZ, buttons }: Pick<WalkInput, "moveX" | "moveZ" | "buttons">): void {
    const at = this.#count++ % LAST_INPUTS;
    this.#ticks[at] = tick;
    this.#moves[2 * at] = moveX;
    this.#moves[2 * at + 1] = moveZ;
    this.#buttons[at] = buttons;
  }

  /** Oldest first. */
  list(): LastInput[] {
    const length = Math.min(this.#count, LAST_INPUTS);
    return Array.from({ length }, (_, i) => {
      const at = (this.#count - length + i) % LAST_INPUTS;
      const moves = [this.#moves[2 * at] ?? 0, this.#moves[2 * at + 1] ?? 0] as const;
      return [this.#ticks[at] ?? 0, ...moves, this.#buttons[at] ?? 0];
    });
  }
}

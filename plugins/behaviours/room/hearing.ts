import type { Heard } from "../api/view.ts";

/** Events that wait for an agent's next decision; the oldest give way. */
const WAITING_MOST = 16;

/**
 * What agents have heard since they last decided. It is in no snapshot: a room that opens again begins in
 * silence.
 */
export class Hearing {
  readonly #waiting = new Map<string, Heard[]>();

  tell(id: string, ...heard: Heard): void {
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.set(id, [...waiting, heard].slice(-WAITING_MOST));
  }

  has(id: string): boolean {
    return this.#waiting.has(id);
  }

  /** Takes all that waits for an agent. */
  take(id: string): readonly Heard[] {
    const waiting = this.#waiting.get(id) ?? [];
    this.#waiting.delete(id);
    return waiting;
  }
}

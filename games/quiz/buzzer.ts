/** Longest journey of a frame that a player is credited with, ms: who claims more gains no more. */
export const CREDIT_MAX_MS = 250;

/** One player who buzzed. */
interface Press {
  readonly id: string;
  /** When the player pressed, by the server's clock, ms. */
  readonly atMs: number;
}

/**
 * Decides who buzzed first. A press counts from the moment when it was made, not from when it arrived: each
 * player is credited with the time that the own frames travel. So the first press waits until no other that
 * was made before it can still arrive.
 */
export class Buzzer {
  readonly #presses: Press[] = [];

  /**
   * @param arrivedMs when the press arrived, by the server's clock
   * @param travelledMs how long it had travelled, as the server measured it
   */
  press(id: string, arrivedMs: number, travelledMs: number): void {
    if (this.#presses.some((press) => press.id === id)) return;
    this.#presses.push({ id, atMs: arrivedMs - creditOf(travelledMs) });
  }

  /**
   * Who was first, or how long it has to be waited for others, ms.
   *
   * @param others how long frames of those travel who have not pressed, ms
   */
  decide(nowMs: number, others: Iterable<number>): { readonly first?: string; readonly waitMs: number } {
    const first = this.#presses.reduce<Press | undefined>(
      (best, press) => (best === undefined || press.atMs < best.atMs ? press : best),
      undefined,
    );
    if (!first) return { waitMs: Number.POSITIVE_INFINITY };
    let slowestMs = 0;
    for (const travelledMs of others) slowestMs = Math.max(slowestMs, creditOf(travelledMs));
    const waitMs = first.atMs + slowestMs - nowMs;
    return waitMs > 0 ? { waitMs } : { first: first.id, waitMs: 0 };
  }
}

const creditOf = (travelledMs: number): number => Math.min(CREDIT_MAX_MS, Math.max(0, travelledMs));

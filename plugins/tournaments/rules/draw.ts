import { createHash } from "node:crypto";

/** Somebody who is to be seeded. */
export interface Seeded {
  readonly id: string;
  /** Null: none is known. */
  readonly rating: number | null;
}

/**
 * Seeds entrants: by rating, the best first, and behind them those without one by draw. The draw is the order
 * of the hashes of its seed and the entry, so that everybody can do it again from what is kept.
 *
 * @param seed random, made before anybody joined
 */
export function drawSeeds(seed: string, entries: readonly Seeded[]): string[] {
  const drawn = entries.map(({ id, rating }) => ({ id, rating, lot: lotOf(seed, id) }));
  return drawn
    .sort((x, y) => (y.rating ?? -Infinity) - (x.rating ?? -Infinity) || (x.lot < y.lot ? -1 : 1))
    .map(({ id }) => id);
}

const lotOf = (seed: string, id: string) => createHash("sha256").update(`${seed} ${id}`).digest("hex");

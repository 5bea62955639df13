import type { CharacterSheet, Claim } from "./characters.ts";

/**
 * A claim without a lease, on a blank character with the given parts of a sheet: for a room without clients.
 */
export function blankClaim(id: string, sheet: Partial<CharacterSheet> = {}): Claim {
  const state = { v: 1 as const, places: {}, stats: {} };
  const blank = { id, accountId: id, name: id, color: 0, shape: 0, coins: 0, state };
  return { sheet: { ...blank, ...sheet }, epoch: 1, version: 0 };
}

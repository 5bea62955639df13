/**
 * Why a match is over: `played`, by a room's result; `bye`, there was one only; `no-show`, one did not come
 * in time, or neither did; `seed`, its rooms died or gave no result; `decided`, by an operator; `nobody`, it
 * had no one.
 */
export type MatchEnd = "played" | "bye" | "no-show" | "seed" | "decided" | "nobody";

/** A match of a bracket. Its two come from the matches `2 slot` and `2 slot + 1` of the round before. */
export interface BracketMatch {
  /** 1 is the first. */
  readonly round: number;
  /** From 0; 1 of the last round is the match for the third rank. */
  readonly slot: number;
  /** Entries; null: nobody, or not known yet. */
  readonly a: string | null;
  readonly b: string | null;
  /** `waiting`: its two are not known yet. */
  readonly state: "waiting" | "opening" | "open" | "over";
  readonly winner: string | null;
  readonly end: MatchEnd | null;
}

/**
 * Seeds in the order of their places: the first and the second meet in the final, and byes go to the best.
 *
 * @param entrants at least one; the places are the next power of two
 */
export function seedPlaces(entrants: number): number[] {
  let places = [1];
  while (places.length < entrants) {
    const sum = places.length * 2 + 1;
    places = places.flatMap((seed) => [seed, sum - seed]);
  }
  return places;
}

/**
 * The matches of a single elimination, byes passed on already.
 *
 * @param entries the best first, at least two
 * @param third whether a match for the third rank is among them
 */
export function openBracket(entries: readonly string[], third: boolean): BracketMatch[] {
  const empty = { a: null, b: null, state: "waiting", winner: null, end: null } as const;
  const places = seedPlaces(entries.length).map((seed) => entries[seed - 1] ?? null);
  const matches: BracketMatch[] = [];
  let round = 1;
  for (let count = places.length / 2; count >= 1; count /= 2, round++)
    for (let slot = 0; slot < count; slot++) {
      const sides = round === 1 && { a: places[2 * slot] ?? null, b: places[2 * slot + 1] ?? null };
      matches.push({ ...empty, round, slot, ...sides });
    }
  if (third && round > 2) matches.push({ ...empty, round: round - 1, slot: 1 });
  return passOn(matches);
}

/** Passes winners on, as far as it goes: who has nobody to play against is through. */
export function passOn(matches: readonly BracketMatch[]): BracketMatch[] {
  const rounds = Math.max(...matches.map(({ round }) => round));
  const after: BracketMatch[] = [];
  for (const match of [...matches].sort((x, y) => x.round - y.round || x.slot - y.slot)) {
    const { round, slot, state } = match;
    const isThird = round === rounds && slot === 1;
    const from = round === 1 ? [] : isThird ? [0, 1] : [2 * slot, 2 * slot + 1];
    const before = from.map((n) => after.find((one) => one.round === round - 1 && one.slot === n));
    if (state !== "waiting" || before.some((one) => one?.state !== "over")) after.push(match);
    else if (round === 1) after.push(opened(match));
    else {
      const [a = null, b = null] = before.map((one) => (isThird ? loserOf(one) : (one?.winner ?? null)));
      after.push(opened({ ...match, a, b }));
    }
  }
  return after;
}

function opened(match: BracketMatch): BracketMatch {
  if (match.a !== null && match.b !== null) return { ...match, state: "opening" };
  const winner = match.a ?? match.b;
  return { ...match, state: "over", winner, end: winner === null ? "nobody" : "bye" };
}

/** Who lost a match against somebody; null: nobody did. */
export function loserOf(match: BracketMatch | undefined): string | null {
  if (!match || match.winner === null || match.a === null || match.b === null) return null;
  return match.winner === match.a ? match.b : match.a;
}

/** Whether all matches are over. */
export const isOver = (matches: readonly BracketMatch[]): boolean =>
  matches.every(({ state }) => state === "over");

/**
 * The ranks of a bracket that is over, the first one first: by how far somebody came, those who lost in one
 * round by seed. Empty: the final had nobody who won it.
 *
 * @param seeds entries, the best first
 */
export function ranksOf(matches: readonly BracketMatch[], seeds: readonly string[]): string[] {
  const rounds = Math.max(...matches.map(({ round }) => round));
  const final = matches.find(({ round, slot }) => round === rounds && slot === 0);
  if (!final?.winner) return [];
  const reached = new Map<string, number>();
  for (const { round, slot, a, b } of matches)
    for (const entry of [a, b])
      if (entry !== null && !(round === rounds && slot === 1))
        reached.set(entry, Math.max(reached.get(entry) ?? 0, round));
  const third = matches.find(({ round, slot }) => round === rounds && slot === 1)?.winner;
  // A half for who won the last match of theirs, beside the round that they came to.
  const depth = (entry: string) =>
    (reached.get(entry) ?? 0) + (entry === final.winner || entry === third ? 0.5 : 0);
  return seeds
    .map((entry, at) => ({ entry, at }))
    .sort((x, y) => depth(y.entry) - depth(x.entry) || x.at - y.at)
    .map(({ entry }) => entry);
}

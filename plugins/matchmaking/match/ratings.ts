import { ordinal, predictWin, rate } from "openskill";

/** What is known of somebody's skill: most likely `mu`, give or take `sigma`. */
export interface Rating {
  readonly mu: number;
  readonly sigma: number;
}

/** A side as it came out of a match. */
export interface RatedSide {
  /** 1 is the best; equal ranks are a draw. */
  readonly rank: number;
  /** At least one. */
  readonly ratings: readonly Rating[];
}

/**
 * The ratings after a match of two sides or more, in the order in which they were given.
 *
 * @throws Error a rating is no number, a side is empty, or there is only one: it would be a silent NaN
 */
export function rateMatch(sides: readonly RatedSide[]): Rating[][] {
  if (sides.length < 2) throw new Error("A match has two sides at least.");
  for (const { rank, ratings } of sides) {
    if (!Number.isFinite(rank) || ratings.length === 0)
      throw new Error("A side has a rank and somebody in it.");
    for (const { mu, sigma } of ratings)
      if (!Number.isFinite(mu) || !(sigma > 0 && Number.isFinite(sigma)))
        throw new Error("A rating is no number.");
  }
  const before = sides.map(({ ratings }) => ratings.map(({ mu, sigma }) => ({ mu, sigma })));
  // Equal ranks are a draw only for ranks that are equal numbers; scores are not given beside them.
  return rate(before, { rank: sides.map(({ rank }) => rank) });
}

/** How likely each of some sides is to win, before the match. */
export const winChances = (sides: readonly (readonly Rating[])[]): number[] =>
  predictWin(sides.map((side) => side.map(({ mu, sigma }) => ({ mu, sigma }))));

/** A number for players and lists: the skill that somebody has almost certainly, mu less three sigma. */
export const shownRating = (rating: Rating): number => ordinal({ mu: rating.mu, sigma: rating.sigma });

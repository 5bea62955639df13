import type { Played } from "./world.ts";

/** Percentiles of a measure. */
export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** What a matcher did for a tenth of the people. */
export interface Decile {
  /** 1: the least skilled tenth. */
  readonly decile: number;
  readonly waitS: Percentiles;
  /** Mean chance of the more likely side, by true skills, in their matches. */
  readonly favourite: number;
}

/** A matcher's part of the report. */
export interface Summary {
  readonly name: string;
  readonly matches: number;
  readonly waitS: Percentiles;
  readonly longestS: number;
  readonly stillWaiting: number;
  /** Difference of the mean true skills of the sides. */
  readonly difference: Percentiles;
  readonly ratedDifference: Percentiles;
  /** Best less worst true skill in a match. */
  readonly spread: Percentiles;
  /** By per cent, 0 to 100: what so many of the waits, and of the spreads, are at most. */
  readonly distribution: { readonly waitS: readonly number[]; readonly spread: readonly number[] };
  /** Chance of the more likely side: by true skills, and as predicted from ratings. */
  readonly favourite: { readonly mean: number } & Percentiles;
  readonly predicted: { readonly mean: number } & Percentiles;
  readonly deciles: readonly Decile[];
  /**
   * Of the deciles, the worst p95 of waiting as a multiple of the best, and the same of how uneven matches
   * are.
   */
  readonly fairness: { readonly wait: number; readonly quality: number };
  readonly errors: Played["errors"];
  readonly poolMax: number;
  readonly passesS: number;
}

/** Reads percentiles, means and tenths out of what happened. */
export function summarize(played: Played, bounds: readonly number[]): Summary {
  const { waits, made, waiting } = played;
  const tenths: { waits: number[]; favourites: number[] }[] = Array.from({ length: 10 }, () => ({
    waits: [],
    favourites: [],
  }));
  for (const { player, seconds, favourite } of waits) {
    const above = bounds.filter((bound) => player.skill > bound).length;
    tenths[above]?.waits.push(seconds);
    tenths[above]?.favourites.push(favourite);
  }
  const deciles = tenths.map((tenth, index) => ({
    decile: index + 1,
    waitS: percentiles(tenth.waits),
    favourite: round(mean(tenth.favourites), 3),
  }));
  const p95s = deciles.map(({ waitS }) => Math.max(waitS.p95, 1));
  const uneven = deciles.map(({ favourite }) => Math.max(favourite - 0.5, 0.001));
  const chances = (key: "favourite" | "predicted") => {
    const all = made.map((one) => one[key]);
    return { mean: round(mean(all), 3), ...percentiles(all, 3) };
  };
  return {
    name: played.name,
    matches: made.length,
    waitS: percentiles(waits.map(({ seconds }) => seconds)),
    longestS: [...waits.map(({ seconds }) => seconds), ...waiting].reduce((a, b) => Math.max(a, b), 0),
    stillWaiting: waiting.length,
    difference: percentiles(made.map(({ difference }) => difference)),
    ratedDifference: percentiles(made.map(({ ratedDifference }) => ratedDifference)),
    spread: percentiles(made.map(({ spread }) => spread)),
    distribution: {
      waitS: distributionOf(waits.map(({ seconds }) => seconds)),
      spread: distributionOf(made.map(({ spread }) => spread)),
    },
    favourite: chances("favourite"),
    predicted: chances("predicted"),
    deciles,
    fairness: {
      wait: round(Math.max(...p95s) / Math.min(...p95s)),
      quality: round(Math.max(...uneven) / Math.min(...uneven)),
    },
    errors: played.errors.map(({ games, error }) => ({ games, error: round(error) })),
    poolMax: played.poolMax,
    passesS: round(played.passesS),
  };
}

/** The nine bounds of ten parts of equal size. */
export function decileBounds(values: readonly number[]): number[] {
  const sorted = [...values].sort((a, b) => a - b);
  return Array.from({ length: 9 }, (_, n) => sorted[Math.floor(((n + 1) * sorted.length) / 10)] ?? 0);
}

function percentiles(values: readonly number[], digits = 2): Percentiles {
  const sorted = Float64Array.from(values).sort();
  const at = (share: number) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0, digits);
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

function distributionOf(values: readonly number[]): number[] {
  const sorted = Float64Array.from(values).sort();
  return Array.from({ length: 101 }, (_, percent) =>
    round(sorted[Math.min(sorted.length - 1, Math.floor((percent / 100) * sorted.length))] ?? 0),
  );
}

const mean = (values: readonly number[]) =>
  values.reduce((sum, one) => sum + one, 0) / Math.max(1, values.length);
const round = (value: number, digits = 2) => Math.round(value * 10 ** digits) / 10 ** digits;

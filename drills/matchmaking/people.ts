import { createRandom } from "./random.ts";

/** Skill of a population, in the units of the ratings: mean, spread, and how much a day's form varies. */
export const SKILL_MEAN = 25;
const SKILL_SPREAD = 25 / 3;
const FORM = 25 / 6;

/** Somebody of the simulation, with the skill that nobody in it knows. */
export interface SimPlayer {
  readonly id: string;
  readonly skill: number;
  /** When they come first, s. */
  readonly arrivesS: number;
  /** Matches that they play. */
  readonly games: number;
  /** What ratings know of them when they come. */
  readonly rating: { readonly mu: number; readonly sigma: number };
  /** They have never played before. */
  readonly isNew: boolean;
}

/** How far the rating of somebody who has played before is from the skill. */
const KNOWN_SIGMA = 2;

/**
 * People who come one after the other, so many a second on average; the same for the same seed.
 *
 * @param known share of them, 0 to 1, who have played before
 */
export function createPeople(
  seed: number,
  { players, rate, games, known }: { players: number; rate: number; games: number; known: number },
): SimPlayer[] {
  const random = createRandom(seed);
  let at = 0;
  return Array.from({ length: players }, (_, index) => {
    at += -Math.log(1 - random.next()) / rate;
    const skill = SKILL_MEAN + SKILL_SPREAD * random.normal();
    const isNew = random.next() >= known;
    return {
      id: `p${String(index).padStart(6, "0")}`,
      skill,
      isNew,
      rating: isNew
        ? { mu: SKILL_MEAN, sigma: SKILL_SPREAD }
        : { mu: skill + KNOWN_SIGMA * random.normal(), sigma: KNOWN_SIGMA },
      arrivesS: at,
      games: 1 + Math.floor(random.next() * (2 * games - 1)),
    };
  });
}

/** How likely the first of two teams is to win, by the true skills. */
export function trueChance(own: readonly SimPlayer[], others: readonly SimPlayer[]): number {
  const lead = sum(own) - sum(others);
  return normalBelow(lead / (FORM * Math.sqrt(own.length + others.length)));
}

/** Mean true skill of a team. */
export const meanSkill = (team: readonly SimPlayer[]) => sum(team) / team.length;

const sum = (team: readonly SimPlayer[]) => team.reduce((total, { skill }) => total + skill, 0);

/** Share of the normal distribution below z, by Abramowitz and Stegun 7.1.26: to 1e-7. */
function normalBelow(z: number): number {
  const t = 1 / (1 + (0.3275911 * Math.abs(z)) / Math.SQRT2);
  const tail =
    t *
    (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429)))) *
    Math.exp((-z * z) / 2);
  return z >= 0 ? 1 - tail / 2 : tail / 2;
}

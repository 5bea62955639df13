import { type Rating, rateMatch, winChances } from "../../plugins/matchmaking/match/ratings.ts";
import type { Matcher } from "./matchers.ts";
import { meanSkill, type SimPlayer, trueChance } from "./people.ts";
import { createRandom } from "./random.ts";

/** A match takes so long, s; and so long its players rest before they come back. */
const MATCH_S = [180, 420] as const;

/** A wait that ended in a match. */
export interface Wait {
  readonly player: SimPlayer;
  readonly seconds: number;
  /** Of the side that is more likely to win, by the true skills. */
  readonly favourite: number;
}

/** A match, as it was made. */
export interface Made {
  /** Difference of the mean true skills of its sides, the same by ratings, and from worst to best player. */
  readonly difference: number;
  readonly ratedDifference: number;
  readonly spread: number;
  /** Chance of the more likely side: by true skills, and as predicted from the ratings. */
  readonly favourite: number;
  readonly predicted: number;
}

/** What happened in the world of one matcher. */
export interface Played {
  readonly name: string;
  readonly waits: readonly Wait[];
  readonly made: readonly Made[];
  /** Seconds that those have waited who wait still. */
  readonly waiting: readonly number[];
  /** Of those who were new, mean distance of the rating from the true skill after so many games. */
  readonly errors: readonly { readonly games: number; readonly error: number }[];
  /** Tickets that waited at once, at most, and seconds of this machine for all passes. */
  readonly poolMax: number;
  readonly passesS: number;
}

interface Life {
  readonly player: SimPlayer;
  rating: Rating;
  games: number;
  sinceS: number;
}

/** Games after which the error of ratings is told. */
const TOLD_GAMES = [0, 1, 2, 3, 5, 8, 12];

/** Lets people live through one matcher: they come, wait, play, are rated, and come again. */
export function playWorld(matcher: Matcher, people: readonly SimPlayer[], seed: number): Played {
  const random = createRandom(seed ^ 0x5bd1e995);
  const lives = new Map<string, Life>();
  const returning = new Map<number, Life[]>();
  const waits: Wait[] = [];
  const made: Made[] = [];
  const errors = new Map(TOLD_GAMES.map((games) => [games, { sum: 0, count: 0 }]));
  const idle = new Set<string>();
  let [next, poolMax, passesMs] = [0, 0, 0];

  const count = ({ games, rating, player }: Life) => {
    const error = errors.get(games);
    if (!error || !player.isNew) return;
    error.sum += Math.abs(rating.mu - player.skill);
    error.count++;
  };
  const enter = (life: Life, nowS: number) => {
    life.sinceS = nowS;
    idle.add(life.player.id);
    matcher.add({ id: life.player.id, sinceS: nowS, ...life.rating });
  };
  const play = (teams: readonly (readonly string[])[], nowS: number) => {
    const sides = teams.map((team) => team.map((id) => lives.get(id) as Life));
    const [one = [], other = []] = sides.map((side) => side.map(({ player }) => player));
    const chance = trueChance(one, other);
    const favourite = Math.max(chance, 1 - chance);
    const skills = [...one, ...other].map(({ skill }) => skill);
    const means = sides.map((side) => side.reduce((sum, { rating }) => sum + rating.mu, 0) / side.length);
    made.push({
      difference: Math.abs(meanSkill(one) - meanSkill(other)),
      ratedDifference: Math.max(...means) - Math.min(...means),
      spread: Math.max(...skills) - Math.min(...skills),
      favourite,
      predicted: Math.max(...winChances(sides.map((side) => side.map(({ rating }) => rating)))),
    });
    const hasWon = random.next() < chance;
    const ratings = rateMatch(
      sides.map((side, index) => ({
        rank: (index === 0) === hasWon ? 1 : 2,
        ratings: side.map(({ rating }) => rating),
      })),
    );
    const [least, most] = MATCH_S;
    const endsS = nowS + Math.ceil(least + (most - least) * random.next());
    const back = returning.get(endsS) ?? [];
    for (const [side, own] of sides.entries())
      for (const [index, life] of own.entries()) {
        waits.push({ player: life.player, seconds: nowS - life.sinceS, favourite });
        idle.delete(life.player.id);
        life.rating = ratings[side]?.[index] ?? life.rating;
        life.games++;
        count(life);
        if (life.games < life.player.games) back.push(life);
      }
    returning.set(endsS, back);
  };

  const endS = Math.floor(people.at(-1)?.arrivesS ?? 0);
  for (let nowS = 0; nowS <= endS; nowS++) {
    for (let player = people[next]; player && player.arrivesS <= nowS; player = people[++next]) {
      const life = { player, rating: player.rating, games: 0, sinceS: nowS };
      lives.set(player.id, life);
      count(life);
      enter(life, nowS);
    }
    for (const life of returning.get(nowS) ?? []) enter(life, nowS);
    returning.delete(nowS);
    poolMax = Math.max(poolMax, idle.size);
    const from = performance.now();
    const matches = matcher.pass(nowS);
    passesMs += performance.now() - from;
    for (const teams of matches) play(teams, nowS);
  }
  return {
    name: matcher.name,
    waits,
    made,
    waiting: [...idle].map((id) => endS - (lives.get(id) as Life).sinceS),
    errors: [...errors].flatMap(([games, { sum, count: n }]) => (n > 0 ? [{ games, error: sum / n }] : [])),
    poolMax,
    passesS: passesMs / 1000,
  };
}

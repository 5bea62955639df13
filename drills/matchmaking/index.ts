import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { defineQueue } from "../../plugins/matchmaking/match/queue.ts";
import { chartsOf } from "./charts.ts";
import { type Matcher, pluginMatcher, queueRoomMatcher } from "./matchers.ts";
import { createPeople } from "./people.ts";
import { decileBounds, type Summary, summarize } from "./summary.ts";
import { playWorld } from "./world.ts";

export const help = `npm run sim -- matchmaking [--players 100000] [--seed 1] [--team 5] [--rate 5] [--games 4]
  [--known 0.7] [--svg FOLDER] [--json]

People of known skill come over simulated time, ask for matches of two teams, play, are rated by openskill, and come
again. The same people go through three matchers in one run: the plugin's own, Colyseus's QueueRoom with its own
comparison of ranks, and QueueRoom with one that takes a rank within the plugin's first range of the mean of a group.
QueueRoom runs its own code; it knows no teams, so its groups are divided as the plugin divides them.

Told are seconds of waiting, the difference of the sides by true skill, the chance of the more likely side, all that
by tenths of skill (fairness: the worst tenth as a multiple of the best), and how far ratings are from the truth after
so many games of those who were new. --players: how many people; --rate: new ones a second; --games: matches of each on average; --team:
players of a team; --known: share of people who have played before, whose rating is 2 from the skill. Skill has mean
25 and spread 8.33. --svg draws the distributions of waiting and of skill in a match. It ends with 1 if a matcher made no match.`;

/** What is simulated. */
export interface SimulationOptions {
  readonly players: number;
  readonly seed: number;
  readonly team: number;
  /** New people a second. */
  readonly rate: number;
  /** Matches of each on average. */
  readonly games: number;
  /** Share of people who have played before, 0 to 1. */
  readonly known: number;
  tell(line: string): void;
}

/** The report. */
export interface SimulationResult extends Omit<SimulationOptions, "tell"> {
  readonly drill: "matchmaking";
  readonly matchers: readonly Summary[];
  readonly seconds: number;
}

/** Runs the simulation; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      players: { type: "string", default: "100000" },
      seed: { type: "string", default: "1" },
      team: { type: "string", default: "5" },
      rate: { type: "string", default: "5" },
      games: { type: "string", default: "4" },
      known: { type: "string", default: "0.7" },
      svg: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const numberOf = (name: "players" | "seed" | "team" | "rate" | "games" | "known", least: number) => {
    const number = Number(values[name]);
    if (!(number >= least && Number.isFinite(number)))
      throw new Error(`--${name}: a number from ${least} on`);
    return number;
  };
  const result = simulateMatchmaking({
    players: Math.floor(numberOf("players", 20)),
    seed: Math.floor(numberOf("seed", 0)),
    team: Math.floor(numberOf("team", 1)),
    rate: numberOf("rate", 0.01),
    games: Math.floor(numberOf("games", 1)),
    known: Math.min(1, numberOf("known", 0)),
    tell: (line) => console.error(line),
  });
  if (values.svg !== undefined) {
    const note = `${result.players} people, ${result.team} against ${result.team}, seed ${result.seed}`;
    for (const [name, chart] of Object.entries(chartsOf(result.matchers, note)))
      writeFileSync(join(values.svg, name), chart);
  }
  if (values.json) console.log(JSON.stringify(result));
  else print(result);
  if (result.matchers.some(({ matches }) => matches === 0)) process.exitCode = 1;
}

/** Lets the same people live through each matcher. */
export function simulateMatchmaking({ tell, ...options }: SimulationOptions): SimulationResult {
  const startedAt = performance.now();
  const { players, seed, team } = options;
  const queue = defineQueue("simulated", { game: "match", teams: [{ size: team }, { size: team }] });
  const people = createPeople(seed, options);
  const bounds = decileBounds(people.map(({ skill }) => skill));
  const matchers: Matcher[] = [
    pluginMatcher(queue),
    queueRoomMatcher(queue, "QueueRoom"),
    queueRoomMatcher(queue, "QueueRoom, near", queue.widen.from),
  ];
  const summaries = matchers.map((matcher) => {
    tell(`${matcher.name}: ${players} people …`);
    return summarize(playWorld(matcher, people, seed), bounds);
  });
  const seconds = Math.round((performance.now() - startedAt) / 1000);
  return { drill: "matchmaking", ...options, matchers: summaries, seconds };
}

function print({ matchers, seconds }: SimulationResult): void {
  console.table(
    Object.fromEntries(
      matchers.map((one) => [
        one.name,
        {
          matches: one.matches,
          "wait p50, s": one.waitS.p50,
          p95: one.waitS.p95,
          p99: one.waitS.p99,
          longest: one.longestS,
          "left over": one.stillWaiting,
          "sides differ p50": one.difference.p50,
          "p95 ": one.difference.p95,
          "favourite, mean": one.favourite.mean,
          "predicted, mean": one.predicted.mean,
          "fair: wait": one.fairness.wait,
          "fair: quality": one.fairness.quality,
        },
      ]),
    ),
  );
  for (const one of matchers) {
    console.log(`${one.name}, by tenths of skill`);
    console.table(
      one.deciles.map(({ decile, waitS, favourite }) => ({ tenth: decile, ...waitS, favourite })),
    );
  }
  console.log("Distance of the rating from the skill, after so many games");
  console.table(
    Object.fromEntries(
      matchers.map(({ name, errors }) => [
        name,
        Object.fromEntries(errors.map(({ games, error }) => [games, error])),
      ]),
    ),
  );
  console.log(
    `${seconds} s in all; passes ${matchers.map(({ name, passesS, poolMax }) => `${name} ${passesS} s, at most ${poolMax} waiting`).join("; ")}`,
  );
}

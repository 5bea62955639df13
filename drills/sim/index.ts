import { parseArgs } from "node:util";
import type { Edit } from "../rewrite.ts";
import { openSimDatabase, type SimDatabase } from "./sim-clock.ts";
import { MUTANTS, type Mutant } from "./sim-mutants.ts";
import { PROFILES, play } from "./sim-play.ts";

export const help = `npm run sim -- [--seconds 30] [--seed 1] [--steps 160] [--mutant "owner check"] [--no-mutants] [--json]

Random schedules of claims, saves, releases, journeys, bookings and retries by three processes over the real SQL on
the embedded database, under a clock that the simulator moves. Between any two statements a process may die or freeze
past its lease, a statement or its answer may be lost, or arrive later. After each statement the rows are compared to
how they were (I3, I4, I11), in the end the ledger to what was asked (I1, I2, I5).

Then each guard is taken out in turn, and a schedule must find that it is missing. --seed N --steps S replays one
schedule; with --mutant under that mutant. The last line of --json: schedules, violations, mutantsFound, mutants.`;

/** Result of the simulator. */
export interface SimResult {
  drill: "sim";
  schedules: number;
  violations: number;
  mutantsFound: number;
  mutants: number;
  /** Seeds with a violation. */
  failing: { seed: number; violation: string }[];
  /** By mutant, the first seed that finds it. */
  found: Record<string, { seed: number; violation: string } | null>;
  seconds: number;
}

/** Runs the simulator; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      seconds: { type: "string", default: "30" },
      seed: { type: "string" },
      steps: { type: "string", default: "160" },
      mutant: { type: "string" },
      "no-mutants": { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  const steps = Number(values.steps);
  const tell = (line: string) => console.error(line);
  if (values.seed !== undefined) return replay(Number(values.seed), steps, values.mutant);
  const mutants = values["no-mutants"] ? [] : MUTANTS;
  const result = await simulate({ seconds: Number(values.seconds), steps, mutants, tell });
  console.log(values.json ? JSON.stringify(result) : result);
  if (result.violations > 0 || result.mutantsFound < result.mutants) process.exitCode = 1;
}

async function replay(seed: number, steps: number, name: string | undefined): Promise<void> {
  const mutant = MUTANTS.find((one) => one.name === name);
  const database = await openSimDatabase();
  const violations = await underMutant(database, mutant, (met) =>
    play(database, seed, { mutant, met, steps }),
  );
  console.log(JSON.stringify({ drill: "sim", seed, steps, mutant: mutant?.name, violations }));
  if (violations.length > 0) process.exitCode = 1;
  await database.close();
}

/** Duration, steps and mutants of a simulation. */
export interface SimOptions {
  /** Half of it for the program as it is, half for its mutants; at least one schedule each. */
  seconds: number;
  /** Steps of a schedule. */
  steps: number;
  mutants: readonly Mutant[];
  tell(line: string): void;
}

/** Runs schedules until the time is up, then searches each mutant. */
export async function simulate({ seconds, steps, mutants, tell }: SimOptions): Promise<SimResult> {
  const database = await openSimDatabase();
  const startedAt = performance.now();
  const share = mutants.length > 0 ? 0.5 : 1;
  const failing: SimResult["failing"] = [];
  let schedules = 0;
  for (; performance.now() - startedAt < seconds * 1000 * share || schedules === 0; schedules++) {
    const seed = schedules + 1;
    const [violation] = await play(database, seed, { met: new Set(), steps });
    if (violation === undefined) continue;
    failing.push({ seed, violation });
    tell(`seed ${seed} violates ${violation}; replay: npm run sim -- --seed ${seed} --steps ${steps}`);
    if (failing.length === 10) break;
  }
  const found: SimResult["found"] = {};
  for (const [n, mutant] of mutants.entries()) {
    // Every mutant gets an equal part of what is left.
    const left = startedAt + seconds * 1000 - performance.now();
    const until = performance.now() + Math.max(left / (mutants.length - n), 0);
    const hunted = await hunt(database, mutant, steps, until);
    schedules += hunted.schedules;
    found[mutant.name] = hunted.found;
    const how = hunted.found
      ? `found by seed ${hunted.found.seed} (${hunted.found.violation})`
      : `NOT found in ${hunted.schedules} schedules`;
    tell(`without the ${mutant.name}: ${how}`);
  }
  await database.close();
  return {
    drill: "sim",
    schedules,
    violations: failing.length,
    mutantsFound: Object.values(found).filter((one) => one !== null).length,
    mutants: mutants.length,
    failing,
    found,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

/** On a busy machine a mutant is searched for at least so many schedules, within this time more. */
const FEWEST = 80;
const PATIENCE_MS = 30_000;

async function hunt(database: SimDatabase, mutant: Mutant, steps: number, until: number) {
  let schedules = 0;
  const found = await underMutant(database, mutant, async (met) => {
    do {
      schedules += 1;
      const { profile } = mutant;
      const seed = profile === undefined ? schedules : schedules * PROFILES.length + profile;
      const [violation] = await play(database, seed, { mutant, met, steps });
      const missing = mutant.edits?.find((edit) => !met.has(edit));
      if (violation !== undefined) return { seed, violation };
      if (missing && schedules > 30)
        throw new Error(`The guard of "${mutant.name}" is not in the SQL: ${missing[0]}`);
    } while (performance.now() < until || (schedules < FEWEST && performance.now() < until + PATIENCE_MS));
    return null;
  });
  return { schedules, found };
}

async function underMutant<T>(
  { ds }: SimDatabase,
  mutant: Mutant | undefined,
  work: (met: Set<Edit>) => Promise<T>,
): Promise<T> {
  for (const sql of mutant?.before ?? []) await ds.query(sql);
  try {
    return await work(new Set());
  } finally {
    for (const sql of mutant?.after ?? []) await ds.query(sql);
  }
}

import { expect, test } from "vitest";
import { simulate } from "../../drills/sim/index.ts";
import { openSimDatabase } from "../../drills/sim/sim-clock.ts";
import { MUTANTS } from "../../drills/sim/sim-mutants.ts";
import { play } from "../../drills/sim/sim-play.ts";

test("random schedules with faults between any two statements violate nothing, and each guard's absence is found", async () => {
  const lines: string[] = [];
  const result = await simulate({
    seconds: 6,
    steps: 160,
    mutants: MUTANTS,
    tell: (line) => lines.push(line),
  });
  expect(lines.filter((line) => /NOT found|violates/.test(line))).toEqual([]);
  expect(result).toMatchObject({ violations: 0, mutantsFound: MUTANTS.length, mutants: MUTANTS.length });
  expect(result.schedules).toBeGreaterThan(MUTANTS.length);

  // A seed replays: the same schedule violates the same.
  const mutant = MUTANTS.find(({ name }) => name === "lease_until check of a claim")!;
  const seed = result.found[mutant.name]!.seed;
  const database = await openSimDatabase();
  const once = await play(database, seed, { mutant, met: new Set(), steps: 160 });
  expect(once[0]).toBe(result.found[mutant.name]!.violation);
  expect(await play(database, seed, { mutant, met: new Set(), steps: 160 })).toEqual(once);
  await database.close();
}, 480_000);

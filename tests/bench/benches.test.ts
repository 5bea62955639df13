import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { scriptArguments } from "../../drills/script-arguments.ts";
import { run } from "../helpers/cli.ts";

const root = fileURLToPath(new URL("../..", import.meta.url));
const script = scriptArguments(join(root, "bench/index.ts"));

/** Each bench with as little work as it takes. What it measures here means nothing; that it runs does. */
const SMALL: Readonly<Record<string, string>> = {
  behaviours: "--agents 5 --rounds 2",
  cheat: "--bots 3 --minutes 1",
  cluster: "--rooms 10 --players 4 --ms 200",
  crowd: "--players 10 --seconds 1 --repeats 1 --foreign 1000",
  "crowd-inputs": "--players 10 --seconds 1 --foreign 1000",
  items: "--players 2 --seconds 1 --repeats 1",
  latency: "--players 4 --samples 3 --repeats 1",
  leaderboard: "--rows 2000 --reads 20 --seconds 0.3 --clients 2",
  memory: "--players 2 --seconds 1 --joins 2",
  reads: "--players 2 --seconds 1 --rooms 2 --times 2 --every 0.1",
  recorder: "--players 3 --seconds 1 --repeats 1 --full 2",
  party: "--pads 3 --question 1 --seconds 2 --rooms 5 --idle 1 --repeats 1",
  rooms: "--rooms 3 --seconds 1 --repeats 1 --foreign 1000",
  spawns: "--observers 2 --seconds 0.4 --repeats 1",
  step: "--players 4 --seconds 1 --repeats 1",
  storm: "--players 6 --repeats 1 --foreign 1000",
  world: "--repeats 1",
};

test.each(Object.entries(SMALL))(
  "bench %s runs to its end and says it in JSON",
  async (bench, args) => {
    const child = run(process.execPath, [...script, bench, ...args.split(" "), "--json"], { cwd: root });
    const code = await child.ended;
    expect(code, child.output()).toBe(0);
    const last = child.stdout().trim().split("\n").at(-1) ?? "";
    const result = JSON.parse(last) as { notes?: unknown[] };
    expect(result.notes ?? [], child.output()).toEqual([]);
    expect(numbersIn(result).length, last).toBeGreaterThan(2);
    expect(
      numbersIn(result).filter((value) => value === null),
      last,
    ).toEqual([]);
  },
  400_000,
);

test("every bench is in the list above", async () => {
  const index = run(process.execPath, script, { cwd: root });
  await index.ended;
  const names = [...index.output().matchAll(/npm run bench -- ([a-z-]+)/g)].map(([, name]) => name);
  expect(new Set(names)).toEqual(new Set(Object.keys(SMALL)));
});

/** All numbers of a result; one that was no number is null in JSON. */
function numbersIn(value: unknown): unknown[] {
  if (typeof value === "number" || value === null) return [value];
  return typeof value === "object" ? Object.values(value as object).flatMap(numbersIn) : [];
}

import type { ChildProcess } from "node:child_process";
import { parseArgs } from "node:util";
import { Client, type Room } from "colyseus.js";
import { ask, child, finish, heard, median, round, sleep } from "../children.ts";
import type { Bench } from "../index.ts";
import { crowdInputs } from "./crowd-inputs.ts";
import { SYSTEMS, type SystemName } from "./crowd-systems.ts";

const CHECKERS = 3;
const WORLDS = { dense: 100, sparse: 1000 } as const;

interface Options {
  players: number;
  world: keyof typeof WORLDS;
  seconds: number;
  repeats: number;
  systems: readonly SystemName[];
  timed: boolean;
  /** Other load on a core, percent, past which a row is dropped. */
  foreign: number;
  profile: string | undefined;
}

/** One run of one system. */
interface Row {
  cpuMsTick: number;
  userMsTick: number;
  p99Ms: number;
  hz: number;
  kBs: number;
  rssMB: number;
  liveMB: number;
  foreignPct: number;
  mismatches: number;
  stalenessMs: number[][];
}

/** A crowd in one zone: ours beside the stock ways and a minimal server, in one run. */
export const crowd: Bench = {
  help:
    "[--players 1000] [--world dense|sparse] [--seconds 30] [--repeats 3] [--systems whole,stateview,floor,ours] " +
    "[--timed] [--foreign 15] [--profile DIR] [--json]; with --inputs see crowd-inputs",
  async run(args) {
    if (args.includes("--inputs")) return crowdInputs.run(args.filter((arg) => arg !== "--inputs"));
    const options = read(args);
    const rows = new Map<SystemName, Row[]>(options.systems.map((name) => [name, []]));
    const notes: string[] = [];
    // Interleaved, so that a slow minute of the machine affects all alike.
    for (let repeat = 0; repeat < options.repeats; repeat++) {
      for (const name of options.systems) {
        try {
          const row = await measure(name, options);
          rows.get(name)?.push(row);
          console.error(
            `${name} #${repeat + 1}: ${round(row.cpuMsTick)} ms a tick, ${round(row.kBs)} kB/s, ` +
              `foreign ${round(row.foreignPct)} %, mismatches ${row.mismatches}`,
          );
        } catch (error) {
          notes.push(`${name}: ${error instanceof Error ? error.message : error}`);
        }
      }
    }
    report(args.includes("--json"), options, rows, notes);
  },
};

function read(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      players: { type: "string", default: "1000" },
      world: { type: "string", default: "dense" },
      seconds: { type: "string", default: "30" },
      repeats: { type: "string", default: "3" },
      systems: { type: "string", default: SYSTEMS.join() },
      foreign: { type: "string", default: "15" },
      profile: { type: "string" },
      timed: { type: "boolean", default: false },
      json: { type: "boolean", default: false },
    },
  });
  if (values.world !== "dense" && values.world !== "sparse") throw new Error("--world is dense or sparse.");
  const systems = SYSTEMS.filter((name) => values.systems.split(",").includes(name));
  const [players, seconds, repeats] = [
    Number(values.players),
    Number(values.seconds),
    Number(values.repeats),
  ];
  const { world, timed, profile } = values;
  return { players, seconds, repeats, world, systems, timed, foreign: Number(values.foreign), profile };
}

async function measure(name: SystemName, options: Options): Promise<Row> {
  const { players, world, seconds, timed, profile } = options;
  const profiled = [
    "--expose-gc",
    ...(profile === undefined ? [] : ["--cpu-prof", `--cpu-prof-dir=${profile}`]),
  ];
  const server = child(0, profiled, "crowd/crowd-server.ts", [
    name,
    String(players),
    String(WORLDS[world]),
    timed ? "timed" : "",
  ]);
  let bots: ChildProcess | undefined;
  try {
    const { port } = await heard<{ port: number }>(server, "port", 30_000);
    const decoding = name === "floor" || name === "socketio" ? [] : await joinCheckers(port);
    bots = child(1, [], "crowd/crowd-bots.ts", [String(players - decoding.length), String(port), name]);
    await heard(bots, "ready", 120_000);
    server.send("start");
    await sleep(2000);
    server.send("begin");
    bots.send("begin");
    await sleep(seconds * 1000);
    bots.send("end");
    server.send("end");
    const [{ bots: counted }, { result }] = await Promise.all([
      heard<{ bots: { kBs: number; closed: number } }>(bots, "bots", 60_000),
      heard<{ result: Omit<Row, "kBs"> }>(server, "result", 60_000),
    ]);
    if (counted.closed > 0) throw new Error(`${counted.closed} bots lost their connection`);
    const mismatches = await check(server, decoding, name);
    const stalenessMs =
      name === "ours" ? await ask<{ staleness: number[][] }>(server, "staleness") : { staleness: [] };
    await Promise.all(decoding.map((room) => room.leave().catch(() => undefined)));
    return { ...result, kBs: counted.kBs, mismatches, stalenessMs: stalenessMs.staleness };
  } finally {
    for (const one of [bots, server]) await finish(one);
  }
}

/** True clients, which decode all that they receive. */
async function joinCheckers(port: number): Promise<Room[]> {
  const rooms: Room[] = [];
  for (let i = 0; i < CHECKERS; i++)
    rooms.push(await new Client(`ws://127.0.0.1:${port}`).joinOrCreate("crowd"));
  return rooms;
}

/** Stops the crowd and counts differences between the checkers' decoded states and what each should see. */
async function check(server: ChildProcess, rooms: readonly Room[], name: SystemName): Promise<number> {
  if (rooms.length === 0) return 0;
  const paused = heard(server, "paused", 60_000);
  server.send("pause");
  await paused;
  await sleep(500);
  const precision = name === "ours" ? 1e-4 : 1e-3;
  let wrong = 0;
  for (const [i, room] of rooms.entries()) {
    const heardTruth = heard<{ truth: Record<string, number[]> }>(server, "truth", 60_000);
    server.send(`truth ${i}`);
    const { truth } = await heardTruth;
    const shown = Reflect.get(room.state, "actors") as Map<string, Record<string, number>>;
    if (shown.size !== Object.keys(truth).length) wrong += Math.abs(shown.size - Object.keys(truth).length);
    for (const [key, values] of Object.entries(truth)) {
      const avatar = shown.get(key);
      const fields = ["x", "y", "z", "yaw", "hp", "animation"];
      if (
        !fields.every(
          (field, at) => Math.abs((avatar?.[field] ?? Number.NaN) - (values[at] ?? 0)) < precision,
        )
      )
        wrong++;
    }
  }
  return wrong;
}

function report(
  json: boolean,
  options: Options,
  rows: ReadonlyMap<SystemName, readonly Row[]>,
  notes: string[],
): void {
  const systems: Record<string, Record<string, number>> = {};
  for (const [name, all] of rows) {
    const quiet = all.filter((row) => row.foreignPct <= options.foreign);
    if (quiet.length < all.length)
      notes.push(`${name}: ${all.length - quiet.length} rows with foreign load thrown out`);
    if (quiet.length === 0) continue;
    const of = (pick: (row: Row) => number): number => round(median(quiet.map(pick)));
    systems[name] = {
      cpuMsTick: of((row) => row.cpuMsTick),
      userMsTick: of((row) => row.userMsTick),
      p99Ms: of((row) => row.p99Ms),
      kBs: of((row) => row.kBs),
      rssMB: of((row) => row.rssMB),
      liveMB: of((row) => row.liveMB),
      hz: of((row) => row.hz),
      foreignPct: of((row) => row.foreignPct),
      rows: quiet.length,
    };
  }
  const cost = (name: SystemName): number => systems[name]?.cpuMsTick ?? Number.NaN;
  const overWhole = (key: string): number =>
    round(
      (((systems.ours?.[key] ?? Number.NaN) - (systems.whole?.[key] ?? Number.NaN)) * 1024) / options.players,
    );
  const every = [...rows.values()].flat();
  const ages = [0, 1, 2].map((ring) => every.flatMap((row) => row.stalenessMs[ring] ?? []));
  const worst = (values: readonly number[]): number =>
    values.reduce((most, value) => Math.max(most, value), 0);
  const { players, world, seconds, repeats, timed } = options;
  const result = {
    bench: "crowd",
    players,
    world,
    seconds,
    repeats,
    timed,
    node: process.version,
    systems,
    ratios: {
      stateviewOverOurs: round(cost("stateview") / cost("ours")),
      oursOverFloor: round(cost("ours") / cost("floor")),
      kBPlayerOverWhole: overWhole("rssMB"),
      liveKBPlayerOverWhole: overWhole("liveMB"),
    },
    stalenessMs: {
      median: median(ages.flat()),
      worst: worst(ages.flat()),
      byRing: ages.map((ring) => ({ median: median(ring), worst: worst(ring) })),
    },
    mismatches: every.reduce((sum, row) => sum + row.mismatches, 0),
    notes,
  };
  if (json) console.log(JSON.stringify(result));
  else {
    console.table(systems);
    console.log(result.ratios, result.stalenessMs, { mismatches: result.mismatches }, ...notes);
  }
}

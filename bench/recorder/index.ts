import type { ChildProcess } from "node:child_process";
import { parseArgs } from "node:util";
import { ask, child, finish, heard, median, round, sleep } from "../children.ts";

export const help = `[--players 100] [--shots 1] [--seconds 30] [--repeats 4] [--full 75] [--json]

What it costs that a room keeps its last 60 s in memory: players walk and shoot in one live room, and its ring is switched on
and off in turns, in the same process with the same players. ratios.cpu is the process's CPU a tick with it over without it (the
median of the pairs); memoryMB is what a full ring takes, by its own count (bytes) and by what is freed when it goes.
--shots: of a player, a second. --seconds: of a turn; a multiple of ten has as many snapshots as a longer one.
--full: seconds until the memory is weighed. The server has core 0, the true SDK clients core 1.`;

interface Reading {
  readonly cpuMs: number;
  readonly ticks: number;
  readonly late: number;
  readonly p99Ms: number;
}

interface Weighed {
  readonly bytes: number;
  readonly seconds: number;
  readonly problem: string | null;
  readonly freedBytes: number;
}

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      players: { type: "string", default: "100" },
      shots: { type: "string", default: "1" },
      seconds: { type: "string", default: "30" },
      repeats: { type: "string", default: "4" },
      full: { type: "string", default: "75" },
      profile: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const flags = values.profile ? ["--cpu-prof", `--cpu-prof-dir=${values.profile}`] : [];
  const server = child(0, ["--expose-gc", ...flags], "recorder/recorder-server.ts", []);
  let bots: ChildProcess | undefined;
  try {
    const { url } = await heard<{ url: string }>(server, "url", 180_000);
    bots = child(1, [], "recorder/recorder-bots.ts", [url, values.players, values.shots]);
    await heard(bots, "joined", 300_000);
    // The ring fills while the code warms up.
    await ask(server, "keep");
    await sleep(Number(values.full) * 1000);
    const { weigh } = await ask<{ weigh: Weighed }>(server, "weigh");
    const turns: { on: number[]; off: number[] } = { on: [], off: [] };
    for (let i = 0; i < Number(values.repeats); i++) {
      // One way round and the other, so that what changes with time is on both sides.
      for (const side of i % 2 === 0 ? (["off", "on"] as const) : (["on", "off"] as const)) {
        const cpuMsTick = await turn(server, side, Number(values.seconds));
        turns[side].push(cpuMsTick);
        if (!values.json) console.log(`${side} #${i + 1}: ${cpuMsTick.toFixed(3)} ms a tick`);
      }
    }
    const { read } = await ask<{ read: Reading }>(server, "read");
    const pairs = turns.on.map((on, i) => on / (turns.off[i] ?? Number.NaN));
    const result = {
      bench: "recorder",
      players: Number(values.players),
      shots: Number(values.shots),
      seconds: Number(values.seconds),
      cpuMsTick: { on: round3(median(turns.on)), off: round3(median(turns.off)) },
      pairs: pairs.map(round3),
      ratios: { cpu: round3(median(pairs)) },
      keptSeconds: round(weigh.seconds),
      bytes: weigh.bytes,
      memoryMB: round(Math.max(weigh.bytes, weigh.freedBytes) / 1e6),
      freedMB: round(weigh.freedBytes / 1e6),
      p99Ms: round(read.p99Ms),
      notes: weigh.problem ? [weigh.problem] : [],
    };
    console.log(values.json ? JSON.stringify(result) : result);
  } finally {
    for (const one of [bots, server]) await finish(one);
  }
}

const round3 = (value: number): number => Math.round(value * 1000) / 1000;

async function turn(server: ChildProcess, side: "on" | "off", seconds: number): Promise<number> {
  await ask(server, "forget");
  await sleep(1_000);
  const { read: before } = await ask<{ read: Reading }>(server, "read");
  if (side === "on") await ask(server, "keep");
  await sleep(seconds * 1000);
  const { read: after } = await ask<{ read: Reading }>(server, "read");
  return (after.cpuMs - before.cpuMs) / (after.ticks - before.ticks);
}

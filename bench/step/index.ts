import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import type { TickProfile } from "roomkeep/rooms";
import { scriptArguments } from "../../drills/script-arguments.ts";
import { PHASES, type Phase } from "../../rooms/simulation/tick-clock.ts";

export const help = `[--players 100] [--seconds 8] [--repeats 3] [--json]

CPU ms a tick of the plaza with players who send 20 inputs a second and 50 loose crates, by phase, beside a bare
Colyseus room with the same players and inputs, in the same run. The server has core 0, the true SDK clients core 1;
repeats are interleaved; medians are told.`;

interface Reading {
  cpuMs: number;
  ticks: number;
  profile?: TickProfile;
  rssMB: number;
}

interface Row {
  cpuMsTick: number;
  ticksHz: number;
  rssMB: number;
  phases?: Record<Phase, number>;
  worstMs?: number;
}

type System = "ours" | "bare";

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      players: { type: "string", default: "100" },
      seconds: { type: "string", default: "8" },
      repeats: { type: "string", default: "3" },
      json: { type: "boolean", default: false },
    },
  });
  const seconds = Number(values.seconds);
  const rows: Record<System, Row[]> = { ours: [], bare: [] };
  for (let repeat = 0; repeat < Number(values.repeats); repeat++) {
    for (const system of ["bare", "ours"] as const) {
      const row = await measure(system, values.players, seconds);
      rows[system].push(row);
      if (!values.json)
        console.log(
          `${system} #${repeat + 1}: ${row.cpuMsTick.toFixed(2)} ms a tick at ${row.ticksHz.toFixed(1)} Hz`,
        );
    }
  }
  const ours = medianRow(rows.ours);
  const bare = medianRow(rows.bare);
  const physics = ours.phases?.physics ?? 0;
  const result = {
    bench: "step",
    players: Number(values.players),
    crates: 50,
    seconds,
    repeats: rows,
    systems: { ours, bare },
    ratios: {
      oursOverBare: (ours.cpuMsTick - physics) / bare.cpuMsTick,
      oursOverBareWithPhysics: ours.cpuMsTick / bare.cpuMsTick,
    },
  };
  console.log(values.json ? JSON.stringify(result) : table(result.systems, result.ratios));
}

async function measure(system: System, players: string, seconds: number): Promise<Row> {
  const server = child("step-server.ts", 0, system);
  const { url } = (await ready(server)) as { url: string };
  const bots = child("step-bots.ts", 1, url, system, players);
  try {
    await ready(bots);
    await pause(2_000);
    const before = await read(server);
    const started = performance.now();
    await pause(seconds * 1_000);
    const after = await read(server);
    return rowOf(before, after, (performance.now() - started) / 1_000);
  } finally {
    bots.kill("SIGKILL");
    server.kill("SIGKILL");
    await Promise.all([once(server, "exit"), bots.exitCode === null ? once(bots, "exit") : undefined]);
  }
}

function rowOf(before: Reading, after: Reading, elapsedS: number): Row {
  const ticks = after.ticks - before.ticks;
  const row: Row = {
    cpuMsTick: (after.cpuMs - before.cpuMs) / ticks,
    ticksHz: ticks / elapsedS,
    rssMB: after.rssMB,
  };
  const { profile: first } = before;
  const { profile: last } = after;
  if (!first || !last) return row;
  // The profile holds means since the room began: take the share of this window.
  const share = (phase: Phase) =>
    (last.meanMs[phase] * last.ticks - first.meanMs[phase] * first.ticks) / (last.ticks - first.ticks);
  const phases = Object.fromEntries(PHASES.map((phase) => [phase, share(phase)])) as Record<Phase, number>;
  return { ...row, phases, worstMs: last.worstMs };
}

function child(script: string, core: number, ...args: string[]): ChildProcess {
  const file = fileURLToPath(new URL(script, import.meta.url));
  const node = [process.execPath, ...scriptArguments(file), ...args];
  return spawn("taskset", ["-c", String(core), ...node], { stdio: ["ignore", "inherit", "inherit", "ipc"] });
}

async function ready(process_: ChildProcess): Promise<unknown> {
  for (;;) {
    const [message] = (await once(process_, "message")) as [{ ready?: boolean }];
    if (message.ready) return message;
  }
}

async function read(server: ChildProcess): Promise<Reading> {
  server.send({ ask: "read" });
  for (;;) {
    const [message] = (await once(server, "message")) as [{ reading?: Reading }];
    if (message.reading) return message.reading;
  }
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

function medianRow(rows: Row[]): Row {
  const sorted = [...rows].sort((a, b) => a.cpuMsTick - b.cpuMsTick);
  return sorted[Math.floor(sorted.length / 2)] as Row;
}

function table(systems: Record<System, Row>, ratios: Record<string, number>): string {
  const lines = Object.entries(systems).map(([name, row]) => {
    const phases = row.phases
      ? PHASES.map((phase) => `${phase} ${row.phases?.[phase].toFixed(2)}`).join(", ")
      : "";
    return `${name.padEnd(5)} ${row.cpuMsTick.toFixed(2)} ms a tick, ${row.ticksHz.toFixed(1)} Hz, ${row.rssMB.toFixed(0)} MB  ${phases}`;
  });
  return [...lines, `ours over bare, physics aside: ${ratios.oursOverBare?.toFixed(2)}`].join("\n");
}

import { parseArgs } from "node:util";
import { ask, child, finish, heard, round, sleep } from "../children.ts";
import type { Bench } from "../index.ts";
import { withPlay } from "./play.ts";

interface Kind {
  readonly players: number;
  readonly tickHz: number;
  /** Of the 99th percentile, ms. */
  readonly toReachMs: number;
}

interface Latencies {
  readonly ms: number[];
  readonly hz: number;
}

/** From the SDK's send of an input to the moment at which another true client's decoded state shows it. */
export const latency: Bench = {
  help:
    "[--players 1000] [--samples 200] [--repeats 3] [--json]  " +
    "a crowd at 20 Hz, an idle room of 2 at 20 Hz, and a room of 16 at 60 Hz, in turns",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        players: { type: "string", default: "1000" },
        samples: { type: "string", default: "200" },
        repeats: { type: "string", default: "3" },
        json: { type: "boolean", default: false },
      },
    });
    const kinds: Record<string, Kind> = {
      crowd: { players: Number(values.players), tickHz: 20, toReachMs: 120 },
      idle: { players: 2, tickHz: 20, toReachMs: 120 },
      action: { players: 16, tickHz: 60, toReachMs: 50 },
    };
    const samples = new Map<string, number[]>();
    const notes: string[] = [];
    for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
      for (const [name, kind] of Object.entries(kinds)) {
        try {
          const { ms, hz } = await measure(kind, Number(values.samples));
          samples.set(name, [...(samples.get(name) ?? []), ...ms]);
          console.error(
            `${name} #${repeat}: p50 ${quantile(ms, 0.5)} ms, p99 ${quantile(ms, 0.99)} ms, ${round(hz)} Hz`,
          );
        } catch (error) {
          notes.push(`${name} #${repeat}: ${error instanceof Error ? error.message : error}`);
          console.error(notes.at(-1));
        }
      }
    }
    const rooms = Object.fromEntries(
      [...samples].map(([name, ms]) => [
        name,
        { ...kinds[name], samples: ms.length, p50Ms: quantile(ms, 0.5), p99Ms: quantile(ms, 0.99) },
      ]),
    );
    if (values.json) console.log(JSON.stringify({ bench: "latency", node: process.version, rooms, notes }));
    else console.table(rooms);
  },
};

function measure({ players, tickHz }: Kind, samples: number): Promise<Latencies> {
  const options = { system: "ours", rooms: 1, players, sizeM: 100, tickHz, inputHz: 20 } as const;
  return withPlay(options, async (server, bots, port, ids) => {
    const probe = child(1, [], "play/latency-probe.ts", [port, ids[0] ?? "", samples].map(String));
    try {
      await heard(probe, "ready", 60_000);
      await ask(bots, "join", "joined", 300_000);
      await ask(bots, "walk", "walking");
      await sleep(2000);
      await ask(server, "begin", "begun");
      const { ms } = await ask<{ ms: number[] }>(probe, "go", "ms");
      const { result } = await ask<{ result: { hz: number } }>(server, "end", "result");
      return { ms, hz: result.hz };
    } finally {
      await finish(probe);
    }
  });
}

function quantile(values: readonly number[], q: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))] ?? Number.NaN);
}

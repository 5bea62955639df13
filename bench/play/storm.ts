import { parseArgs } from "node:util";
import { ask, median, round, sleep } from "../children.ts";
import type { Bench } from "../index.ts";
import { withPlay } from "./play.ts";

interface StormRow {
  /** CPU of encoding a joiner's whole state. */
  readonly stateMsJoin: number;
  /** CPU of the whole process for each joiner, matchmaking, handshakes and the ticks meanwhile included. */
  readonly cpuMsJoin: number;
  readonly joinMedianMs: number;
  readonly joinWorstMs: number;
  readonly tickP99Ms: number;
  readonly hz: number;
  readonly foreignPct: number;
}

/** All players join at once: the cost of a join, and whether ticks go on. */
export const storm: Bench = {
  help:
    "[--players 500] [--repeats 3] [--foreign 15] [--json]  " +
    "all join one room at the same moment, without sign-in and database; ours beside Colyseus alone",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        players: { type: "string", default: "500" },
        repeats: { type: "string", default: "3" },
        foreign: { type: "string", default: "15" },
        json: { type: "boolean", default: false },
      },
    });
    const rows: Record<"bare" | "ours", StormRow[]> = { bare: [], ours: [] };
    const notes: string[] = [];
    for (let repeat = 1; repeat <= Number(values.repeats); repeat++) {
      for (const system of ["bare", "ours"] as const) {
        try {
          const row = await measure(system, Number(values.players));
          rows[system].push(row);
          console.error(`${system} #${repeat}: ${JSON.stringify(row)}`);
        } catch (error) {
          notes.push(`${system} #${repeat}: ${error instanceof Error ? error.message : error}`);
          console.error(notes.at(-1));
        }
      }
    }
    const systems = Object.fromEntries(
      Object.entries(rows).map(([system, all]) => {
        const kept = all.filter(({ foreignPct }) => foreignPct <= Number(values.foreign));
        const keys = Object.keys(kept[0] ?? {}) as (keyof StormRow)[];
        const row = Object.fromEntries(keys.map((key) => [key, round(median(kept.map((one) => one[key])))]));
        return [system, { kept: kept.length, thrownOut: all.length - kept.length, ...row }];
      }),
    );
    const result = { bench: "storm", players: Number(values.players), node: process.version, systems, notes };
    if (values.json) console.log(JSON.stringify(result));
    else console.table(systems);
  },
};

function measure(system: "bare" | "ours", players: number): Promise<StormRow> {
  // Two seats are left free, which a bench with checkers takes.
  const options = { system, rooms: 1, players: players + 2, sizeM: 100, tickHz: 20, inputHz: 0 };
  return withPlay(options, async (server, bots) => {
    await sleep(1000);
    await ask(server, "begin", "begun");
    type Storm = { storm: { medianMs: number; worstMs: number } };
    const { storm: took } = await ask<Storm>(bots, "storm", "storm", 300_000);
    type Result = { result: { p99Ms: number; hz: number; cpuMs: number; foreignPct: number } };
    const { result } = await ask<Result>(server, "end", "result");
    const { states } = await ask<{ states: { made: number; ms: number } }>(server, "states");
    return {
      stateMsJoin: states.ms / states.made,
      cpuMsJoin: result.cpuMs / players,
      joinMedianMs: took.medianMs,
      joinWorstMs: took.worstMs,
      tickP99Ms: result.p99Ms,
      hz: result.hz,
      foreignPct: result.foreignPct,
    };
  });
}

import { parseArgs } from "node:util";
import type { Bench } from "../index.ts";
import { interleave, summary } from "../play/play.ts";

const SIZES = { dense: 100, sparse: 1000 } as const;

/** Players that a zone holds with true inputs: a whole room, frames sanitised, credited, stepped, sent on. */
export const crowdInputs: Bench = {
  help:
    "[--players 1000,1500] [--world dense|sparse] [--seconds 30] [--repeats 1] [--foreign 15] [--profile DIR] [--json]  " +
    "players who send 20 input frames a second into one WorldRoom without a database; does it hold 20 Hz?",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        players: { type: "string", default: "1000,1500" },
        world: { type: "string", default: "dense" },
        seconds: { type: "string", default: "30" },
        repeats: { type: "string", default: "1" },
        foreign: { type: "string", default: "15" },
        profile: { type: "string" },
        json: { type: "boolean", default: false },
      },
    });
    if (values.world !== "dense" && values.world !== "sparse") throw new Error("--world is dense or sparse.");
    const sizeM = SIZES[values.world];
    const seconds = Number(values.seconds);
    const { profile } = values;
    const common = { system: "ours", rooms: 1, sizeM, tickHz: 20, inputHz: 20, seconds, profile } as const;
    const kinds = Object.fromEntries(
      values.players.split(",").map((players) => [players, { ...common, players: Number(players) }]),
    );
    const { rows, notes } = await interleave(kinds, Number(values.repeats));
    const players = Object.entries(rows).map(([count, all]) => {
      const { row, phases, kept, thrownOut } = summary(all, Number(values.foreign));
      const { p99Ms = Number.NaN, missedPct = Number.NaN } = row;
      return {
        players: Number(count),
        holds: p99Ms < 50 && missedPct < 0.5,
        kept,
        thrownOut,
        ...row,
        phases,
      };
    });
    const result = {
      bench: "crowd-inputs",
      world: values.world,
      seconds,
      node: process.version,
      players,
      notes,
    };
    if (values.json) console.log(JSON.stringify(result));
    else console.table(players.map(({ phases, ...row }) => ({ ...row, ...phases })));
  },
};

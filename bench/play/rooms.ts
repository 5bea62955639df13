import { parseArgs } from "node:util";
import { round } from "../children.ts";
import type { Bench } from "../index.ts";
import { interleave, type PlayOptions, summary } from "./play.ts";

/**
 * Many small rooms in one process: the cost of a room, beside Colyseus alone with the same players and
 * inputs.
 */
export const rooms: Bench = {
  help:
    "[--rooms 500,2000@4] [--players 4] [--inputs 2] [--seconds 10] [--repeats 3] [--foreign 15] [--json]  " +
    "rooms of a few in one process, at 20 ticks a second or @ fewer, for 2,000 at 20 are more than a core takes; " +
    "--inputs: input frames a second of each player",
  async run(args) {
    const { values } = parseArgs({
      args: [...args],
      options: {
        rooms: { type: "string", default: "500,2000@4" },
        players: { type: "string", default: "4" },
        inputs: { type: "string", default: "2" },
        seconds: { type: "string", default: "10" },
        repeats: { type: "string", default: "3" },
        foreign: { type: "string", default: "15" },
        json: { type: "boolean", default: false },
      },
    });
    const common: Omit<PlayOptions, "system" | "rooms" | "tickHz"> = {
      players: Number(values.players),
      sizeM: 20,
      inputHz: Number(values.inputs),
      seconds: Number(values.seconds),
    };
    const kinds: Record<string, PlayOptions> = {};
    for (const kind of values.rooms.split(",")) {
      const [count = 0, tickHz = 20] = kind.split("@").map(Number);
      kinds[`bare ${count}`] = { ...common, system: "bare", rooms: count, tickHz };
      kinds[`ours ${count}`] = { ...common, system: "ours", rooms: count, tickHz };
    }
    const { rows, notes } = await interleave(kinds, Number(values.repeats));
    const table = Object.entries(rows).map(([name, all]) => {
      const [system = "", count = "0"] = name.split(" ");
      const { row, phases, kept, thrownOut } = summary(all, Number(values.foreign));
      const kBRoom = round(((row.emptyRoomsMB ?? 0) * 1024) / Number(count));
      const usRoomTick = round(((row.cpuMsTick ?? 0) * 1000) / Number(count));
      return {
        system,
        rooms: Number(count),
        kept,
        thrownOut,
        usRoomTick,
        kBEmptyRoom: kBRoom,
        ...row,
        phases,
      };
    });
    const result = {
      bench: "rooms",
      players: common.players,
      inputHz: common.inputHz,
      node: process.version,
      table,
      notes,
    };
    if (values.json) console.log(JSON.stringify(result));
    else console.table(table.map(({ phases: _, ...row }) => row));
  },
};

// A server process of `npm run bench -- cluster`: the drills' rooms, and a book of its ticks and of the time
// it took.

import { subscribe } from "node:diagnostics_channel";
import { readConfig, startServer } from "roomkeep/server";
import { games } from "../../drills/cluster/cluster-rooms.ts";
import type { TickTiming } from "../../rooms/simulation/tick-clock.ts";
import { stopOnSignal, tellParent } from "../../server/cli/start.ts";

/** Work of a process between "begin" and "end". */
export interface Spent {
  /** Milliseconds of processor time, of all its threads. */
  cpuMs: number;
  /** How long each tick took, ms. */
  ticks: number[];
}

let ticks: number[] = [];
let since = process.cpuUsage();
subscribe("roomkeep:tick", (timing) => {
  ticks.push(Object.values((timing as TickTiming).ms).reduce((sum, ms) => sum + ms, 0));
});
const server = await startServer(games, readConfig(process.env));
stopOnSignal(server);
process.on("message", (word) => {
  if (word === "begin") [ticks, since] = [[], process.cpuUsage()];
  if (word !== "end") return;
  const { user, system } = process.cpuUsage(since);
  process.send?.({ spent: { cpuMs: (user + system) / 1000, ticks } satisfies Spent });
});
tellParent(server);

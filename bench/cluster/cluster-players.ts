import { fileURLToPath } from "node:url";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { runBots } from "../../bots/index.ts";
import { type DrillCluster, openDrillCluster } from "../../drills/cluster/fleet.ts";
import { hostOf } from "../../drills/cluster/liveness.ts";
import { ask, round, sleep } from "../children.ts";
import type { Spent } from "./cluster-server.ts";

const SCRIPT = fileURLToPath(new URL("cluster-server.ts", import.meta.url));
/** The players are in two rooms, in one process or one in each of two. */
const ROOMS = 2;
/** Attempts to get the two rooms into the wanted processes. */
const TRIES = 40;

/** Cost of a number of players. */
export interface PlayersMeasured {
  processes: number;
  players: number;
  /** Part of a core that one player costs, percent, of all processes together. */
  cpuPerPlayer: number;
  /** The busiest process: part of a core, percent. */
  busiest: number;
  tickP50Ms: number;
  tickP99Ms: number;
}

/**
 * Lets so many bots walk and chat in two rooms for so long.
 *
 * @param processes 1 or 2: where the two rooms are
 */
export async function measurePlayers(
  processes: 1 | 2,
  players: number,
  ms: number,
): Promise<PlayersMeasured> {
  const cluster = await openDrillCluster(processes, {}, SCRIPT);
  try {
    const hosts = await openRooms(cluster, processes);
    const stop = new AbortController();
    const joined = hosts.map(() => 0);
    const crowds = hosts.map(({ room }, n) =>
      runBots({
        url: cluster.url,
        room: "meet",
        code: room.roomId,
        count: Math.floor(players / ROOMS) + (n < players % ROOMS ? 1 : 0),
        seed: n + 1,
        signal: stop.signal,
        onProgress: (progress) => {
          if (progress.failed > 0) throw new Error(`${progress.failed} bots could not join`);
          joined[n] = progress.joined;
        },
      }),
    );
    while (joined.reduce((sum, count) => sum + count, 0) < players) await sleep(200);
    for (const host of hosts) await host.leave();
    await sleep(1_000);
    const children = cluster.running().map(({ child }) => child);
    for (const child of children) child.send("begin");
    const startedAt = performance.now();
    await sleep(ms);
    const answers = await Promise.all(children.map((child) => ask<{ spent: Spent }>(child, "end", "spent")));
    const took = performance.now() - startedAt;
    stop.abort();
    await Promise.all(crowds);
    const cpu = answers.map(({ spent }) => (spent.cpuMs / took) * 100);
    const ticks = answers.flatMap(({ spent }) => spent.ticks).sort((a, b) => a - b);
    const at = (part: number) => round(ticks[Math.floor(ticks.length * part)] ?? 0);
    return {
      processes,
      players,
      cpuPerPlayer: round(cpu.reduce((sum, one) => sum + one, 0) / players),
      busiest: round(Math.max(...cpu)),
      tickP50Ms: at(0.5),
      tickP99Ms: at(0.99),
    };
  } finally {
    await cluster.close();
  }
}

/** Opens two rooms, in as many processes; a player stays in each until the bots are there. */
async function openRooms(cluster: DrillCluster, processes: number): Promise<TestPlayer[]> {
  const hosts: TestPlayer[] = [];
  const places = () => new Set(hosts.map((host) => hostOf(cluster, host).name));
  for (let tries = 0; tries < TRIES && hosts.length < ROOMS; tries++) {
    const host = await joinAs(cluster.url, "meet", { name: `Host ${tries}`, create: true });
    hosts.push(host);
    if (places().size >= Math.min(hosts.length, processes)) continue;
    hosts.pop();
    await host.leave();
  }
  if (hosts.length < ROOMS) throw new Error("The rooms could not be spread over the processes.");
  return hosts;
}

import { parseArgs } from "node:util";
import { DataSource } from "typeorm";
import { verifyLedger } from "../../server/items/ledger.ts";
import { pause } from "../patience.ts";
import { type DrillCluster, openDrillCluster } from "./fleet.ts";
import { openWalker, quantile, type Walker } from "./walker.ts";

export const help = `npm run drill -- roll [--bots 150] [--json]

Three server processes on one PostgreSQL and one Redis behind one address. Bots (the real SDK) walk and trade in two
kept zones and a place that is not kept; then each process is stopped by SIGTERM and started again, one after the other.

The last line of --json: bots, playersLost (had to join anew, or are in no room at the end), carried, awayP50Ms,
awayP99Ms (between two rooms), worldKept (the zones' stones lie where they were pushed), traded, sumsEqual (the
ledger's replay gives every balance, and every booking that was acknowledged is in it once), stopMaxMs.
Ends with 1 unless playersLost is 0, worldKept and sumsEqual.`;

/** Result of the rolling-restart drill. */
export interface RollResult {
  drill: "roll";
  bots: number;
  playersLost: number;
  /** Journeys from a process that stopped to another one. */
  carried: number;
  awayP50Ms: number;
  awayP99Ms: number;
  worldKept: boolean;
  /** Acknowledged bookings. */
  traded: number;
  sumsEqual: boolean;
  /** Longest time from SIGTERM to the process running again, ms. */
  restartMaxMs: number;
  seconds: number;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: { bots: { type: "string", default: "150" }, json: { type: "boolean", default: false } },
  });
  const cluster = await openDrillCluster();
  try {
    const result = await roll(cluster, Number(values.bots));
    console.log(values.json ? JSON.stringify(result) : result);
    if (result.playersLost > 0 || !result.sumsEqual || !result.worldKept) process.exitCode = 1;
  } finally {
    await cluster.close();
  }
}

/** Restarts every process of a cluster under so many bots. */
export async function roll(cluster: DrillCluster, bots: number): Promise<RollResult> {
  const startedAt = performance.now();
  const games = ["north", "south", "meet"] as const;
  const walkers: Walker[] = [];
  for (let n = 0; n < bots; n++) {
    walkers.push(await openWalker(cluster.url, games[n % games.length] as string, `Bot ${n}`));
  }
  const zones = games.slice(0, 2).map((_, n) => walkers[n] as Walker);
  for (const { player } of zones) player.send("push", { x: 7 });
  await pause(1_500);
  let restartMaxMs = 0;
  for (const { name } of [...cluster.running()]) {
    const at = performance.now();
    await cluster.restart(name);
    restartMaxMs = Math.max(restartMaxMs, Math.round(performance.now() - at));
    await untilAllPlay(walkers);
  }
  await pause(1_500);
  const lost = walkers.filter((walker) => walker.rejoined > 0 || !walker.isPlaying());
  const worldKept = zones.every(({ player }) => player.room.state.actors.get("stone")?.x === 7);
  const away = walkers.flatMap((walker) => walker.away);
  for (const walker of walkers) walker.stop();
  await pause(1_000);
  const { traded, sumsEqual } = await audit(cluster, walkers);
  return {
    drill: "roll",
    bots,
    playersLost: lost.length,
    carried: away.length,
    awayP50Ms: quantile(away, 0.5),
    awayP99Ms: quantile(away, 0.99),
    worldKept,
    traded,
    sumsEqual,
    restartMaxMs,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

/** Waits until all play again; a bot that does not within a second is found at the end. */
async function untilAllPlay(walkers: readonly Walker[]): Promise<void> {
  const until = performance.now() + 1_000;
  do await pause(100);
  while (!walkers.every((one) => one.isPlaying()) && performance.now() < until);
}

/** Compares the bots' acknowledged bookings with the ledger. */
export async function audit({ premises }: DrillCluster, walkers: readonly Walker[]) {
  const ds = await new DataSource({ type: "postgres", url: premises.databaseUrl }).initialize();
  try {
    const differences = await verifyLedger(ds);
    const acknowledged = walkers.flatMap(({ granted, given }) => [...granted, ...given]);
    const booked = await premises.query<{ request_id: string }>(
      "SELECT DISTINCT request_id FROM ledger WHERE split_part(request_id, ':', 2) = ANY($1)",
      [acknowledged],
    );
    const [sums] = await premises.query<{ minted: string; held: string }>(
      `SELECT (SELECT COALESCE(-sum(coins), 0) FROM ledger WHERE account = 'world') AS minted,
         (SELECT COALESCE(sum(coins), 0) FROM character) AS held`,
    );
    const sumsEqual =
      differences.length === 0 && booked.length === acknowledged.length && sums?.minted === sums?.held;
    return { traded: acknowledged.length, sumsEqual };
  } finally {
    await ds.destroy();
  }
}

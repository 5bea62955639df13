import { parseArgs } from "node:util";
import { readErrorCode } from "roomkeep/shared";
import { joinAs } from "roomkeep/testing";
import { joinSoon, pause } from "../patience.ts";
import { type DrillCluster, openDrillCluster } from "./fleet.ts";
import { openWalker, type Walker } from "./walker.ts";

export const help = `npm run drill -- redis [--outage 15] [--bots 9] [--json]

Three server processes on one PostgreSQL and one Redis; bots walk and trade in their rooms. Redis is stopped for so many
seconds (SIGSTOP: it takes connections and answers nothing), then goes on; meanwhile new players try to join.

The last line of --json: outageS, recoveryMs (from Redis's return until a newcomer is in a room of each game, and a
room of another process is found), kicked (bots that lost their seat), stood (bots that stood still during the outage),
refused (joins that were refused, by code), readyLied (times that /ready said ready).
Ends with 1 unless recoveryMs is at most 3,000 and kicked and readyLied are 0.`;

/** Result of the Redis drill. */
export interface RedisResult {
  drill: "redis";
  outageS: number;
  recoveryMs: number;
  kicked: number;
  stood: number;
  refused: Record<string, number>;
  readyLied: number;
  seconds: number;
}

/** Longest time, ms, until /ready reports it. */
const NOTICE_MS = 4_000;

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      outage: { type: "string", default: "15" },
      bots: { type: "string", default: "9" },
      json: { type: "boolean", default: false },
    },
  });
  const cluster = await openDrillCluster();
  try {
    const result = await redisAway(cluster, {
      outageMs: Number(values.outage) * 1000,
      bots: Number(values.bots),
    });
    console.log(values.json ? JSON.stringify(result) : result);
    if (result.recoveryMs > 3_000 || result.kicked > 0 || result.readyLied > 0) process.exitCode = 1;
  } finally {
    await cluster.close();
  }
}

/** Stops and restarts the Redis of a running cluster. */
export async function redisAway(
  cluster: DrillCluster,
  { outageMs, bots }: { outageMs: number; bots: number },
): Promise<RedisResult> {
  const startedAt = performance.now();
  const games = ["north", "south", "meet"] as const;
  const walkers: Walker[] = [];
  for (let n = 0; n < bots; n++) {
    walkers.push(await openWalker(cluster.url, games[n % games.length] as string, `Bot ${n}`));
  }
  const visitors = await Promise.all(
    games.map((game) => joinSoon(cluster.url, game, { name: `Visitor ${game}` })),
  );
  // The join attempts are made by other characters: one that joins anew gives up the seat that the attempt
  // waits for.
  const newcomer = await joinSoon(cluster.url, "north", { name: "Newcomer" });
  for (const visitor of [...visitors, newcomer]) await visitor.leave();
  await pause(1_000);
  const stoodAt = new Map(walkers.map((one) => [one, placeOf(one)]));
  const refused: Record<string, number> = {};
  let readyLied = 0;
  let back = false;
  cluster.premises.redis.kill("SIGSTOP");
  const awayAt = performance.now();
  const joining = (async () => {
    while (!back) {
      await joinOnce(cluster.url, newcomer.token, "north").then(
        () => {
          if (!back) refused.none = (refused.none ?? 0) + 1;
        },
        (error: unknown) => {
          const code = codeIn(error);
          refused[code] = (refused[code] ?? 0) + 1;
        },
      );
      await pause(500);
    }
  })();
  const asking = (async () => {
    while (!back) {
      for (const { url } of cluster.running()) {
        const late = performance.now() - awayAt > NOTICE_MS;
        const status = await fetch(`${url}/ready`).then((answer) => answer.status);
        if (late && !back && status === 200) readyLied += 1;
      }
      await pause(500);
    }
  })();
  await pause(outageMs);
  const stood = walkers.filter((one) => stoodAt.get(one) === placeOf(one)).length;
  back = true;
  cluster.premises.redis.kill("SIGCONT");
  const backAt = performance.now();
  const returned = await Promise.all(
    games.map((game, n) => joinSoon(cluster.url, game, { token: visitors[n]?.token ?? "" })),
  );
  for (const { url } of cluster.running()) {
    for (const { room } of returned) {
      while (!(await fetch(`${url}/v1/rooms/${room.roomId}`)).ok) await pause(50);
    }
    while (!(await fetch(`${url}/ready`)).ok) await pause(50);
  }
  const recoveryMs = Math.round(performance.now() - backAt);
  await Promise.all([joining, asking]);
  await pause(2_000);
  const kicked = walkers.filter((one) => one.rejoined > 0 || !one.isPlaying()).length;
  for (const walker of walkers) walker.stop();
  for (const player of returned) player.stop();
  return {
    drill: "redis",
    outageS: outageMs / 1000,
    recoveryMs,
    kicked,
    stood,
    refused,
    readyLied,
    seconds: Math.round((performance.now() - startedAt) / 1000),
  };
}

function placeOf({ player }: Walker): string {
  const { x, z } = player.me();
  return `${x} ${z}`;
}

/** One join attempt, not repeated. */
async function joinOnce(url: string, token: string, game: string): Promise<void> {
  const player = await joinAs(url, game, { token });
  player.stop();
}

function codeIn(error: unknown): string {
  const { code, message } = error as { code?: unknown; message?: string };
  return (
    /([A-Z][A-Z_]+_[A-Z]+)/.exec(`${message}`)?.[1] ??
    readErrorCode(`${message}`).code ??
    String(code ?? message)
  );
}

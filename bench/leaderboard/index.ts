import { parseArgs } from "node:util";
import type { DataSource } from "typeorm";
import { openPremises } from "../../drills/premises.ts";
import { leaderboards } from "../../plugins/leaderboards/index.ts";
import { IN_MEMORY, readConfig } from "../../server/index.ts";
import { openServices } from "../../server/services.ts";
import { round } from "../children.ts";
import { BOARD, countRank, fill } from "./fill.ts";
import { openOurs, type Peer, type Player } from "./peer.ts";
import { openRedisPeer } from "./redis-peer.ts";

export const help = `[--rows 1000000] [--reads 2000] [--seconds 10] [--clients 8] [--json]

Leaderboard of so many rows on PostgreSQL, by the plugin: a page of eleven places around random players, one after the
other (p50, p99 in ms); the same by so many clients at once (a second); submits by so many clients at once (a second;
half of them better than what stands there); and pages read meanwhile. Beside it, in the same run, Redis
with the same scores: ZREVRANK and ZREVRANGE WITHSCORES, ZADD GT. "counted" is a rank by count(*) on the same rows, "floor" SELECT 1.
Ours has names in its pages, and stands on the disk before it answers. wrongRanks has to be 0.`;

/** Places before and after the player's. */
const BESIDE = 5;

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rows: { type: "string", default: "1000000" },
      reads: { type: "string", default: "2000" },
      seconds: { type: "string", default: "10" },
      clients: { type: "string", default: "8" },
      json: { type: "boolean", default: false },
    },
  });
  const [rows, reads, seconds, clients] = [values.rows, values.reads, values.seconds, values.clients].map(
    Number,
  ) as [number, number, number, number];
  const say = (line: string) => values.json || console.log(line);
  const premises = await openPremises();
  const services = await openServices(
    readConfig({
      DATABASE_URL: premises.databaseUrl,
      ROOMKEEP_DATA_DIR: IN_MEMORY,
      ROOMKEEP_SLOW_QUERY_MS: "0",
      LOG_LEVEL: "silent",
    }),
    [leaderboards.with({ boards: [BOARD], checkS: 3600 })],
  );
  const redis = await openRedisPeer(premises.redisUrl);
  try {
    const { ds } = services.database;
    say(`filling ${rows} rows`);
    const players = await fill(ds, rows, redis.fill);
    const ours = openOurs(services.plugins.api(leaderboards));
    const random = () => players[Math.floor(Math.random() * players.length)] as Player;
    const peers = { roomkeep: ours, redis };
    const measured: Record<string, Measured> = {};
    const wrongRanks = await countWrong(ours, Array.from({ length: 20 }, random), (player) =>
      countRank(ds, player),
    );
    for (const [name, peer] of Object.entries(peers)) {
      measured[name] = await measure(peer, random, { reads, seconds, clients });
      say(`${name}: ${JSON.stringify(measured[name])}`);
    }
    const floor = told(await timed(reads, () => ds.query("SELECT 1")));
    const counted = await timed(Math.min(reads, 20), () => countRank(ds, random()));
    const { roomkeep, redis: peer } = measured as { roomkeep: Measured; redis: Measured };
    const result = {
      bench: "leaderboard",
      postgres: await settingsOf(ds),
      ...{ rows, reads, seconds, clients },
      roomkeep,
      redis: peer,
      ...{ floor, counted: told(counted) },
      wrongRanks:
        wrongRanks +
        (await countWrong(ours, Array.from({ length: 20 }, random), (player) => countRank(ds, player))),
      ratios: {
        aroundP50: round(roomkeep.around.p50Ms / peer.around.p50Ms),
        aroundP99: round(roomkeep.around.p99Ms / peer.around.p99Ms),
        pagesPerSecond: round(roomkeep.pagesPerSecond / peer.pagesPerSecond),
        submitsPerSecond: round(roomkeep.submitsPerSecond / peer.submitsPerSecond),
        toCountedP50: round(told(counted).p50Ms / roomkeep.around.p50Ms),
      },
    };
    console.log(values.json ? JSON.stringify(result) : result);
  } finally {
    await redis.close();
    await services.close();
    await premises.close();
  }
}

/** What decides how long a commit takes. */
async function settingsOf(ds: DataSource): Promise<Record<string, string>> {
  const [row = {}] = await ds.query<Record<string, string>[]>(
    `SELECT current_setting('server_version') AS version, current_setting('fsync') AS fsync,
       current_setting('shared_buffers') AS buffers`,
  );
  return row;
}

interface Times {
  readonly p50Ms: number;
  readonly p99Ms: number;
}

interface Measured {
  readonly around: Times;
  readonly pagesPerSecond: number;
  readonly submitsPerSecond: number;
  /** While submits go on. */
  readonly busyAround: Times;
}

async function measure(
  peer: Peer,
  random: () => Player,
  { reads, seconds, clients }: { reads: number; seconds: number; clients: number },
): Promise<Measured> {
  const page = () => peer.around(random(), BESIDE);
  await timed(Math.ceil(reads / 10), page); // warm
  const around = told(await timed(reads, page));
  const pagesPerSecond = await perSecond(clients, seconds, page);
  let isOver = false;
  const busy: number[] = [];
  const reader = (async () => {
    while (!isOver) busy.push(...(await timed(1, page)));
  })();
  const submitsPerSecond = await perSecond(clients, seconds, () => {
    const player = random();
    return peer.submit(
      player,
      player.score + (Math.random() < 0.5 ? 1 : -1) * Math.ceil(Math.random() * 1_000),
    );
  });
  isOver = true;
  await reader;
  return {
    around,
    pagesPerSecond: Math.round(pagesPerSecond),
    submitsPerSecond: Math.round(submitsPerSecond),
    busyAround: told(busy),
  };
}

async function timed(times: number, work: () => Promise<unknown>): Promise<number[]> {
  const took: number[] = [];
  for (let n = 0; n < times; n++) {
    const from = performance.now();
    await work();
    took.push(performance.now() - from);
  }
  return took;
}

async function perSecond(clients: number, seconds: number, work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  let done = 0;
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (performance.now() - from < seconds * 1_000) {
        await work();
        done++;
      }
    }),
  );
  return (done * 1_000) / (performance.now() - from);
}

function told(took: readonly number[]): Times {
  const sorted = [...took].sort((a, b) => a - b);
  const at = (share: number) => round(sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0);
  return { p50Ms: at(0.5), p99Ms: at(0.99) };
}

async function countWrong(
  ours: Peer,
  players: readonly Player[],
  count: (player: Player) => Promise<number>,
): Promise<number> {
  let wrong = 0;
  for (const player of players) if ((await ours.around(player, BESIDE)) !== (await count(player))) wrong++;
  return wrong;
}

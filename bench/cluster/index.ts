import { parseArgs } from "node:util";
import { initializeRoomCache, type MatchMakerDriver, matchMaker, Room } from "@colyseus/core";
import { RedisDriver } from "@colyseus/redis-driver";
import { ClusterPresence } from "../../server/cluster/presence.ts";
import { openRedisClient } from "../../server/cluster/redis/redis-client.ts";
import { RoomDriver } from "../../server/cluster/room-driver.ts";
import { startPrivate } from "../../tests/helpers/redis.ts";
import { measurePlayers, type PlayersMeasured } from "./cluster-players.ts";

export const help = `[--rooms 10,1000,10000] [--players 100] [--ms 2000] [--json]
  Joins a second (matchmaking and the seat) and room look-ups a second, with so many rooms on the list, beside the stock
  Redis driver in the same run, on a Redis of the bench's own. The listed rooms are of ten games, a tenth of them full.
  Then so many bots in two rooms, both in one process and one in each of two, with PostgreSQL: what a player costs and how
  long ticks take. The bots need a core of their own. \`--rooms ""\` or \`--players 0\` leaves out one or the other.`;

const GAMES = 10;
/** Callers at the same time. */
const CALLERS = 16;

interface Measured {
  driver: "roomkeep" | "stock";
  rooms: number;
  /** Joins a second through `joinOrCreate`. */
  joins: number;
  /** Look-ups a second of an open room of a game, and of a room by its id. */
  open: number;
  byId: number;
  /** Median and 99th percentile of one join among {@link CALLERS}, ms. */
  joinP50Ms: number;
  joinP99Ms: number;
}

/** A room with a seat for every caller. */
class HallRoom extends Room {
  override maxClients = 1_000_000;
  override autoDispose = false;
}

export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rooms: { type: "string", default: "10,1000,10000" },
      players: { type: "string", default: "100" },
      ms: { type: "string", default: "2000" },
      json: { type: "boolean", default: false },
    },
  });
  const counts = values.rooms.split(",").filter(Boolean).map(Number);
  const results: Measured[] = [];
  for (const rooms of counts) {
    // In turns, so that a slow moment of the machine affects both.
    for (const driver of ["stock", "roomkeep"] as const)
      results.push(await measure(driver, rooms, Number(values.ms)));
  }
  const players: PlayersMeasured[] = [];
  for (const processes of Number(values.players) > 0 ? ([1, 2] as const) : [])
    players.push(await measurePlayers(processes, Number(values.players), Number(values.ms)));
  if (values.json) console.log(JSON.stringify({ bench: "cluster", callers: CALLERS, results, players }));
  else for (const table of [results, players]) if (table.length > 0) console.table(table);
  process.exit();
}

async function measure(name: Measured["driver"], rooms: number, ms: number): Promise<Measured> {
  const redis = await startPrivate();
  const openDriver = async (): Promise<MatchMakerDriver> =>
    name === "stock" ? new RedisDriver(redis.url) : new RoomDriver(await openRedisClient(redis.url));
  const driver = await openDriver();
  // Rooms of the other processes: a process may know its own without a query.
  const others = await openDriver();
  const presence = new ClusterPresence(redis.url);
  await matchMaker.setup(presence, driver);
  matchMaker.setHealthChecksEnabled(false);
  await matchMaker.accept();
  matchMaker.defineRoomType("hall", HallRoom);
  await matchMaker.createRoom("hall", {});
  for (let n = 0; n < rooms - 1; n += 200) {
    const part = Array.from({ length: Math.min(200, rooms - 1 - n) }, (_, k) => listing(n + k));
    await Promise.all(part.map((room) => others.persist(room, true)));
  }
  const wanted = { name: "hall", locked: false, private: false };
  const open = await rate(ms, () => driver.findOne(wanted));
  const byId = await rate(ms, () => driver.findOne({ roomId: "room-1" }));
  const joins = await rate(ms, () => matchMaker.joinOrCreate("hall", {}));
  await Promise.all(matchMaker.disconnectAll());
  presence.shutdown();
  await driver.shutdown();
  await others.shutdown();
  await redis.close();
  return {
    driver: name,
    rooms,
    joins: joins.perSecond,
    open: open.perSecond,
    byId: byId.perSecond,
    joinP50Ms: joins.p50,
    joinP99Ms: joins.p99,
  };
}

function listing(n: number) {
  const locked = n % 10 === 9;
  return initializeRoomCache({
    name: `game-${n % GAMES}`,
    roomId: `room-${n}`,
    processId: `process-${n % 8}`,
    publicAddress: "127.0.0.1:2567",
    clients: locked ? 16 : n % 16,
    maxClients: 16,
    locked,
    metadata: { label: "A room of some game", game: `game-${n % GAMES}` },
  });
}

/** Calls a second, by {@link CALLERS} at the same time for so long. */
async function rate(
  ms: number,
  call: () => unknown,
): Promise<{ perSecond: number; p50: number; p99: number }> {
  const took: number[] = [];
  const from = performance.now();
  const caller = async () => {
    while (performance.now() - from < ms) {
      const at = performance.now();
      await call();
      took.push(performance.now() - at);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  const seconds = (performance.now() - from) / 1000;
  took.sort((a, b) => a - b);
  const at = (part: number) => Math.round((took[Math.floor(took.length * part)] ?? 0) * 100) / 100;
  return { perSecond: Math.round(took.length / seconds), p50: at(0.5), p99: at(0.99) };
}

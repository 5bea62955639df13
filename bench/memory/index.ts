import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { scriptArguments } from "../../drills/script-arguments.ts";
import { ask, finish, heard, round, sleep } from "../children.ts";
import { grownKB, type HeapUse, readHeap, sumKB } from "./heap-snapshot.ts";

export const help = `[--players 60] [--seconds 30] [--joins 5000] [--before DIR] [--json]

kB that a player of the plaza holds in a server with everything on: what is in use, by heap snapshots, with so many true
SDK clients that have walked for so many seconds, less that of the same server after all left, by player. Buffers and
sockets count, machine code does not. Then so many joins and leaves more, and what they leave behind.
--before: a checkout of another commit, measured by the same steps in the same run.

With DATABASE_URL on PostgreSQL. Without it the database is in the server's memory, and what its tables and logs grow by with
each join is in growthKB: databaseGrowthKB tells how much that is.

JSON: kBPlayer, kBPlayerBefore, ratio, growthKB (after all joins and leaves), databaseGrowthKB, grown (the classes that grew most, kB);
firstKBPlayer is the same from a server that never had a player, so the room, its bodies and pools count as players'.`;

interface Measured {
  readonly kBPlayer: number;
  readonly firstKBPlayer: number;
  readonly classes: readonly [string, number][];
  readonly growthKB: number;
  readonly growthBytesJoin: number;
  readonly databaseGrowthKB: number;
  readonly grown: readonly [string, number][];
}

interface Options {
  readonly players: number;
  readonly seconds: number;
  readonly joins: number;
  tell(text: string): void;
}

const ours = fileURLToPath(new URL("../..", import.meta.url));

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      players: { type: "string", default: "60" },
      seconds: { type: "string", default: "30" },
      joins: { type: "string", default: "5000" },
      before: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const tell = (text: string) => void (values.json || console.log(text));
  const { players, seconds, joins } = values;
  const options = { players: Number(players), seconds: Number(seconds), joins: Number(joins), tell };
  const now = await measure(ours, options);
  const before =
    values.before === undefined ? undefined : await measureOther(resolve(values.before), options);
  const result = {
    bench: "memory",
    players: options.players,
    seconds: options.seconds,
    joins: options.joins,
    node: process.version,
    kBPlayer: now.kBPlayer,
    kBPlayerBefore: before?.kBPlayer,
    ratio: before && round(now.kBPlayer / before.kBPlayer),
    growthKB: now.growthKB,
    databaseGrowthKB: now.databaseGrowthKB,
    now,
    before,
  };
  console.log(values.json ? JSON.stringify(result) : result);
}

/** Measures another checkout by this one's server script, whose folder is taken out again. */
async function measureOther(root: string, options: Options): Promise<Measured> {
  const folder = join(root, "bench/memory");
  const isOurs = resolve(root) === resolve(ours);
  if (!isOurs) cpSync(join(ours, "bench/memory"), folder, { recursive: true });
  try {
    return await measure(root, { ...options, joins: 0 });
  } finally {
    if (!isOurs) rmSync(folder, { recursive: true });
  }
}

async function measure(root: string, { players, seconds, joins, tell }: Options): Promise<Measured> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-memory-"));
  const server = start(root, "memory-server.ts", []);
  let bots: ChildProcess | undefined;
  let databaseKB = 0;
  async function used(): Promise<HeapUse> {
    server.send({ file: join(folder, "heap.heapsnapshot") });
    const written = await heard<{ snapshot: string; databaseKB: number }>(server, "snapshot", 120_000);
    databaseKB = written.databaseKB;
    return readHeap(written.snapshot);
  }
  try {
    const { url } = await heard<{ url: string }>(server, "url", 120_000);
    const untouched = await used();
    const crowd = start(ours, "memory-bots.ts", [url, String(players)]);
    bots = crowd;
    await heard(crowd, "players", 120_000);
    const cycle = async (pauseMs = 0): Promise<void> => {
      await ask(crowd, "join");
      await sleep(pauseMs);
      await ask(crowd, "leave");
    };
    // The room, its pools and what the first players of a process cost once belong to no player.
    await cycle(seconds * 1_000);
    await cycle();
    const empty = await used();
    await ask(crowd, "join");
    await sleep(seconds * 1_000);
    const full = await used();
    await ask(crowd, "leave");
    const kBPlayer = round((sumKB(full) - sumKB(empty)) / players);
    tell(`${root}: ${kBPlayer} kB a player`);
    const first = joins > 0 ? await used() : empty;
    const firstDatabaseKB = databaseKB;
    const cycles = Math.ceil(joins / players);
    for (let n = 1; n <= cycles; n++) {
      await cycle();
      if (n % 10 === 0) tell(`${n * players} of ${joins} joins and leaves`);
    }
    const last = joins > 0 ? await used() : first;
    const growthKB = round(sumKB(last) - sumKB(first));
    return {
      kBPlayer,
      firstKBPlayer: round((sumKB(full) - sumKB(untouched)) / players),
      classes: grownKB(empty, full, 25).map(([name, kB]) => [name, round(kB / players)]),
      growthKB,
      growthBytesJoin: cycles === 0 ? 0 : round((growthKB * 1024) / (cycles * players)),
      databaseGrowthKB: round(databaseKB - firstDatabaseKB),
      grown: grownKB(first, last, 12).map(([name, kB]) => [name, round(kB)]),
    };
  } finally {
    await finish(bots);
    server.kill("SIGKILL");
    rmSync(folder, { recursive: true, force: true });
  }
}

function start(root: string, script: string, args: readonly string[]): ChildProcess {
  const node = [...scriptArguments(join(root, "bench/memory", script)), ...args];
  // One process plays all of them, so the limits by address and account are out of the way.
  const env = { ...process.env, ROOMKEEP_ACCOUNT_TICKETS: "100000", ROOMKEEP_ADDRESS_TICKETS: "1000000" };
  return spawn(process.execPath, node, { cwd: root, env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { ask, finish, heard, round, sleep } from "./children.ts";

export const help = `[--players 60] [--joins 5000] [--before DIR] [--snapshot FILE] [--json]

kB that a player of the plaza holds in a server with everything on: memory in use after collections, with so many true
SDK clients that walk, less that of the same server after they all left, by player. Then so many joins and leaves more,
and what they leave behind. --before: a checkout of another commit, measured by the same steps in the same run.
--snapshot writes a heap snapshot while the players are in the room.

JSON: kBPlayer (heap and outside it), kBPlayerBefore, ratio, growthKB (after all joins and leaves; bytes a join beside it).`;

interface Held {
  readonly heapKB: number;
  readonly outsideKB: number;
}

interface Measured {
  readonly kBPlayer: Held & { readonly sumKB: number };
  readonly growthKB: number;
  readonly growthBytesJoin: number;
}

const here = fileURLToPath(new URL(".", import.meta.url));

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      players: { type: "string", default: "60" },
      joins: { type: "string", default: "5000" },
      before: { type: "string" },
      snapshot: { type: "string" },
      json: { type: "boolean", default: false },
    },
  });
  const tell = (text: string) => void (values.json || console.log(text));
  const players = Number(values.players);
  const options = { players, joins: Number(values.joins), snapshot: values.snapshot, tell };
  const now = await measure(join(here, ".."), options);
  const before =
    values.before === undefined ? undefined : await measureOther(resolve(values.before), options);
  const result = {
    bench: "memory",
    players,
    joins: options.joins,
    node: process.version,
    kBPlayer: now.kBPlayer.sumKB,
    kBPlayerBefore: before?.kBPlayer.sumKB,
    ratio: before && round(now.kBPlayer.sumKB / before.kBPlayer.sumKB),
    growthKB: now.growthKB,
    now,
    before,
  };
  console.log(values.json ? JSON.stringify(result) : result);
}

interface Options {
  readonly players: number;
  readonly joins: number;
  readonly snapshot?: string | undefined;
  tell(text: string): void;
}

/** Measures another checkout with this one's server script, which is taken out again. */
async function measureOther(root: string, options: Options): Promise<Measured> {
  const script = join(root, "bench/memory-server.ts");
  const isOurs = resolve(script) === join(here, "memory-server.ts");
  cpSync(join(here, "memory-server.ts"), script);
  try {
    return await measure(root, { ...options, joins: 0, snapshot: undefined });
  } finally {
    if (!isOurs) rmSync(script);
  }
}

async function measure(root: string, { players, joins, snapshot, tell }: Options): Promise<Measured> {
  const server = start(root, "memory-server.ts", ["--expose-gc"]);
  let bots: ChildProcess | undefined;
  try {
    const { url } = await heard<{ url: string }>(server, "url", 120_000);
    bots = start(join(here, ".."), "memory-bots.ts", [], [url, String(players)]);
    await heard(bots, "players", 120_000);
    const cycle = async (): Promise<void> => {
      await ask(bots as ChildProcess, "join");
      await ask(bots as ChildProcess, "leave");
    };
    // What the first players of a process cost once is not theirs.
    await cycle();
    await cycle();
    const empty = await used(server);
    await ask(bots, "join");
    await sleep(5_000);
    const full = await used(server);
    if (snapshot !== undefined) server.send({ ask: "snapshot", file: resolve(snapshot) });
    if (snapshot !== undefined) await heard(server, "snapshot", 120_000);
    await ask(bots, "leave");
    const kB = (key: keyof Held) => round((full[key] - empty[key]) / players);
    const kBPlayer = { heapKB: kB("heapKB"), outsideKB: kB("outsideKB") };
    const sumKB = round(kBPlayer.heapKB + kBPlayer.outsideKB);
    tell(`${root}: ${sumKB} kB a player`);
    const first = await used(server);
    const cycles = Math.ceil(joins / players);
    for (let n = 1; n <= cycles; n++) {
      await cycle();
      if (n % 10 === 0) tell(`${n * players} of ${joins} joins and leaves`);
    }
    const last = joins === 0 ? first : await used(server);
    const growthKB = round(last.heapKB + last.outsideKB - first.heapKB - first.outsideKB);
    const growthBytesJoin = joins === 0 ? 0 : round((growthKB * 1024) / (cycles * players));
    return { kBPlayer: { ...kBPlayer, sumKB }, growthKB, growthBytesJoin };
  } finally {
    await finish(bots);
    server.kill("SIGKILL");
  }
}

async function used(server: ChildProcess): Promise<Held> {
  server.send({ ask: "used" });
  return (await heard<{ used: Held }>(server, "used", 60_000)).used;
}

function start(
  root: string,
  script: string,
  flags: readonly string[],
  args: readonly string[] = [],
): ChildProcess {
  const file = join(root, "bench", script);
  const node = [...flags, "--conditions=roomkeep-source", "--import", "tsx", file, ...args];
  // One process plays all of them, so the limits by address and account are out of the way.
  const env = { ...process.env, ROOMKEEP_ACCOUNT_TICKETS: "10000", ROOMKEEP_ADDRESS_TICKETS: "100000" };
  return spawn(process.execPath, node, { cwd: root, env, stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

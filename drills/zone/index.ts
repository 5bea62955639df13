import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { joinAs, type TestPlayer } from "roomkeep/testing";
import { openSimulation } from "../../rooms/simulation/simulation.ts";
import { createSnapshotCodec } from "../../server/persistence/snapshot-codec.ts";
import type { WalkInput } from "../../shared/physics/walk.ts";
import { seeded } from "../../shared/random.ts";
import { ended } from "../../tests/helpers/postgres.ts";
import { openPace } from "../pace.ts";
import { pause } from "../patience.ts";
import { openPremises } from "../premises.ts";
import { scriptArguments } from "../script-arguments.ts";
import { DrillState, drillLevel } from "./zone-room.ts";
import type { ZoneNews } from "./zone-server.ts";

export const help = `npm run drill -- zone [--cycles 20] [--bots 3] [--every 500] [--database embedded|postgres]
                      [--without save] [--seed 1] [--json]

Bots (the real SDK) rearrange a persistent zone: they walk into crates, shove them, place things and take them away.
Each cycle the server process is killed (kill -9) at a random moment and started again on the same database, which is
embedded or PostgreSQL. The world that it opens must be the last saved one, hash equal: equal to what the killed process
had in the moment of that save, and equal to what this process makes of the stored bytes by itself. Between the save and
the kill lies at most one period of saving, which is 30 s hurried to --every ms, and the time of one write.

  --without save    saves are acknowledged, not written: mismatches must be found

The last line of --json: cycles, restored, mismatches, slow (saves that came late while other work wanted the cores; no
mismatch). Ends with 1 on a mismatch (with --without: when there was none).`;

const START_MS = 60_000;
/** Allowance for a late tick and a slow write on a busy machine, ms. */
const SLACK_MS = 1_500;

/** Result of the zone drill. */
export interface ZoneResult {
  readonly drill: "zone";
  readonly database: string;
  readonly without: string;
  readonly seed: number;
  readonly everyMs: number;
  cycles: number;
  /** Restarts that opened a saved world. */
  restored: number;
  /** Restarts whose world was not the last saved one, was too old, or was missing. */
  mismatches: number;
  /** Saves that were acknowledged. */
  saves: number;
  /** Longest time between the last save and a kill, ms. */
  oldestMs: number;
  /** What could not be done in time because other work wanted the cores; no finding. */
  readonly slow: string[];
  /** The failures, in words. */
  readonly findings: string[];
}

/** The drill's arguments. */
export interface ZoneOptions {
  readonly cycles: number;
  readonly bots: number;
  readonly everyMs: number;
  readonly database: string;
  readonly without: string;
  readonly seed: number;
  tell(line: string): void;
}

/** Runs the drill; see `help`. */
export async function run(args: string[]): Promise<void> {
  const { values } = parseArgs({
    args,
    options: {
      cycles: { type: "string", default: "20" },
      bots: { type: "string", default: "3" },
      every: { type: "string", default: "500" },
      database: { type: "string", default: "embedded" },
      without: { type: "string", default: "nothing" },
      seed: { type: "string", default: "1" },
      json: { type: "boolean", default: false },
    },
  });
  const result = await zone({
    cycles: Number(values.cycles),
    bots: Number(values.bots),
    everyMs: Number(values.every),
    database: values.database,
    without: values.without,
    seed: Number(values.seed),
    tell: (line) => console.error(line),
  });
  console.log(values.json ? JSON.stringify(result) : result);
  if (result.mismatches > 0 !== (values.without !== "nothing")) process.exitCode = 1;
}

/** One run of the server process. */
interface Life {
  readonly url: string;
  /** The stored bytes before the room opened, base64. */
  readonly row: string | null;
  opened(): Extract<ZoneNews, { kind: "opened" }> | undefined;
  /** The last save that was acknowledged, and one that had begun after it. */
  last(): { saved: Save | undefined; begun: Save | undefined; count: number };
  kill(): Promise<number>;
}
type Save = Extract<ZoneNews, { kind: "saving" | "saved" }>;

/** Runs the cycles. Ends only processes that it started. */
export async function zone(options: ZoneOptions): Promise<ZoneResult> {
  const { cycles, everyMs, database, without, seed, tell } = options;
  const random = seeded(seed);
  const findings: string[] = [];
  const result: ZoneResult = {
    drill: "zone",
    database,
    without,
    seed,
    everyMs,
    cycles: 0,
    restored: 0,
    mismatches: 0,
    saves: 0,
    oldestMs: 0,
    slow: [],
    findings,
  };
  const pace = openPace();
  const place = await openPlace(options);
  let before: ReturnType<Life["last"]> | undefined;
  let life: Life | undefined;
  try {
    for (let cycle = 0; cycle <= cycles; cycle++) {
      life = await start(place.env, without);
      const bots = await openBots(life, options, random);
      if (before) judge(life, before, place.key, result);
      // The last run only shows what the kill before it left.
      if (cycle === cycles) break;
      const begunAt = performance.now();
      const playMs = everyMs * (1.2 + random() * 2);
      while (performance.now() - begunAt < playMs || life.last().saved === undefined) {
        for (const bot of bots) bot.act();
        await pause(20);
        if (performance.now() - begunAt > START_MS) throw new Error("The zone is not saved.");
      }
      const killedAt = await life.kill();
      for (const bot of bots) bot.stop();
      before = life.last();
      const ageMs = killedAt - (before.saved?.atMs ?? 0);
      result.cycles += 1;
      result.saves += before.count;
      result.oldestMs = Math.max(result.oldestMs, ageMs);
      if (ageMs > everyMs + SLACK_MS) {
        pace.missed(`cycle ${cycle + 1}: the last save was ${ageMs} ms old`, begunAt, result);
        result.mismatches = findings.length;
      }
      tell(`cycle ${cycle + 1}/${cycles}: killed ${ageMs} ms after save of tick ${before.saved?.tick}`);
    }
    return result;
  } finally {
    await pace.close();
    await life?.kill();
    await place.close();
  }
}

function judge(life: Life, before: ReturnType<Life["last"]>, key: string, result: ZoneResult): void {
  const opened = life.opened();
  if (!opened?.restored || life.row === null) {
    found(result, "there was no saved world");
    return;
  }
  result.restored += 1;
  // A save that had begun may have been written although its answer never came.
  const expected = [before.saved?.hash, before.begun?.hash];
  if (!expected.includes(opened.hash))
    found(result, `the world of tick ${opened.tick} is not the last saved one`);
  const own = hashOf(life.row, key);
  if (own !== opened.hash) found(result, `the stored bytes make ${own}, the room has ${opened.hash}`);
}

function found(result: ZoneResult, what: string): void {
  result.mismatches += 1;
  result.findings.push(what);
}

/** Hash of the stored world, as this process opens it. */
function hashOf(row: string, key: string): string {
  const simulation = openSimulation({
    state: new DrillState(),
    level: drillLevel,
    tickHz: 20,
    seed: 0,
    fault: () => {},
  });
  const stored = JSON.parse(
    createSnapshotCodec({ keys: [key] })
      .open(Buffer.from(row, "base64"))
      .toString(),
  ) as { data: unknown };
  simulation.restore(stored.data);
  return simulation.hash();
}

/** Storage of the world between runs, and the environment of the server process. */
interface Place {
  readonly env: Record<string, string>;
  /** Key of the snapshots: the saves are encrypted. */
  readonly key: string;
  close(): Promise<void>;
}

async function openPlace({ database, everyMs }: ZoneOptions): Promise<Place> {
  const key = randomBytes(32).toString("hex");
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-drill-zone-"));
  const premises = database === "postgres" ? await openPremises() : undefined;
  const env: Record<string, string> = {
    PORT: "0",
    HOST: "127.0.0.1",
    ROOMKEEP_DATA_DIR: folder,
    ROOMKEEP_SEAL_KEY: key,
    ROOMKEEP_ZONE_SAVE_MS: String(everyMs),
    DATABASE_URL: premises?.databaseUrl ?? "",
    REDIS_URL: "",
    LOG_LEVEL: process.env.DRILL_LOG ?? "silent",
  };
  return {
    env,
    key,
    async close() {
      await premises?.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function start(env: Record<string, string>, without: string): Promise<Life> {
  const file = fileURLToPath(new URL("zone-server.ts", import.meta.url));
  const child = spawn(process.execPath, [...scriptArguments(file), without], {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: { ...process.env, ...env },
  });
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      child.kill("SIGKILL");
      reject(new Error("the server did not start in time"));
    }, START_MS);
    child.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
    const news: ZoneNews[] = [];
    child.on("message", (message: ZoneNews) => {
      news.push(message);
      if (message.kind !== "ready") return;
      clearTimeout(timer);
      resolve({ ...message, ...lifeOf(child, news) });
    });
  });
}

function lifeOf(child: ChildProcess, news: readonly ZoneNews[]): Omit<Life, "url" | "row"> {
  return {
    opened: () => news.find((one) => one.kind === "opened"),
    last() {
      const of = (kind: Save["kind"]) => news.filter((one): one is Save => one.kind === kind);
      const saved = of("saved");
      const begun = of("saving").at(-1);
      return { saved: saved.at(-1), begun, count: saved.length };
    },
    async kill() {
      const atMs = Date.now();
      await ended(child, "SIGKILL");
      return atMs;
    },
  };
}

/** A bot that rearranges the zone. */
interface Rearranger {
  act(): void;
  stop(): void;
}

async function openBots({ url }: Life, { bots }: ZoneOptions, random: () => number): Promise<Rearranger[]> {
  const first = await joinAs(url, "drill", { name: "Bot 0" });
  const code = first.room.roomId;
  const rest = Array.from({ length: bots - 1 }, (_, i) =>
    joinAs(url, "drill", { name: `Bot ${i + 1}`, code }),
  );
  return [first, ...(await Promise.all(rest))].map((player) => rearranger(player, random));
}

function rearranger(player: TestPlayer, random: () => number): Rearranger {
  player.room.reconnection.enabled = false;
  const input = player.room.input() as ReturnType<typeof player.room.input> & { data: WalkInput };
  return {
    act() {
      if (random() < 0.1)
        Object.assign(input.data, { moveX: random() * 254 - 127, moveZ: random() * 254 - 127 });
      input.send();
      const dice = random();
      if (dice < 0.1) player.room.send("shove", { which: Math.floor(random() * 40) });
      else if (dice < 0.14) player.room.send("place", { what: "stone", at: random() * 6 });
      else if (dice < 0.17) player.room.send("place", { what: "prop", at: random() * 6 });
      else if (dice < 0.2) player.room.send("place", { what: "away", at: random() * 6 });
    },
    stop: () => player.stop(),
  };
}

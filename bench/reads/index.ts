import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { createClient } from "redis";
import { callApi } from "../../bots/index.ts";
import { scriptArguments } from "../../drills/script-arguments.ts";
import { ask, finish, heard, median, round } from "../children.ts";
import { type Asked, type AskedByKind, between, commandsIn, statementsIn } from "./asked.ts";
import { comeBack, openPages, readInTurns, readSignedIn } from "./players.ts";

export const help = `[--players 50] [--seconds 10] [--rooms 200] [--times 20] [--every 4] [--json]

What a server asks its database and Redis, by kind, with the time of it: while so many players come back (a new access
token, account, characters, a ticket, the join), play for so many seconds and leave; while each of their pages reads a
plugin's route so many times, once in so many seconds; and then the list of so many open rooms. With DATABASE_URL on
PostgreSQL, else on a database in memory; with REDIS_URL as a process of a cluster. ROOMKEEP_CACHE_SECONDS=0 turns the caches off.

JSON: steps, each with requests, medianMs and p99Ms of a request, the server's cpuMs, and statements and commands,
each with count, perRequest and ms.`;

const PASSWORD = "measured by a bench";

/** Runs the bench; see `help`. */
export async function run(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      players: { type: "string", default: "50" },
      seconds: { type: "string", default: "10" },
      rooms: { type: "string", default: "200" },
      times: { type: "string", default: "20" },
      every: { type: "string", default: "4" },
      json: { type: "boolean", default: false },
    },
  });
  const [players, rooms] = [Number(values.players), Number(values.rooms)];
  const turns = { times: Number(values.times), everyMs: Number(values.every) * 1_000 };
  const { DATABASE_URL, REDIS_URL } = process.env;
  const server = start();
  const redis = REDIS_URL ? await createClient({ url: REDIS_URL }).connect() : undefined;
  try {
    const { url } = await heard<{ url: string }>(server, "url", 120_000);
    const look = async (): Promise<Look> => ({
      statements: statementsIn(await metricsOf(url)),
      commands: redis ? commandsIn(await redis.info("commandstats")) : new Map(),
      cpuMs: (await ask<{ cpu: number }>(server, "cpu")).cpu,
    });
    const measure = async (name: string, work: () => Promise<number[]>) => {
      const before = await look();
      const took = await work();
      return { name, ...sumUp(took, before, await look()) };
    };
    const pages = await openPages(url, players);
    const playMs = Number(values.seconds) * 1_000;
    const returns = await measure("come back, play, leave", () =>
      Promise.all(pages.map((page) => comeBack(url, page, playMs))),
    );
    const route = await measure("read a plugin's route", () =>
      readInTurns(pages, turns, (page) => readSignedIn(url, page, "/v1/visits")),
    );
    server.send({ rooms });
    await heard(server, "rooms", 120_000);
    const list = await measure("read the list of rooms", () =>
      readInTurns(pages, turns, () => callApi(url, "GET", "/v1/rooms")),
    );
    const steps = [returns, route, list];
    const database = DATABASE_URL ? "PostgreSQL" : "in memory";
    const setting = { players, rooms, ...turns, database, redis: redis !== undefined, node: process.version };
    if (values.json) console.log(JSON.stringify({ bench: "reads", ...setting, steps }));
    else for (const step of steps) tell(step);
  } finally {
    await finish(server);
    redis?.destroy();
  }
}

/** What the server has asked and used so far. */
interface Look {
  readonly statements: AskedByKind;
  readonly commands: AskedByKind;
  readonly cpuMs: number;
}

function sumUp(took: readonly number[], before: Look, after: Look) {
  const requests = took.length;
  const sorted = [...took].sort((a, b) => a - b);
  const rows = (asked: ReadonlyMap<string, Asked>) =>
    [...asked].map(([kind, { count, ms }]) => ({
      kind,
      count,
      perRequest: round(count / requests),
      ms: round(ms),
    }));
  return {
    requests,
    medianMs: round(median(sorted)),
    p99Ms: round(sorted[Math.ceil(requests * 0.99) - 1] ?? 0),
    cpuMs: round(after.cpuMs - before.cpuMs),
    statements: rows(between(before.statements, after.statements)),
    commands: rows(between(before.commands, after.commands)),
  };
}

function tell({ statements, commands, ...sums }: ReturnType<typeof sumUp> & { name: string }): void {
  console.log(sums);
  console.table(statements);
  if (commands.length > 0) console.table(commands);
}

function start(): ChildProcess {
  const script = fileURLToPath(new URL("reads-server.ts", import.meta.url));
  return spawn(process.execPath, scriptArguments(script), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
    env: {
      ...process.env,
      PORT: "0",
      LOG_LEVEL: "silent",
      ROOMKEEP_ADMIN_PASSWORD: PASSWORD,
      ROOMKEEP_DATA_DIR: "memory://",
      // All players come from one address.
      ROOMKEEP_ADDRESS_TICKETS: "1000000",
      ROOMKEEP_ADDRESS_SEATS: "100000",
    },
  });
}

async function metricsOf(url: string): Promise<string> {
  const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString("base64")}`;
  return (await fetch(`${url}/metrics`, { headers: { authorization } })).text();
}

import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir, userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import pg from "pg";
import { createClient } from "redis";
import { RoomkeepError } from "../../shared/index.ts";

/** Name of the database of a local cluster, when DATABASE_URL names none. */
const DATABASE = "roomkeep_dev";
const LOCAL_REDIS = "redis://127.0.0.1:6379";
const LOCAL_POSTGRES = "127.0.0.1:5432";

/** Database and Redis of a local cluster. */
export interface LocalServices {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  close(): Promise<void>;
}

/**
 * Finds a PostgreSQL and a Redis for a cluster on this machine: those of DATABASE_URL and REDIS_URL, else
 * those of the system.
 *
 * @throws DATABASE_UNAVAILABLE, REDIS_UNAVAILABLE with instructions to install one
 */
export async function findLocalServices(env: NodeJS.ProcessEnv): Promise<LocalServices> {
  const databaseUrl = env.DATABASE_URL || (await localDatabase());
  const redis = env.REDIS_URL ? { url: env.REDIS_URL, close: async () => {} } : await localRedis();
  return { databaseUrl, redisUrl: redis.url, close: redis.close };
}

async function localDatabase(): Promise<string> {
  for (const user of new Set(["postgres", userInfo().username])) {
    const server = `postgres://${encodeURIComponent(user)}@${LOCAL_POSTGRES}`;
    if (await makeDatabase(`${server}/postgres`)) return `${server}/${DATABASE}`;
  }
  throw new RoomkeepError(
    "DATABASE_UNAVAILABLE",
    `Several processes need PostgreSQL, and none answers at ${LOCAL_POSTGRES} to a user who may make a database.
  Debian, Ubuntu   sudo apt-get install postgresql && sudo -u postgres createuser --createdb $USER
  macOS            brew install postgresql && brew services start postgresql
  containers       docker run -p 5432:5432 -e POSTGRES_HOST_AUTH_METHOD=trust postgres
or name one: DATABASE_URL=postgres://user:password@host:5432/name`,
  );
}

async function makeDatabase(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 2_000 });
  try {
    await client.connect();
    const { rowCount } = await client.query("SELECT 1 FROM pg_database WHERE datname = $1", [DATABASE]);
    if (rowCount === 0) await client.query(`CREATE DATABASE ${DATABASE}`);
    return true;
  } catch {
    return false; // the next user is tried, else the error says how to get one
  } finally {
    await client.end().catch(() => {});
  }
}

/**
 * Starts a Redis of the cluster's own, so that no other server uses its channels. Where the program is
 * missing, it takes the Redis that runs on this machine.
 */
async function localRedis(): Promise<{ url: string; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-redis-"));
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const child = spawn("redis-server", options, { stdio: "ignore", detached: true });
  child.on("error", () => {}); // reported below
  // A second Ctrl-C must not leave it running either.
  process.once("exit", () => child.kill("SIGKILL"));
  const close = async () => {
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `redis://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100 && child.exitCode === null; attempt++) {
    if (child.pid !== undefined && (await redisAnswers(url))) return { url, close };
    await sleep(50);
    if (child.pid === undefined) break;
  }
  await close();
  if (await redisAnswers(LOCAL_REDIS)) return { url: LOCAL_REDIS, close: async () => {} };
  throw new RoomkeepError(
    "REDIS_UNAVAILABLE",
    `Several processes need Redis, and there is no program redis-server here and none that answers at ${LOCAL_REDIS}.
  Debian, Ubuntu   sudo apt-get install redis-server
  macOS            brew install redis
  containers       docker run -p 6379:6379 redis
or name one: REDIS_URL=redis://host:6379`,
  );
}

/** Whether a Redis answers at an address. */
export async function redisAnswers(url: string): Promise<boolean> {
  const client = createClient({ url, socket: { connectTimeout: 1_000, reconnectStrategy: false } });
  client.on("error", () => {}); // the result says it
  try {
    await client.connect();
    await client.ping();
    return true;
  } catch {
    return false;
  } finally {
    client.destroy();
  }
}

function ended(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null)
    return Promise.resolve();
  return new Promise((gone) => {
    child.once("exit", () => gone());
    child.kill("SIGTERM");
  });
}

function freePort(): Promise<number> {
  return new Promise((found, failed) => {
    const probe = createServer().once("error", failed);
    probe.listen(0, "127.0.0.1", () => {
      const address = probe.address();
      const port = typeof address === "object" && address ? address.port : 0;
      probe.close(() => found(port));
    });
  });
}

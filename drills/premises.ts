import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { createClient } from "redis";
import { ended, findPostgres, freePort } from "../tests/helpers/postgres.ts";
import { pause } from "./patience.ts";

/** A PostgreSQL database and a Redis of the drill's own. */
export interface Premises {
  readonly databaseUrl: string;
  readonly redisUrl: string;
  /** The Redis process, to freeze it. */
  readonly redis: Pick<ChildProcess, "kill">;
  query<T extends pg.QueryResultRow>(sql: string, values?: unknown[]): Promise<T[]>;
  /** Cuts every connection of the server processes. */
  cut(): Promise<void>;
  close(): Promise<void>;
}

/** Makes both; throws and names what is missing where there is no PostgreSQL or no redis-server. */
export async function openPremises(): Promise<Premises> {
  const source = await findPostgres();
  if ("missing" in source) throw new Error(`This drill needs PostgreSQL: ${source.missing}`);
  const server = await source.start();
  const name = `roomkeep_drill_${randomBytes(6).toString("hex")}`;
  // A run of the tests has one at hand with the core's tables: a process that finds them starts sooner.
  const template = process.env.ROOMKEEP_TEST_TEMPLATE ?? "template0";
  await administer(server.url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  const pool = new pg.Pool({ connectionString: url.href, max: 2, application_name: "drill" });
  pool.on("error", () => {});
  const redis = await startRedis();
  return {
    databaseUrl: url.href,
    redisUrl: redis.url,
    redis: redis.child,
    query: async (sql, values) => (await pool.query(sql, values)).rows,
    async cut() {
      await pool.query(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name = 'roomkeep'",
        [name],
      );
    },
    async close() {
      await pool.end();
      await administer(server.url, `DROP DATABASE ${name} WITH (FORCE)`);
      await redis.close();
      await server.stop();
    },
  };
}

async function administer(connectionString: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

async function startRedis(): Promise<{ url: string; child: ChildProcess; close(): Promise<void> }> {
  const folder = mkdtempSync(join(tmpdir(), "roomkeep-drill-redis-"));
  const port = await freePort();
  const options = ["--port", String(port), "--bind", "127.0.0.1", "--save", "", "--dir", folder];
  const child: ChildProcess = spawn("redis-server", options, { stdio: "ignore" });
  child.on("error", () => {}); // reported below
  const close = async () => {
    child.kill("SIGCONT"); // a drill may have frozen it
    await ended(child);
    rmSync(folder, { recursive: true, force: true });
  };
  const url = `redis://127.0.0.1:${port}`;
  for (let attempt = 0; attempt < 100 && child.pid !== undefined; attempt++) {
    const probe = createClient({ url, socket: { reconnectStrategy: false } }).on("error", () => {});
    const open = await probe.connect().then(
      () => true,
      () => false,
    );
    probe.destroy();
    if (open) return { url, child, close };
    await pause(50);
  }
  throw new Error("This drill needs redis-server, which is not installed or did not start.");
}

import { createHash } from "node:crypto";
import { hostname } from "node:os";
import { resolve } from "node:path";
import pg from "pg";
import type { Config } from "../../config.ts";
import { IN_MEMORY } from "../../storage/database.ts";
import { lockOf } from "../dead-leases.ts";
import { listMembers } from "../heartbeat-scripts.ts";
import type { RedisClient } from "./redis-client.ts";

/** Held, shared, by each process of a deployment whose keys have no prefix; and while one chooses. */
export const UNPREFIXED = "unprefixed";
const CHOOSING = "choosing a prefix";
/** What ROOMKEEP_REDIS_PREFIX says for no prefix at all. */
const NONE = "none";

type Session = Pick<pg.ClientBase, "query">;

/**
 * What stands in front of every key and channel of a deployment in Redis, so that several can share one. All
 * processes of a database have the same: ROOMKEEP_REDIS_PREFIX, else one made of the database's identity.
 *
 * Processes of before there were prefixes have none. Where one of them still lives on this database, its keys
 * are used, so that a rolling restart goes through; the prefix comes when all were stopped once.
 *
 * @param link without a prefix
 * @param stay keeps the choice of no prefix alive as long as this process is: see `LivenessLock.hold`
 */
export async function choosePrefix(
  { databaseUrl, dataDir, redisPrefix }: Pick<Config, "databaseUrl" | "dataDir" | "redisPrefix">,
  link: RedisClient,
  stay?: (name: string) => Promise<void>,
): Promise<string> {
  const wanted = redisPrefix === NONE ? "" : redisPrefix;
  if (wanted !== undefined && wanted !== "") return wanted;
  if (!databaseUrl) return wanted ?? ofFolder(dataDir);
  const session = new pg.Client({ connectionString: databaseUrl, application_name: "roomkeep" });
  session.on("error", () => {}); // the query that fails tells it
  await session.connect();
  try {
    // One after the other: who chooses no prefix shows it before the next one looks.
    await session.query(`SELECT pg_advisory_lock(${lockOf})`, [CHOOSING]);
    const prefix = wanted ?? ((await livesUnprefixed(session, link)) ? "" : await ofDatabase(session));
    if (prefix === "") await stay?.(UNPREFIXED);
    return prefix;
  } finally {
    await session.end();
  }
}

/**
 * Whether a process of this database lives whose keys have no prefix: of an earlier version, or one that
 * followed it.
 */
async function livesUnprefixed(session: Session, link: RedisClient): Promise<boolean> {
  const former = await listMembers(link);
  for (const name of [UNPREFIXED, ...former.map(({ incarnation }) => incarnation)])
    if (await isHeld(session, name)) return true;
  return false;
}

async function isHeld(session: Session, name: string): Promise<boolean> {
  const { rows } = await session.query<{ free: boolean }>(`SELECT pg_try_advisory_lock(${lockOf}) AS free`, [
    name,
  ]);
  if (!rows[0]?.free) return true;
  await session.query(`SELECT pg_advisory_unlock(${lockOf})`, [name]);
  return false;
}

/** The same through a failover; another one for a copy of the database. */
async function ofDatabase(session: Session): Promise<string> {
  const database = await session.query<{ id: string }>(
    "SELECT oid || ' ' || datname AS id FROM pg_database WHERE datname = current_database()",
  );
  // Not every host of databases lets one ask.
  const server = await session
    .query<{ id: string }>("SELECT system_identifier::text AS id FROM pg_control_system()")
    .catch(() => ({ rows: [] as { id: string }[] }));
  return prefixOf(`${server.rows[0]?.id ?? ""} ${database.rows[0]?.id ?? ""}`);
}

/** The embedded database is one process's. */
function ofFolder(dataDir: string): string {
  return prefixOf(`${hostname()} ${dataDir === IN_MEMORY ? process.pid : resolve(dataDir)}`);
}

function prefixOf(identity: string): string {
  return `roomkeep-${createHash("sha256").update(identity).digest("hex").slice(0, 12)}:`;
}

import pg from "pg";
import pino from "pino";
import { openDatabase } from "../../../server/storage/database.ts";
import { migrate } from "../../../server/storage/migrate.ts";
import { startShared } from "../postgres.ts";

const TEMPLATE = "roomkeep_migrated";

/**
 * Starts the PostgreSQL server of a whole run, where none runs, with a database that has the core's tables:
 * suites find both by the environment. To make a server takes as long as many a test.
 *
 * @returns stops it
 */
export async function sharePostgres(): Promise<() => Promise<void>> {
  // One that does not start is told by each suite that needs it.
  const server = await startShared().catch(() => undefined);
  if (server === undefined) return async () => {};
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query(`CREATE DATABASE ${TEMPLATE} TEMPLATE template0`);
  await client.end();
  const url = new URL(server.url);
  url.pathname = `/${TEMPLATE}`;
  const database = await openDatabase({ url: url.href, dataDir: "", log: pino({ level: "silent" }) });
  await migrate(database.ds);
  await database.close();
  process.env.ROOMKEEP_TEST_DATABASE_URL = server.url;
  process.env.ROOMKEEP_TEST_TEMPLATE = TEMPLATE;
  return () => server.stop();
}

import { randomBytes } from "node:crypto";
import pg from "pg";
import pino from "pino";
import { afterAll, describe, test } from "vitest";
import { type Database, IN_MEMORY, openDatabase } from "../../server/storage/database.ts";
import { migrate } from "../../server/storage/migrate.ts";
import { findPostgres, type PostgresServer } from "./postgres.ts";

/** Silent unless ROOMKEEP_TEST_LOG names a level. */
export const testLog = pino({ level: process.env.ROOMKEEP_TEST_LOG ?? "silent" });

/** Opens a new, empty database; migrated by default. It is dropped after the suite. */
export type OpenDatabase = (options?: { migrated?: boolean }) => Promise<Database>;

const postgres = await findPostgres();

/**
 * Runs one suite on the embedded database and on real PostgreSQL. Where there is no PostgreSQL it says so
 * loudly and skips; with CI=true it fails.
 *
 * @example
 * describeOnEachDatabase("a guest", (open) => {
 *   test("is kept", async () => {
 *     const { ds } = await open();
 *   });
 * });
 */
export function describeOnEachDatabase(title: string, suite: (open: OpenDatabase) => void): void {
  describe(`${title} (embedded)`, () => suite(opener(openEmbedded)));
  if ("missing" in postgres) {
    const message = `${title}: not run on PostgreSQL: ${postgres.missing}`;
    console.error(`\n!!! ${message}\n`);
    if (process.env.CI === "true") {
      test(`${title} (PostgreSQL)`, () => {
        throw new Error(message);
      });
    } else describe.skip(`${title} (PostgreSQL)`, () => suite(opener(openEmbedded)));
    return;
  }
  const { start } = postgres;
  describe(`${title} (PostgreSQL)`, () => {
    let server: Promise<PostgresServer> | undefined;
    // The first hook runs last: databases are dropped before the server stops.
    afterAll(async () => (await server)?.stop());
    suite(
      opener(async (migrated) => {
        server ??= start();
        return createOn(await server, migrated);
      }),
    );
  });
}

type Opened = { database: Database; drop(): Promise<void> };

function opener(openOne: (migrated: boolean) => Promise<Opened>): OpenDatabase {
  const opened: Opened[] = [];
  afterAll(async () => {
    for (const { database, drop } of opened) {
      await database.close().catch(() => {}); // the suite may have closed it
      await drop();
    }
  });
  return async ({ migrated = true } = {}) => {
    const one = await openOne(migrated);
    opened.push(one);
    if (migrated) await migrate(one.database.ds);
    return one.database;
  };
}

async function openEmbedded(migrated: boolean): Promise<Opened> {
  const from = migrated ? "migrated" : "blank";
  const database = await openDatabase({ dataDir: IN_MEMORY, from, log: testLog });
  return { database, drop: async () => {} };
}

async function createOn(server: PostgresServer, migrated: boolean): Promise<Opened> {
  const { url, drop } = await create(server, migrated ? templateDatabase() : undefined);
  return { database: await openDatabase({ url, dataDir: "", log: testLog }), drop };
}

async function create(
  server: PostgresServer,
  template = "template0",
): Promise<{ url: string; drop(): Promise<void> }> {
  const name = `roomkeep_test_${randomBytes(6).toString("hex")}`;
  await administer(server.url, `CREATE DATABASE ${name} TEMPLATE ${template}`);
  const url = new URL(server.url);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => administer(server.url, `DROP DATABASE ${name} WITH (FORCE)`) };
}

/** Database that others are copied from (once/shared-postgres.ts); undefined: each migrates its own. */
const templateDatabase = () => process.env.ROOMKEEP_TEST_TEMPLATE;

/**
 * Makes a new PostgreSQL database for server processes, empty or with the core's tables where this run has
 * them at hand; throws {@link missingPostgres} where there is none. Close drops it.
 */
export async function newPostgresDatabase({ migrated = false } = {}): Promise<{
  url: string;
  close(): Promise<void>;
}> {
  if ("missing" in postgres) throw new Error(postgres.missing);
  const server = await postgres.start();
  const { url, drop } = await create(server, migrated ? templateDatabase() : undefined);
  return {
    url,
    async close() {
      await drop();
      await server.stop();
    },
  };
}

/** The reason why there is no PostgreSQL, or null. */
export const missingPostgres = "missing" in postgres ? postgres.missing : null;

async function administer(url: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}

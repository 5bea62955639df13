import { channel } from "node:diagnostics_channel";
import { readFile } from "node:fs/promises";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import type { PoolClient } from "pg";
import type { BaseLogger } from "pino";
import {
  DataSource,
  type DataSourceOptions,
  type EntityManager,
  type EntitySchema,
  type Logger,
  type MigrationInterface,
} from "typeorm";
import { ENTITIES } from "../../entities/internal.ts";
import { MIGRATIONS } from "../../migrations/index.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { withTimeout } from "../../shared/internal.ts";
import { blankDatabase } from "./blank-database.ts";
import { type DataFolder, lockDataFolder } from "./data-folder.ts";
import { isLostConnection } from "./database-errors.ts";
import { openEmbeddedFolder } from "./embedded-folder.ts";
import { innermostOf } from "./innermost-cause.ts";
import { migratedDatabase } from "./migrated-database.ts";

/** Longest wait, ms, for an answer of the database before DATABASE_UNAVAILABLE is thrown. */
export const DATABASE_TIMEOUT_MS = 5000;

/** As the data folder it keeps the embedded database in memory: nothing outlives the process. For tests. */
export const IN_MEMORY = "memory://";

/** Runs SQL: the DataSource, or within a transaction its manager (never the DataSource there). */
export type Db = Pick<EntityManager, "query">;

/** An open database. */
export interface Database {
  readonly ds: DataSource;
  /** `embedded` is this process's alone; `postgres` may be shared. */
  readonly kind: "embedded" | "postgres";
  /** Place of the rows, for people: a folder or `host:port/name`, never with a password. */
  readonly where: string;
  /** Ends the connections and frees the data folder. Close it after everything that saves. */
  close(): Promise<void>;
}

/** Rows besides the core's, such as those of plugins. */
export interface MoreRows {
  readonly entities: readonly (EntitySchema | (new () => object))[];
  readonly migrations: readonly (new () => MigrationInterface)[];
}

/** How to open the database. */
export interface DatabaseOptions {
  /** `postgres://…`; without it the embedded database in `dataDir` is used. */
  url?: string;
  /** Folder of the embedded database, made where it is missing; or {@link IN_MEMORY}. */
  dataDir: string;
  log: Pick<BaseLogger, "info" | "warn">;
  /** Connections to PostgreSQL. The embedded database has one. */
  poolSize?: number;
  /** Queries that take longer, ms, are logged with their SQL but without their values; 0: none. */
  slowQueryMs?: number;
  /**
   * What a new embedded database starts from: nothing, or a dump on this machine, {@link blankDatabase} or
   * {@link migratedDatabase}. Default: in a folder `nothing`, in memory `migrated`.
   */
  from?: "nothing" | "blank" | "migrated";
  /** Rows besides the core's; {@link migrate} makes their tables too. */
  more?: MoreRows;
}

/**
 * Opens PostgreSQL when there is a url, else the embedded PGlite, with the same entities, SQL and migrations.
 * The embedded database survives the crash of its process, not a power cut (it does not fsync).
 *
 * @throws DATABASE_UNAVAILABLE the url did not answer within 5 s, or refused
 * @throws CONFIG_INVALID the url is not valid
 * @throws DATA_DIR_LOCKED another process has the folder
 * @throws DATA_DIR_UNWRITABLE the folder cannot be written
 * @throws DATA_DIR_DAMAGED the embedded database does not start
 * @example
 * const database = await openDatabase({ url: process.env.DATABASE_URL, dataDir: "data", log });
 * await migrate(database.ds);
 */
export function openDatabase(options: DatabaseOptions): Promise<Database> {
  return options.url ? openPostgres(options.url, options) : openEmbedded(options);
}

/** A process that freezes inside a transaction must not keep its row locks past the lease. */
const SETTINGS = "SET idle_in_transaction_session_timeout = 8000";

async function openPostgres(
  url: string,
  { log, poolSize = 10, slowQueryMs, more }: DatabaseOptions,
): Promise<Database> {
  const where = placeOf(url);
  const ds = new DataSource({
    ...common(log, slowQueryMs, more),
    url,
    poolSize,
    connectTimeoutMS: DATABASE_TIMEOUT_MS - 500,
    applicationName: "roomkeep",
    // Settings go after connecting: a pooler such as PgBouncer refuses what it does not know when it comes
    // with it.
    extra: { keepAlive: true, onConnect: (client: PoolClient) => client.query(SETTINGS) },
  });
  const opening = ds.initialize();
  try {
    await answerWithin(opening);
  } catch (cause) {
    opening.then(
      () => ds.destroy(), // too late
      () => {},
    );
    throw new RoomkeepError(
      "DATABASE_UNAVAILABLE",
      `PostgreSQL at ${where} cannot be used: ${innermostOf(cause)}. Is it running, and are the name, user and password in DATABASE_URL right? Without DATABASE_URL the embedded database is used.`,
      { cause },
    );
  }
  return { ds, kind: "postgres", where, close: () => ds.destroy() };
}

async function openEmbedded(options: DatabaseOptions): Promise<Database> {
  const { dataDir, log, slowQueryMs, more } = options;
  const folder = dataDir === IN_MEMORY ? null : await lockDataFolder(dataDir);
  let pglite: PGlite | undefined;
  try {
    pglite = await startPGlite(folder, options);
    const ds = new DataSource({
      ...common(log, slowQueryMs, more),
      // One connection that never idles out: a second one crashes PGlite.
      poolSize: 1,
      extra: { ...createPgConfig(pglite), max: 1, idleTimeoutMillis: 0 },
    });
    await ds.initialize();
    const engine = pglite;
    const close = async () => {
      try {
        await ds.destroy();
        await engine.close();
      } finally {
        await folder?.release();
      }
    };
    return { ds, kind: "embedded", where: folder?.path ?? "memory", close };
  } catch (error) {
    // Even an engine that cannot close must not keep the folder.
    await pglite?.close().catch((reason) => log.warn({ err: reason }, "the embedded database did not close"));
    await folder?.release();
    throw error;
  }
}

async function startPGlite(
  folder: DataFolder | null,
  { from = folder === null ? "migrated" : "nothing", log }: DatabaseOptions,
): Promise<PGlite> {
  if (folder === null) return PGlite.create({ loadDataDir: await dumpOf(from) });
  const dataDir = await openEmbeddedFolder(folder.path, {
    log,
    sync: from === "nothing",
    make: async (part) => {
      const made = await PGlite.create({ dataDir: part, loadDataDir: await dumpOf(from) });
      await made.close();
    },
  });
  return PGlite.create({ dataDir }).catch((cause: unknown) => {
    throw new RoomkeepError(
      "DATA_DIR_DAMAGED",
      `The embedded database in ${dataDir} does not start (${cause instanceof Error ? cause.message : cause}). Nothing was changed. If its files are damaged, move the folder away and restore a backup.`,
      { cause },
    );
  });
}

async function dumpOf(from: DatabaseOptions["from"]): Promise<Blob | undefined> {
  if (from === "nothing") return undefined;
  const dump = await (from === "blank" ? blankDatabase() : migratedDatabase());
  return dump === undefined ? undefined : new Blob([await readFile(dump)]);
}

/** Diagnostics channel of slow queries: `{ ms, sql }`. */
const slowQueries = channel("roomkeep:slow-query");

/** Logs slow queries only; errors are thrown to the caller. */
function slowQueryLog(log: DatabaseOptions["log"]): Logger {
  const ignore = () => {};
  return {
    logQuerySlow(ms, query) {
      const sql = query.replace(/\s+/g, " ").slice(0, 500);
      slowQueries.publish({ ms, sql });
      log.warn({ ms: Math.round(ms), sql }, "slow query");
    },
    logQuery: ignore,
    logQueryError: ignore,
    logSchemaBuild: ignore,
    logMigration: ignore,
    log: ignore,
  };
}

function common(log: DatabaseOptions["log"], slowQueryMs = 0, more?: MoreRows) {
  return {
    type: "postgres",
    entities: [...ENTITIES, ...(more?.entities ?? [])],
    migrations: [...MIGRATIONS, ...(more?.migrations ?? [])],
    migrationsTableName: "migration",
    migrationsTransactionMode: "each",
    synchronize: false,
    installExtensions: false,
    logging: false,
    logger: slowQueryLog(log),
    maxQueryExecutionTime: slowQueryMs || undefined,
    poolErrorHandler: (error: Error) => log.warn({ err: error }, "an idle database connection was lost"),
  } satisfies Partial<DataSourceOptions>;
}

/**
 * Place of a database for people, without a password.
 * @throws CONFIG_INVALID it is not the url of a PostgreSQL
 */
export function placeOf(url: string): string {
  // The parser's error contains the whole url with its password, so it must not become a cause.
  if (!URL.canParse(url) || !/^postgres(ql)?:$/.test(new URL(url).protocol)) {
    throw new RoomkeepError(
      "CONFIG_INVALID",
      "DATABASE_URL is not of the form postgres://user:password@host:5432/name.",
    );
  }
  const { hostname, port, pathname } = new URL(url);
  return `${hostname || "localhost"}:${port || 5432}${pathname}`;
}

/**
 * Waits for a database's answer, but not for ever: a server that was cut off or frozen never closes its
 * socket. The work may still be done later, so the caller must handle both outcomes.
 *
 * @throws DATABASE_UNAVAILABLE no answer in `timeoutMs`, or no connection
 */
export async function answerWithin<T>(work: Promise<T>, timeoutMs = DATABASE_TIMEOUT_MS): Promise<T> {
  const late = () =>
    new RoomkeepError("DATABASE_UNAVAILABLE", `The database did not answer within ${timeoutMs} ms.`);
  try {
    return await withTimeout(timeoutMs, work, { error: late });
  } catch (error) {
    if (!isLostConnection(error)) throw error;
    throw new RoomkeepError("DATABASE_UNAVAILABLE", undefined, { cause: error });
  }
}

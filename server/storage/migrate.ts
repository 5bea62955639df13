import type { DataSource } from "typeorm";
import { MIGRATIONS } from "../../migrations/index.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { Db } from "./database.ts";
import { codeOf } from "./innermost-cause.ts";

/** Key of the advisory lock under which one process migrates: "roomkeep" in hex, cut to a positive bigint. */
const MIGRATION_LOCK = BigInt("0x726f6f6d6b656570").toString();
/** The table of the migrations that were run, ours or another program's of the same kind. */
const RUN = "migration";

/**
 * Runs the migrations that are missing, each in its own transaction. Processes that start together wait for
 * the first of them.
 *
 * @throws DATABASE_FOREIGN tables of another program are in the way; nothing was changed
 * @throws DATABASE_FORBIDDEN the user may not make tables; nothing was changed
 */
export async function migrate(ds: DataSource): Promise<void> {
  if (ds.options.poolSize === 1) {
    await runMissing(ds, ds.manager);
    return;
  }
  const keeper = ds.createQueryRunner();
  try {
    await keeper.query("SELECT pg_advisory_lock($1)", [MIGRATION_LOCK]);
    await runMissing(ds, keeper.manager);
  } finally {
    // A connection that was lost has no lock any more.
    await keeper.query("SELECT pg_advisory_unlock($1)", [MIGRATION_LOCK]).catch(() => {});
    await keeper.release();
  }
}

async function runMissing(ds: DataSource, look: Db): Promise<void> {
  await checkTables(ds, look);
  try {
    await ds.runMigrations();
  } catch (error) {
    // A table that is there already, and a schema in which none may be made.
    if (codeOf(error) === "42P07") throw foreign("a table of the same name", error);
    if (codeOf(error) === "42501") throw await forbidden(look, error);
    throw error;
  }
}

/**
 * Looks whether the migrations can be run, and changes nothing.
 *
 * @throws DATABASE_FOREIGN, DATABASE_FORBIDDEN
 */
export async function checkTables(ds: DataSource, db: Db): Promise<void> {
  const run = await namesOfRun(db);
  const known = ds.migrations.map((migration) => migration.name ?? migration.constructor.name);
  const first = MIGRATIONS.map((Migration) => new Migration().name)[0] ?? "";
  if (!run.includes(first)) {
    const own = ds.entityMetadatas.map(({ tableName }) => tableName);
    const inTheWay = await db.query<{ name: string }[]>(
      "SELECT table_name AS name FROM information_schema.tables WHERE table_schema = current_schema() AND table_name = ANY($1)",
      [own],
    );
    const names = [...inTheWay.map(({ name }) => name), ...(run.length > 0 ? [RUN] : [])];
    if (names.length > 0) throw foreign(names.map((name) => `"${name}"`).join(", "));
  }
  if (known.every((name) => run.includes(name))) return;
  const [may] = await db.query<{ may: boolean | null }[]>(
    "SELECT has_schema_privilege(current_schema(), 'CREATE') AS may",
  );
  if (may?.may !== true) throw await forbidden(db);
}

/** Names of the migrations that were run, ours or not. */
async function namesOfRun(db: Db): Promise<string[]> {
  const [table] = await db.query<{ columns: string[] | null }[]>(
    "SELECT array_agg(column_name::text) AS columns FROM information_schema.columns WHERE table_schema = current_schema() AND table_name = $1",
    [RUN],
  );
  const columns = table?.columns ?? [];
  if (columns.length === 0) return [];
  if (!columns.includes("name")) return [""]; // somebody else's
  const rows = await db.query<{ name: string }[]>(`SELECT name FROM ${RUN}`);
  return rows.map(({ name }) => name);
}

function foreign(tables: string, cause?: unknown): RoomkeepError {
  return new RoomkeepError(
    "DATABASE_FOREIGN",
    `The database that DATABASE_URL names holds tables of another program: ${tables}. Nothing was changed. Make a database of its own for roomkeep: CREATE DATABASE roomkeep.`,
    { cause },
  );
}

async function forbidden(db: Db, cause?: unknown): Promise<RoomkeepError> {
  const [who] = await db.query<{ role: string; name: string; schema: string | null }[]>(
    "SELECT quote_ident(current_user) AS role, quote_ident(current_database()) AS name, quote_ident(current_schema()) AS schema",
  );
  const { role = "the user", name = "the database", schema = null } = who ?? {};
  return new RoomkeepError(
    "DATABASE_FORBIDDEN",
    `The user ${role} may not make tables in the schema ${schema ?? "public"} of the database ${name}. Nothing was changed. As its owner: GRANT USAGE, CREATE ON SCHEMA ${schema ?? "public"} TO ${role}; or: ALTER DATABASE ${name} OWNER TO ${role};`,
    { cause },
  );
}

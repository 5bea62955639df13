import pino from "pino";
import { type Database, IN_MEMORY, openDatabase } from "../../server/storage/database.ts";
import { migrate } from "../../server/storage/migrate.ts";

/** The embedded database under a clock that the simulator moves. */
export interface SimDatabase extends Database {
  /** Sets the database's clock, ms. */
  setClock(ms: number): Promise<void>;
}

/**
 * Opens it: the real schema and, in front of the catalogue in the search path, a `now()` of our own, so that
 * the real statements read the simulator's clock.
 */
export async function openSimDatabase(): Promise<SimDatabase> {
  const log = pino({ level: "silent" });
  const database = await openDatabase({ dataDir: IN_MEMORY, log });
  const { ds } = database;
  await migrate(ds);
  await ds.query("CREATE SCHEMA sim");
  await ds.query("CREATE TABLE sim.clock (at timestamptz NOT NULL)");
  await ds.query("INSERT INTO sim.clock VALUES (to_timestamp(0))");
  await ds.query(
    "CREATE FUNCTION sim.now() RETURNS timestamptz LANGUAGE sql STABLE AS 'SELECT at FROM sim.clock'",
  );
  await ds.query("SET search_path = sim, public, pg_catalog");
  const setClock = async (ms: number) => {
    await ds.query("UPDATE sim.clock SET at = to_timestamp($1::float8 / 1000)", [ms]);
  };
  await setClock(86_400_000);
  const [row] = await ds.query<{ at: string }[]>("SELECT extract(epoch FROM now()) AS at");
  if (Number(row?.at) !== 86_400) throw new Error("The database does not take its time from the simulator.");
  return { ...database, setClock };
}

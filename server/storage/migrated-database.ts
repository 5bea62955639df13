import { readdir, readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { PGlite } from "@electric-sql/pglite";
import { createPgConfig } from "@electric-sql/pglite/node-postgres";
import { DataSource } from "typeorm";
import { MIGRATIONS } from "../../migrations/index.ts";
import { blankDatabase, storedDump } from "./blank-database.ts";

const FOLDER = new URL("../../migrations/", import.meta.url);

/**
 * The {@link blankDatabase} with the core's migrations run: what a database in memory starts from. An edited
 * migration makes a new one.
 *
 * @returns its path; undefined where it cannot be stored
 */
export async function migratedDatabase(): Promise<string | undefined> {
  const files = (await readdir(fileURLToPath(FOLDER))).filter((name) => /\.[jt]s$/.test(name)).sort();
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, FOLDER), "utf8")));
  return storedDump("migrated", [...texts, "without templates"], async () => {
    const blank = await blankDatabase();
    const loadDataDir = blank === undefined ? undefined : new Blob([await readFile(blank)]);
    const pglite = await PGlite.create({ loadDataDir });
    const ds = new DataSource({
      type: "postgres",
      migrations: [...MIGRATIONS],
      migrationsTableName: "migration",
      migrationsTransactionMode: "each",
      poolSize: 1,
      extra: { ...createPgConfig(pglite), max: 1, idleTimeoutMillis: 0 },
    });
    await ds.initialize();
    await ds.runMigrations();
    await ds.destroy();
    // Nobody makes a database from them here, and they are a third of what each start unpacks.
    for (const template of ["template0", "template1"]) {
      await pglite.query("UPDATE pg_database SET datistemplate = false WHERE datname = $1", [template]);
      await pglite.query(`DROP DATABASE ${template}`);
    }
    await pglite.query("CHECKPOINT");
    return pglite;
  });
}

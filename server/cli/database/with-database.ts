import { type Config, readConfig } from "../../config.ts";
import { type Database, openDatabase } from "../../storage/database.ts";
import { migrate } from "../../storage/migrate.ts";
import { openLog } from "../../telemetry/log.ts";

/** Opens and migrates the configured database, runs `work`, and closes it, after an error too. */
export async function withDatabase(
  work: (database: Database, config: Config) => Promise<void>,
): Promise<void> {
  const config = readConfig(process.env);
  const log = openLog(config.logLevel === "info" ? "warn" : config.logLevel);
  const database = await openDatabase({ url: config.databaseUrl, dataDir: config.dataDir, log });
  try {
    await migrate(database.ds);
    await work(database, config);
  } finally {
    await database.close();
  }
}

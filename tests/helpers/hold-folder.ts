// A process of its own that opens the data folder it is given and keeps it until it is ended.
import pino from "pino";
import { migrate, openDatabase } from "../../server/storage/database.ts";

const [folder = ""] = process.argv.slice(2);
try {
  const database = await openDatabase({ dataDir: folder, quick: true, log: pino({ level: "silent" }) });
  await migrate(database.ds);
  // Nothing that the database opened may keep the process alive: it ends by itself.
  process.once("SIGTERM", () => void database.close().then(() => process.stdin.destroy()));
  console.log("open");
  process.stdin.resume().once("end", () => process.exit()); // never outlives the test
} catch (error) {
  console.log(JSON.stringify(error instanceof Error ? { ...error, message: error.message } : error));
}

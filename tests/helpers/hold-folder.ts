// A process of its own that opens the given data folder and keeps it until it is ended. With the second
// argument "anew" a new database is made as in production, without the dump that tests start from.
import pino from "pino";
import { openDatabase } from "../../server/storage/database.ts";
import { migrate } from "../../server/storage/migrate.ts";

const [folder = "", how] = process.argv.slice(2);
const from = how === "anew" ? "nothing" : "blank";
try {
  const database = await openDatabase({ dataDir: folder, from, log: pino({ level: "silent" }) });
  await migrate(database.ds);
  // The open database must not keep the process alive: it ends by itself.
  process.once("SIGTERM", () => void database.close().then(() => process.stdin.destroy()));
  console.log("open");
  process.stdin.resume().once("end", () => process.exit()); // never outlives the test
} catch (error) {
  console.log(JSON.stringify(error instanceof Error ? { ...error, message: error.message } : error));
}

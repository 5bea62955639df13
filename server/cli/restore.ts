import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { verifyLedger } from "../items/ledger.ts";
import { restore } from "../storage/backup.ts";
import { audited } from "../telemetry/audit.ts";
import type { Command } from "./command.ts";
import { operatorName } from "./database/operate.ts";
import { withDatabase } from "./database/with-database.ts";

const help = `roomkeep restore <file> [--replace] [--json]

Restores a backup into the database, completely or not at all, and verifies the ledger. Stop the servers first.

  --replace  deletes everything in the database first; without it a database that has accounts is refused
  --json     progress and result as JSON lines`;

/** `roomkeep restore`: restore a file of `roomkeep backup`. */
export const command: Command = {
  summary: "restore a backup into the database",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: {
        replace: { type: "boolean", default: false },
        json: { type: "boolean", default: false },
      },
    });
    const [file] = positionals;
    if (!file) throw new RoomkeepError("CONFIG_INVALID", "Which file? roomkeep restore <file>");
    await withDatabase(async ({ ds }) => {
      const progress = (table: string, rows: number) =>
        console.error(values.json ? JSON.stringify({ table, rows }) : `  ${table}: ${rows}`);
      const { replace } = values;
      const line = `roomkeep restore ${resolve(file)}${replace ? " --replace" : ""}`;
      const result = await audited(ds, { caller: operatorName(), role: "admin", line }, (db) =>
        restore(db, resolve(file), { replace, progress }),
      );
      const differences = await verifyLedger(ds);
      const report = { restored: result.file, rows: result.rows, tables: result.tables, differences };
      console.log(values.json ? JSON.stringify(report) : `${result.rows} rows were restored.`);
      if (differences.length > 0) {
        throw new RoomkeepError("LEDGER_DIFFERS", "The ledger does not verify: see roomkeep ledger verify.");
      }
    });
  },
};

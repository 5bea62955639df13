import { resolve } from "node:path";
import { parseArgs } from "node:util";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import type { Config } from "../config.ts";
import { verifyLedger } from "../items/ledger.ts";
import { restore } from "../storage/backup.ts";
import { audited } from "../telemetry/audit.ts";
import { openAuditKey } from "../telemetry/audit-chain/audit-key.ts";
import { readHead, signHead } from "../telemetry/audit-chain/sign-heads.ts";
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
    await withDatabase(async ({ ds }, config) => {
      const progress = (table: string, rows: number) =>
        console.error(values.json ? JSON.stringify({ table, rows }) : `  ${table}: ${rows}`);
      const { replace } = values;
      const line = `roomkeep restore ${resolve(file)}${replace ? " --replace" : ""}`;
      const result = await audited(ds, { caller: operatorName(), role: "admin", line }, (db) =>
        restore(db, resolve(file), { replace, progress }),
      );
      await markRestart(ds, config);
      const differences = await verifyLedger(ds);
      const report = { restored: result.file, rows: result.rows, tables: result.tables, differences };
      console.log(values.json ? JSON.stringify(report) : `${result.rows} rows were restored.`);
      if (differences.length > 0) {
        throw new RoomkeepError("LEDGER_DIFFERS", "The ledger does not verify: see roomkeep ledger verify.");
      }
    });
  },
};

/** The audit log goes on from another past: heads that were signed before are not of it. */
async function markRestart(ds: DataSource, { dataDir, auditKey }: Config): Promise<void> {
  const head = await readHead(ds);
  const key = await openAuditKey(dataDir, auditKey);
  if (head) await signHead(ds, { dataDir, key }, head, "restart");
}

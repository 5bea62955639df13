import { stat } from "node:fs/promises";
import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readInterval } from "../config.ts";
import { backUp, backupName, pruneBackups } from "../storage/backup.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./with-database.ts";

const help = `roomkeep backup [--to file] [--every 6h] [--keep 28] [--json]

Writes all accounts, characters, items, the ledger and worlds to one file, as they are at one moment: gzipped JSON
lines, the same from the embedded database and from PostgreSQL.

  --to <file>     default: backups/roomkeep-<time>.jsonl.gz in the data folder
  --every <time>  makes another one at this interval (30m, 6h, 1d); --to is then a folder
  --keep <n>      with --every: keeps the newest n, 28 when not given
  --json          progress and result as JSON lines

PostgreSQL is backed up while servers run. One process at a time opens the embedded database: stop the server first, or
let it make the backups itself, by ROOMKEEP_BACKUP_EVERY=6h.`;

/** `roomkeep backup`: everything into one file. */
export const command: Command = {
  summary: "write everything to one file, by hand or on a schedule",
  help,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: {
        to: { type: "string" },
        every: { type: "string" },
        keep: { type: "string", default: "28" },
        json: { type: "boolean", default: false },
      },
    });
    const everyMs = values.every === undefined ? undefined : readInterval(values.every);
    await withDatabase(async ({ ds }, config) => {
      const folder = resolve(config.dataDir, "backups");
      for (;;) {
        const name = backupName(new Date());
        const to = everyMs ? join(values.to ?? folder, name) : (values.to ?? join(folder, name));
        await makeOne(ds, resolve(to), values.json);
        if (everyMs === undefined) return;
        await pruneBackups(resolve(values.to ?? folder), Number(values.keep));
        await sleep(everyMs);
      }
    });
  },
};

async function makeOne(ds: Parameters<typeof backUp>[0], to: string, json: boolean): Promise<void> {
  const result = await backUp(ds, to, (table, rows) =>
    console.error(json ? JSON.stringify({ table, rows }) : `  ${table}: ${rows}`),
  );
  const { size } = await stat(to);
  const text = `${result.rows} rows, ${size} bytes: ${to}`;
  console.log(
    json ? JSON.stringify({ backup: to, rows: result.rows, bytes: size, tables: result.tables }) : text,
  );
}

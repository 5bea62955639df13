import { join, resolve } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import { readConfig, readInterval } from "../config.ts";
import { makeBackup } from "../operations/backups.ts";
import { backupName, pruneBackups } from "../storage/backup.ts";
import type { Command } from "./command.ts";
import { operate, WHERE } from "./database/operate.ts";

const help = `roomkeep backup [--to file] [--every 6h] [--keep 28] [--json]

Writes all accounts, characters, items, the ledger and worlds to one file, as they are at one moment: gzipped JSON
lines, the same from the embedded database and from PostgreSQL.

  --to <file>     default: backups/roomkeep-<time>.jsonl.gz in the data folder
  --every <time>  makes another one at this interval (30m, 6h, 1d); --to is then a folder
  --keep <n>      with --every: keeps the newest n, 28 when not given
  --json          progress and result as JSON lines

${WHERE} The game waits while the embedded one is read. A server
also makes its own by ROOMKEEP_BACKUP_EVERY=6h.`;

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
    const folder = resolve(readConfig(process.env).dataDir, "backups");
    for (;;) {
      const name = backupName(new Date());
      const to = everyMs ? join(values.to ?? folder, name) : (values.to ?? join(folder, name));
      await operate(makeBackup, { to: resolve(to) }, { json: values.json });
      if (everyMs === undefined) return;
      await pruneBackups(resolve(values.to ?? folder), Number(values.keep));
      await sleep(everyMs);
    }
  },
};

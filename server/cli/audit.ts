import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { type AuditRow, readAudit } from "../telemetry/audit.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./with-database.ts";

const LAST_MAX = 10_000;

const help = `roomkeep audit [--last 50] [--json]

Lists the last commands that moderators and admins gave in rooms, done or refused, oldest first: when, who, with which
role, in which room, the line, and what came of it. --json prints one object a line.

It works on the database that the server uses: DATABASE_URL, or the embedded one in ROOMKEEP_DATA_DIR, which has to be
free. Entries are kept for a year.`;

/** `roomkeep audit`: the last console commands. */
export const command: Command = {
  summary: "list the last commands that were given in rooms",
  help,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { last: { type: "string", default: "50" }, json: { type: "boolean", default: false } },
    });
    const last = Number(values.last);
    if (!Number.isInteger(last) || last < 1 || last > LAST_MAX)
      throw new RoomkeepError("CONFIG_INVALID", `--last takes a whole number from 1 to ${LAST_MAX}.`);
    await withDatabase(async ({ ds }) => {
      const rows = (await readAudit(ds, last)).reverse();
      for (const row of rows) console.log(values.json ? JSON.stringify(row) : sentenceOf(row));
      if (rows.length === 0 && !values.json) console.log("No command has been given yet.");
    });
  },
};

function sentenceOf({ at, role, caller, account, game, roomId, line, outcome }: AuditRow): string {
  return `${at.toISOString()}  ${role} ${account ?? caller}  ${game} ${roomId}  ${line}  ${outcome}`;
}

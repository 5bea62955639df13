import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { listAudit } from "../operations/books.ts";
import type { Command } from "./command.ts";
import { operate, WHERE } from "./database/operate.ts";

const LAST_MAX = 10_000;

const help = `roomkeep audit [--last 50] [--json]

Lists the last privileged actions, done or refused, oldest first: when, who, with which role, in which room or on the
server, the line, and what came of it. Those are commands of moderators and admins in rooms, requests that need such a role,
and commands like roomkeep account. --json prints one object a line. Entries are kept for a year.

${WHERE}`;

/** `roomkeep audit`: the last console commands. */
export const command: Command = {
  summary: "list the last commands and other privileged actions",
  help,
  async run(args) {
    const { values } = parseArgs({
      args,
      options: { last: { type: "string", default: "50" }, json: { type: "boolean", default: false } },
    });
    const last = Number(values.last);
    if (!Number.isInteger(last) || last < 1 || last > LAST_MAX)
      throw new RoomkeepError("CONFIG_INVALID", `--last takes a whole number from 1 to ${LAST_MAX}.`);
    await operate(listAudit, { last, json: values.json });
  },
};

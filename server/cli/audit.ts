import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { listAudit, verifyAudit } from "../operations/audit.ts";
import { readTexts } from "../operations/run/params.ts";
import type { Command } from "./command.ts";
import { ask, operate, WHERE } from "./database/operate.ts";

/** Entries that an export asks for at a time. */
const PAGE = 10_000;

const help = `roomkeep audit [--last 50] [--caller C] [--account ID] [--operation O] [--outcome O] [--since TIME] [--until TIME] [--json]
roomkeep audit export [the same filters]
roomkeep audit verify [--json]

Lists the last privileged actions that fit, done or refused, oldest first: number, when, who, with which role, in which
room or on the server, the line, and what came of it. Those are operations of the desk and of commands like roomkeep
account, commands of moderators and admins in rooms, and requests that need such a role. --account finds what an account
did and what was done to it; --operation an operation by name, or lines that begin so, such as /kick. --json prints one
object a line. Entries are kept for a year.

export  prints all that fit, newest first, as JSON lines.
verify  compares each entry with its hash and with the entry before, and the chain with the heads that were signed with
        the key of the data folder (or ROOMKEEP_AUDIT_KEY). It ends with 1 and names the first entry that was changed,
        removed, inserted or cut off.

${WHERE}`;

const text = { type: "string" } as const;
const options = {
  last: text,
  ...{ caller: text, account: text, operation: text, outcome: text, since: text, until: text },
  json: { type: "boolean", default: false },
} as const;

/** `roomkeep audit`: who did what; the same, whole, as JSON lines; whether it is as it was written. */
export const command: Command = {
  summary: "list, export and verify commands and other privileged actions",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    const { json, ...given } = values;
    const [verb] = positionals;
    if (verb === "verify") return operate(verifyAudit, {}, { json });
    const filter = readFilter(given);
    if (verb === "export") return exportAll(filter);
    if (verb !== undefined)
      throw new RoomkeepError("CONFIG_INVALID", "roomkeep audit [export|verify]; --help tells more.");
    await operate(listAudit, filter, { json, rows: ({ entries }) => entries.toReversed() });
  },
};

type Filter = ReturnType<typeof readFilter>;

function readFilter(given: Readonly<Record<string, string | undefined>>) {
  try {
    return readTexts(listAudit.params, given);
  } catch (error) {
    if (!(error instanceof RoomkeepError)) throw error;
    throw new RoomkeepError("CONFIG_INVALID", `--${error.message}`, { cause: error });
  }
}

async function exportAll(filter: Filter): Promise<void> {
  for (let before: number | null | undefined; before !== null; ) {
    const page = { ...filter, last: PAGE, ...(before !== undefined && { before }) };
    const { entries, next } = await ask(listAudit, page, () => {});
    for (const entry of entries) console.log(JSON.stringify(entry));
    before = next;
  }
}

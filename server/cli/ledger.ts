import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { verifyBooks } from "../operations/books.ts";
import type { Command } from "./command.ts";
import { operate, WHERE } from "./database/operate.ts";

const help = `roomkeep ledger verify [--json]

Replays the ledger against every container and purse, and names the first difference. Ends with 1 where there is one.

${WHERE}`;

/** `roomkeep ledger verify`: compare every balance with the ledger. */
export const command: Command = {
  summary: "replay the ledger against all balances",
  help,
  async run(args) {
    const { values, positionals } = parseArgs({
      args,
      allowPositionals: true,
      options: { json: { type: "boolean", default: false } },
    });
    if (positionals[0] !== "verify")
      throw new RoomkeepError("CONFIG_INVALID", "roomkeep ledger verify [--json]");
    await operate(verifyBooks, {}, { json: values.json });
  },
};

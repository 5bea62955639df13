import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { verifyLedger } from "../items/ledger.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./with-database.ts";

const help = `roomkeep ledger verify [--json]

Replays the ledger against every container and purse, and names the first difference. Ends with 1 where there is one.`;

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
    await withDatabase(async ({ ds }) => {
      const [counts] = await ds.query<{ legs: number; requests: number }[]>(
        "SELECT count(*)::int AS legs, count(DISTINCT request_id)::int AS requests FROM ledger",
      );
      const differences = await verifyLedger(ds);
      const [first] = differences;
      if (values.json)
        console.log(JSON.stringify({ ...counts, verified: !first, differences: differences.length, first }));
      else if (!first)
        console.log(`${counts?.requests} bookings, ${counts?.legs} legs: every balance is as booked.`);
      if (!first) return;
      const { account, item, booked, found } = first;
      const text = `${account} holds ${found} ${item ?? "coins"}, but ${booked} were booked (${differences.length} differences).`;
      throw new RoomkeepError("LEDGER_DIFFERS", text);
    });
  },
};

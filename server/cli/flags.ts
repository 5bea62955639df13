import { parseArgs } from "node:util";
import { RoomkeepError } from "../../shared/index.ts";
import { type CheatFlagRow, readCheatFlags } from "../telemetry/cheat-flags.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./database/with-database.ts";

const LAST_MAX = 10_000;

const help = `roomkeep flags [--last 50] [--json]

Lists the last players whom the cheat detection suspects, oldest first: when, account, character, room, score, points by
signal, and what the room did. --json prints one object a line, with the last input frames of the player: tick,
direction and buttons of each. GET /v1/cheat-flags lists the same to moderators.

It works on the database that the server uses: DATABASE_URL, or the embedded one in ROOMKEEP_DATA_DIR, which has to be
free. Flags are kept for ROOMKEEP_CHEAT_DAYS, 30 days.`;

/** `roomkeep flags`: players suspected of cheating. */
export const command: Command = {
  summary: "list the players whom the cheat detection suspects",
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
      const rows = (await readCheatFlags(ds, last)).reverse();
      for (const row of rows) console.log(values.json ? JSON.stringify(row) : sentenceOf(row));
      if (rows.length === 0 && !values.json) console.log("Nobody is suspected.");
    });
  },
};

function sentenceOf({ at, account, character, game, roomId, score, signals, action }: CheatFlagRow): string {
  const points = Object.entries(signals).map(([signal, some]) => `${signal} ${some}`);
  const who = `account ${account}  character ${character}`;
  return `${at.toISOString()}  ${who}  ${game} ${roomId}  score ${score}  ${points.join(", ")}  ${action}`;
}

import { parseArgs } from "node:util";
import type { StoredEvent } from "../../rooms/internal.ts";
import { readEventFilter, readEvents } from "../telemetry/kept-events.ts";
import type { Command } from "./command.ts";
import { withDatabase } from "./with-database.ts";

const help = `roomkeep events [--game G] [--room CODE] [--zone Z] [--name N] [--actor A] [--since TIME] [--until TIME]
                [--limit 100] [--before CURSOR] [--json]

Lists what rooms kept: events that are defined with keep: true. All that is given has to fit; the last ones, oldest first.
--since and --until take a date, or a date and time, such as 2026-11-27T20:00Z. --json prints one object a line;
--before goes on before the cursor of one of them. A moderator asks the running server: GET /v1/admin/events.

It works on the database that the server uses: DATABASE_URL, or the embedded one in ROOMKEEP_DATA_DIR, which has to be
free. Events are kept for ROOMKEEP_EVENT_DAYS (90).`;

/** `roomkeep events`: what rooms kept. */
export const command: Command = {
  summary: "list events that rooms kept",
  help,
  async run(args) {
    const text = { type: "string" } as const;
    const { values } = parseArgs({
      args,
      options: {
        ...{ game: text, room: text, zone: text, name: text, actor: text, since: text, until: text },
        ...{ limit: text, before: text },
        json: { type: "boolean", default: false },
      },
    });
    const { json, room: roomId, ...rest } = values;
    const filter = readEventFilter({ ...rest, roomId });
    await withDatabase(async ({ ds }) => {
      const found = (await readEvents(ds, filter)).reverse();
      for (const one of found) console.log(json ? JSON.stringify(one) : sentenceOf(one));
      if (found.length === 0 && !json) console.log("No kept event fits.");
    });
  },
};

function sentenceOf({ at, game, roomId, zone, event }: StoredEvent): string {
  const where = [game, roomId, ...(zone === undefined ? [] : [zone])].join(" ");
  return `${at.toISOString()}  ${where}  ${event.name}  ${event.actor ?? "-"}  ${JSON.stringify(event.payload)}`;
}

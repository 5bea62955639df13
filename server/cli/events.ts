import { parseArgs } from "node:util";
import { listEvents } from "../operations/books.ts";
import { readTexts } from "../operations/run/params.ts";
import type { Command } from "./command.ts";
import { operate, WHERE } from "./database/operate.ts";

const help = `roomkeep events [--game G] [--room CODE] [--zone Z] [--name N] [--actor A] [--since TIME] [--until TIME]
                [--limit 100] [--before CURSOR] [--json]

Lists what rooms kept: events that are defined with keep: true. All that is given has to fit; the last ones, oldest first.
--since and --until take a date, or a date and time, such as 2026-11-27T20:00Z. --json prints one object a line;
--before goes on before the cursor of one of them. A moderator asks the running server: GET /v1/admin/events.

Events are kept for ROOMKEEP_EVENT_DAYS (90). ${WHERE}`;

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
    const filter = readTexts(listEvents.params, { ...rest, roomId });
    await operate(listEvents, filter, { json, rows: ({ events }) => events.toReversed() });
  },
};

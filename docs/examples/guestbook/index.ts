import { pluginMessage } from "roomkeep/rooms";
import { definePlugin, route } from "roomkeep/server";
import { z } from "zod";
import { entries } from "./migration.ts";

const text = z.string().trim().min(1).max(200);

/** Players leave a line; everybody reads the latest. */
export const guestbook = definePlugin({
  name: "guestbook",
  settings: z.object({ days: z.coerce.number().int().min(1).default(30) }),
  migrations: [entries],
  open: ({ db, log }) => ({
    async sign(name: string, line: string): Promise<void> {
      await db.query("INSERT INTO guestbook_entry (name, line) VALUES ($1, $2)", [name, line]);
    },
    latest: () =>
      db.query<{ name: string; line: string }[]>(
        "SELECT name, line FROM guestbook_entry ORDER BY id DESC LIMIT 20",
      ),
    clear(): void {
      db.query("DELETE FROM guestbook_entry").catch((error: unknown) =>
        log.error({ err: error }, "the guestbook was not cleared"),
      );
    },
  }),
  routes: (book) => ({
    listGuestbook: route({
      method: "GET",
      path: "/v1/guestbook",
      summary: "The latest entries of the guestbook",
      role: "anyone",
      result: z.object({ entries: z.array(z.object({ name: z.string(), line: z.string() })) }),
      answer: async () => ({ entries: await book.latest() }),
    }),
  }),
  room: (_room, book) => ({
    messages: {
      sign: pluginMessage({
        schema: z.strictObject({ text }),
        rate: { perSecond: 0.2, burst: 3 },
        receive: ({ claim }, { text: line }) => book.sign(claim.sheet.name, line),
      }),
    },
  }),
  commands: (book) => [
    {
      name: "guestbook-clear",
      help: "Deletes all entries of the guestbook.",
      role: "moderator",
      run() {
        book.clear();
        return "The guestbook is being cleared.";
      },
    },
  ],
  retention: ({ days }) => [{ table: "guestbook_entry", column: "at", days }],
});

import { deskOperation, type PluginOperation } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Chat } from "./chat.ts";
import { keyOf } from "./kind.ts";
import { changeLine, type KeptLine, readPage } from "./rows/lines.ts";
import { lineText } from "./text.ts";

const channel = {
  kind: z.string().min(1).max(32),
  id: z.string().min(1).max(80).meta({ description: "of the channel; in reports after the slash" }),
};
const reason = z.string().trim().min(1).max(500).meta({ description: "for the audit log" });
const n = z.int().min(1).meta({ description: "number of the line" });

/** What operators do with channels. */
export function chatOperations(chat: Chat): Record<string, PluginOperation> {
  /** Changes a line of anybody's, and tells who reads it. */
  const change = async (
    {
      db,
      concerns,
      after,
    }: { db: Parameters<typeof changeLine>[0]; concerns(id: string): void; after(tell: () => unknown): void },
    { kind, id, n: place }: { kind: string; id: string; n: number },
    text: string | undefined,
  ) => {
    const { lines } = await readPage(db, { kind, id }, { before: place + 1, limit: 1, hidden: [] });
    const line = lines.find((one) => one.n === place);
    if (line) concerns(line.account);
    const last = await changeLine(db, { kind, id, n: place, text, own: undefined });
    if (last === undefined) throw new RoomkeepError("CHAT_LINE_UNKNOWN");
    after(() => chat.advanced({ kind, id }, last));
    return { n: place };
  };
  return {
    channels: deskOperation({
      summary: "Channels that were written to, the latest first, without whispers",
      permission: "reports",
      kind: "read",
      params: z.object({ kind: channel.kind.optional(), limit: z.int().min(1).max(200).default(50) }),
      result: z.object({
        channels: z.array(
          z.object({
            kind: z.string(),
            id: z.string(),
            last: z.int(),
            slow: z.int().nullable(),
            writtenAt: z.iso.datetime(),
          }),
        ),
      }),
      async run({ db }, { kind, limit }) {
        const rows = await db.query<
          { kind: string; id: string; last: string; slow: number | null; at: Date }[]
        >(
          `SELECT kind, id, last_n AS last, slow_s AS slow, written_at AS at FROM chat_channel
           WHERE low_id IS NULL AND ($1::text IS NULL OR kind = $1) ORDER BY written_at DESC LIMIT $2`,
          [kind ?? null, limit],
        );
        return {
          channels: rows.map(({ last, at, ...row }) => ({
            ...row,
            last: Number(last),
            writtenAt: at.toISOString(),
          })),
        };
      },
      text: ({ channels }) =>
        channels.map((one) => `${keyOf(one)}  ${one.last}  slow ${one.slow ?? "as usual"}`),
    }),
    read: deskOperation({
      summary: "Lines of a channel; whispers are read in reports alone",
      permission: "reports",
      kind: "read",
      // What people write to each other is not looked at without a trace.
      audited: true,
      params: z.object({
        ...channel,
        before: z.int().min(1).optional().meta({ description: "number of a line" }),
        limit: z.int().min(1).max(200).default(50),
      }),
      result: z.object({
        lines: z.array(
          z.object({
            n: z.int(),
            account: z.uuid(),
            character: z.uuid(),
            name: z.string(),
            text: z.string(),
            at: z.iso.datetime(),
            edited: z.boolean(),
            deleted: z.boolean(),
          }),
        ),
        more: z.boolean(),
      }),
      codes: ["CHAT_CHANNEL_UNKNOWN"],
      async run({ db }, { kind, id, before, limit }) {
        const [row] = await db.query<unknown[]>(
          "SELECT 1 FROM chat_channel WHERE kind = $1 AND id = $2 AND low_id IS NULL",
          [kind, id],
        );
        if (!row) throw new RoomkeepError("CHAT_CHANNEL_UNKNOWN");
        const { lines, more } = await readPage(db, { kind, id }, { before, limit, hidden: [] });
        return { lines: lines.map(({ rev: _, ...line }: KeptLine) => line), more };
      },
      text: ({ lines }) =>
        lines.map((one) => `${one.n}  ${one.at}  ${one.name} (${one.account}): ${one.text}`),
    }),
    delete: deskOperation({
      summary: "Delete a line; its text is gone, and its place stays",
      permission: "reports",
      kind: "write",
      params: z.object({ ...channel, n, reason }),
      result: z.object({ n: z.int() }),
      codes: ["CHAT_LINE_UNKNOWN"],
      run: (context, { reason: _, ...line }) => change(context, line, undefined),
      text: () => ["It is deleted."],
    }),
    edit: deskOperation({
      summary: "Write another text in the place of a line",
      permission: "reports",
      kind: "write",
      params: z.object({ ...channel, n, text: lineText(chat.settings.lineMax), reason }),
      result: z.object({ n: z.int() }),
      codes: ["CHAT_LINE_UNKNOWN"],
      run: (context, { reason: _, text, ...line }) => change(context, line, text),
      text: () => ["It is changed."],
    }),
    slow: deskOperation({
      summary: "Set the seconds between two lines of one account in a channel",
      permission: "reports",
      kind: "write",
      params: z.object({
        ...channel,
        seconds: z.int().min(0).max(86_400).optional().meta({ description: "absent: those of its kind" }),
        reason,
      }),
      result: z.object({ slow: z.int().nullable() }),
      codes: ["CHAT_CHANNEL_UNKNOWN"],
      async run({ db }, { kind, id, seconds = null }) {
        const known = chat.kinds.get(kind);
        if (!known) throw new RoomkeepError("CHAT_CHANNEL_UNKNOWN");
        const [row] = await db.query<unknown[]>(
          `WITH slow AS (
             UPDATE chat_channel SET slow_s = $3 WHERE kind = $1 AND id = $2 RETURNING 1
           ) SELECT 1 FROM slow`,
          [kind, id, seconds],
        );
        // Of a channel without a line there is no row, and nobody to slow down.
        if (!row) throw new RoomkeepError("CHAT_CHANNEL_UNKNOWN", "Nobody has written in this channel yet.");
        return { slow: seconds };
      },
      text: ({ slow }) => [slow === null ? "It is as fast as its kind." : `One line in ${slow} s now.`],
    }),
  };
}

import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { z } from "zod";
import type { Notifications } from "./api.ts";
import { defineKind } from "./kind.ts";
import {
  type Finding,
  type Found,
  findSanctions,
  findSentItems,
  type ItemRow,
  type Mark,
  type SanctionRow,
} from "./source-rows.ts";

/** How often a process looks for what is new, ms. */
const LOOK_MS = 3_000;
/** What moderators did to an account. */
export const sanctioned = defineKind("notifications.sanction", {
  params: z.object({
    what: z.enum(["warn", "mute", "kick", "ban"]),
    reason: z.string(),
    until: z.string().nullable(),
  }),
  text({ what, reason, until }) {
    const deed = { warn: "warned", mute: "muted", kick: "removed", ban: "banned" }[what];
    const end = until === null ? "" : ` until ${until.slice(0, 16).replace("T", " ")} UTC`;
    return `A moderator has ${deed} you${end}: ${reason}`;
  },
  // The reason is nobody's who looks at the phone.
  push: () => "A moderator has written to you.",
});

/** Items that came by mail: one notification of a sender in an hour. */
export const mailed = defineKind("notifications.mail", {
  params: z.object({ by: z.enum(["player", "server"]) }),
  text: ({ by }, from) =>
    by === "player" ? `${from} has sent you something by mail.` : "Something has come by mail for you.",
  push: () => "Something has come by mail for you.",
});

/**
 * Makes notifications of rows of roomkeep's own: sanctions, and what comes by mail. They are read, each once,
 * by whichever process is first; what was read and what was made of it stand in one transaction, so that a
 * killed process leaves out nothing and repeats nothing. A booking is never held up by it.
 */
export function openSources(
  { db, transaction, log, onClose }: Pick<PluginServices, "db" | "transaction" | "log" | "onClose">,
  notes: Pick<Notifications, "within" | "declare">,
): { look(): Promise<void> } {
  notes.declare(sanctioned);
  notes.declare(mailed);

  const readSanctions = (letters: Within, own: Db, mark: Mark) =>
    tellAll<SanctionRow>(own, mark, findSanctions, ({ id, accountId, kind, reason, until }) =>
      letters.send(accountId, {
        kind: sanctioned,
        params: { what: kind, reason, until: until?.toISOString() ?? null },
        key: id,
      }),
    );
  const readMail = (letters: Within, own: Db, mark: Mark) =>
    tellAll<ItemRow>(own, mark, findSentItems, ({ accountId, senderId, hour }) =>
      letters.send(accountId, {
        kind: mailed,
        params: { by: senderId === null ? "server" : "player" },
        key: `${senderId ?? "server"} ${hour}`,
        ...(senderId !== null && { from: senderId }),
      }),
    );

  /** @returns whether there may be more */
  async function lookOnce(
    name: string,
    read: (letters: Within, own: Db, mark: Mark) => Promise<{ isFull: boolean; mark: Mark }>,
  ): Promise<boolean> {
    const { isFull, tell } = await transaction(async (own) => {
      const letters = notes.within(own);
      // The other process that has it is telling just now.
      const [mark] = await own.query<Mark[]>(
        "SELECT at::text AS at, seq, seen FROM notification_source WHERE name = $1 FOR UPDATE SKIP LOCKED",
        [name],
      );
      if (!mark) return { isFull: false, tell: letters.tell };
      const done = await read(letters, own, mark);
      await own.query(
        "UPDATE notification_source SET at = $2::timestamptz, seq = $3, seen = $4::jsonb WHERE name = $1",
        [name, done.mark.at, done.mark.seq, JSON.stringify(done.mark.seen)],
      );
      return { isFull: done.isFull, tell: letters.tell };
    });
    await tell();
    return isFull;
  }

  async function look(): Promise<void> {
    try {
      await begin(db);
      while (await lookOnce("sanction", readSanctions));
      while (await lookOnce("mail", readMail));
    } catch (error) {
      log.warn({ err: error }, "sanctions and mail were not looked up; they are later");
    }
  }
  let isClosed = false;
  let timer: NodeJS.Timeout | undefined;
  const again = () => {
    if (isClosed) return;
    timer = setTimeout(() => void look().then(again), LOOK_MS);
    timer.unref();
  };
  void look().then(again);
  onClose(() => {
    isClosed = true;
    clearTimeout(timer);
  });
  return { look };
}

type Within = ReturnType<Notifications["within"]>;

/** What was there before the plugin is not news. */
async function begin(db: Db): Promise<void> {
  await db.query(
    `INSERT INTO notification_source (name, at, seq, seen)
     SELECT name, now(), COALESCE((SELECT max(seq) FROM ledger), 0), '[]'::jsonb
     FROM (VALUES ('sanction'), ('mail')) AS source (name) ON CONFLICT DO NOTHING`,
  );
}

async function tellAll<R extends Found>(
  db: Db,
  mark: Mark,
  find: (db: Db, mark: Mark) => Promise<Finding<R>>,
  send: (row: R) => Promise<unknown>,
): Promise<{ isFull: boolean; mark: Mark }> {
  const { rows, isFull, next } = await find(db, mark);
  // In order, so that two who lock several boxes do not wait for each other.
  await db.query("SELECT 1 FROM account WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", [
    rows.map(({ accountId }) => accountId),
  ]);
  for (const row of rows)
    await send(row).catch((error: unknown) => {
      // Its account was just deleted: nothing was done, and the others wait for nobody.
      if (!(error instanceof RoomkeepError) || error.code === "DATABASE_UNAVAILABLE") throw error;
    });
  return { isFull, mark: await next() };
}

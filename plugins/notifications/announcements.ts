import type { Db } from "roomkeep/server";
import { z } from "zod";
import { type Row, rowOf } from "./box.ts";
import { defineKind } from "./kind.ts";

/** Boxes that one transaction fills. */
const AT_ONCE = 100;

/** What operators send, to one account or to all. */
export const announcement = defineKind("notifications.announcement", {
  params: z.object({ text: z.string() }),
  text: ({ text }) => text,
  push: () => "There is news from the people who run the server.",
});

/**
 * Keeps a text for all accounts that there are: one row, which each box takes when its account is here, so
 * that a million accounts cost no more than those who come.
 */
export async function announce(db: Db, text: string, expiresInS: number): Promise<{ id: string }> {
  // One after the other: a box that has taken a higher id would pass over a lower one.
  await db.query("LOCK TABLE notification_announcement IN SHARE ROW EXCLUSIVE MODE");
  const [row] = await db.query<{ id: string }[]>(
    `INSERT INTO notification_announcement (text, expires_at)
     VALUES ($1, now() + make_interval(secs => $2::double precision)) RETURNING id`,
    [text, expiresInS],
  );
  return { id: row?.id ?? "" };
}

/** The last announcement; "0": there is none. */
export async function lastAnnounced(db: Db): Promise<string> {
  const [row] = await db.query<{ id: string | null }[]>(
    "SELECT max(id) AS id FROM notification_announcement",
  );
  return row?.id ?? "0";
}

/** Whether an account has not taken all announcements yet. */
export async function hasNotTaken(db: Db, accountId: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `SELECT 1 FROM notification_announcement AS said JOIN account ON account.id = $1
     WHERE said.at > account.created_at AND said.expires_at > now() AND said.id > COALESCE(
       (SELECT announced FROM notification_box WHERE account_id = $1), 0) LIMIT 1`,
    [accountId],
  );
  return rows.length > 0;
}

/**
 * Puts announcements into the boxes of accounts that have not taken them. Of several processes that do it at
 * once one does.
 *
 * @returns what is new in the boxes
 */
export async function takeAnnouncements(
  { transaction }: { transaction<T>(work: (db: Db) => Promise<T>): Promise<T> },
  accountIds: readonly string[],
): Promise<Row[]> {
  const taken: Row[] = [];
  for (let from = 0; from < accountIds.length; from += AT_ONCE) {
    const some = accountIds.slice(from, from + AT_ONCE);
    taken.push(...(await transaction((db) => takeIn(db, some))));
  }
  return taken;
}

async function takeIn(db: Db, accountIds: readonly string[]): Promise<Row[]> {
  // As each box is locked for what is sent to one account; in order, so that two processes do not wait for
  // each other.
  await db.query("SELECT 1 FROM account WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE", [
    accountIds,
  ]);
  await db.query(
    `INSERT INTO notification_box (account_id, latest)
     SELECT id, 0 FROM account WHERE id = ANY($1::uuid[]) ON CONFLICT DO NOTHING`,
    [accountIds],
  );
  const rows = await db.query<Parameters<typeof rowOf>[0][]>(
    `WITH due AS (
       SELECT box.account_id, box.latest, said.*,
         row_number() OVER (PARTITION BY box.account_id ORDER BY said.id) AS n
       FROM notification_box AS box JOIN account ON account.id = box.account_id
         JOIN notification_announcement AS said
           ON said.id > box.announced AND said.at > account.created_at AND said.expires_at > now()
       WHERE box.account_id = ANY($1::uuid[])
     ), counted AS (
       UPDATE notification_box AS box SET latest = box.latest + due.n, announced = due.id
       FROM (SELECT account_id, max(n) AS n, max(id) AS id FROM due GROUP BY account_id) AS due
       WHERE box.account_id = due.account_id
     )
     INSERT INTO notification (account_id, number, kind, params, at, expires_at)
     SELECT account_id, latest + n, $2, jsonb_build_object('text', text), at, expires_at FROM due
     RETURNING account_id AS "accountId", number, kind, params, sender_id AS "senderId", at,
       expires_at AS "expiresAt", read_at AS "readAt"`,
    [accountIds, announcement.name],
  );
  return rows.map(rowOf);
}

import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";

/** A notification as it is stored. */
export interface Row {
  readonly accountId: string;
  /** In the box of its account, from 1 on; never given twice. */
  readonly number: number;
  readonly kind: string;
  readonly params: unknown;
  readonly senderId: string | null;
  readonly at: Date;
  readonly expiresAt: Date | null;
  readonly readAt: Date | null;
}

/** What is to be kept. */
export interface Draft {
  readonly kind: string;
  readonly params: unknown;
  readonly from: string | undefined;
  readonly key: string | undefined;
  readonly expiresInS: number | undefined;
}

interface RawRow extends Omit<Row, "number"> {
  readonly number: string;
}

const COLUMNS = `account_id AS "accountId", number, kind, params, sender_id AS "senderId", at,
  expires_at AS "expiresAt", read_at AS "readAt"`;
const SHOWN = "dismissed_at IS NULL AND (expires_at IS NULL OR expires_at > now())";

/**
 * Locks the box of an account until the transaction ends: what is sent to it at once, in whichever process,
 * comes one after the other, and so does a block by the account, which locks the same row.
 *
 * @throws ACCOUNT_UNKNOWN
 */
export async function lockBox(db: Db, accountId: string): Promise<void> {
  const found = await db.query<unknown[]>("SELECT 1 FROM account WHERE id = $1 FOR NO KEY UPDATE", [
    accountId,
  ]);
  if (found.length === 0) throw new RoomkeepError("ACCOUNT_UNKNOWN", "There is no such account.");
}

/**
 * Puts a notification into a box that is locked, and takes out what is too much.
 *
 * @returns undefined: one with its kind and key is there
 */
export async function putIn(db: Db, accountId: string, draft: Draft, most: number): Promise<Row | undefined> {
  const { kind, params, from = null, key = null, expiresInS = null } = draft;
  await db.query(
    "DELETE FROM notification WHERE account_id = $1 AND kind = $2 AND key = $3 AND expires_at <= now()",
    [accountId, kind, key],
  );
  const rows = await db.query<RawRow[]>(
    `WITH box AS (
       INSERT INTO notification_box AS box (account_id, latest)
       SELECT $1::uuid, 1 WHERE NOT EXISTS (
         SELECT 1 FROM notification WHERE account_id = $1 AND kind = $2 AND key = $5::text)
       ON CONFLICT (account_id) DO UPDATE SET latest = box.latest + 1 RETURNING latest
     )
     INSERT INTO notification (account_id, number, kind, params, sender_id, key, expires_at)
     SELECT $1, latest, $2, $3::jsonb, $4::uuid, $5, now() + make_interval(secs => $6::double precision) FROM box
     RETURNING ${COLUMNS}`,
    [accountId, kind, JSON.stringify(params), from, key, expiresInS],
  );
  const [row] = rows;
  if (row) await takeOut(db, accountId, most);
  return row && rowOf(row);
}

/** What is dismissed or has expired goes first, then what was read, each with the oldest first. */
export async function takeOut(db: Db, accountId: string, most: number): Promise<void> {
  await db.query(
    `DELETE FROM notification WHERE account_id = $1 AND number IN (
       SELECT number FROM notification WHERE account_id = $1
       ORDER BY (${SHOWN}) DESC, (read_at IS NULL) DESC, number DESC OFFSET $2)`,
    [accountId, most],
  );
}

/** Which notifications of a box are read. */
export interface Page {
  /** Those with a higher number, the lowest first: what was missed. */
  readonly after?: number | undefined;
  /** Those with a lower number, the highest first; also without both. */
  readonly before?: number | undefined;
  readonly limit: number;
}

/** Reads those of a box that are shown. */
export async function readBox(
  db: Db,
  accountId: string,
  kinds: readonly string[],
  { after, before, limit }: Page,
): Promise<Row[]> {
  const rows = await db.query<RawRow[]>(
    `SELECT ${COLUMNS} FROM notification
     WHERE account_id = $1 AND kind = ANY($2) AND ${SHOWN}
       AND ($3::bigint IS NULL OR number > $3) AND ($4::bigint IS NULL OR number < $4)
     ORDER BY number ${after === undefined ? "DESC" : "ASC"} LIMIT $5`,
    [accountId, kinds, after ?? null, before ?? null, limit],
  );
  return rows.map(rowOf);
}

/** The highest number that a box has given, and how many of its notifications are not read. */
export async function readMarks(
  db: Db,
  accountId: string,
  kinds: readonly string[],
): Promise<{ latest: number; unread: number }> {
  const [row] = await db.query<{ latest: string | null; unread: number }[]>(
    `SELECT (SELECT latest FROM notification_box WHERE account_id = $1) AS latest,
       (SELECT count(*)::int FROM notification
        WHERE account_id = $1 AND kind = ANY($2) AND ${SHOWN} AND read_at IS NULL) AS unread`,
    [accountId, kinds],
  );
  return { latest: Number(row?.latest ?? 0), unread: row?.unread ?? 0 };
}

/**
 * Marks notifications as read; those that are gone meanwhile are left out.
 *
 * @throws NOTIFICATION_UNKNOWN a number that the box has not given yet; nothing was marked
 */
export async function markRead(
  db: Db,
  accountId: string,
  marks: { readonly numbers: readonly number[] } | { readonly upTo: number },
): Promise<void> {
  const all = "upTo" in marks ? [marks.upTo] : marks.numbers;
  const [box] = await db.query<{ latest: string }[]>(
    "SELECT latest FROM notification_box WHERE account_id = $1",
    [accountId],
  );
  if (Math.max(...all) > Number(box?.latest ?? 0)) throw new RoomkeepError("NOTIFICATION_UNKNOWN");
  await db.query(
    `UPDATE notification SET read_at = now() WHERE account_id = $1 AND read_at IS NULL
       AND ${"upTo" in marks ? "number <= ($2::bigint[])[1]" : "number = ANY($2::bigint[])"}`,
    [accountId, all],
  );
}

/**
 * Takes a notification out of a player's sight. It stays until its time is over, so that its key is known and
 * the same one does not come again.
 *
 * @throws NOTIFICATION_UNKNOWN
 */
export async function dismiss(db: Db, accountId: string, number: number): Promise<void> {
  const [, count] = await db.query<[unknown, number]>(
    `UPDATE notification SET dismissed_at = now(), read_at = COALESCE(read_at, now())
     WHERE account_id = $1 AND number = $2 AND ${SHOWN}`,
    [accountId, number],
  );
  if (count === 0) throw new RoomkeepError("NOTIFICATION_UNKNOWN");
}

/** Deletes what no longer is: by kind and key, or all of one sender. @returns their numbers */
export async function deleteFrom(
  db: Db,
  accountId: string,
  which: { readonly kind: string; readonly key: string } | { readonly from: string },
): Promise<number[]> {
  const [rows] = await db.query<[{ number: string }[], number]>(
    `DELETE FROM notification WHERE account_id = $1
       AND ${"from" in which ? "sender_id = $2" : "kind = $2 AND key = $3"} RETURNING number`,
    [accountId, ...("from" in which ? [which.from] : [which.kind, which.key])],
  );
  return rows.map(({ number }) => Number(number));
}

/** A row as the database gives it: a bigint is a text. */
export function rowOf(row: RawRow): Row {
  return { ...row, number: Number(row.number) };
}

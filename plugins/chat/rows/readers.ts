import type { Db } from "roomkeep/server";
import type { ChannelName } from "../kind.ts";

/** Unread lines are counted up to this many. */
export const UNREAD_MAX = 100;
/** Whispers in a list: those written to last. */
const WHISPERS_MAX = 100;

/** How far a channel is, and how far an account has read it. */
export interface ChannelState extends ChannelName {
  readonly last: number;
  readonly read: number;
  /** At most {@link UNREAD_MAX}; own lines, deleted ones and those of hidden accounts are not counted. */
  readonly unread: number;
  /** Seconds of slow mode that an operator has set; null: those of the kind. */
  readonly slow: number | null;
}

/**
 * The states of channels for an account, in one statement.
 *
 * @param channels `personal`: without a mark all lines are unread; of the others none is
 */
export async function readStates(
  db: Db,
  accountId: string,
  channels: readonly (ChannelName & { readonly personal: boolean })[],
  hidden: Iterable<string>,
): Promise<Map<string, ChannelState>> {
  const rows = await db.query<
    { kind: string; id: string; last: string; read: string; unread: number; slow: number | null }[]
  >(
    `SELECT k.kind, k.id, c.last_n AS last, COALESCE(r.read_n, CASE WHEN k.personal THEN 0 ELSE c.last_n END) AS read,
       c.slow_s AS slow, (
         SELECT count(*)::int FROM (
           SELECT 1 FROM chat_line AS l
           WHERE l.kind = k.kind AND l.id = k.id
             AND l.n > COALESCE(r.read_n, CASE WHEN k.personal THEN 0 ELSE c.last_n END)
             AND l.deleted_at IS NULL AND l.expires_at > now()
             AND l.account_id <> $1 AND l.account_id <> ALL($5::uuid[])
           LIMIT ${UNREAD_MAX}) AS counted) AS unread
     FROM unnest($2::text[], $3::text[], $4::boolean[]) AS k (kind, id, personal)
       JOIN chat_channel AS c USING (kind, id)
       LEFT JOIN chat_reader AS r ON r.account_id = $1 AND r.kind = k.kind AND r.id = k.id`,
    [
      accountId,
      channels.map(({ kind }) => kind),
      channels.map(({ id }) => id),
      channels.map(({ personal }) => personal),
      [...hidden],
    ],
  );
  return new Map(
    rows.map(({ last, read, ...row }) => [
      `${row.kind}/${row.id}`,
      { ...row, last: Number(last), read: Number(read) },
    ]),
  );
}

/**
 * Marks a channel as read up to a number; a mark never goes back.
 *
 * @returns false: the channel has not come so far, and nothing was changed
 */
export async function markRead(
  db: Db,
  accountId: string,
  { kind, id }: ChannelName,
  n: number,
): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `INSERT INTO chat_reader AS r (account_id, kind, id, read_n)
     SELECT account.id, c.kind, c.id, $4::bigint FROM chat_channel AS c, account
     WHERE c.kind = $1 AND c.id = $2 AND c.last_n >= $4::bigint AND account.id = $3
     ON CONFLICT (account_id, kind, id) DO UPDATE SET read_n = GREATEST(r.read_n, excluded.read_n)
     RETURNING 1`,
    [kind, id, accountId, n],
  );
  return rows.length > 0;
}

/** The channels of a kind in which an account has written or was written to, the latest first. */
export async function channelsRead(db: Db, accountId: string, kind: string): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    `SELECT r.id FROM chat_reader AS r JOIN chat_channel AS c USING (kind, id)
     WHERE r.account_id = $1 AND r.kind = $2 ORDER BY c.written_at DESC LIMIT ${WHISPERS_MAX}`,
    [accountId, kind],
  );
  return rows.map(({ id }) => id);
}

/** Who speaks by an account: its character that was played last. */
export interface Speaker {
  readonly characterId: string;
  readonly name: string;
}

/** The speakers of accounts; those without a character are left out. */
export async function readSpeakers(db: Db, accountIds: readonly string[]): Promise<Map<string, Speaker>> {
  const rows = await db.query<{ account: string; id: string; name: string }[]>(
    `SELECT DISTINCT ON (account_id) account_id AS account, id, name FROM character
     WHERE account_id = ANY($1::uuid[]) AND deleted_at IS NULL
     ORDER BY account_id, chosen_at DESC NULLS LAST, created_at DESC`,
    [accountIds],
  );
  return new Map(rows.map(({ account, id, name }) => [account, { characterId: id, name }]));
}

import type { Db } from "roomkeep/server";

/** Requests that a list shows; older ones follow when these are answered. */
const RECEIVED_SHOWN = 100;

/** Somebody of an account's lists. */
export interface Related {
  readonly account: string;
  readonly list: "friends" | "sent" | "received" | "blocked";
  /** ISO; of the last change. */
  readonly since: string;
}

/** All that an account sees, newest first. Requests of those whom it has blocked are not among them. */
export async function readRelated(db: Db, me: string): Promise<Related[]> {
  const rows = await db.query<{ account: string; list: Related["list"]; since: Date }[]>(
    `WITH own AS (
       SELECT high_id AS account, state, asked_by = low_id AS asked, low_blocks AS blocked, since
       FROM friend_relation WHERE low_id = $1
       UNION ALL
       SELECT low_id, state, asked_by = high_id, high_blocks, since FROM friend_relation WHERE high_id = $1
     ), named AS (
       SELECT account, since, CASE WHEN blocked THEN 'blocked' WHEN state = 'friends' THEN 'friends'
         WHEN asked THEN 'sent' ELSE 'received' END AS list
       FROM own WHERE blocked OR state <> 'none'
     ), numbered AS (
       SELECT *, row_number() OVER (PARTITION BY list ORDER BY since DESC) AS n FROM named
     )
     SELECT account, list, since FROM numbered WHERE list <> 'received' OR n <= ${RECEIVED_SHOWN}
     ORDER BY since DESC`,
    [me],
  );
  return rows.map(({ since, ...row }) => ({ ...row, since: since.toISOString() }));
}

/** The friends of accounts: each pair once for each of the given accounts that is in it. */
export function readFriendsOf(
  db: Db,
  accountIds: readonly string[],
): Promise<{ account: string; friend: string }[]> {
  return db.query(
    `SELECT low_id AS account, high_id AS friend FROM friend_relation
     WHERE state = 'friends' AND low_id = ANY($1::uuid[])
     UNION ALL
     SELECT high_id, low_id FROM friend_relation WHERE state = 'friends' AND high_id = ANY($1::uuid[])`,
    [accountIds],
  );
}

/** Whom accounts have blocked. */
export function readBlocksOf(
  db: Db,
  accountIds: readonly string[],
): Promise<{ account: string; blocked: string }[]> {
  return db.query(
    `SELECT low_id AS account, high_id AS blocked FROM friend_relation
     WHERE low_blocks AND low_id = ANY($1::uuid[])
     UNION ALL
     SELECT high_id, low_id FROM friend_relation WHERE high_blocks AND high_id = ANY($1::uuid[])`,
    [accountIds],
  );
}

/** Whether a pair is friends. */
export async function arePairedFriends(db: Db, a: string, b: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `SELECT 1 FROM friend_relation
     WHERE low_id = LEAST($1::uuid, $2::uuid) AND high_id = GREATEST($1::uuid, $2::uuid) AND state = 'friends'`,
    [a, b],
  );
  return rows.length > 0;
}

/** Whether one of a pair has blocked the other. */
export async function isBlockOfPair(db: Db, a: string, b: string): Promise<boolean> {
  const rows = await db.query<unknown[]>(
    `SELECT 1 FROM friend_relation
     WHERE low_id = LEAST($1::uuid, $2::uuid) AND high_id = GREATEST($1::uuid, $2::uuid)
       AND (low_blocks OR high_blocks)`,
    [a, b],
  );
  return rows.length > 0;
}

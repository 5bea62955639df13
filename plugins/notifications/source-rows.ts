import type { Db } from "roomkeep/server";

/** Rows of one source in one transaction; the others follow at once. */
const AT_ONCE = 100;
/** What is older was missed while the server was without the plugin, and is not told any more. */
const OLDEST = "interval '1 day'";
/** Longer than a transaction may take: what was written before and is seen later. */
const OVERLAP = "interval '30 seconds'";

/** The character of a container, by its name. */
const MAILBOX = "'^mail:([0-9a-f-]{36})$'";
const BAG = "'^bag:([0-9a-f-]{36})$'";

/** How far a source was read. */
export interface Mark {
  /** As the database writes it: a Date has no microseconds. */
  readonly at: string;
  readonly seq: string;
  /** What was told and is read again, since others may be written beside it. */
  readonly seen: readonly string[];
}

/** A row that becomes a notification. */
export interface Found {
  readonly id: string;
  readonly accountId: string;
  readonly mark: string;
}

/** A sanction of an account. */
export interface SanctionRow extends Found {
  readonly kind: "warn" | "mute" | "kick" | "ban";
  readonly reason: string;
  readonly until: Date | null;
}

/** Items that came into the mail of a character. */
export interface ItemRow extends Found {
  readonly senderId: string | null;
  readonly hour: string;
}

/** What one look at a source has found. */
export interface Finding<R extends Found> {
  readonly rows: readonly R[];
  /** There may be more: this is what one look takes. */
  readonly isFull: boolean;
  /** Where the next look begins. */
  next(): Promise<Mark>;
}

/** Finds sanctions of accounts that were not told of. */
export async function findSanctions(db: Db, mark: Mark): Promise<Finding<SanctionRow>> {
  const rows = await db.query<SanctionRow[]>(
    `SELECT id, account_id AS "accountId", kind, reason, ends_at AS until, given_at::text AS mark
     FROM sanction WHERE account_id IS NOT NULL AND NOT (id::text = ANY($2))
       AND given_at > GREATEST($1::timestamptz - ${OVERLAP}, now() - ${OLDEST})
     ORDER BY given_at, id LIMIT ${AT_ONCE}`,
    [mark.at, mark.seen],
  );
  const isFull = rows.length === AT_ONCE;
  return {
    rows,
    isFull,
    async next() {
      const [last] = await db.query<{ at: string; seen: string[] }[]>(
        `SELECT at::text AS at, COALESCE((SELECT jsonb_agg(id) FROM sanction
           WHERE id::text = ANY($2) AND given_at > at - ${OVERLAP}), '[]') AS seen
         FROM (SELECT COALESCE($1::timestamptz, now()) AS at) AS last`,
        [isFull ? (rows.at(-1)?.mark ?? null) : null, [...mark.seen, ...rows.map(({ id }) => id)]],
      );
      return { at: last?.at ?? mark.at, seq: mark.seq, seen: last?.seen ?? [] };
    },
  };
}

/** Finds what has come by mail and was not told of. */
export async function findSentItems(db: Db, mark: Mark): Promise<Finding<ItemRow>> {
  const rows = await db.query<ItemRow[]>(
    `WITH leg AS MATERIALIZED (
       SELECT seq, request_id, substring(account from ${MAILBOX})::uuid AS owner, at FROM ledger
       WHERE seq > $1 AND account LIKE 'mail:%' AND qty > 0 AND at > now() - ${OLDEST}
         AND NOT (seq::text = ANY($2)) ORDER BY seq LIMIT ${AT_ONCE}
     )
     SELECT leg.seq AS id, leg.seq AS mark, owner.account_id AS "accountId", giver.account_id AS "senderId",
       to_char(leg.at, 'YYYYMMDDHH24') AS hour
     FROM leg LEFT JOIN character AS owner ON owner.id = leg.owner
       LEFT JOIN LATERAL (
         SELECT character.account_id FROM ledger AS other
           JOIN character ON character.id = substring(other.account from ${BAG})::uuid
         WHERE other.request_id = leg.request_id AND other.account LIKE 'bag:%' AND other.qty < 0 LIMIT 1
       ) AS giver ON true
     ORDER BY leg.seq`,
    [mark.seq, mark.seen],
  );
  const isFull = rows.length === AT_ONCE;
  return {
    isFull,
    // What one sends to another character of one's own is no news, and nobody hears of what was deleted.
    rows: rows.filter(({ accountId, senderId }) => accountId !== null && accountId !== senderId),
    async next() {
      const [last] = await db.query<{ seq: string }[]>(
        `SELECT LEAST($2::bigint, COALESCE((SELECT seq FROM ledger
           WHERE seq > $1 AND at < now() - ${OVERLAP} ORDER BY seq DESC LIMIT 1), $1)) AS seq`,
        [mark.seq, isFull ? rows.at(-1)?.mark : "9223372036854775807"],
      );
      const seq = last?.seq ?? mark.seq;
      const seen = [...mark.seen, ...rows.map(({ id }) => String(id))];
      return { at: mark.at, seq, seen: seen.filter((one) => BigInt(one) > BigInt(seq)) };
    },
  };
}

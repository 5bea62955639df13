import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";

/** Two accounts, as one of them sees it. */
export interface Pair {
  readonly me: string;
  readonly other: string;
  state: "none" | "sent" | "received" | "friends";
  iBlock: boolean;
  readonly theyBlock: boolean;
}

/** What of a change of a pair is kept for those who are absent, in the transaction of the change. */
export interface Notices {
  /** @returns lets the pages know, once the transaction is through */
  write(db: Db, before: Pair, after: Pair): Promise<() => Promise<void>>;
}

/** What pairs are changed on. */
export interface PairHost extends Pick<PluginServices, "transaction"> {
  /** Undefined: the server has no notifications. */
  readonly notices?: Notices | undefined;
}

interface PairRow {
  state: "none" | "asked" | "friends";
  asked_by: string | null;
  low_blocks: boolean;
  high_blocks: boolean;
}

/**
 * Changes a pair in a transaction that has locked the rows of both accounts, the lower id first: two sides
 * that ask at once, in whichever process, come one after the other, and all counts of both hold still.
 *
 * @param work changes `state` and `iBlock`; what it throws undoes everything
 * @throws FRIEND_SELF
 * @throws ACCOUNT_UNKNOWN one of them was deleted, or never was
 */
export async function changePair<T>(
  { transaction, notices }: PairHost,
  me: string,
  other: string,
  work: (pair: Pair, db: Db) => T | Promise<T>,
): Promise<T> {
  if (me === other) throw new RoomkeepError("FRIEND_SELF");
  let tell: (() => Promise<void>) | undefined;
  const changed = await transaction(async (db) => {
    const accounts = await db.query<unknown[]>(
      "SELECT id FROM account WHERE id = ANY($1::uuid[]) ORDER BY id FOR NO KEY UPDATE",
      [[me, other]],
    );
    if (accounts.length < 2) throw new RoomkeepError("ACCOUNT_UNKNOWN", "There is no such account.");
    const pair = await readPair(db, me, other);
    const before = { ...pair };
    const result = await work(pair, db);
    if (before.state !== pair.state || before.iBlock !== pair.iBlock) {
      await writePair(db, pair);
      tell = await notices?.write(db, before, pair);
    }
    return result;
  });
  void tell?.();
  return changed;
}

async function readPair(db: Db, me: string, other: string): Promise<Pair> {
  const [row] = await db.query<PairRow[]>(
    "SELECT state, asked_by, low_blocks, high_blocks FROM friend_relation WHERE low_id = $1 AND high_id = $2",
    inOrder(me, other),
  );
  if (!row) return { me, other, state: "none", iBlock: false, theyBlock: false };
  const [iBlock, theyBlock] =
    me < other ? [row.low_blocks, row.high_blocks] : [row.high_blocks, row.low_blocks];
  const asked = row.asked_by === me ? "sent" : "received";
  return { me, other, state: row.state === "asked" ? asked : row.state, iBlock, theyBlock };
}

/** A pair that is nothing to each other has no row. */
async function writePair(db: Db, { me, other, state, iBlock, theyBlock }: Pair): Promise<void> {
  const ids = inOrder(me, other);
  if (state === "none" && !iBlock && !theyBlock) {
    await db.query("DELETE FROM friend_relation WHERE low_id = $1 AND high_id = $2", ids);
    return;
  }
  const kept = state === "sent" || state === "received" ? "asked" : state;
  const askedBy = state === "sent" ? me : state === "received" ? other : null;
  const blocks = me < other ? [iBlock, theyBlock] : [theyBlock, iBlock];
  await db.query(
    `INSERT INTO friend_relation AS kept (low_id, high_id, state, asked_by, low_blocks, high_blocks)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (low_id, high_id) DO UPDATE SET
       state = excluded.state, asked_by = excluded.asked_by, low_blocks = excluded.low_blocks,
       high_blocks = excluded.high_blocks,
       since = CASE WHEN kept.state = excluded.state THEN kept.since ELSE now() END`,
    [...ids, kept, askedBy, ...blocks],
  );
}

/** The database orders ids as texts in lower case are ordered. */
function inOrder(a: string, b: string): [low: string, high: string] {
  return a < b ? [a, b] : [b, a];
}

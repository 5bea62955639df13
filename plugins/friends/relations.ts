import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { changePair, type Pair, type PairHost } from "./pair.ts";

/** The most of each kind that an account may have. */
export interface Limits {
  readonly friendsMax: number;
  /** Requests that wait for an answer. */
  readonly requestsMax: number;
  readonly blocksMax: number;
}

/** What has become of a pair, and whether the other one is to be told. */
export interface Change {
  readonly state: Pair["state"];
  readonly isNews: boolean;
}

/** Changes of what two accounts are to each other: each is one transaction, and a throw changed nothing. */
export interface Relations {
  /**
   * Asks for a friendship; of two who ask each other at once both have it. The account that blocks is never
   * told, and the other one sees no difference.
   *
   * @throws FRIEND_SELF, ACCOUNT_UNKNOWN, FRIEND_BLOCKED, FRIENDS_FULL, REQUESTS_FULL
   */
  request(me: string, other: string): Promise<Change>;
  /** @throws FRIEND_UNKNOWN there is no request; FRIENDS_FULL */
  accept(me: string, other: string): Promise<Change>;
  /** Refuses a request, or withdraws one's own. @throws FRIEND_UNKNOWN */
  drop(me: string, other: string): Promise<Change>;
  /** Ends a friendship. @throws FRIEND_UNKNOWN */
  remove(me: string, other: string): Promise<Change>;
  /** Blocks an account; a friendship or request ends. @throws FRIEND_SELF, ACCOUNT_UNKNOWN, BLOCKS_FULL */
  block(me: string, other: string): Promise<Change>;
  unblock(me: string, other: string): Promise<Change>;
}

/** Opens the changes on a database. */
export function openRelations(services: PairHost, limits: Limits): Relations {
  const change = (me: string, other: string, work: (pair: Pair, db: Db) => boolean | Promise<boolean>) =>
    changePair(services, me, other, async (pair, db): Promise<Change> => {
      const isNews = await work(pair, db);
      return { state: pair.state, isNews };
    });

  /** Both have a place for each other. */
  async function befriend(pair: Pair, db: Db): Promise<true> {
    for (const id of [pair.me, pair.other]) await refuseMoreThan(limits.friendsMax, db, FRIENDS, id);
    pair.state = "friends";
    return true;
  }

  return {
    request: (me, other) =>
      change(me, other, async (pair, db) => {
        if (pair.iBlock) throw new RoomkeepError("FRIEND_BLOCKED");
        if (pair.state === "friends" || pair.state === "sent") return false;
        if (pair.state === "received") return befriend(pair, db);
        await refuseLeaving(db, other);
        await refuseMoreThan(limits.friendsMax, db, FRIENDS, me);
        await refuseMoreThan(limits.requestsMax, db, SENT, me);
        pair.state = "sent";
        return !pair.theyBlock;
      }),
    accept: (me, other) =>
      change(me, other, (pair, db) => {
        if (pair.state === "friends") return false;
        // Of somebody who is blocked nothing was shown.
        if (pair.state !== "received" || pair.iBlock) throw new RoomkeepError("FRIEND_UNKNOWN");
        return befriend(pair, db);
      }),
    drop: (me, other) =>
      change(me, other, (pair) => {
        const isShown = pair.state === "sent" || (pair.state === "received" && !pair.iBlock);
        if (!isShown) throw new RoomkeepError("FRIEND_UNKNOWN");
        pair.state = "none";
        return !pair.theyBlock;
      }),
    remove: (me, other) =>
      change(me, other, (pair) => {
        if (pair.state !== "friends") throw new RoomkeepError("FRIEND_UNKNOWN");
        pair.state = "none";
        return true;
      }),
    block: (me, other) =>
      change(me, other, async (pair, db) => {
        if (pair.iBlock) return false;
        await refuseMoreThan(limits.blocksMax, db, BLOCKS, me);
        const isNews = pair.state !== "none" && !pair.theyBlock;
        Object.assign(pair, { state: "none", iBlock: true });
        return isNews;
      }),
    unblock: (me, other) =>
      change(me, other, (pair) => {
        pair.iBlock = false;
        return false;
      }),
  };
}

const FRIENDS = ["state = 'friends' AND (low_id = $1 OR high_id = $1)", "FRIENDS_FULL"] as const;
const SENT = ["asked_by = $1 AND (low_id = $1 OR high_id = $1)", "REQUESTS_FULL"] as const;
const BLOCKS = ["(low_id = $1 AND low_blocks) OR (high_id = $1 AND high_blocks)", "BLOCKS_FULL"] as const;

async function refuseMoreThan(
  most: number,
  db: Db,
  [which, code]: typeof FRIENDS | typeof SENT | typeof BLOCKS,
  accountId: string,
): Promise<void> {
  const [row] = await db.query<{ n: number }[]>(
    `SELECT count(*)::int AS n FROM friend_relation WHERE ${which}`,
    [accountId],
  );
  if ((row?.n ?? 0) >= most) throw new RoomkeepError(code);
}

/** An account that waits for its deletion is as good as deleted. */
async function refuseLeaving(db: Db, accountId: string): Promise<void> {
  const rows = await db.query<unknown[]>("SELECT 1 FROM account_deletion WHERE account_id = $1", [accountId]);
  if (rows.length > 0) throw new RoomkeepError("ACCOUNT_UNKNOWN", "There is no such account.");
}

/** Requests that nobody has answered for so many days end. Several processes may do it at the same time. */
export async function dropOldRequests(db: Db, days: number): Promise<void> {
  const old = "state = 'asked' AND since < now() - make_interval(days => $1)";
  await db.query(`DELETE FROM friend_relation WHERE ${old} AND NOT low_blocks AND NOT high_blocks`, [days]);
  await db.query(`UPDATE friend_relation SET state = 'none', asked_by = NULL WHERE ${old}`, [days]);
}

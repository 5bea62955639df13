import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { PenaltyRules } from "../match/penalties.ts";
import type { Queue } from "../match/queue.ts";
import { penalizeAccounts } from "./penalty-rows.ts";

/** What became of a ready check. */
export interface Answered {
  /** `open`: a room is to be opened; `filled`: a running match got its players. */
  readonly now: "waiting" | "open" | "filled" | "dropped";
  /** Accounts whose ticket is another than before. */
  readonly told: readonly string[];
}

interface Locked {
  readonly state: string;
  readonly seats: number;
  readonly into_id: string | null;
  readonly in_time: boolean;
}

/** Locks a match until the transaction ends: answers, leaving and running out come one after the other. */
export async function lockMatch(db: Db, match: string): Promise<Locked | undefined> {
  const [row] = await db.query<Locked[]>(
    `SELECT state, seats, into_id, COALESCE(ready_until > clock_timestamp(), true) AS in_time
     FROM matchmaking_match WHERE id = $1 FOR UPDATE`,
    [match],
  );
  return row;
}

/**
 * Somebody answers a ready check; the first answer counts. Within a transaction.
 *
 * @throws READY_OVER it is over, or was answered otherwise
 */
export async function answerReady(
  db: Db,
  queue: Queue,
  { match, account, isReady }: { match: string; account: string; isReady: boolean },
  rules: PenaltyRules,
): Promise<Answered> {
  const locked = await lockMatch(db, match);
  const [seat] = await db.query<{ is_ready: boolean }[]>(
    "SELECT is_ready FROM matchmaking_seat WHERE match_id = $1 AND account_id = $2",
    [match, account],
  );
  if (locked && seat?.is_ready && isReady) return { now: "waiting", told: [] };
  if (locked?.state !== "ready" || !locked.in_time || !seat || seat.is_ready)
    throw new RoomkeepError("READY_OVER");
  if (!isReady) return { now: "dropped", told: await dropMatch(db, match, [account], rules) };
  await db.query("UPDATE matchmaking_seat SET is_ready = true WHERE match_id = $1 AND account_id = $2", [
    match,
    account,
  ]);
  const told = await accountsOf(db, match);
  const [count] = await db.query<{ n: number }[]>(
    "SELECT count(*)::int AS n FROM matchmaking_seat WHERE match_id = $1 AND is_ready",
    [match],
  );
  if ((count?.n ?? 0) < locked.seats) return { now: "waiting", told };
  if (locked.into_id !== null) return { now: await fill(db, queue, match, locked.into_id), told };
  await db.query("UPDATE matchmaking_match SET state = 'opening' WHERE id = $1", [match]);
  return { now: "open", told };
}

/** Accounts with a seat in a match. */
export async function accountsOf(db: Db, match: string): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    "SELECT account_id AS id FROM matchmaking_seat WHERE match_id = $1",
    [match],
  );
  return rows.map(({ id }) => id);
}

/**
 * Ends a match before it began. The tickets of those who are to blame are gone, those of the others wait on,
 * with the time that they have waited.
 *
 * @returns the accounts of all of them
 */
export async function dropMatch(
  db: Db,
  match: string,
  blamed: readonly string[],
  rules: PenaltyRules,
): Promise<string[]> {
  const told = await accountsOf(db, match);
  await db.query(
    `DELETE FROM matchmaking_ticket WHERE match_id = $1 AND id IN (
       SELECT ticket_id FROM matchmaking_seat WHERE match_id = $1 AND account_id = ANY($2::uuid[]))`,
    [match, blamed],
  );
  await penalizeAccounts(db, blamed, rules);
  await db.query("DELETE FROM matchmaking_match WHERE id = $1", [match]);
  return told;
}

/** Moves the players of an offer into the match that runs, if it still has places for them. */
export async function fill(db: Db, queue: Queue, offer: string, into: string): Promise<"filled" | "dropped"> {
  const running = await lockMatch(db, into);
  const fits =
    running?.state === "open" &&
    (await db
      .query<unknown[]>(
        `SELECT team FROM matchmaking_seat
       WHERE match_id = $2 OR (match_id = $1 AND left_at IS NULL)
       GROUP BY team HAVING count(*) > ($3::jsonb ->> team)::int`,
        [into, offer, JSON.stringify(queue.teams.map(({ size }) => size))],
      )
      .then((full) => full.length === 0));
  if (!fits) {
    await db.query("DELETE FROM matchmaking_match WHERE id = $1", [offer]);
    return "dropped";
  }
  // Somebody may come back to a match that they left.
  await db.query(
    `DELETE FROM matchmaking_seat WHERE match_id = $1
       AND account_id IN (SELECT account_id FROM matchmaking_seat WHERE match_id = $2)`,
    [into, offer],
  );
  await db.query(
    "UPDATE matchmaking_seat SET match_id = $1, given_at = clock_timestamp() WHERE match_id = $2",
    [into, offer],
  );
  await db.query("UPDATE matchmaking_ticket SET match_id = $1 WHERE match_id = $2", [into, offer]);
  await db.query("DELETE FROM matchmaking_match WHERE id = $1", [offer]);
  return "filled";
}

/** Ends ready checks whose time is over: those without an answer are to blame. @returns all their accounts */
export async function dropUnready(db: Db, queue: string, rules: PenaltyRules): Promise<string[]> {
  const late = await db.query<{ id: string }[]>(
    `SELECT id FROM matchmaking_match WHERE queue = $1 AND state = 'ready' AND ready_until <= clock_timestamp()
     ORDER BY id LIMIT 100 FOR UPDATE SKIP LOCKED`,
    [queue],
  );
  const told: string[] = [];
  for (const { id } of late) {
    const blamed = await db.query<{ id: string }[]>(
      "SELECT account_id AS id FROM matchmaking_seat WHERE match_id = $1 AND NOT is_ready",
      [id],
    );
    told.push(
      ...(await dropMatch(
        db,
        id,
        blamed.map((one) => one.id),
        rules,
      )),
    );
  }
  return told;
}

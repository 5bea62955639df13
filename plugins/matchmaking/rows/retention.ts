import type { Db } from "roomkeep/server";

/** Rows that one statement deletes. */
const AT_ONCE = 1_000;
/** A ticket that has waited for so many days is nobody's any more. */
const TICKET_DAYS = 1;

/** Deletes old matches with their seats, tickets that nobody asks for, and penalties that are forgotten. */
export async function forgetMatches(db: Db, days: number, penaltyHours: number): Promise<void> {
  await db.query(
    `DELETE FROM matchmaking_match WHERE id IN (
       SELECT id FROM matchmaking_match WHERE created_at < now() - make_interval(days => $1)
       ORDER BY created_at LIMIT ${AT_ONCE} FOR UPDATE SKIP LOCKED)`,
    [days],
  );
  await db.query(
    `DELETE FROM matchmaking_ticket WHERE id IN (
       SELECT t.id FROM matchmaking_ticket t WHERE t.match_id IS NULL
         AND (t.created_at < now() - interval '${TICKET_DAYS} day'
           OR NOT EXISTS (SELECT 1 FROM matchmaking_member WHERE ticket_id = t.id)) LIMIT ${AT_ONCE})`,
  );
  // Each of them is forgotten after as long as the one before.
  await db.query(
    `DELETE FROM matchmaking_penalty WHERE until < now() AND at < now() - declined * make_interval(secs => $1::float8)`,
    [penaltyHours * 3600],
  );
}

import type { Db } from "roomkeep/server";
import type { BracketMatch, MatchEnd } from "../rules/bracket.ts";

/** Which match of a tournament. */
export interface MatchKey {
  readonly round: number;
  readonly slot: number;
}

/** A match as it is kept. */
export interface MatchRow extends BracketMatch {
  readonly a_here: boolean;
  readonly b_here: boolean;
  readonly room_id: string | null;
  readonly reopened: number;
  /** By the clock of the database: the time to come is over; the time for a result is over. */
  readonly late: boolean;
  readonly overdue: boolean;
}

/** The matches of a locked tournament, in order. */
export function readMatches(db: Db, tournament: string): Promise<MatchRow[]> {
  return db.query<MatchRow[]>(
    `SELECT round, slot, a, b, state, winner, "end", a_here, b_here, room_id, reopened,
       COALESCE(check_until <= clock_timestamp(), false) AS late,
       COALESCE(over_by <= clock_timestamp(), false) AS overdue
     FROM tournament_match WHERE tournament_id = $1 ORDER BY round, slot`,
    [tournament],
  );
}

/** Writes matches that were made or passed on. */
export async function writeMatches(
  db: Db,
  tournament: string,
  matches: readonly BracketMatch[],
): Promise<void> {
  const rows = matches.map(({ round, slot, a, b, state, winner, end }) => ({
    round,
    slot,
    a,
    b,
    state,
    winner,
    end,
  }));
  await db.query(
    `INSERT INTO tournament_match (tournament_id, round, slot, a, b, state, winner, "end")
     SELECT $1, m.* FROM jsonb_to_recordset($2::jsonb)
       AS m (round integer, slot integer, a uuid, b uuid, state text, winner uuid, "end" text)
     ON CONFLICT (tournament_id, round, slot) DO UPDATE
       SET a = EXCLUDED.a, b = EXCLUDED.b, state = EXCLUDED.state, winner = EXCLUDED.winner, "end" = EXCLUDED."end"`,
    [tournament, JSON.stringify(rows)],
  );
}

/** How a match came to its end. */
export interface MatchResult {
  /** Null: neither came. */
  readonly winner: string | null;
  readonly end: MatchEnd;
  /** Of a and b. */
  readonly scores?: readonly [number, number];
}

/** Writes the end of one match. */
export async function writeResult(
  db: Db,
  tournament: string,
  { round, slot }: MatchKey,
  { winner, end, scores }: MatchResult,
): Promise<void> {
  await db.query(
    `UPDATE tournament_match SET state = 'over', winner = $4, "end" = $5, a_score = $6, b_score = $7
     WHERE tournament_id = $1 AND round = $2 AND slot = $3`,
    [tournament, round, slot, winner, end, scores?.[0] ?? null, scores?.[1] ?? null],
  );
}

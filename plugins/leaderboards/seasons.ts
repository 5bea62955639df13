import type { Db } from "roomkeep/server";
import { type Board, prizeOf, ranksToKeep, signOf } from "./board.ts";
import { type Calendar, nextTime, readCalendar } from "./calendar.ts";

/** Runs work in a transaction. */
export type Transaction = <T>(work: (db: Db) => Promise<T>) => Promise<T>;

/** Below each key that a score may have. */
const FIRST_BOUND = -1e16;
/** Scores of an archived season that one statement deletes. */
const CLEARED_AT_ONCE = 2_000;

/** Alone with a board until the transaction ends: no score is written meanwhile. */
const lockBoard = (db: Db, board: string) =>
  db.query("SELECT pg_advisory_xact_lock(hashtextextended($1, 11))", [board]);

const openSeasonOf = async (db: Db, board: string) => {
  const [row] = await db.query<OpenSeason[]>(
    `SELECT id, number, calendar, ends_at <= clock_timestamp() AS due,
       (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now
     FROM leaderboard_season WHERE board = $1 AND ended_at IS NULL`,
    [board],
  );
  return row;
};

interface OpenSeason {
  id: number;
  number: number;
  calendar: string | null;
  /** Null: it has no end of its own. */
  due: boolean | null;
  /** Of the database, ms. */
  now: number;
}

/** Opens the first season of a board, and gives the open one another end if its calendar was changed. */
export function openSeason(transaction: Transaction, board: Board): Promise<void> {
  return transaction(async (db) => {
    await lockBoard(db, board.name);
    const open = await openSeasonOf(db, board.name);
    if (!open) return beginSeason(db, board);
    if (open.calendar === (board.season ?? null)) return;
    await db.query(
      "UPDATE leaderboard_season SET calendar = $2, ends_at = to_timestamp($3::float8 / 1000) WHERE id = $1",
      [open.id, board.season ?? null, endAfter(board, open.now)],
    );
  });
}

/**
 * Ends the open season of a board and begins the next, however many processes do it at once.
 *
 * @param number of the season that is to end; undefined: if its time has come
 * @returns whether this call ended it
 */
export function endSeason(transaction: Transaction, board: Board, number?: number): Promise<boolean> {
  return transaction(async (db) => {
    await lockBoard(db, board.name);
    const open = await openSeasonOf(db, board.name);
    if (!open || (number === undefined ? !open.due : open.number !== number)) return false;
    await db.query("UPDATE leaderboard_season SET ended_at = clock_timestamp() WHERE id = $1", [open.id]);
    await beginSeason(db, board);
    return true;
  });
}

async function beginSeason(db: Db, board: Board): Promise<void> {
  const [{ now = 0 } = {}] = await db.query<{ now: number }[]>(
    "SELECT (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now",
  );
  await db.query(
    `WITH season AS (
       INSERT INTO leaderboard_season (board, number, calendar, started_at, ends_at)
       SELECT $1::text, COALESCE(max(number), 0) + 1, $2::text, clock_timestamp(), to_timestamp($3::float8 / 1000)
       FROM leaderboard_season WHERE board = $1::text RETURNING id
     ) INSERT INTO leaderboard_bucket (season_id, key, seq, n) SELECT id, $4::float8, 0, 0 FROM season`,
    [board.name, board.season ?? null, endAfter(board, now), FIRST_BOUND],
  );
}

/** Next end of a season, ms; null: none. */
function endAfter({ season }: Board, nowMs: number): number | null {
  return season === undefined ? null : (nextTime(readCalendar(season) as Calendar, nowMs) ?? null);
}

/**
 * Writes the final ranks of the oldest season that has ended, and what they get. A process that dies here
 * leaves the season as it was, for the next one.
 *
 * @returns whether there was one
 */
export function archiveSeason(transaction: Transaction, board: Board): Promise<boolean> {
  return transaction(async (db) => {
    const [season] = await db.query<{ id: number }[]>(
      `SELECT id FROM leaderboard_season
       WHERE board = $1 AND ended_at IS NOT NULL AND archived_at IS NULL
       ORDER BY number LIMIT 1 FOR UPDATE SKIP LOCKED`,
      [board.name],
    );
    if (!season) return false;
    const ranks = ranksToKeep(board);
    const prizes = Array.from({ length: ranks }, (_, at) => ({
      rank: at + 1,
      prize: prizeOf(board, at + 1),
    }));
    await db.query(
      `INSERT INTO leaderboard_result (season_id, rank, account_id, character_id, score, prize)
       SELECT $1, placed.rank, placed.account_id, character.id, $2 * placed.key, due.prize
       FROM (
         SELECT row_number() OVER (ORDER BY key, seq) AS rank, account_id, character_id, key FROM (
           SELECT account_id, character_id, key, seq FROM leaderboard_score
           WHERE season_id = $1 ORDER BY key, seq LIMIT $3
         ) AS best
       ) AS placed
       LEFT JOIN character ON character.id = placed.character_id
       LEFT JOIN jsonb_to_recordset($4::jsonb) AS due (rank integer, prize jsonb) ON due.rank = placed.rank`,
      [season.id, signOf(board), ranks, JSON.stringify(prizes)],
    );
    await db.query("DELETE FROM leaderboard_bucket WHERE season_id = $1", [season.id]);
    await db.query("UPDATE leaderboard_season SET archived_at = now() WHERE id = $1", [season.id]);
    return true;
  });
}

/** Deletes some scores of archived seasons; those that matter are in the archive. */
export async function clearSeasons(db: Db): Promise<void> {
  const [season] = await db.query<{ id: number }[]>(
    `SELECT id FROM leaderboard_season WHERE archived_at IS NOT NULL AND cleared_at IS NULL
     ORDER BY id LIMIT 1`,
  );
  if (!season) return;
  await db.query(
    `DELETE FROM leaderboard_score WHERE ctid = ANY(ARRAY(
       SELECT ctid FROM leaderboard_score WHERE season_id = $1 LIMIT $2 FOR UPDATE SKIP LOCKED))`,
    [season.id, CLEARED_AT_ONCE],
  );
  await db.query(
    `UPDATE leaderboard_season SET cleared_at = now()
     WHERE id = $1 AND NOT EXISTS (SELECT 1 FROM leaderboard_score WHERE season_id = $1)`,
    [season.id],
  );
}

/** Deletes archives that are older than so many days, but none with a prize that is owed. */
export function forgetSeasons(db: Db, days: number): Promise<unknown> {
  return db.query(
    `DELETE FROM leaderboard_season WHERE id IN (
       SELECT s.id FROM leaderboard_season s
       WHERE s.cleared_at IS NOT NULL AND s.ended_at < now() - make_interval(days => $1) AND NOT EXISTS (
         SELECT 1 FROM leaderboard_result r
         WHERE r.season_id = s.id AND r.prize IS NOT NULL AND r.settled_at IS NULL)
       ORDER BY s.id LIMIT 100)`,
    [days],
  );
}

import type { Db } from "roomkeep/server";

/**
 * Places of a bucket when it is cut: a rank counts at most twice as many, and sums rows / 512 counts. Of a
 * million places that is some thousand of each.
 */
export const BUCKET_PLACES = 512;

/** Cuts the crowded buckets of a board's open season, and joins small ones. Ranks do not change. */
export function settleBuckets(db: Db, board: string): Promise<unknown> {
  return db.query("SELECT leaderboard_settle($1, $2)", [board, BUCKET_PLACES]);
}

/** Boards whose scores have moved away from many of their buckets, as sums do. */
export async function sparseBoards(db: Db): Promise<string[]> {
  const rows = await db.query<{ board: string }[]>(
    `SELECT s.board FROM leaderboard_season s JOIN leaderboard_bucket b ON b.season_id = s.id
     WHERE s.ended_at IS NULL GROUP BY s.board HAVING count(*) > 16 + 8 * sum(b.n) / $1`,
    [BUCKET_PLACES],
  );
  return rows.map(({ board }) => board);
}

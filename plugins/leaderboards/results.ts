import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { Board, Prize } from "./board.ts";

/** A board as players see it. Times are ISO. */
export interface BoardState {
  readonly board: Board;
  readonly season: number;
  readonly startedAt: string;
  /** Null: the season has no end of its own. */
  readonly endsAt: string | null;
  /** Accounts with a score. */
  readonly players: number;
  /** Numbers of ended seasons whose ranks are kept, the latest first. */
  readonly ended: readonly number[];
}

/** The open seasons of the boards, in the order of the settings. */
export async function readBoards(db: Db, boards: readonly Board[]): Promise<BoardState[]> {
  const rows = await db.query<BoardRow[]>(
    `SELECT s.board, s.number, s.started_at, s.ends_at,
       (SELECT COALESCE(sum(b.n), 0)::int FROM leaderboard_bucket b WHERE b.season_id = s.id) AS players,
       ARRAY(SELECT e.number FROM leaderboard_season e WHERE e.board = s.board AND e.archived_at IS NOT NULL
         ORDER BY e.number DESC LIMIT 20) AS ended
     FROM leaderboard_season s WHERE s.board = ANY($1) AND s.ended_at IS NULL`,
    [boards.map(({ name }) => name)],
  );
  return boards.flatMap((board) => {
    const row = rows.find((one) => one.board === board.name);
    if (!row) return [];
    const { number, started_at, ends_at, players, ended } = row;
    const times = { startedAt: started_at.toISOString(), endsAt: ends_at?.toISOString() ?? null };
    return [{ board, season: number, ...times, players, ended }];
  });
}

interface BoardRow {
  board: string;
  number: number;
  started_at: Date;
  ends_at: Date | null;
  players: number;
  ended: number[];
}

/** A final rank. */
export interface Result {
  readonly rank: number;
  readonly score: number;
  /** Null: the account was deleted; the rank stays. */
  readonly accountId: string | null;
  /** Of the character; null: it was deleted. */
  readonly name: string | null;
  /** Null: the rank gets nothing. */
  readonly prize: Prize | null;
  /** False: the prize is owed. */
  readonly isPaid: boolean;
}

/**
 * The final ranks of a season that has ended: the first hundred, and all with a prize.
 *
 * @throws BOARD_UNKNOWN the season has not ended, or its ranks are not kept any more
 */
export async function readResults(db: Db, board: Board, season: number): Promise<Result[]> {
  const rows = await db.query<ResultRow[]>(
    `SELECT r.rank, r.score, r.account_id, c.name, r.prize, r.outcome
     FROM leaderboard_season s LEFT JOIN leaderboard_result r ON r.season_id = s.id
     LEFT JOIN character c ON c.id = r.character_id
     WHERE s.board = $1 AND s.number = $2 AND s.archived_at IS NOT NULL ORDER BY r.rank`,
    [board.name, season],
  );
  if (rows.length === 0) throw new RoomkeepError("BOARD_UNKNOWN");
  return rows.flatMap(({ rank, score, account_id, name, prize, outcome }) =>
    rank === null
      ? []
      : [{ rank, score: score + 0, accountId: account_id, name, prize, isPaid: outcome === "paid" }],
  );
}

interface ResultRow {
  /** Null: nobody had a score. */
  rank: number | null;
  score: number;
  account_id: string | null;
  name: string | null;
  prize: Prize | null;
  outcome: string | null;
}

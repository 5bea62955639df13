import type { RoomPlayer } from "roomkeep/rooms";
import type { Db } from "roomkeep/server";
import { type Refusal, RoomkeepError, refuse } from "roomkeep/shared";
import { type Board, signOf } from "./board.ts";
import { BUCKET_PLACES } from "./buckets.ts";

/** What became of a score. */
export interface Submitted {
  readonly ok: true;
  /** False: what stood there before is as good or better, or the same. */
  readonly changed: boolean;
  /** What stands there now: the best, the last, the sum or the count. */
  readonly score: number;
  /** Number of the season that it counts for, from 1. */
  readonly season: number;
}

/** Ends of a season that one score may meet; at the next one the boards are plainly wrong. */
const TRIES = 3;

/** What submits need. */
interface SubmitHost {
  readonly db: Db;
  /** Ends the season of a board if it is over. */
  endDue(board: Board): Promise<unknown>;
  /** Cuts the buckets of a board, soon. */
  settle(board: Board): void;
}

/**
 * Writes a score by one statement.
 *
 * @returns a refusal with SCORE_INVALID, when it is NaN, infinite, or beyond 2^53 - 1, or the sum would be
 * @throws DATABASE_UNAVAILABLE it may stand or not
 */
export async function submitScore(
  { db, endDue, settle }: SubmitHost,
  { claim }: Pick<RoomPlayer, "claim">,
  board: Board,
  score: number,
): Promise<Submitted | Refusal> {
  if (!Number.isFinite(score) || Math.abs(score) > Number.MAX_SAFE_INTEGER) return refuse("SCORE_INVALID");
  const { accountId, id } = claim.sheet;
  const values = [board.name, accountId, id, score, board.keep, signOf(board)];
  for (let n = 0; n < TRIES; n++) {
    const [row] = await db.query<SubmitRow[]>(
      "SELECT outcome, season, stands, crowd FROM leaderboard_submit($1, $2, $3, $4, $5, $6)",
      values,
    );
    if (row?.outcome === "too large")
      return refuse("SCORE_INVALID", "The sum would be too large to be exact.");
    if (row && row.outcome !== "over") {
      if ((row.crowd ?? 0) > 2 * BUCKET_PLACES) settle(board);
      // Without the minus of a zero.
      return { ok: true, changed: row.outcome === "taken", score: row.stands + 0, season: row.season };
    }
    await endDue(board);
  }
  throw new RoomkeepError("DATABASE_UNAVAILABLE", `The leaderboard "${board.name}" has no open season.`);
}

interface SubmitRow {
  outcome: "taken" | "unchanged" | "over" | "too large";
  season: number;
  stands: number;
  crowd: number | null;
}

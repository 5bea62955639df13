import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import type { Prize } from "./board.ts";

/** After a prize was refused, as by a full mailbox, it is tried again so many seconds later. */
const AGAIN_S = 60;

/** How a prize was settled: `lapsed`, because its account is gone. */
export type PrizeOutcome = "paid" | "lapsed" | "refused";

/**
 * Pays one prize that is owed: booking and mark are one transaction, under a lock on the result.
 *
 * @returns undefined: none is owed now, or others are at it
 */
export async function payPrize({
  db,
  transaction,
  ledger,
  log,
}: Pick<PluginServices, "db" | "transaction" | "ledger" | "log">): Promise<PrizeOutcome | undefined> {
  const owed = await oneOwed(db);
  if (!owed) return undefined;
  const { season_id, rank, board, number, prize } = owed;
  try {
    return await transaction(async (within) => {
      // Characters before results, in the order in which the deletion of an account locks them.
      const characterId = await receiverOf(within, owed);
      const [still] = await within.query<unknown[]>(
        `SELECT 1 FROM leaderboard_result
         WHERE season_id = $1 AND rank = $2 AND settled_at IS NULL FOR UPDATE SKIP LOCKED`,
        [season_id, rank],
      );
      if (!still) return undefined;
      if (characterId)
        await ledger.book(within, {
          characterId,
          request: `${board}:${number}:${rank}`,
          reason: `${board}, season ${number}, rank ${rank}`,
          ...prize,
        });
      const outcome = characterId ? "paid" : "lapsed";
      await within.query(
        `UPDATE leaderboard_result SET settled_at = now(), outcome = $3, character_id = $4, refused = NULL
         WHERE season_id = $1 AND rank = $2`,
        [season_id, rank, outcome, characterId ?? null],
      );
      return outcome;
    });
  } catch (error) {
    if (!(error instanceof RoomkeepError) || error.code === "DATABASE_UNAVAILABLE") throw error;
    log.warn({ err: error, board, season: number, rank }, "a prize is refused; it is tried again");
    await db.query(
      "UPDATE leaderboard_result SET tried_at = now(), refused = $3 WHERE season_id = $1 AND rank = $2",
      [season_id, rank, error.code],
    );
    return "refused";
  }
}

interface Owed {
  season_id: number;
  rank: number;
  account_id: string | null;
  character_id: string | null;
  board: string;
  number: number;
  prize: Prize;
}

/** One of those that nobody else has at this moment. */
async function oneOwed(db: Db): Promise<Owed | undefined> {
  const [row] = await db.query<Owed[]>(
    `SELECT r.season_id, r.rank, r.account_id, r.character_id, r.prize, s.board, s.number
     FROM leaderboard_result r JOIN leaderboard_season s ON s.id = r.season_id
     WHERE r.prize IS NOT NULL AND r.settled_at IS NULL
       AND (r.tried_at IS NULL OR r.tried_at < now() - make_interval(secs => $1))
     ORDER BY r.season_id, r.rank LIMIT 1 FOR UPDATE OF r SKIP LOCKED`,
    [AGAIN_S],
  );
  return row;
}

/** The character that made the score, else the one that the account plays; undefined: there is none. */
async function receiverOf(db: Db, { account_id, character_id }: Owed): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }[]>(
    `SELECT id FROM character WHERE account_id = $1
     ORDER BY deleted_at IS NOT NULL, (id = $2) DESC NULLS LAST, chosen_at DESC NULLS LAST, id
     LIMIT 1 FOR UPDATE`,
    [account_id, character_id],
  );
  return row?.id;
}

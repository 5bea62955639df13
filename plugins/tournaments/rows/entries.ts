import type { Db } from "roomkeep/server";
import { type Refusal, RoomkeepError, refuse } from "roomkeep/shared";
import { isSome } from "../rules/pot.ts";
import { lockTournament, type RowServices } from "./tournament-rows.ts";

/**
 * Joins: the fee goes from the purse and the bag of the character that the account plays into the vault of
 * the tournament, in the transaction of the entry.
 *
 * @param rating by which it is seeded; null: by draw
 * @throws TOURNAMENT_UNKNOWN, TOURNAMENT_CLOSED, TOURNAMENT_MEMBER, TOURNAMENT_FULL, CHARACTER_MISSING,
 *   CHARACTER_DEAD, NOT_ENOUGH nothing was changed
 */
export function join(
  { transaction, ledger }: RowServices,
  id: string,
  account: string,
  rating: number | null,
): Promise<void> {
  return transaction(async (db) => {
    const characterId = await playedBy(db, account);
    const { rules, label, registers } = await lockTournament(db, id);
    if (!registers) throw new RoomkeepError("TOURNAMENT_CLOSED");
    const [there] = await db.query<{ n: number; mine: boolean | null }[]>(
      `SELECT count(*)::int AS n, bool_or(account_id = $2) AS mine FROM tournament_entry
       WHERE tournament_id = $1 AND account_id IS NOT NULL`,
      [id, account],
    );
    if (there?.mine) throw new RoomkeepError("TOURNAMENT_MEMBER");
    if ((there?.n ?? 0) >= rules.entrants[1]) throw new RoomkeepError("TOURNAMENT_FULL");
    const [entry] = await db.query<{ id: string }[]>(
      `INSERT INTO tournament_entry (tournament_id, account_id, character_id, rating) VALUES ($1, $2, $3, $4)
       RETURNING id`,
      [id, account, characterId, rating],
    );
    if (isSome(rules.fee))
      await ledger.book(db, {
        characterId,
        request: `fee-${entry?.id}`,
        reason: `fee of ${label}`,
        vault: id,
        coins: rules.fee.coins === 0 ? 0 : -rules.fee.coins,
        items: rules.fee.items.map(({ template, qty }) => ({ template, qty: -qty })),
      });
  });
}

/**
 * Leaves before the start, and gets the fee back: coins into the purse, items by mail.
 *
 * @throws TOURNAMENT_UNKNOWN, TOURNAMENT_STRANGER, TOURNAMENT_CLOSED it has begun; NO_SPACE nothing was
 *   changed
 */
export function leave({ transaction, ledger }: RowServices, id: string, account: string): Promise<void> {
  return transaction(async (db) => {
    const paidBy = await playedBy(db, account, id);
    const { rules, label, registers } = await lockTournament(db, id);
    const [rows] = await db.query<[{ id: string }[], number]>(
      "DELETE FROM tournament_entry WHERE tournament_id = $1 AND account_id = $2 RETURNING id",
      [id, account],
    );
    const [entry] = rows;
    if (!entry) throw new RoomkeepError("TOURNAMENT_STRANGER");
    if (!registers) throw new RoomkeepError("TOURNAMENT_CLOSED");
    if (isSome(rules.fee))
      await ledger.book(db, {
        ...{ characterId: paidBy, request: `refund-${entry.id}`, reason: `fee of ${label} back`, vault: id },
        ...{ coins: rules.fee.coins, items: rules.fee.items },
      });
  });
}

/**
 * Locks the account and the character that it plays, or with which it has joined, in the order in which its
 * deletion does.
 *
 * @throws CHARACTER_MISSING
 */
async function playedBy(db: Db, account: string, tournament?: string): Promise<string> {
  await db.query("SELECT 1 FROM account WHERE id = $1 FOR KEY SHARE", [account]);
  const [row] = await db.query<{ id: string }[]>(
    `SELECT c.id FROM character c LEFT JOIN tournament_entry e
       ON e.character_id = c.id AND e.tournament_id = $2 AND e.account_id = c.account_id
     WHERE c.account_id = $1 AND c.deleted_at IS NULL
     ORDER BY e.id IS NULL, c.chosen_at DESC NULLS LAST, c.created_at DESC, c.id LIMIT 1 FOR UPDATE OF c`,
    [account, tournament ?? null],
  );
  if (!row) throw new RoomkeepError("CHARACTER_MISSING");
  return row.id;
}

/** What became of a score. */
export interface Scored {
  readonly ok: true;
  /** What stands now: the best of the tries, or their sum. */
  readonly score: number;
  /** Tries that are left. */
  readonly left: number;
}

/** Whether a number can be ranked. */
export const isScore = (score: unknown): score is number =>
  Number.isFinite(score) && Math.abs(score as number) <= Number.MAX_SAFE_INTEGER;

/**
 * Takes a score for the running tournament of a cup, by one try of the account.
 *
 * @returns a refusal with SCORE_INVALID, TOURNAMENT_STRANGER or TOURNAMENT_TRIES, nothing was changed
 */
export function submit(
  { transaction }: RowServices,
  cup: string,
  account: string,
  score: number,
): Promise<Scored | Refusal> {
  return transaction(async (db) => {
    // Against the end: a score that is taken is among those that are ranked.
    const [entry] = await db.query<SubmitRow[]>(
      `SELECT e.id, e.score, e.tries, t.rules->'score' AS rule
       FROM tournament t JOIN tournament_entry e ON e.tournament_id = t.id AND e.account_id = $2
       WHERE t.cup = $1 AND t.state = 'running' AND t.ends_at > clock_timestamp() AND t.rules ? 'score'
       ORDER BY t.starts_at DESC LIMIT 1 FOR SHARE OF t FOR UPDATE OF e`,
      [cup, account],
    );
    if (!entry)
      return refuse("TOURNAMENT_STRANGER", "The account is in no tournament of this cup that runs.");
    const { keep, order, tries } = entry.rule;
    if (entry.tries >= tries) return refuse("TOURNAMENT_TRIES");
    const stands = entry.score;
    const isBetter = stands === null || (order === "high" ? score > stands : score < stands);
    const after = keep === "sum" ? (stands ?? 0) + score : isBetter ? score : stands;
    if (!isScore(after)) return refuse("SCORE_INVALID", "The sum would be too large to be exact.");
    // Equal scores stand in the order in which they came to be.
    await db.query(
      `UPDATE tournament_entry SET tries = tries + 1, score = $2::float8,
         scored = CASE WHEN score IS DISTINCT FROM $2::float8 THEN nextval('tournament_score_seq') ELSE scored END
       WHERE id = $1`,
      [entry.id, after],
    );
    return { ok: true, score: after + 0, left: tries - entry.tries - 1 };
  });
}

interface SubmitRow {
  id: string;
  score: number | null;
  tries: number;
  rule: { keep: "best" | "sum"; order: "high" | "low"; tries: number };
}

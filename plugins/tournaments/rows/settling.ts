import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { isSome, type Prize } from "../rules/pot.ts";
import type { RowServices } from "./tournament-rows.ts";

/** After something was refused, as by a full mailbox, it is tried again so many seconds later. */
const AGAIN_S = 60;

/** What was paid, or could not be. */
export interface Settled {
  readonly kind: "prize" | "refund";
  /** `lapsed`: the account is gone, its part stays in the pot. */
  readonly outcome: "paid" | "lapsed" | "refused";
}

/** Writes a notice within the transaction of a payment. @returns tells the pages, once it is through */
export type NoticeOf = (db: Db, owed: Owed) => Promise<() => unknown>;

/** A prize or a refund that is owed. */
export interface Owed {
  readonly id: string;
  readonly tournament: string;
  readonly label: string;
  readonly account: string | null;
  readonly character: string | null;
  readonly rank: number | null;
  readonly owed: "prize" | "refund";
  readonly goods: Prize;
  readonly why: string | null;
}

/**
 * Pays one prize or refund that is owed: bookings, mark and notice are one transaction, under a lock on the
 * entry, so that it is paid once, whatever process dies.
 *
 * @returns undefined: none is owed now, or others are at it
 */
export async function settleOne(services: RowServices, noticeOf: NoticeOf): Promise<Settled | undefined> {
  const { db, transaction, log } = services;
  const owed = await oneOwed(db);
  if (!owed) return undefined;
  try {
    const settled = await transaction((within) => pay(services, within, owed, noticeOf));
    if (!settled) return undefined;
    await settled.tell();
    return { kind: owed.owed, outcome: settled.outcome };
  } catch (error) {
    if (!(error instanceof RoomkeepError) || error.code === "DATABASE_UNAVAILABLE") throw error;
    log.warn({ err: error, entry: owed.id }, "a prize or a refund is refused; it is tried again");
    await db.query("UPDATE tournament_entry SET tried_at = now(), refused = $2 WHERE id = $1", [
      owed.id,
      error.code,
    ]);
    return { kind: owed.owed, outcome: "refused" };
  }
}

async function pay({ ledger }: RowServices, db: Db, one: Owed, noticeOf: NoticeOf) {
  // Characters before entries, in the order in which the deletion of an account locks them.
  const characterId = await receiverOf(db, one);
  const [still] = await db.query<unknown[]>(
    "SELECT 1 FROM tournament_entry WHERE id = $1 AND settled_at IS NULL FOR UPDATE SKIP LOCKED",
    [one.id],
  );
  if (!still) return undefined;
  const { id, owed, goods, label, rank, tournament } = one;
  const reason = owed === "prize" ? `rank ${rank} of ${label}` : `fee of ${label} back`;
  if (characterId && isSome(goods.pot))
    await ledger.book(db, { characterId, request: `${owed}-${id}`, reason, vault: tournament, ...goods.pot });
  if (characterId && isSome(goods.given))
    await ledger.book(db, { characterId, request: `given-${id}`, reason, ...goods.given });
  const outcome = characterId ? ("paid" as const) : ("lapsed" as const);
  await db.query(
    `UPDATE tournament_entry SET settled_at = now(), outcome = $2, character_id = $3, refused = NULL
     WHERE id = $1`,
    [id, outcome, characterId ?? null],
  );
  return { outcome, tell: await noticeOf(db, one) };
}

/** One of those that nobody else has at this moment. */
async function oneOwed(db: Db): Promise<Owed | undefined> {
  const [row] = await db.query<Owed[]>(
    `SELECT e.id, e.tournament_id AS tournament, t.label, e.account_id AS account, e.character_id AS character,
       e.rank, e.owed, e.goods, t.why
     FROM tournament_entry e JOIN tournament t ON t.id = e.tournament_id
     WHERE e.owed IS NOT NULL AND e.settled_at IS NULL
       AND (e.tried_at IS NULL OR e.tried_at < now() - make_interval(secs => $1))
     ORDER BY e.tournament_id, e.rank, e.id LIMIT 1 FOR UPDATE OF e SKIP LOCKED`,
    [AGAIN_S],
  );
  return row;
}

/** The character that has joined, else the one that the account plays; undefined: there is none. */
async function receiverOf(db: Db, { account, character }: Owed): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }[]>(
    `SELECT id FROM character WHERE account_id = $1
     ORDER BY deleted_at IS NOT NULL, (id = $2) DESC NULLS LAST, chosen_at DESC NULLS LAST, id
     LIMIT 1 FOR UPDATE`,
    [account, character],
  );
  return row?.id;
}

/**
 * Closes one tournament in which nothing is owed any more: what is left of its pot goes to where all coins
 * and items come from, by legs of the ledger.
 *
 * @returns whether there was one
 */
export function closeOne({ transaction }: RowServices): Promise<boolean> {
  return transaction(async (db) => {
    const [row] = await db.query<{ id: string; label: string }[]>(
      `SELECT id, label FROM tournament t
       WHERE state IN ('ended', 'cancelled') AND closed_at IS NULL AND NOT EXISTS (
         SELECT 1 FROM tournament_entry WHERE tournament_id = t.id AND owed IS NOT NULL AND settled_at IS NULL)
       ORDER BY ended_at LIMIT 1 FOR UPDATE SKIP LOCKED`,
    );
    if (!row) return false;
    await db.query("SELECT vault_end($1, $2)", [
      `vault:tournaments:${row.id}`,
      `tournaments: rest of ${row.label}`,
    ]);
    await db.query("UPDATE tournament SET closed_at = now() WHERE id = $1", [row.id]);
    return true;
  });
}

/** Deletes tournaments that were closed more than so many days ago, with entries and matches. */
export function forgetTournaments(db: Db, days: number): Promise<unknown> {
  return db.query(
    `DELETE FROM tournament WHERE id IN (
       SELECT id FROM tournament WHERE closed_at < now() - make_interval(days => $1) ORDER BY closed_at LIMIT 100)`,
    [days],
  );
}

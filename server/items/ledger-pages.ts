import { answerWithin, type Db } from "../storage/database.ts";
import { container } from "./containers.ts";

/** One leg of the ledger that concerns a character, with the other legs of its booking. Times are ISO. */
export interface Movement {
  readonly seq: string;
  readonly request: string;
  readonly at: string;
  /** "bag", "equipment", "bank", "mail" or "purse". */
  readonly container: string;
  /** Null: coins. */
  readonly item: string | null;
  readonly qty: number;
  readonly coins: number;
  readonly reason: string;
  /** Name of the operator who booked it; empty: it was played. */
  readonly by: string;
  /** Where it came from, or went. */
  readonly others: readonly { account: string; item: string | null; qty: number; coins: number }[];
}

/** Movements of a character's items and coins, the newest first. @param before seq of the page before */
export async function readMovements(
  db: Db,
  characterId: string,
  { before, limit }: { readonly before?: string | undefined; readonly limit: number },
): Promise<Movement[]> {
  const names = (["bag", "equipment", "bank", "mail"] as const).map((kind) => container[kind](characterId));
  const accounts = [...names, `purse:${characterId}`];
  const rows = await answerWithin(
    db.query<(Omit<Movement, "at"> & { at: Date })[]>(
      `SELECT own.seq::text, own.request_id AS request, own.at, split_part(own.account, ':', 1) AS container,
         own.item, own.qty, own.coins::float8 AS coins, own.reason,
         COALESCE(giver.name, giver.id::text, CASE WHEN own.reason LIKE 'operator: %' THEN 'operator' ELSE '' END) AS "by",
         (SELECT COALESCE(jsonb_agg(jsonb_build_object('account', o.account, 'item', o.item, 'qty', o.qty,
            'coins', o.coins) ORDER BY o.leg), '[]') FROM ledger AS o
          WHERE o.request_id = own.request_id AND o.leg <> own.leg) AS others
       FROM ledger AS own LEFT JOIN account AS giver ON giver.id = own.booked_by
       WHERE own.account = ANY($1) AND ($2::bigint IS NULL OR own.seq < $2)
       ORDER BY own.seq DESC LIMIT $3`,
      [accounts, before ?? null, limit],
    ),
  );
  return rows.map((row) => ({ ...row, at: row.at.toISOString() }));
}

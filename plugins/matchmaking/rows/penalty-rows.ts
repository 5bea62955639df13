import type { Db } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { type PenaltyRules, penalize } from "../match/penalties.ts";

/** Milliseconds of a time of the database. */
export const msOf = (sql: string) => `(extract(epoch FROM ${sql}) * 1000)::float8`;

/** Counts one more for each account, and makes them wait. Within a transaction. */
export async function penalizeAccounts(db: Db, accounts: readonly string[], rules: PenaltyRules) {
  for (const account of [...accounts].sort()) {
    // The row is there and locked before it is read, so that two at once count twice.
    await db.query(
      `INSERT INTO matchmaking_penalty (account_id, declined, at, until)
       SELECT id, 0, clock_timestamp(), '-infinity' FROM account WHERE id = $1 ON CONFLICT DO NOTHING`,
      [account],
    );
    const [row] = await db.query<{ declined: number; at: number; now: number }[]>(
      `SELECT declined, ${msOf("at")} AS at, ${msOf("clock_timestamp()")} AS now
       FROM matchmaking_penalty WHERE account_id = $1 FOR UPDATE`,
      [account],
    );
    if (!row) continue;
    const { declined, untilMs } = penalize({ declined: row.declined, atMs: row.at }, row.now, rules);
    await db.query(
      `UPDATE matchmaking_penalty SET declined = $2, at = clock_timestamp(),
         until = to_timestamp($3::float8 / 1000) WHERE account_id = $1`,
      [account, declined, untilMs],
    );
  }
}

/**
 * Refuses those who wait for what they declined.
 *
 * @throws QUEUE_PENALTY with the seconds to wait
 */
export async function refusePenalized(db: Db, accounts: readonly string[]): Promise<void> {
  const [row] = await db.query<{ s: number | null }[]>(
    `SELECT ceil(extract(epoch FROM max(until) - clock_timestamp()))::float8 AS s FROM matchmaking_penalty
     WHERE account_id = ANY($1::uuid[]) AND until > clock_timestamp()`,
    [accounts],
  );
  if (row?.s) throw new RoomkeepError("QUEUE_PENALTY", undefined, { retryAfterS: row.s });
}

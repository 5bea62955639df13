import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../../shared/index.ts";
import { answerWithin, type Db } from "../../storage/database.ts";
import { deleteKeptOf } from "../../telemetry/recording-rows.ts";

/** Guests that one sweep deletes at most, so that it holds nobody up. */
const GUESTS_AT_ONCE = 100;

/**
 * Deletes an account with all that belongs to it: sign-ins, identities, characters, what they carry, answers
 * to their requests, and the rows of plugins that point at them. Items and coins leave by legs of the ledger,
 * so that its sums hold; its legs stay under ids that lead to nobody. Commands in the audit log stay until
 * they run out.
 *
 * @throws ACCOUNT_UNKNOWN
 * @throws CHARACTER_LIVE one of its characters is in a room, or travels; nothing was deleted
 */
export async function deleteAccount(ds: DataSource, accountId: string): Promise<void> {
  await answerWithin(ds.transaction((db) => deleteAccountIn(db, accountId)));
}

/** {@link deleteAccount} within a transaction of the caller's. */
export async function deleteAccountIn(db: Db, accountId: string): Promise<void> {
  const found = await db.query<unknown[]>("SELECT 1 FROM account WHERE id = $1 FOR UPDATE", [accountId]);
  if (found.length === 0) throw new RoomkeepError("ACCOUNT_UNKNOWN");
  const characters = await db.query<{ id: string; live: boolean }[]>(
    `SELECT id, (owner IS NOT NULL AND lease_until > now())
       OR (transfer_nonce IS NOT NULL AND transfer_until > now()) AS live
     FROM character WHERE account_id = $1 ORDER BY id FOR UPDATE`,
    [accountId],
  );
  if (characters.some(({ live }) => live))
    throw new RoomkeepError("CHARACTER_LIVE", "One of your characters is in a room. Leave it first.");
  for (const { id } of characters) await endCharacter(db, id);
  await forgetInReports(
    db,
    accountId,
    characters.map(({ id }) => id),
  );
  await deleteKeptOf(db, accountId);
  await db.query("DELETE FROM account WHERE id = $1", [accountId]);
}

/**
 * Reports about others stay, without who made them; of what the account said it leaves the lines empty.
 * Those about the account go with it.
 */
async function forgetInReports(db: Db, accountId: string, characterIds: readonly string[]): Promise<void> {
  await db.query(
    "UPDATE report SET reporter_id = NULL, reporter_name = '', reporter_character = NULL WHERE reporter_id = $1",
    [accountId],
  );
  await db.query(
    `UPDATE report SET chat = (
       SELECT jsonb_agg(CASE WHEN line->>'character' = ANY($1)
         THEN line || '{"character": "", "name": "", "text": ""}' ELSE line END ORDER BY n)
       FROM jsonb_array_elements(chat) WITH ORDINALITY AS said (line, n))
     WHERE chat::text LIKE ANY($2)`,
    [characterIds, characterIds.map((id) => `%${id}%`)],
  );
}

/** The character's belongings go to where all things come from, and its name out of the ledger. */
async function endCharacter(db: Db, id: string): Promise<void> {
  const like = `%${id}%`;
  await db.query("SELECT 1 FROM item WHERE container LIKE $1 ORDER BY id FOR UPDATE", [like]);
  await db.query(
    `INSERT INTO ledger (request_id, leg, account, item, qty, coins, reason, epoch)
     SELECT $2, row_number() OVER () - 1, account, item, qty, coins, 'account deleted', 0 FROM (
       SELECT side.account, template AS item, (side.sign * sum(qty))::integer AS qty, 0::bigint AS coins
       FROM item CROSS JOIN LATERAL (VALUES (container, -1), ('world', 1)) AS side (account, sign)
       WHERE container LIKE $1 GROUP BY 1, 2, side.sign
       UNION ALL
       SELECT side.account, NULL, 0, side.sign * coins
       FROM character CROSS JOIN LATERAL (VALUES ('purse:' || id, -1), ('world', 1)) AS side (account, sign)
       WHERE id = $3::uuid AND coins <> 0
     ) AS legs`,
    [like, `deleted:${randomUUID()}`, id],
  );
  await db.query("DELETE FROM item WHERE container LIKE $1", [like]);
  await db.query("UPDATE character SET coins = 0 WHERE id = $1", [id]);
  await db.query("DELETE FROM request_result WHERE character = $1", [id]);
  const other = randomUUID();
  // The answers of others to what both had a part in, such as a trade.
  await db.query(
    `UPDATE request_result SET result = replace(result::text, $1, $2)::jsonb
     WHERE request_id IN (SELECT request_id FROM ledger WHERE account LIKE $3) AND result::text LIKE $3`,
    [id, other, like],
  );
  // One id for all legs of the character, so that balances can still be told apart. Its requests name it too.
  await db.query(
    `UPDATE ledger SET account = replace(account, $2, $3), request_id = replace(request_id, $2, $3)
     WHERE account LIKE $1 OR request_id LIKE $1`,
    [like, id, other],
  );
  await db.query(
    `UPDATE event_log SET actor = CASE WHEN actor = $1 THEN NULL ELSE actor END,
       payload = replace(payload::text, $1, $2)::jsonb
     WHERE actor = $1 OR payload::text LIKE $3`,
    [id, other, like],
  );
}

/** Deletes guests who have not come back for so many days; 0: none. @returns how many */
export async function sweepGuests(ds: DataSource, days: number): Promise<number> {
  if (days === 0) return 0;
  const idle = await answerWithin(
    ds.query<{ id: string }[]>(
      `SELECT id FROM account WHERE kind = 'guest' AND last_seen_at < now() - make_interval(days => $1)
       ORDER BY last_seen_at LIMIT ${GUESTS_AT_ONCE}`,
      [days],
    ),
  );
  let swept = 0;
  for (const { id } of idle) {
    try {
      await deleteAccount(ds, id);
      swept++;
    } catch (error) {
      // In a room after all, or another process was quicker.
      if (!(error instanceof RoomkeepError) || error.code === "DATABASE_UNAVAILABLE") throw error;
    }
  }
  return swept;
}

/** Forgets from where sign-ins were made that are older than so many days. */
export function forgetAddresses(db: Db, days: number): Promise<unknown> {
  return db.query(
    "UPDATE sign_in SET address = '' WHERE address <> '' AND created_at < now() - make_interval(days => $1)",
    [days],
  );
}

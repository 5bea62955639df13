import type { Db, PluginServices } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";

/** Kinds of items in one booking. */
const KINDS = 20;

/** Locks the character that an account plays, after the account and before a group. */
export async function characterOf(db: Db, accountId: string): Promise<string | undefined> {
  const [row] = await db.query<{ id: string }[]>(
    `SELECT id FROM character WHERE account_id = $1 AND deleted_at IS NULL
     ORDER BY chosen_at DESC NULLS LAST, created_at DESC, id LIMIT 1 FOR UPDATE`,
    [accountId],
  );
  return row?.id;
}

/**
 * Pays out all that the bank of a locked group holds, to a character.
 *
 * @param after of an operator's operation, in whose transaction it is done
 * @throws CHARACTER_MISSING it holds something, and there is no character
 * @throws NO_SPACE the mail does not take it
 */
export async function payOut(
  { db, ledger }: { readonly db: Db; readonly ledger: PluginServices["ledger"] },
  { id, name }: { readonly id: string; readonly name: string },
  characterId: string | undefined,
  after?: (tell: () => unknown) => void,
): Promise<void> {
  const { coins, items } = await ledger.vault(db, id);
  if (coins === 0 && items.length === 0) return;
  if (characterId === undefined)
    throw new RoomkeepError("CHARACTER_MISSING", "Nobody is there to take what the bank holds.");
  for (let from = 0; from === 0 || from < items.length; from += KINDS)
    await ledger.book(
      db,
      {
        characterId,
        request: `end-${id}-${from}`,
        reason: `${name} disbanded`,
        vault: id,
        coins: from === 0 ? coins : 0,
        items: items.slice(from, from + KINDS),
      },
      after,
    );
}

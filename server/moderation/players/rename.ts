import { RoomkeepError } from "../../../shared/index.ts";
import { foldName } from "../../accounts/account-names.ts";
import { tellTaken } from "../../accounts/accounts.ts";
import { checkAppearance } from "../../accounts/appearance.ts";
import { answerWithin, type Db } from "../../storage/database.ts";

/**
 * Gives a registered account another name, by which it signs in from now on.
 *
 * @throws ACCOUNT_NAME_INVALID, NAME_TAKEN nothing was changed
 * @throws ACCOUNT_UNKNOWN it is a guest, who has no name
 */
export async function renameAccount(db: Db, accountId: string, wanted: string): Promise<{ name: string }> {
  const { shown, key } = foldName(wanted);
  const [, count] = await answerWithin(
    db.query<[unknown, number]>(
      "UPDATE account SET name = $2, name_key = $3 WHERE id = $1 AND kind = 'registered'",
      [accountId, shown, key],
    ),
  ).catch(tellTaken);
  if (count !== 1) throw new RoomkeepError("ACCOUNT_UNKNOWN", "A guest has no account name.");
  return { name: shown };
}

/**
 * Gives a character another name. The room that has it is told by the caller.
 *
 * @throws NAME_INVALID, CHARACTER_MISSING nothing was changed
 */
export async function renameCharacter(
  db: Db,
  characterId: string,
  wanted: string,
): Promise<{ name: string }> {
  const { name } = checkAppearance({ name: wanted, color: 0, shape: 0 });
  const [, count] = await answerWithin(
    db.query<[unknown, number]>("UPDATE character SET name = $2, updated_at = now() WHERE id = $1", [
      characterId,
      name,
    ]),
  );
  if (count !== 1) throw new RoomkeepError("CHARACTER_MISSING");
  return { name };
}

import { COLORS, RoomkeepError } from "../../shared/index.ts";
import { NAME_MAX, SHAPES } from "../../shared/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";

/** Name and looks of a character, as the player chose them. */
export interface Appearance {
  /** 1 to {@link NAME_MAX} characters that can be shown. */
  name: string;
  /** Index into COLORS. */
  color: number;
  /** Index into SHAPES. */
  shape: number;
}

/**
 * Changes the name and looks of a character. They are not part of the snapshot, so it needs no lease. A room
 * with the character is not informed.
 *
 * @throws NAME_INVALID, LOOKS_INVALID nothing was changed
 * @throws CHARACTER_MISSING the account has no such character
 */
export async function changeAppearance(
  db: Db,
  own: { accountId: string; characterId: string },
  looks: Appearance,
) {
  const { name, color, shape } = checkAppearance(looks);
  const [, count] = await answerWithin(
    db.query<[unknown, number]>(
      "UPDATE character SET name = $3, color = $4, shape = $5, updated_at = now() WHERE id = $1 AND account_id = $2 AND deleted_at IS NULL",
      [own.characterId, own.accountId, name, color, shape],
    ),
  );
  if (count !== 1) throw new RoomkeepError("CHARACTER_MISSING");
  return { name, color, shape };
}

/**
 * Controls, private use, lone surrogates, format characters such as the right-to-left override (but not the
 * two joiners that emoji and Persian need), and the letters that look like a space.
 */
const UNSHOWABLE = /(?![\u200c\u200d])\p{C}|[\u115f\u1160\u2800\u3164\uffa0]/u;
/** At least one of these, or the name would look empty. */
const SHOWN = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * The looks as they are stored: the name composed (NFC), its spaces collapsed.
 * @throws NAME_INVALID, LOOKS_INVALID
 */
export function checkAppearance({ name, color, shape }: Appearance): Appearance {
  if (UNSHOWABLE.test(name)) {
    throw new RoomkeepError("NAME_INVALID", "The name holds characters that cannot be shown.");
  }
  const tidy = name.normalize("NFC").replace(/\s+/g, " ").trim();
  if (!SHOWN.test(tidy)) throw new RoomkeepError("NAME_INVALID", "The name is empty.");
  const length = [...tidy].length;
  if (length > NAME_MAX) {
    throw new RoomkeepError("NAME_INVALID", `The name has ${length} characters; at most ${NAME_MAX} fit.`);
  }
  if (COLORS[color] === undefined) throw new RoomkeepError("LOOKS_INVALID", `There is no colour ${color}.`);
  if (SHAPES[shape] === undefined) throw new RoomkeepError("LOOKS_INVALID", `There is no shape ${shape}.`);
  return { name: tidy, color, shape };
}

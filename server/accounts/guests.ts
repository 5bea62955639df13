import { randomInt, randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import { CODE_ALPHABET } from "../../shared/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { insertCharacter } from "./account-characters.ts";
import { type Appearance, checkAppearance } from "./appearance.ts";
import { endSignIns } from "./auth.ts";
import { hashOf } from "./secrets.ts";

/** A guest: the account and its character, unclaimed. */
export interface Guest extends Appearance {
  readonly accountId: string;
  readonly characterId: string;
}

/** A new guest with its recovery code, of which only the hash is stored. */
export interface NewGuest extends Guest {
  /** Signs in on another browser, e.g. "QXRT-3APW-NCHE-77GK": 72 bits, in groups to read out. */
  readonly recoveryCode: string;
}

/**
 * Makes a guest account and its character in one transaction.
 *
 * @throws NAME_INVALID, LOOKS_INVALID nothing was made
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function createGuest(ds: DataSource, looks: Appearance): Promise<NewGuest> {
  const checked = checkAppearance(looks);
  const accountId = randomUUID();
  const characterId = randomUUID();
  const recoveryCode = newCode();
  await answerWithin(
    ds.transaction(async (db) => {
      await db.query("INSERT INTO account (id, kind, recovery_hash) VALUES ($1, 'guest', $2)", [
        accountId,
        hashOfCode(recoveryCode),
      ]);
      await insertCharacter(db, { id: characterId, accountId, looks: checked });
    }),
  );
  return { accountId, characterId, ...checked, recoveryCode };
}

/**
 * Finds a guest by the recovery code, whatever its case and dashes, and ends all its sign-ins: only the
 * browser with the code stays signed in. The code stays valid until the guest registers. The caller limits
 * the rate.
 *
 * @throws RECOVERY_INVALID no guest has this code
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function byRecovery(ds: DataSource, code: string): Promise<Guest> {
  const rows = await answerWithin(
    ds.query<{ id: string }[]>("SELECT id FROM account WHERE recovery_hash = $1", [hashOfCode(code)]),
  );
  const account = rows[0];
  if (!account) throw new RoomkeepError("RECOVERY_INVALID");
  await endSignIns(ds, account.id);
  return chosenCharacter(ds, account.id);
}

/**
 * Replaces the recovery code, when it was lost or shown to somebody.
 * @throws TOKEN_INVALID no such guest
 */
export async function renewRecoveryCode(ds: DataSource, accountId: string): Promise<string> {
  const code = newCode();
  const [, count] = await answerWithin(
    ds.query<[unknown, number]>("UPDATE account SET recovery_hash = $2 WHERE id = $1 AND kind = 'guest'", [
      accountId,
      hashOfCode(code),
    ]),
  );
  if (count !== 1) throw new RoomkeepError("TOKEN_INVALID");
  return code;
}

/**
 * The chosen character of an account.
 * @throws CHARACTER_MISSING it has none
 */
export async function chosenCharacter(db: Db, accountId: string): Promise<Guest> {
  const rows = await answerWithin(
    db.query<(Appearance & { id: string })[]>(
      `SELECT id, name, color, shape FROM character WHERE account_id = $1 AND deleted_at IS NULL
       ORDER BY chosen_at DESC NULLS LAST, created_at, id LIMIT 1`,
      [accountId],
    ),
  );
  const row = rows[0];
  if (!row) throw new RoomkeepError("CHARACTER_MISSING", "This account has no character.");
  const { name, color, shape } = row;
  return { accountId, characterId: row.id, name, color, shape };
}

/** A code to read out: four groups of four letters, 72 bits. */
export function newCode(): string {
  const letter = () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)];
  const group = () => Array.from({ length: 4 }, letter).join("");
  return Array.from({ length: 4 }, group).join("-");
}

/** Hash of a code, whatever the case and dashes it was typed with. */
export function hashOfCode(code: string): string {
  return hashOf(code.toUpperCase().replace(/[^A-Z0-9]/g, ""));
}

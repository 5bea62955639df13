import { createHash, randomBytes, randomInt, randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { CODE_ALPHABET, COLORS, NAME_MAX, SHAPES } from "../shared/constants.ts";
import { RoomkeepError } from "../shared/errors.ts";
import { blankState } from "./character-state.ts";
import { answerWithin, type Db } from "./db.ts";

/** What a player chooses about a character. */
export interface Looks {
  /** 1 to {@link NAME_MAX} characters that can be shown. */
  name: string;
  /** Index into COLORS. */
  color: number;
  /** Index into SHAPES. */
  shape: number;
}

/** A guest who signed in: the account and its character, unclaimed. */
export interface Guest extends Looks {
  readonly accountId: string;
  readonly characterId: string;
}

/** A new guest with what only the player will know; neither is stored, only their hashes are. */
export interface NewGuest extends Guest {
  /** 32 random bytes, base64url: the browser keeps it to sign in. */
  readonly token: string;
  /** Brings the character to another browser, e.g. "QXRT-3APW-NCHE-77GK": 72 bits, in groups to read out. */
  readonly recoveryCode: string;
}

const RECOVERY_GROUPS = 4;
const RECOVERY_GROUP_LENGTH = 4;

/**
 * Makes a guest account and its character in one transaction.
 *
 * @throws NAME_INVALID, LOOKS_INVALID nothing was made
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function createGuest(ds: DataSource, looks: Looks): Promise<NewGuest> {
  const { name, color, shape } = checkLooks(looks);
  const accountId = randomUUID();
  const characterId = randomUUID();
  const token = newToken();
  const recoveryCode = newRecoveryCode();
  await answerWithin(
    ds.transaction(async (db) => {
      await db.query(
        "INSERT INTO account (id, kind, token_hash, recovery_hash) VALUES ($1, 'guest', $2, $3)",
        [accountId, hashOf(token), hashOf(plainCode(recoveryCode))],
      );
      await db.query(
        "INSERT INTO character (id, account_id, name, color, shape, state) VALUES ($1, $2, $3, $4, $5, $6)",
        [characterId, accountId, name, color, shape, JSON.stringify(blankState())],
      );
    }),
  );
  return { accountId, characterId, name, color, shape, token, recoveryCode };
}

/**
 * Signs a guest in.
 * @throws TOKEN_INVALID nobody has this token (any more)
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function byToken(ds: DataSource, token: string): Promise<Guest> {
  const [accounts] = await answerWithin(
    ds.query<[{ id: string }[], number]>(
      "UPDATE account SET last_seen_at = now() WHERE token_hash = $1 RETURNING id",
      [hashOf(token)],
    ),
  );
  const account = accounts[0];
  if (!account) throw new RoomkeepError("TOKEN_INVALID");
  return guestOf(ds, account.id);
}

/**
 * Signs a guest in on another browser by the recovery code, whatever its case and dashes, and gives that browser
 * a new token. The former token stops working; the code goes on working. Whoever calls limits the rate.
 *
 * @throws RECOVERY_INVALID nobody has this code
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function byRecovery(ds: DataSource, code: string): Promise<Guest & { readonly token: string }> {
  const token = newToken();
  const [accounts] = await answerWithin(
    ds.query<[{ id: string }[], number]>(
      "UPDATE account SET token_hash = $2, last_seen_at = now() WHERE recovery_hash = $1 RETURNING id",
      [hashOf(plainCode(code)), hashOf(token)],
    ),
  );
  const account = accounts[0];
  if (!account) throw new RoomkeepError("RECOVERY_INVALID");
  return { ...(await guestOf(ds, account.id)), token };
}

/**
 * Replaces the recovery code, for a player who lost it or showed it to somebody.
 * @throws TOKEN_INVALID no such account
 */
export async function renewRecoveryCode(ds: DataSource, accountId: string): Promise<string> {
  const code = newRecoveryCode();
  const [, count] = await answerWithin(
    ds.query<[unknown, number]>("UPDATE account SET recovery_hash = $2 WHERE id = $1", [
      accountId,
      hashOf(plainCode(code)),
    ]),
  );
  if (count !== 1) throw new RoomkeepError("TOKEN_INVALID");
  return code;
}

/**
 * Changes the name and looks of a character. They are no part of the snapshot, so it needs no lease; a room that
 * has the character live shows them by its own means.
 *
 * @throws NAME_INVALID, LOOKS_INVALID nothing was changed
 * @throws CHARACTER_MISSING the account has no such character
 */
export async function changeLooks(db: Db, guest: { accountId: string; characterId: string }, looks: Looks) {
  const { name, color, shape } = checkLooks(looks);
  const [, count] = await answerWithin(
    db.query<[unknown, number]>(
      "UPDATE character SET name = $3, color = $4, shape = $5, updated_at = now() WHERE id = $1 AND account_id = $2",
      [guest.characterId, guest.accountId, name, color, shape],
    ),
  );
  if (count !== 1) throw new RoomkeepError("CHARACTER_MISSING");
  return { name, color, shape };
}

/**
 * Controls, private use, lone surrogates, format characters such as the right-to-left override (but not the two
 * joiners that emoji and Persian need), and the letters that look like a space.
 */
const UNSHOWABLE = /(?![\u200c\u200d])\p{C}|[\u115f\u1160\u2800\u3164\uffa0]/u;
/** At least one of these, or the name would look empty. */
const SHOWN = /[\p{L}\p{N}\p{P}\p{S}]/u;

/**
 * The looks as they are stored: the name composed (NFC), its spaces collapsed.
 * @throws NAME_INVALID, LOOKS_INVALID
 */
export function checkLooks({ name, color, shape }: Looks): Looks {
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

interface GuestRow extends Looks {
  account_id: string;
  id: string;
}

async function guestOf(db: Db, accountId: string): Promise<Guest> {
  const rows = await answerWithin(
    db.query<GuestRow[]>(
      "SELECT id, account_id, name, color, shape FROM character WHERE account_id = $1 ORDER BY created_at, id LIMIT 1",
      [accountId],
    ),
  );
  const row = rows[0];
  if (!row) throw new RoomkeepError("CHARACTER_MISSING", "This account has no character.");
  const { name, color, shape } = row;
  return { accountId: row.account_id, characterId: row.id, name, color, shape };
}

function newToken(): string {
  return randomBytes(32).toString("base64url");
}

function newRecoveryCode(): string {
  const letter = () => CODE_ALPHABET[randomInt(CODE_ALPHABET.length)];
  const group = () => Array.from({ length: RECOVERY_GROUP_LENGTH }, letter).join("");
  return Array.from({ length: RECOVERY_GROUPS }, group).join("-");
}

function plainCode(code: string): string {
  return code.toUpperCase().replace(/[^A-Z0-9]/g, "");
}

/** Tokens and codes are random, 72 bits and more, so that a plain hash is enough: there is nothing to guess from. */
function hashOf(secret: string): string {
  return createHash("sha256").update(secret).digest("hex");
}

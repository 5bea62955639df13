import { randomInt } from "node:crypto";
import type { Db } from "roomkeep/server";

/** Without vowels, so that no code is a word, and without what reads alike. */
const ALPHABET = "BCDFGHJKMNPQRSTVWXYZ23456789";
const LENGTH = 8;
const TRIES = 5;

/** The code by which an account is found; it is made at the first call. */
export async function codeOf(db: Db, accountId: string): Promise<string> {
  for (let tries = 0; tries < TRIES; tries++) {
    const [kept] = await db.query<{ code: string }[]>("SELECT code FROM friend_code WHERE account_id = $1", [
      accountId,
    ]);
    if (kept) return kept.code;
    // Another account may have it, or another process may just have made one.
    await db.query("INSERT INTO friend_code (account_id, code) VALUES ($1, $2) ON CONFLICT DO NOTHING", [
      accountId,
      newCode(),
    ]);
  }
  throw new Error("no free friend code was found");
}

/** The account of a code, however it is spelled; undefined: there is none. */
export async function accountOfCode(db: Db, code: string): Promise<string | undefined> {
  const plain = code.toUpperCase().replace(/[^A-Z0-9]/g, "");
  const [row] = await db.query<{ id: string }[]>("SELECT account_id AS id FROM friend_code WHERE code = $1", [
    plain,
  ]);
  return row?.id;
}

function newCode(): string {
  return Array.from({ length: LENGTH }, () => ALPHABET.charAt(randomInt(ALPHABET.length))).join("");
}

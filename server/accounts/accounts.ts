import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import type { Role } from "../../rooms/index.ts";
import { RoomkeepError } from "../../shared/index.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { insertCharacter } from "./account-characters.ts";
import { foldEmail, foldName } from "./account-names.ts";
import { type Appearance, checkAppearance } from "./appearance.ts";
import { endSignIns } from "./auth.ts";
import { hashOfCode, newCode } from "./guests.ts";
import { isDated, type Passwords } from "./passwords.ts";

/** Input of a registration; the e-mail address is optional. */
export interface Registration {
  name: string;
  password: string;
  email?: string | undefined;
}

/** An account as its owner sees it. */
export interface OwnAccount {
  readonly id: string;
  readonly kind: "guest" | "registered";
  readonly name: string | null;
  readonly email: string | null;
  readonly role: Role;
}

/** Lifetime of a reset code, as an SQL interval. */
const RESET_AGE = "24 hours";

/**
 * Registers a new account, with its first character if looks are given.
 *
 * @param within what belongs to the same transaction
 * @throws ACCOUNT_NAME_INVALID, EMAIL_INVALID, PASSWORD_WEAK, NAME_INVALID, LOOKS_INVALID, NAME_TAKEN,
 * EMAIL_TAKEN nothing was made
 */
export async function register(
  ds: DataSource,
  passwords: Passwords,
  wanted: Registration,
  looks?: Appearance,
  within?: (db: Db, accountId: string) => Promise<void>,
): Promise<{ accountId: string }> {
  const checked = looks && checkAppearance(looks);
  const { name, email, passwordHash } = await checkRegistration(passwords, wanted);
  const accountId = randomUUID();
  await answerWithin(
    ds.transaction(async (db) => {
      await db.query(
        `INSERT INTO account (id, kind, name, name_key, email, email_key, password_hash)
         VALUES ($1, 'registered', $2, $3, $4, $5, $6)`,
        [accountId, name.shown, name.key, email?.shown ?? null, email?.key ?? null, passwordHash],
      );
      if (checked) await insertCharacter(db, { id: randomUUID(), accountId, looks: checked });
      await within?.(db, accountId);
    }),
  ).catch(tellTaken);
  return { accountId };
}

/**
 * Turns a guest into a registered account. It stays the same account, with its characters, items and coins;
 * the recovery code ends. Of two concurrent upgrades one succeeds.
 *
 * @throws ALREADY_REGISTERED it was upgraded before; nothing was changed
 * @throws ACCOUNT_NAME_INVALID, EMAIL_INVALID, PASSWORD_WEAK, NAME_TAKEN, EMAIL_TAKEN nothing was changed
 */
export async function upgradeGuest(
  ds: DataSource,
  passwords: Passwords,
  accountId: string,
  wanted: Registration,
): Promise<void> {
  const { name, email, passwordHash } = await checkRegistration(passwords, wanted);
  const [, count] = await answerWithin(
    ds.query<[unknown, number]>(
      `UPDATE account SET kind = 'registered', name = $2, name_key = $3, email = $4, email_key = $5,
         password_hash = $6, recovery_hash = NULL
       WHERE id = $1 AND kind = 'guest'`,
      [accountId, name.shown, name.key, email?.shown ?? null, email?.key ?? null, passwordHash],
    ),
  ).catch(tellTaken);
  if (count !== 1) throw new RoomkeepError("ALREADY_REGISTERED");
}

/**
 * Checks a password. `login` is the name or the e-mail address. Unknown names cost the same work as known
 * ones and get the same answer. The caller limits the rate.
 *
 * @throws SIGN_IN_REFUSED
 */
export async function byPassword(
  ds: DataSource,
  passwords: Passwords,
  login: string,
  password: string,
): Promise<{ accountId: string }> {
  const rows = await answerWithin(
    ds.query<{ id: string; password_hash: string | null }[]>(
      "SELECT id, password_hash FROM account WHERE name_key = $1 OR email_key = $1",
      [loginKey(login)],
    ),
  );
  const account = rows[0];
  const right = await passwords.matches(password, account?.password_hash);
  if (!account?.password_hash || !right) throw new RoomkeepError("SIGN_IN_REFUSED");
  if (isDated(account.password_hash)) await setPassword(ds, account.id, await passwords.hash(password));
  return { accountId: account.id };
}

/**
 * Key of an account, for the look-up and for the count of attempts. A text that is no valid name gives a key
 * of no account.
 */
export function loginKey(login: string): string {
  try {
    return login.includes("@") ? foldEmail(login).key : foldName(login).key;
  } catch {
    return `?${login.slice(0, 64)}`.replaceAll("\0", "");
  }
}

/**
 * Changes the password of an account after a check of the current one. Ends the other sign-ins.
 * @throws SIGN_IN_REFUSED, PASSWORD_WEAK nothing was changed
 */
export async function changePassword(
  ds: DataSource,
  passwords: Passwords,
  { accountId, signInId }: { accountId: string; signInId: string },
  current: string,
  next: string,
): Promise<void> {
  const rows = await answerWithin(
    ds.query<{ password_hash: string | null; name: string | null }[]>(
      "SELECT password_hash, name FROM account WHERE id = $1",
      [accountId],
    ),
  );
  if (!(await passwords.matches(current, rows[0]?.password_hash))) throw new RoomkeepError("SIGN_IN_REFUSED");
  const hashed = await passwords.hash(next, [rows[0]?.name ?? ""]);
  await answerWithin(
    ds.transaction(async (db) => {
      await setPassword(db, accountId, hashed);
      await endSignIns(db, accountId, signInId);
    }),
  );
}

/** Checks the password of somebody who is signed in. @throws SIGN_IN_REFUSED */
export async function checkOwnPassword(
  ds: DataSource,
  passwords: Passwords,
  accountId: string,
  password: string,
): Promise<void> {
  const [row] = await answerWithin(
    ds.query<{ password_hash: string | null }[]>("SELECT password_hash FROM account WHERE id = $1", [
      accountId,
    ]),
  );
  if (!(await passwords.matches(password, row?.password_hash))) throw new RoomkeepError("SIGN_IN_REFUSED");
}

/** What proves that it is the owner who asks for something that cannot be undone. */
export interface OwnerProof {
  readonly password?: string | undefined;
  /** Of a guest. */
  readonly recoveryCode?: string | undefined;
}

/**
 * Checks that the owner is there: by the password, a guest by the recovery code; an account that has no
 * password by a sign-in of the last ten minutes.
 *
 * @throws SIGN_IN_REFUSED
 */
export async function checkOwner(
  ds: DataSource,
  passwords: Passwords,
  { accountId, signInId }: { accountId: string; signInId: string },
  { password, recoveryCode }: OwnerProof,
): Promise<void> {
  const [row] = await answerWithin(
    ds.query<{ password_hash: string | null; recovery_hash: string | null; fresh: boolean }[]>(
      `SELECT password_hash, recovery_hash, sign_in.created_at > now() - interval '10 minutes' AS fresh
       FROM account JOIN sign_in ON account_id = account.id WHERE account.id = $1 AND sign_in.id = $2`,
      [accountId, signInId],
    ),
  );
  const isOwner = row?.password_hash
    ? await passwords.matches(password ?? "", row.password_hash)
    : row?.fresh || (recoveryCode !== undefined && row?.recovery_hash === hashOfCode(recoveryCode));
  if (!isOwner)
    throw new RoomkeepError(
      "SIGN_IN_REFUSED",
      "Show the password, or sign in again, and then ask once more.",
    );
}

/**
 * Makes a one-time code for a new password, which an admin gives to the owner of the account. Only its hash
 * is stored; a newer code replaces it.
 *
 * @throws ACCOUNT_UNKNOWN
 */
export async function startReset(db: Db, login: string): Promise<{ code: string; name: string }> {
  const code = newCode();
  const [rows] = await answerWithin(
    db.query<[{ name: string }[], number]>(
      `UPDATE account SET reset_hash = $2, reset_until = now() + interval '${RESET_AGE}'
       WHERE (name_key = $1 OR email_key = $1) RETURNING name`,
      [loginKey(login), hashOfCode(code)],
    ),
  );
  const row = rows[0];
  if (!row) throw new RoomkeepError("ACCOUNT_UNKNOWN", `No account has the name ${login.slice(0, 64)}.`);
  return { code, name: row.name };
}

/**
 * Sets a new password by a reset code, once, and ends all sign-ins. The caller limits the rate.
 * @throws RESET_INVALID, PASSWORD_WEAK nothing was changed
 */
export async function finishReset(
  ds: DataSource,
  passwords: Passwords,
  { login, code, password }: { login: string; code: string; password: string },
): Promise<{ accountId: string }> {
  const hashed = await passwords.hash(password, [login]);
  return answerWithin(
    ds.transaction(async (db) => {
      const [rows] = await db.query<[{ id: string }[], number]>(
        `UPDATE account SET password_hash = $3, reset_hash = NULL, reset_until = NULL
         WHERE (name_key = $1 OR email_key = $1) AND reset_hash = $2 AND reset_until > now() RETURNING id`,
        [loginKey(login), hashOfCode(code), hashed],
      );
      const account = rows[0];
      if (!account) throw new RoomkeepError("RESET_INVALID");
      await endSignIns(db, account.id);
      return { accountId: account.id };
    }),
  );
}

/**
 * Gives an account a role; whoever calls it lets the processes know. Access tokens that were issued before
 * keep the old role for reads, for ten minutes at most.
 * @throws ACCOUNT_UNKNOWN
 */
export async function setRole(db: Db, login: string, role: Role): Promise<{ id: string; name: string }> {
  const [rows] = await answerWithin(
    db.query<[{ id: string; name: string }[], number]>(
      "UPDATE account SET role = $2 WHERE (name_key = $1 OR email_key = $1) RETURNING id, name",
      [loginKey(login), role],
    ),
  );
  if (!rows[0]) throw new RoomkeepError("ACCOUNT_UNKNOWN", `No account has the name ${login.slice(0, 64)}.`);
  return rows[0];
}

/**
 * Id of an account, by its name, its e-mail address, or the id itself, which is all that a guest has.
 * @throws ACCOUNT_UNKNOWN
 */
export async function accountIdOf(db: Db, text: string): Promise<string> {
  const rows = await answerWithin(
    db.query<{ id: string }[]>(
      "SELECT id FROM account WHERE name_key = $1 OR email_key = $1 OR id::text = $2",
      [loginKey(text), text.toLowerCase()],
    ),
  );
  if (!rows[0]) throw new RoomkeepError("ACCOUNT_UNKNOWN", `No account has the name ${text.slice(0, 64)}.`);
  return rows[0].id;
}

/**
 * Reads an account.
 * @throws TOKEN_INVALID no such account
 */
export async function readAccount(db: Db, accountId: string): Promise<OwnAccount> {
  const rows = await answerWithin(
    db.query<OwnAccount[]>("SELECT id, kind, name, email, role FROM account WHERE id = $1", [accountId]),
  );
  if (!rows[0]) throw new RoomkeepError("TOKEN_INVALID");
  return rows[0];
}

async function checkRegistration(passwords: Passwords, wanted: Registration) {
  const name = foldName(wanted.name);
  const email = wanted.email ? foldEmail(wanted.email) : undefined;
  const passwordHash = await passwords.hash(wanted.password, [name.shown, wanted.name, email?.shown ?? ""]);
  return { name, email, passwordHash };
}

async function setPassword(db: Db, accountId: string, hashed: string): Promise<void> {
  await answerWithin(db.query("UPDATE account SET password_hash = $2 WHERE id = $1", [accountId, hashed]));
}

/**
 * Turns a violation of the unique indexes into NAME_TAKEN or EMAIL_TAKEN. The indexes decide between two
 * concurrent registrations too.
 */
export function tellTaken(error: unknown): never {
  const text =
    error instanceof Error ? `${error.message} ${"constraint" in error ? error.constraint : ""}` : "";
  if (text.includes("account_name_key_key"))
    throw new RoomkeepError("NAME_TAKEN", undefined, { cause: error });
  if (text.includes("account_email_key_key"))
    throw new RoomkeepError("EMAIL_TAKEN", undefined, { cause: error });
  throw error;
}

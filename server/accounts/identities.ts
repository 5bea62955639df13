import { randomInt, randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import { retry } from "../../shared/internal.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { type Folded, foldEmail, foldName } from "./account-names.ts";
import { tellTaken } from "./accounts.ts";
import type { ExternalIdentity } from "./oidc.ts";

/** Further names to try when the provider's name is taken. */
const TRIES = 8;

/**
 * Finds or makes the account of an external identity. A new identity upgrades the guest that began the
 * sign-in, is linked to the registered account that began it, or makes a new account without a character. An
 * e-mail address never finds an account: its owner at a provider need not be its owner here.
 *
 * @throws IDENTITY_TAKEN another account than the one that began has this identity
 */
export async function byIdentity(ds: DataSource, identity: ExternalIdentity): Promise<{ accountId: string }> {
  const work = (attempt: number) => {
    const name = nameFor(identity.name, attempt);
    return answerWithin(ds.transaction((db) => findOrMake(db, identity, name))).catch(tellTaken);
  };
  const again = (error: unknown, attempt: number) => attempt < TRIES && mayPass(error);
  return retry(work, { again, waitMs: () => 0 });
}

async function findOrMake(db: Db, identity: ExternalIdentity, name: Folded): Promise<{ accountId: string }> {
  const known = await ownerOf(db, identity);
  if (known !== undefined) {
    if (identity.accountId !== null && identity.accountId !== known)
      throw new RoomkeepError("IDENTITY_TAKEN");
    return { accountId: known };
  }
  const accountId = await accountFor(db, identity, name, await freeEmail(db, identity.email));
  await db.query("INSERT INTO account_identity (issuer, subject, account_id) VALUES ($1, $2, $3)", [
    identity.issuer,
    identity.subject,
    accountId,
  ]);
  return { accountId };
}

/**
 * True where another attempt may succeed: a name or an address was taken meanwhile, or one identity came
 * twice at once.
 */
function mayPass(error: unknown): boolean {
  if (error instanceof RoomkeepError) return error.code === "NAME_TAKEN" || error.code === "EMAIL_TAKEN";
  return error instanceof Error && error.message.includes("account_identity_pkey");
}

async function ownerOf(db: Db, { issuer, subject }: ExternalIdentity): Promise<string | undefined> {
  const rows = await db.query<{ account_id: string }[]>(
    "SELECT account_id FROM account_identity WHERE issuer = $1 AND subject = $2",
    [issuer, subject],
  );
  return rows[0]?.account_id;
}

async function accountFor(
  db: Db,
  { accountId }: ExternalIdentity,
  name: Folded,
  email: Folded | undefined,
): Promise<string> {
  const values = [accountId ?? randomUUID(), name.shown, name.key, email?.shown ?? null, email?.key ?? null];
  if (accountId === null) {
    await db.query(
      "INSERT INTO account (id, kind, name, name_key, email, email_key) VALUES ($1, 'registered', $2, $3, $4, $5)",
      values,
    );
    return values[0] as string;
  }
  // A registered account stays unchanged: the identity is only linked to it.
  await db.query(
    `UPDATE account SET kind = 'registered', name = $2, name_key = $3, email = $4, email_key = $5,
       recovery_hash = NULL
     WHERE id = $1 AND kind = 'guest'`,
    values,
  );
  return accountId;
}

async function freeEmail(db: Db, email: string | undefined): Promise<Folded | undefined> {
  let folded: Folded | undefined;
  try {
    folded = email === undefined ? undefined : foldEmail(email);
  } catch {
    return undefined; // the account is made without an address
  }
  if (!folded) return undefined;
  const rows = await db.query<unknown[]>("SELECT 1 FROM account WHERE email_key = $1", [folded.key]);
  return rows.length === 0 ? folded : undefined;
}

function nameFor(wanted: string | undefined, attempt: number): Folded {
  const suffix = attempt === 0 ? "" : `-${randomInt(1_000, 10_000)}`;
  try {
    return foldName(`${[...(wanted ?? "")].slice(0, 19).join("")}${suffix}`);
  } catch {
    return foldName(`player-${randomInt(1_000_000, 10_000_000)}`);
  }
}

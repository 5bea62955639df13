import { randomUUID } from "node:crypto";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import type { Caches } from "../cache.ts";
import { answerWithin, type Db } from "../storage/database.ts";
import { hashOf, newSecret } from "./secrets.ts";
import { ACCESS_TOKEN_S, type AccessClaims, type TokenKeys } from "./token-keys.ts";

/** Result of a sign-in or a refresh. */
export interface TokenPair {
  /** Refresh token: good once, for the next pair. */
  readonly token: string;
  /** Sent with each call as a bearer token. */
  readonly accessToken: string;
  /** Seconds until the access token runs out. */
  readonly expiresIn: number;
  /** True: the owner wanted the account deleted, and this sign-in has undone it. */
  readonly deletionUndone?: true;
}

/**
 * Lifetime of an unused refresh token, as an SQL interval. It is long because most guests have no other way
 * to sign in.
 */
const REFRESH_AGE = "400 days";
/** Guests' tokens of versions before refresh tokens: 43 letters without a prefix. */
const OLD_TOKEN = /^[\w-]{43}$/;

/** Signs accounts in and out. The caller has checked the password. */
export interface Auth {
  /** Begins a sign-in, which undoes a deletion that the owner asked for. `address` is the client's. */
  signIn(accountId: string, address: string): Promise<TokenPair>;
  /**
   * Trades a refresh token for a new pair.
   * @throws TOKEN_INVALID unknown or too old
   * @throws TOKEN_REVOKED the sign-in was ended
   * @throws TOKEN_REUSED it was used before: the whole sign-in is ended, for the thief and for the owner
   */
  refresh(refreshToken: string): Promise<TokenPair>;
  /**
   * Verifies an access token, without the database, and returns its claims.
   * @throws TOKEN_INVALID, TOKEN_EXPIRED
   * @throws TOKEN_OUTDATED it is a token of a version before access tokens
   */
  caller(accessToken: string | undefined): Promise<AccessClaims>;
  /**
   * As `caller`, and reads in the database that the sign-in has not ended, and the current role. For every
   * request that changes something.
   * @throws TOKEN_REVOKED
   */
  current(accessToken: string | undefined): Promise<AccessClaims>;
  /**
   * As `current`, by what this process has read in the last seconds: a sign-in that ended and a role that was
   * changed count as soon as the message of it arrives, at the latest when the cache has to read again. For
   * requests that only read and that pages repeat.
   * @throws TOKEN_REVOKED
   */
  recent(accessToken: string | undefined): Promise<AccessClaims>;
  /** Ends one sign-in. `current` refuses its access tokens at once, `caller` within ten minutes. */
  signOut(caller: Pick<AccessClaims, "accountId" | "signInId">): Promise<void>;
  /** Ends all sign-ins of an account except `keep`. */
  signOutEverywhere(accountId: string, keep?: string): Promise<void>;
  /**
   * Lets rooms and caches know that sign-ins of an account have ended, once that is in the database: rooms
   * let go of their characters. The methods here do it by themselves; whoever ends sign-ins otherwise calls
   * it.
   */
  tellEnded(accountId: string): void;
}

/** What sign-in has of its process. */
export interface AuthOptions {
  /** Without them `recent` reads each time. */
  readonly caches?: Caches | undefined;
  /** Called when sign-ins have ended. */
  onEnded?(): void;
}

/** The cache of good sign-ins. Keys are `account/sign-in`, so that one message forgets all of an account. */
export const SIGN_INS = "sign-ins";

/** Opens the sign-in of a database. */
export function openAuth(ds: DataSource, keys: TokenKeys, { caches, onEnded }: AuthOptions = {}): Auth {
  const good = caches?.open(SIGN_INS, { read: (key) => roleOf(ds, key) });
  const tellEnded = (accountId: string): void => {
    good?.forget(accountId);
    onEnded?.();
  };
  const withRole = async (
    accessToken: string | undefined,
    role: (key: string) => Promise<AccessClaims["role"]>,
  ): Promise<AccessClaims> => {
    const { accountId, signInId } = await caller(accessToken);
    return { accountId, signInId, role: await role(`${accountId}/${signInId}`) };
  };
  const pairOf = async (token: string, claims: AccessClaims): Promise<TokenPair> => ({
    token,
    accessToken: await keys.sign(claims),
    expiresIn: ACCESS_TOKEN_S,
  });
  const caller = async (accessToken: string | undefined) => {
    if (accessToken === undefined) throw new RoomkeepError("TOKEN_INVALID");
    if (OLD_TOKEN.test(accessToken)) throw new RoomkeepError("TOKEN_OUTDATED");
    return keys.read(accessToken);
  };
  return {
    async signIn(accountId, address) {
      const signInId = randomUUID();
      const token = newSecret("rkr_");
      const rows = await answerWithin(
        ds.query<{ role: AccessClaims["role"]; undone: boolean }[]>(
          `WITH undone AS (
             DELETE FROM account_deletion WHERE account_id = $2 AND by_player RETURNING 1
           ), begun AS (
             INSERT INTO sign_in (id, account_id, address) VALUES ($1, $2, $3) RETURNING id
           ), kept AS (
             INSERT INTO refresh_token (hash, sign_in_id, expires_at)
             SELECT $4, id, now() + interval '${REFRESH_AGE}' FROM begun
           )
           SELECT role, EXISTS (SELECT 1 FROM undone) AS undone FROM account WHERE id = $2`,
          [signInId, accountId, address, hashOf(token)],
        ),
      );
      const [row] = rows;
      const pair = await pairOf(token, { accountId, signInId, role: row?.role ?? "player" });
      return row?.undone ? { ...pair, deletionUndone: true } : pair;
    },
    async refresh(refreshToken) {
      const successors = keys.successorsOf(refreshToken);
      const outcome = await answerWithin(
        ds.transaction((db) => rotate(db, hashOf(refreshToken), successors.map(hashOf))),
      );
      // Thrown after the transaction: the end of a stolen sign-in must be kept.
      if (typeof outcome === "object" && "reusedBy" in outcome) {
        tellEnded(outcome.reusedBy);
        throw new RoomkeepError("TOKEN_REUSED");
      }
      if (typeof outcome === "string") throw new RoomkeepError(outcome);
      const { successor, ...claims } = outcome;
      return pairOf(successors[successor] as string, claims);
    },
    caller,
    current: (accessToken) => withRole(accessToken, (key) => roleOf(ds, key)),
    recent: (accessToken) => withRole(accessToken, (key) => good?.get(key) ?? roleOf(ds, key)),
    async signOut({ accountId, signInId }) {
      await answerWithin(endSignIn(ds, signInId));
      tellEnded(accountId);
    },
    async signOutEverywhere(accountId, keep) {
      await endSignIns(ds, accountId, keep);
      tellEnded(accountId);
    },
    tellEnded,
  };
}

/**
 * The present role of an account whose sign-in is good.
 * @throws TOKEN_REVOKED it has ended
 */
async function roleOf(db: Db, key: string): Promise<AccessClaims["role"]> {
  const rows = await answerWithin(
    db.query<{ role: AccessClaims["role"] }[]>(
      `SELECT role FROM sign_in JOIN account ON account.id = account_id
       WHERE account_id = $1 AND sign_in.id = $2 AND revoked_at IS NULL`,
      key.split("/"),
    ),
  );
  if (!rows[0]) throw new RoomkeepError("TOKEN_REVOKED");
  return rows[0].role;
}

/**
 * Ends the sign-ins of an account except `keep`, and its sessions at the desk. `db` may be a transaction.
 * @throws DATABASE_UNAVAILABLE no answer within 5 s
 */
export async function endSignIns(db: Db, accountId: string, keep?: string): Promise<void> {
  await answerWithin(
    db.query(
      "UPDATE sign_in SET revoked_at = now() WHERE account_id = $1 AND id IS DISTINCT FROM $2 AND revoked_at IS NULL",
      [accountId, keep ?? null],
    ),
  );
  await endDeskSessions(db, accountId);
}

/** Ends the sessions of an account at the operators' desk. `db` may be a transaction. */
export async function endDeskSessions(db: Db, accountId: string): Promise<void> {
  await answerWithin(
    db.query("UPDATE operator_session SET ended_at = now() WHERE account_id = $1 AND ended_at IS NULL", [
      accountId,
    ]),
  );
}

async function endSignIn(db: Db, signInId: string): Promise<void> {
  await db.query("UPDATE sign_in SET revoked_at = now() WHERE id = $1 AND revoked_at IS NULL", [signInId]);
}

interface TokenRow {
  sign_in_id: string;
  account_id: string;
  role: AccessClaims["role"];
  revoked: boolean;
  expired: boolean;
  used: boolean;
}

/** `successor`: which of the successors is to be given out. */
type Rotated = AccessClaims & { readonly successor: number };

/**
 * Of two that come at once the second waits for the row, and then finds the token just used. A used token is
 * answered again with the same successor for as long as that was not used: the first answer was lost, however
 * long ago. Once somebody has gone on from the successor, whoever comes with the token has stolen it.
 */
async function rotate(
  db: Db,
  hash: string,
  successors: readonly string[],
): Promise<Rotated | RefreshRefusal | { readonly reusedBy: string }> {
  const locked = await db.query<unknown[]>("SELECT 1 FROM refresh_token WHERE hash = $1 FOR UPDATE", [hash]);
  if (locked.length === 0) return "TOKEN_INVALID";
  const [row] = await db.query<TokenRow[]>(
    `SELECT token.sign_in_id, account_id, role, revoked_at IS NOT NULL AS revoked,
       token.expires_at < now() AS expired, token.used_at IS NOT NULL AS used
     FROM refresh_token AS token JOIN sign_in ON sign_in.id = token.sign_in_id
       JOIN account ON account.id = account_id
     WHERE token.hash = $1`,
    [hash],
  );
  if (!row) return "TOKEN_INVALID";
  if (row.revoked) return "TOKEN_REVOKED";
  const claims = { accountId: row.account_id, signInId: row.sign_in_id, role: row.role };
  if (row.used) {
    const successor = await unusedOf(db, successors);
    if (successor >= 0) return row.expired ? "TOKEN_INVALID" : { ...claims, successor };
    await endSignIn(db, row.sign_in_id);
    return { reusedBy: row.account_id };
  }
  if (row.expired) return "TOKEN_INVALID";
  await db.query("UPDATE refresh_token SET used_at = clock_timestamp() WHERE hash = $1", [hash]);
  await db.query(
    `INSERT INTO refresh_token (hash, sign_in_id, expires_at) VALUES ($1, $2, now() + interval '${REFRESH_AGE}')`,
    [successors[0], row.sign_in_id],
  );
  await db.query("UPDATE account SET last_seen_at = now() WHERE id = $1", [row.account_id]);
  return { ...claims, successor: 0 };
}

/** The successor that was given out and not used; -1: it was used, or was made under a key that is gone. */
async function unusedOf(db: Db, successors: readonly string[]): Promise<number> {
  const rows = await db.query<{ hash: string }[]>(
    "SELECT hash FROM refresh_token WHERE hash = ANY($1) AND used_at IS NULL",
    [successors],
  );
  const [unused] = rows;
  return unused ? successors.indexOf(unused.hash) : -1;
}

type RefreshRefusal = "TOKEN_INVALID" | "TOKEN_REVOKED";

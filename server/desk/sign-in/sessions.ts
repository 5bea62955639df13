import { createHash } from "node:crypto";
import type { DataSource } from "typeorm";
import type { Role } from "../../../rooms/index.ts";
import { loginKey } from "../../accounts/accounts.ts";
import { addressKey } from "../../accounts/rate-limit.ts";
import { hashOf, newSecret } from "../../accounts/secrets.ts";
import { answerWithin, type Db } from "../../storage/database.ts";

/** A session at the desk that is good. */
export interface DeskSession {
  readonly accountId: string;
  readonly name: string;
  readonly role: Role;
  /** True where the account has set up one-time passwords. */
  readonly totp: boolean;
  /** What writes carry in their header: only the desk's own page can read it. */
  readonly csrf: string;
}

/** The sessions of operators, for all processes of a database. */
export interface DeskSessions {
  /** Begins one. @returns the token for the cookie; only its hash is kept */
  begin(accountId: string, address: string): Promise<string>;
  /**
   * Reads the session of a token, and notes that it is in use. Undefined: it has ended, by its end, by idle
   * time, or because the role of its account has changed.
   */
  read(token: string): Promise<DeskSession | undefined>;
  /** Ends the session of a token. */
  end(token: string): Promise<void>;
}

/** How exactly the last use is known, as an SQL interval: not each request writes. */
const USE = "10 seconds";

/**
 * Opens the sessions of a database.
 *
 * @param idleMinutes time without a request after which one ends
 */
export function openSessions(ds: DataSource, idleMinutes: number): DeskSessions {
  const idle = `${idleMinutes} minutes`;
  return {
    async begin(accountId, address) {
      const token = newSecret("rkd_");
      await answerWithin(
        ds.query(
          `INSERT INTO operator_session (hash, account_id, role, address)
           SELECT $1, id, role, $3 FROM account WHERE id = $2`,
          [hashOf(token), accountId, address],
        ),
      );
      return token;
    },
    async read(token) {
      const [row] = await answerWithin(
        ds.query<{ id: string; name: string | null; role: Role; old: boolean; totp: boolean }[]>(
          `SELECT account.id, account.name, account.role, seen_at < now() - interval '${USE}' AS old,
             confirmed_at IS NOT NULL AS totp
           FROM operator_session AS session JOIN account ON account.id = session.account_id
             LEFT JOIN operator_totp AS totp ON totp.account_id = account.id
           WHERE hash = $1 AND ended_at IS NULL AND seen_at > now() - $2::interval
             AND session.role = account.role AND account.role <> 'player'`,
          [hashOf(token), idle],
        ),
      );
      if (!row) return undefined;
      if (row.old)
        await answerWithin(
          ds.query("UPDATE operator_session SET seen_at = now() WHERE hash = $1", [hashOf(token)]),
        );
      const { id: accountId, role, totp } = row;
      return { accountId, name: row.name ?? accountId, role, totp, csrf: csrfOf(token) };
    },
    async end(token) {
      await answerWithin(
        ds.query("UPDATE operator_session SET ended_at = now() WHERE hash = $1 AND ended_at IS NULL", [
          hashOf(token),
        ]),
      );
    },
  };
}

/** Whether the account was signed in from this address before, at the desk or in the game. */
export async function isKnownAddress(db: Db, login: string, address: string): Promise<boolean> {
  const rows = await answerWithin(
    db.query<{ address: string }[]>(
      `SELECT DISTINCT address FROM (
         SELECT account_id, address FROM operator_session UNION ALL SELECT account_id, address FROM sign_in
       ) AS known JOIN account ON account.id = account_id
       WHERE (name_key = $1 OR email_key = $1) AND address <> ''`,
      [loginKey(login)],
    ),
  );
  const key = addressKey(address);
  return rows.some((row) => addressKey(row.address) === key);
}

/** It tells nothing of the token. */
function csrfOf(token: string): string {
  return createHash("sha256").update(`roomkeep desk csrf ${token}`).digest("base64url");
}

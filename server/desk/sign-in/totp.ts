import * as OTPAuth from "otpauth";
import { RoomkeepError } from "../../../shared/index.ts";
import type { TokenKeys } from "../../accounts/token-keys.ts";
import { answerWithin, type Db } from "../../storage/database.ts";

/** What authenticators do by default (RFC 6238): six digits, a new code every 30 s. */
const STEP_S = 30;
/** Codes before and after the present one that are taken: clocks differ, and people type. */
const WINDOW = 1;
const ISSUER = "roomkeep";

/** The one-time passwords of operators. */
export interface Totp {
  /** Makes a new secret, which counts once a first code has proved it. Shown this once. */
  begin(
    db: Db,
    account: { readonly id: string; readonly name: string },
  ): Promise<{ uri: string; secret: string }>;
  /** @throws TOTP_INVALID */
  confirm(db: Db, accountId: string, code: string): Promise<void>;
  /**
   * Checks the code of a sign-in, each once. Nothing is asked where none is set up.
   * @throws TOTP_NEEDED, TOTP_INVALID
   */
  check(db: Db, accountId: string, code: string | undefined): Promise<void>;
}

/** Opens them. @param now time in ms, for tests */
export function openTotp(keys: Pick<TokenKeys, "seal" | "unseal">, now: () => number = Date.now): Totp {
  const purposeOf = (accountId: string) => `totp ${accountId}`;
  return {
    async begin(db, { id, name }) {
      const secret = new OTPAuth.Secret({ size: 20 });
      const made = await answerWithin(
        db.query<unknown[]>(
          `INSERT INTO operator_totp (account_id, secret) VALUES ($1, $2)
           ON CONFLICT (account_id) DO UPDATE SET secret = $2, last_step = 0
             WHERE operator_totp.confirmed_at IS NULL RETURNING 1`,
          [id, keys.seal(secret.base32, purposeOf(id))],
        ),
      );
      if (made.length === 0)
        throw new RoomkeepError("ACTION_REFUSED", "An authenticator is set up already. Remove it first.");
      return { uri: totpOf(secret, name).toString(), secret: secret.base32 };
    },
    async confirm(db, accountId, code) {
      const step = stepOf(await secretOf(db, keys, accountId, false), code, now());
      await take(db, accountId, step, false);
    },
    async check(db, accountId, code) {
      const secret = await secretOf(db, keys, accountId, true);
      if (secret === null) return;
      if (code === undefined || code === "") throw new RoomkeepError("TOTP_NEEDED");
      await take(db, accountId, stepOf(secret, code, now()), true);
    },
  };

  /** Null: there is none that counts. */
  async function secretOf(
    db: Db,
    { unseal }: Pick<TokenKeys, "unseal">,
    accountId: string,
    confirmed: boolean,
  ): Promise<OTPAuth.Secret | null> {
    const [row] = await answerWithin(
      db.query<{ secret: string }[]>(
        "SELECT secret FROM operator_totp WHERE account_id = $1 AND (confirmed_at IS NOT NULL) = $2",
        [accountId, confirmed],
      ),
    );
    if (!row) return null;
    const opened = unseal(row.secret, purposeOf(accountId));
    // The key is gone: nobody comes in by the password alone.
    if (opened === undefined)
      throw new RoomkeepError("TOTP_INVALID", "The authenticator has to be set up anew.");
    return OTPAuth.Secret.fromBase32(opened);
  }
}

/** Of two sign-ins with one code, one is let in. */
async function take(db: Db, accountId: string, step: number, confirmed: boolean): Promise<void> {
  const rows = await answerWithin(
    db.query<[unknown[], number]>(
      `UPDATE operator_totp SET last_step = $2, confirmed_at = COALESCE(confirmed_at, now())
       WHERE account_id = $1 AND last_step < $2 AND (confirmed_at IS NOT NULL) = $3 RETURNING 1`,
      [accountId, step, confirmed],
    ),
  );
  if (rows[0].length === 0) throw new RoomkeepError("TOTP_INVALID");
}

/** The time step of a code. @throws TOTP_INVALID it is none of now */
function stepOf(secret: OTPAuth.Secret | null, code: string, nowMs: number): number {
  const token = code.replace(/\s/g, "");
  if (secret === null || !/^\d{6}$/.test(token)) throw new RoomkeepError("TOTP_INVALID");
  const delta = totpOf(secret, "").validate({ token, timestamp: nowMs, window: WINDOW });
  // 0 is the present step.
  if (delta === null) throw new RoomkeepError("TOTP_INVALID");
  return Math.floor(nowMs / 1_000 / STEP_S) + delta;
}

function totpOf(secret: OTPAuth.Secret, label: string): OTPAuth.TOTP {
  return new OTPAuth.TOTP({ issuer: ISSUER, label, secret, period: STEP_S, digits: 6, algorithm: "SHA1" });
}

/** Takes the one-time passwords of an account away. @returns false: there were none */
export async function removeTotp(db: Db, accountId: string): Promise<boolean> {
  const [rows] = await answerWithin(
    db.query<[unknown[], number]>("DELETE FROM operator_totp WHERE account_id = $1 RETURNING 1", [accountId]),
  );
  return rows.length > 0;
}

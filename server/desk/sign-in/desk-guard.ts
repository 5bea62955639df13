import { timingSafeEqual } from "node:crypto";
import { RoomkeepError } from "../../../shared/index.ts";
import { addressKey, openRateLimit, type RateLimit } from "../../accounts/rate-limit.ts";
import type { Operator } from "../../operations/operation.ts";
import { CSRF_HEADER, isForeignOrigin, readCookie } from "./cookie.ts";
import type { DeskSession, DeskSessions } from "./sessions.ts";

/** A request to the desk, as far as it is checked. */
export interface DeskRequestParts {
  readonly headers: Headers;
  /** Of the client. */
  readonly address: string;
}

/** What every route of the desk is checked with. Permissions are checked by `perform`. */
export interface DeskGuard {
  /**
   * Lets in who is signed in.
   *
   * @param change true: the request changes something, so that it needs the session's CSRF token
   * @param early true: who has still to set up one-time passwords comes in as well
   * @throws ORIGIN_FOREIGN, SESSION_NEEDED, CSRF_NEEDED, RATE_LIMITED, TOTP_NEEDED
   */
  admit(request: DeskRequestParts, change: boolean, early?: boolean): Promise<DeskSession>;
}

/** Requests without a session that an address may make in a minute. */
const MISSES = 300;

/**
 * Opens the guard.
 *
 * @param requests limit of an account's requests
 * @param needsTotp true: without one-time passwords an operator may only set them up
 */
export function openDeskGuard(
  sessions: Pick<DeskSessions, "read">,
  requests: RateLimit,
  needsTotp = false,
): DeskGuard {
  const misses = openRateLimit(MISSES, 60);
  return {
    async admit({ headers, address }, change, early = false) {
      if (isForeignOrigin(headers)) throw new RoomkeepError("ORIGIN_FOREIGN");
      const token = readCookie(headers);
      if (token === undefined) throw new RoomkeepError("SESSION_NEEDED");
      const key = addressKey(address);
      await misses.spend(key);
      const session = await sessions.read(token);
      if (!session) throw new RoomkeepError("SESSION_NEEDED");
      await misses.refund(key);
      if (change && !isSame(headers.get(CSRF_HEADER) ?? "", session.csrf))
        throw new RoomkeepError("CSRF_NEEDED");
      await requests.spend(session.accountId);
      if (needsTotp && !early && !session.totp)
        throw new RoomkeepError("TOTP_NEEDED", "Set up an authenticator first: this server asks for one.");
      return session;
    },
  };
}

/** Whoever has a session, for an operation. */
export function operatorOf({ accountId, name, role }: DeskSession): Operator {
  return { id: accountId, name, role, accountId };
}

function isSame(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}

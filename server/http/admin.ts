import { randomInt, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { createMiddleware } from "@colyseus/core";
import type { DataSource } from "typeorm";
import { RoomkeepError } from "../../shared/index.ts";
import { CODE_ALPHABET } from "../../shared/internal.ts";
import { addressKey, type RateLimit } from "../accounts/rate-limit.ts";
import { ADDRESS_HEADER } from "./client-address.ts";

const scryptOf = promisify<string, string, number, Buffer>(scrypt);

/** The admin's sign-in. */
export interface AdminSignIn {
  check(password: string): Promise<boolean>;
  /**
   * Makes the password at the first start of a database and returns it, this one time. Call it when the
   * server runs: a start that fails must not store a password that was never shown.
   */
  announce(): Promise<string | undefined>;
}

const KEY = "admin_password";

/**
 * Opens the admin's sign-in: with the configured password, or with one that is made once and stored as a
 * hash.
 */
export function openAdminSignIn(ds: DataSource, configured: string | undefined): AdminSignIn {
  if (configured !== undefined) {
    return { check: async (given) => same(given, configured), announce: async () => undefined };
  }
  // scrypt is slow on purpose, and the monitor asks every few seconds: a password that was right once is
  // compared directly.
  let known: string | undefined;
  return {
    async check(given) {
      if (known !== undefined) return same(given, known);
      const rows = await ds.query<{ value: string }[]>("SELECT value FROM setting WHERE key = $1", [KEY]);
      const right = rows[0] !== undefined && (await matches(given, rows[0].value));
      if (right) known = given;
      return right;
    },
    async announce() {
      const made = Array.from({ length: 12 }, () =>
        CODE_ALPHABET.charAt(randomInt(CODE_ALPHABET.length)),
      ).join("");
      const rows = await ds.query<unknown[]>(
        "INSERT INTO setting (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING RETURNING key",
        [KEY, await hashOf(made)],
      );
      return rows.length > 0 ? made : undefined;
    },
  };
}

async function hashOf(password: string, salt = randomInt(2 ** 47).toString(36)): Promise<string> {
  return `${salt}:${(await scryptOf(password, salt, 32)).toString("base64url")}`;
}

async function matches(password: string, stored: string): Promise<boolean> {
  const [salt = ""] = stored.split(":");
  return same(await hashOf(password, salt), stored);
}

function same(a: string, b: string): boolean {
  const left = Buffer.from(a);
  const right = Buffer.from(b);
  return left.length === right.length && timingSafeEqual(left, right);
}

/** The operator of a request who is signed in at the desk. */
export interface SignedInAtDesk {
  /** @throws ORIGIN_FOREIGN, SESSION_NEEDED, RATE_LIMITED, TOTP_NEEDED, ROLE_NEEDED */
  admit(request: {
    readonly headers: Headers;
    readonly address: string;
  }): Promise<{ readonly accountId: string }>;
}

/** Who is let in: an operator of the desk, or by the admin's password. */
export interface AdmittedAdmin {
  /** The account, or `admin`. */
  readonly caller: string;
}

/**
 * What lets only operators through: the session of the desk, or for scripts name and password of the admin. A
 * browser without either is sent to the desk's sign-in. An attempt with a password counts before it is made
 * and is taken back when it was right, so that many at once cannot slip through; by address, so that no
 * stranger keeps the admin out.
 *
 * @param attempts wrong passwords of an address
 */
export function adminGuards(signIn: AdminSignIn, attempts: RateLimit, desk: SignedInAtDesk) {
  const guard = createMiddleware(async (context): Promise<{ admitted: AdmittedAdmin }> => {
    const headers = context.request?.headers ?? new Headers();
    const address = headers.get(ADDRESS_HEADER) ?? "";
    const refused = (error: unknown): never => {
      if (!(error instanceof RoomkeepError)) throw error;
      const { code, message, retryAfterS } = error;
      if (code === "SESSION_NEEDED" || code === "TOTP_NEEDED") return askWho(context, headers);
      const status = code === "RATE_LIMITED" ? 429 : code === "DATABASE_UNAVAILABLE" ? 503 : 403;
      const more = retryAfterS === undefined ? undefined : { "retry-after": String(retryAfterS) };
      throw context.error(status, { code, message }, more);
    };
    const given = readBasic(headers.get("authorization"));
    if (given === undefined) {
      const { accountId } = await desk.admit({ headers, address }).catch(refused);
      return { admitted: { caller: accountId } };
    }
    await attempts.spend(addressKey(address)).catch(refused);
    const isRight = given.name === "admin" && (await signIn.check(given.password.slice(0, 200)));
    if (!isRight) throw context.error(401, REFUSED, CHALLENGE);
    await attempts.refund(addressKey(address));
    return { admitted: { caller: "admin" } };
  });
  return [guard];
}

const REFUSED = { code: "SIGN_IN_REFUSED", message: "Sign in at /admin, or as admin with the password." };
const CHALLENGE = { "www-authenticate": 'Basic realm="roomkeep", charset="UTF-8"' };

type Asking = Pick<Parameters<Parameters<typeof createMiddleware>[0]>[0], "error" | "redirect">;

/** A page goes to the sign-in; a page's own request is told; a program is asked for name and password. */
function askWho(context: Asking, headers: Headers): never {
  if (headers.get("accept")?.includes("text/html")) throw context.redirect("/admin");
  throw context.error(401, REFUSED, headers.has("sec-fetch-site") ? undefined : CHALLENGE);
}

/** Name and password of an `Authorization` header; undefined: it is another one, or absent. */
function readBasic(header: string | null): { name: string; password: string } | undefined {
  const [, coded] = /^Basic ([\w+/=-]{1,1000})$/i.exec(header ?? "") ?? [];
  if (coded === undefined) return undefined;
  const [name = "", ...rest] = Buffer.from(coded, "base64").toString().split(":");
  return { name, password: rest.join(":") };
}

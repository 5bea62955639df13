import { randomInt, scrypt, timingSafeEqual } from "node:crypto";
import { promisify } from "node:util";
import { basicAuth, createMiddleware } from "@colyseus/core";
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

/**
 * What lets only the admin through: name and password. An attempt counts before it is made and is taken back
 * when it was right, so that many at once cannot slip through; by address, so that no stranger keeps the
 * admin out.
 *
 * @param attempts wrong passwords of an address
 */
export function adminGuards(signIn: AdminSignIn, attempts: RateLimit) {
  const keyOf = (context: { getHeader(name: string): string | null }) =>
    addressKey(context.getHeader(ADDRESS_HEADER) ?? "");
  const counted = createMiddleware(async (context) => {
    if (!context.getHeader("authorization")) return; // nothing is guessed: the browser is asked for a password
    try {
      await attempts.spend(keyOf(context));
    } catch (error) {
      if (!(error instanceof RoomkeepError)) throw error;
      const { code, message, retryAfterS } = error;
      throw context.error(429, { code, message }, { "retry-after": String(retryAfterS) });
    }
  });
  const guard = basicAuth({
    realm: "roomkeep",
    validate: async (name, password) => name === "admin" && signIn.check(password.slice(0, 200)),
  });
  const admitted = createMiddleware(async (context) => attempts.refund(keyOf(context)));
  return [counted, guard, admitted];
}

import type { DataSource } from "typeorm";
import { z } from "zod";
import { RoomkeepError } from "../../../shared/index.ts";
import {
  byPassword,
  changePassword,
  checkOwner,
  finishReset,
  loginKey,
  readAccount,
  register,
  startReset,
  upgradeGuest,
} from "../../accounts/accounts.ts";
import { changeAppearance } from "../../accounts/appearance.ts";
import type { Auth } from "../../accounts/auth.ts";
import {
  byRecovery,
  chosenCharacter,
  createGuest,
  type Guest,
  renewRecoveryCode,
} from "../../accounts/guests.ts";
import type { NameRules } from "../../accounts/name-rules.ts";
import type { Passwords } from "../../accounts/passwords.ts";
import { exportAccount } from "../../accounts/privacy/account-export.ts";
import { askDeletion } from "../../accounts/privacy/deletion-grace.ts";
import { addressKey, openRateLimit } from "../../accounts/rate-limit.ts";
import { refuseBanned } from "../../moderation/ban.ts";
import { readStanding } from "../../moderation/standing.ts";
import { answerWithin } from "../../storage/database.ts";
import { audited } from "../../telemetry/audit.ts";
import { endpoint } from "./answer.ts";
import * as shapes from "./shapes.ts";

/** Dependencies of {@link accountEndpoints}. */
export interface AccountParts {
  readonly ds: DataSource;
  readonly auth: Auth;
  readonly passwords: Passwords;
  /** Which names players may take. */
  readonly names: NameRules;
  /** How a banned player may object; empty. */
  readonly appeal: string;
  /** Days until an account whose owner wants it deleted is; 0: at once. */
  readonly deleteGraceDays: number;
}

const registration = z.object({
  name: shapes.name,
  password: shapes.password,
  email: z.string().max(400).optional(),
});
const signedIn = shapes.tokens.extend({ account: shapes.account });
const withCharacter = shapes.tokens.extend({ character: shapes.character });
const REGISTERING = [
  "ACCOUNT_NAME_INVALID",
  "NAME_REFUSED",
  "EMAIL_INVALID",
  "PASSWORD_WEAK",
  "NAME_TAKEN",
  "EMAIL_TAKEN",
] as const;

/** Guests, registered accounts, signing in and out, passwords. */
export function accountEndpoints({
  ds,
  auth,
  passwords,
  names,
  appeal,
  deleteGraceDays: days,
}: AccountParts) {
  const limits = {
    made: openRateLimit(600, 60),
    registered: openRateLimit(30, 3_600),
    recovered: openRateLimit(30, 60),
    refreshed: openRateLimit(1_200, 60),
    exported: openRateLimit(60, 300),
    /** Failures only: each attempt is counted before it is made, and refunded when it succeeds. */
    triedFrom: openRateLimit(30, 300),
    triedOn: openRateLimit(10, 300),
  };

  const enter = async (accountId: string, address: string) => ({
    ...(await auth.signIn(accountId, address)),
    account: await shownAccount(accountId),
  });
  const shownAccount = async (accountId: string) => ({
    ...(await readAccount(ds, accountId)),
    ...(await readStanding(ds, accountId, appeal)),
  });

  /**
   * Counts failures by address and by account. Attempts count before they run, so concurrent ones cannot pass
   * the limit.
   */
  const attempt = async <T>(address: string, login: string, work: () => Promise<T>): Promise<T> => {
    const [from, on] = [addressKey(address), loginKey(login)];
    await limits.triedFrom.spend(from);
    await limits.triedOn.spend(on);
    const done = await work();
    await Promise.all([limits.triedFrom.refund(from), limits.triedOn.refund(on)]);
    return done;
  };

  return {
    createGuest: endpoint({
      method: "POST",
      path: "/v1/guests",
      summary: "Make a guest with a character, and sign in",
      body: shapes.looks,
      invalid: "NAME_INVALID",
      codes: ["NAME_REFUSED", "LOOKS_INVALID", "BANNED"],
      status: 201,
      result: withCharacter.extend({ recoveryCode: z.string() }),
      async answer({ body, address }) {
        await limits.made.spend(addressKey(address));
        await refuseBanned(ds, { address }, appeal);
        names.check(body.name);
        const guest = await createGuest(ds, body);
        const pair = await auth.signIn(guest.accountId, address);
        return { ...pair, recoveryCode: guest.recoveryCode, character: shownOf(guest) };
      },
    }),
    recoverGuest: endpoint({
      method: "POST",
      path: "/v1/guests/recover",
      summary: "Sign in as a guest by the recovery code; ends the guest's other sign-ins",
      body: z.object({ code: z.string().max(64) }),
      invalid: "RECOVERY_INVALID",
      result: withCharacter,
      async answer({ body, address }) {
        await limits.recovered.spend(addressKey(address));
        const guest = await byRecovery(ds, body.code);
        auth.tellEnded(guest.accountId);
        return { ...(await auth.signIn(guest.accountId, address)), character: shownOf(guest) };
      },
    }),
    renewRecoveryCode: endpoint({
      method: "POST",
      path: "/v1/guests/recovery-code",
      summary: "Replace the recovery code of the guest",
      signedIn: true,
      result: z.object({ recoveryCode: z.string() }),
      async answer({ token }) {
        const { accountId } = await auth.current(token);
        return { recoveryCode: await renewRecoveryCode(ds, accountId) };
      },
    }),
    register: endpoint({
      method: "POST",
      path: "/v1/accounts",
      summary: "Register a new account, with a first character if looks are given, and sign in",
      body: registration.extend({ character: shapes.looks.optional() }),
      invalid: "ACCOUNT_NAME_INVALID",
      codes: [...REGISTERING, "NAME_INVALID", "LOOKS_INVALID", "BANNED"],
      status: 201,
      result: signedIn,
      async answer({ body, address }) {
        await limits.registered.spend(addressKey(address));
        await refuseBanned(ds, { address }, appeal);
        names.check(body.name);
        if (body.character) names.check(body.character.name);
        const { accountId } = await register(ds, passwords, body, body.character);
        return enter(accountId, address);
      },
    }),
    upgradeGuest: endpoint({
      method: "POST",
      path: "/v1/account/upgrade",
      summary: "Register the guest who is signed in: the same account, with all it has",
      signedIn: true,
      body: registration,
      invalid: "ACCOUNT_NAME_INVALID",
      codes: [...REGISTERING, "ALREADY_REGISTERED"],
      result: z.object({ account: shapes.account }),
      async answer({ token, body, address }) {
        const { accountId, role } = await auth.current(token);
        await limits.registered.spend(addressKey(address));
        names.check(body.name, role);
        await upgradeGuest(ds, passwords, accountId, body);
        return { account: await shownAccount(accountId) };
      },
    }),
    signIn: endpoint({
      method: "POST",
      path: "/v1/sign-in",
      summary: "Sign in by name or e-mail address and password",
      body: z.object({ login: shapes.name, password: shapes.password }),
      codes: ["SIGN_IN_REFUSED"],
      invalid: "SIGN_IN_REFUSED",
      result: signedIn,
      async answer({ body: { login, password }, address }) {
        const { accountId } = await attempt(address, login, () => byPassword(ds, passwords, login, password));
        return enter(accountId, address);
      },
    }),
    refresh: endpoint({
      method: "POST",
      path: "/v1/token",
      summary: "Trade a refresh token for a new pair",
      body: z.object({ token: shapes.secret }),
      invalid: "TOKEN_INVALID",
      codes: ["TOKEN_REVOKED", "TOKEN_REUSED"],
      result: shapes.tokens,
      async answer({ body, address }) {
        await limits.refreshed.spend(addressKey(address));
        return auth.refresh(body.token);
      },
    }),
    signOut: endpoint({
      method: "POST",
      path: "/v1/sign-out",
      summary: "End this sign-in",
      signedIn: true,
      status: 204,
      result: shapes.nothing,
      async answer({ token }) {
        await auth.signOut(await auth.current(token));
        return null;
      },
    }),
    signOutEverywhere: endpoint({
      method: "POST",
      path: "/v1/sign-out/everywhere",
      summary: "End all sign-ins of the account, this one too",
      signedIn: true,
      status: 204,
      result: shapes.nothing,
      async answer({ token }) {
        await auth.signOutEverywhere((await auth.current(token)).accountId);
        return null;
      },
    }),
    changePassword: endpoint({
      method: "POST",
      path: "/v1/account/password",
      summary: "Change the password; ends the other sign-ins",
      signedIn: true,
      body: z.object({ current: shapes.password, password: shapes.password }),
      codes: ["SIGN_IN_REFUSED", "PASSWORD_WEAK"],
      status: 204,
      result: shapes.nothing,
      async answer({ token, body, address }) {
        const caller = await auth.current(token);
        await attempt(address, `#${caller.accountId}`, () =>
          changePassword(ds, passwords, caller, body.current, body.password),
        );
        auth.tellEnded(caller.accountId);
        return null;
      },
    }),
    resetPassword: endpoint({
      method: "POST",
      path: "/v1/password-reset",
      summary: "Set a new password by the one-time code that the admin gave",
      body: z.object({ login: shapes.name, code: z.string().max(64), password: shapes.password }),
      invalid: "RESET_INVALID",
      codes: ["PASSWORD_WEAK"],
      result: signedIn,
      async answer({ body, address }) {
        const { accountId } = await attempt(address, body.login, () => finishReset(ds, passwords, body));
        auth.tellEnded(accountId);
        return enter(accountId, address);
      },
    }),
    startReset: endpoint({
      method: "POST",
      path: "/v1/admin/password-resets",
      summary: "Make a one-time code for an account whose owner forgot the password; for admins",
      signedIn: true,
      body: z.object({ login: shapes.name }),
      codes: ["ROLE_NEEDED", "ACCOUNT_UNKNOWN"],
      status: 201,
      result: z.object({ name: z.string(), code: z.string() }),
      async answer({ token, body }) {
        const { role, accountId: account } = await auth.current(token);
        const line = `POST /v1/admin/password-resets ${body.login}`;
        return audited(ds, { caller: account, role, account, line }, async (db) => {
          if (role !== "admin") throw new RoomkeepError("ROLE_NEEDED");
          return startReset(db, body.login);
        });
      },
    }),
    readAccount: endpoint({
      method: "GET",
      path: "/v1/account",
      summary: "The account, also one that has no character yet",
      signedIn: true,
      result: z.object({ account: shapes.account }),
      async answer({ token }) {
        return { account: await shownAccount((await auth.caller(token)).accountId) };
      },
    }),
    exportAccount: endpoint({
      method: "GET",
      path: "/v1/account/export",
      summary: "All that is kept of the account; of a long ledger in parts: ask on with ?after=<nextLedger>",
      signedIn: true,
      codes: ["RATE_LIMITED"],
      result: shapes.accountExport,
      async answer({ token, query }) {
        const { accountId } = await auth.current(token);
        await limits.exported.spend(accountId);
        return exportAccount(ds, accountId, query.after);
      },
    }),
    deleteAccount: endpoint({
      method: "POST",
      path: "/v1/account/delete",
      summary: `Delete the account and all that belongs to it, ${days === 0 ? "at once" : `in ${days} days unless it signs in again`}; by password, recovery code or fresh sign-in`,
      signedIn: true,
      body: z.object({ password: shapes.password.optional(), recoveryCode: z.string().max(64).optional() }),
      codes: ["SIGN_IN_REFUSED", "CHARACTER_LIVE"],
      result: z.object({
        deleteAt: z.iso.datetime().nullable().meta({ description: "null: it is deleted" }),
      }),
      async answer({ token, body, address }) {
        const caller = await auth.current(token);
        await attempt(address, `#${caller.accountId}`, () => checkOwner(ds, passwords, caller, body));
        const { deleteAt } = await answerWithin(
          ds.transaction((db) => askDeletion(db, caller.accountId, { days, byPlayer: true })),
        );
        auth.tellEnded(caller.accountId);
        return { deleteAt: deleteAt?.toISOString() ?? null };
      },
    }),
    readMe: endpoint({
      method: "GET",
      path: "/v1/me",
      summary: "The account and the character that plays",
      signedIn: true,
      codes: ["CHARACTER_MISSING"],
      result: z.object({ account: shapes.account, character: shapes.character }),
      async answer({ token }) {
        const { accountId } = await auth.caller(token);
        return {
          account: await shownAccount(accountId),
          character: shownOf(await chosenCharacter(ds, accountId)),
        };
      },
    }),
    changeMe: endpoint({
      method: "PATCH",
      path: "/v1/me",
      summary: "Change name and looks of the character that plays",
      signedIn: true,
      body: shapes.looks.partial(),
      invalid: "NAME_INVALID",
      codes: ["NAME_REFUSED", "LOOKS_INVALID", "CHARACTER_MISSING"],
      result: z.object({ character: shapes.character }),
      async answer({ token, body }) {
        const { accountId, role } = await auth.current(token);
        if (body.name !== undefined) names.check(body.name, role);
        const own = await chosenCharacter(ds, accountId);
        const { name, color, shape } = { ...own, ...body };
        const changed = await changeAppearance(ds.manager, own, { name, color, shape });
        return { character: { id: own.characterId, ...changed } };
      },
    }),
  };
}

const shownOf = ({ characterId, name, color, shape }: Guest) => ({ id: characterId, name, color, shape });

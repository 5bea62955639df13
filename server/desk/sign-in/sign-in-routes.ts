import type { BaseLogger } from "pino";
import type { DataSource } from "typeorm";
import { z } from "zod";
import { ROLES } from "../../../rooms/internal.ts";
import { RoomkeepError } from "../../../shared/index.ts";
import { byPassword, checkOwnPassword, readAccount, register } from "../../accounts/accounts.ts";
import type { Passwords } from "../../accounts/passwords.ts";
import { addressKey, openRateLimit } from "../../accounts/rate-limit.ts";
import type { Config } from "../../config.ts";
import { type Asked, endpoint, json } from "../../http/api/answer.ts";
import * as shapes from "../../http/api/shapes.ts";
import { PERMISSIONS, type Permission } from "../../operations/permissions.ts";
import { audited, noteDeed } from "../../telemetry/audit.ts";
import type { Attempts } from "./attempts.ts";
import { cookieOf, isForeignOrigin, readCookie } from "./cookie.ts";
import type { DeskGuard } from "./desk-guard.ts";
import type { DeskSession, DeskSessions } from "./sessions.ts";
import { removeTotp, type Totp } from "./totp.ts";
import { checkWelcome, useWelcome } from "./welcome-code.ts";

/** What the sign-in routes work on. */
export interface SignInParts {
  readonly ds: DataSource;
  readonly log: Pick<BaseLogger, "info">;
  readonly passwords: Passwords;
  readonly sessions: DeskSessions;
  readonly guard: DeskGuard;
  readonly attempts: Attempts;
  readonly totp: Totp;
  readonly desk: Config["desk"];
}

const me = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(ROLES),
  permissions: z.array(z.enum(Object.keys(PERMISSIONS) as [Permission, ...Permission[]])),
  csrf: z.string().meta({ description: "sent with each POST as x-roomkeep-csrf" }),
  totp: z.object({ set: z.boolean(), required: z.boolean() }),
  idleMinutes: z.int(),
});
const code = z.string().max(20);
type Me = z.output<typeof me>;

/** Signing in and out at the desk, the first admin, and one-time passwords. */
export function signInRoutes(parts: SignInParts) {
  const { ds, log, passwords, sessions, guard, attempts, totp, desk } = parts;
  const welcomed = openRateLimit(30, 300);

  const meOf = ({ accountId, name, role, csrf, totp: set }: DeskSession): Me => ({
    id: accountId,
    name,
    role,
    permissions: [...desk.permissions[role]],
    csrf,
    totp: { set, required: desk.totp === "require" },
    idleMinutes: desk.idleMinutes,
  });
  const current = async (token: string | undefined): Promise<Me> => {
    const session = token === undefined ? undefined : await sessions.read(token);
    if (!session) throw new RoomkeepError("SESSION_NEEDED");
    return meOf(session);
  };
  /** Begins a session; an earlier one of the browser ends. */
  const enter = async (accountId: string, { headers, address }: Asked<unknown>) => {
    const earlier = readCookie(headers);
    if (earlier !== undefined) await sessions.end(earlier);
    const token = await sessions.begin(accountId, address);
    log.info({ account: accountId, address }, "an operator signed in at the desk");
    return withCookie(200, await current(token), cookieOf(token, headers));
  };
  const own = (headers: Headers) => {
    if (isForeignOrigin(headers)) throw new RoomkeepError("ORIGIN_FOREIGN");
  };
  /** The operator of a request that shows the password once more. */
  const proved = async (
    { headers, address }: Asked<unknown>,
    password: string,
    work: (by: DeskSession) => Promise<void>,
  ) => {
    const session = await guard.admit({ headers, address }, true, true);
    await attempts.count({ login: session.name, address }, async () => {
      await checkOwnPassword(ds, passwords, session.accountId, password);
      await work(session);
    });
    return session;
  };
  const deedOf = ({ accountId, role }: DeskSession, line: string) => ({
    caller: accountId,
    account: accountId,
    role,
    line,
    concerns: accountId,
  });

  return {
    deskSignIn: endpoint({
      method: "POST",
      path: "/v1/admin/sign-in",
      summary:
        "Sign in at the desk: name or e-mail address, password, and the authenticator's code if one is set up",
      body: z.object({ login: shapes.name, password: shapes.password, code: code.optional() }),
      invalid: "SIGN_IN_REFUSED",
      codes: ["SIGN_IN_REFUSED", "TOTP_NEEDED", "TOTP_INVALID", "ORIGIN_FOREIGN"],
      result: me,
      async answer(asked) {
        own(asked.headers);
        const { login, password, code } = asked.body;
        const { address } = asked;
        const accountId = await attempts.count({ login, address }, async () => {
          const found = await byPassword(ds, passwords, login, password);
          const { role } = await readAccount(ds, found.accountId);
          // The same answer: who is an operator is nobody's business.
          if (role === "player") throw new RoomkeepError("SIGN_IN_REFUSED");
          await totp.check(ds, found.accountId, code);
          return found.accountId;
        });
        return enter(accountId, asked) as never;
      },
    }),
    deskSignOut: endpoint({
      method: "POST",
      path: "/v1/admin/sign-out",
      summary: "Sign out at the desk",
      session: true,
      status: 204,
      result: shapes.nothing,
      async answer({ headers, address }) {
        await guard.admit({ headers, address }, true, true);
        await sessions.end(readCookie(headers) ?? "");
        return withCookie(204, null, cookieOf(undefined, headers)) as never;
      },
    }),
    deskMe: endpoint({
      method: "GET",
      path: "/v1/admin/me",
      summary: "Who is signed in at the desk, with permissions and CSRF token",
      session: true,
      result: me,
      answer: async ({ headers, address }) => meOf(await guard.admit({ headers, address }, false, true)),
    }),
    deskWelcome: endpoint({
      method: "POST",
      path: "/v1/admin/welcome",
      summary: "Make the first admin, by the code of the link that the first start printed, and sign in",
      body: z.object({ code: shapes.secret, name: shapes.name, password: shapes.password }),
      codes: ["WELCOME_INVALID", "ACCOUNT_NAME_INVALID", "PASSWORD_WEAK", "NAME_TAKEN", "ORIGIN_FOREIGN"],
      result: me,
      async answer(asked) {
        own(asked.headers);
        const { code, ...wanted } = asked.body;
        const key = addressKey(asked.address);
        await welcomed.spend(key);
        await checkWelcome(ds, code);
        const { accountId } = await register(ds, passwords, wanted, undefined, async (db, id) => {
          await useWelcome(db, code);
          await db.query("UPDATE account SET role = 'admin' WHERE id = $1", [id]);
          const line = `desk welcome ${wanted.name}`;
          await noteDeed(db, { caller: id, account: id, role: "admin", line, concerns: id }, "done");
        });
        await welcomed.refund(key);
        return enter(accountId, asked) as never;
      },
    }),
    deskTotpBegin: endpoint({
      method: "POST",
      path: "/v1/admin/totp/begin",
      summary: "Make the secret of an authenticator, shown this once; it counts when a code has confirmed it",
      session: true,
      body: z.object({ password: shapes.password }),
      codes: ["SIGN_IN_REFUSED", "ACTION_REFUSED"],
      result: z.object({ uri: z.string(), secret: z.string() }),
      async answer(asked) {
        let made: { uri: string; secret: string } | undefined;
        await proved(asked, asked.body.password, async ({ accountId: id, name }) => {
          made = await totp.begin(ds, { id, name });
        });
        if (!made) throw new RoomkeepError("ACTION_REFUSED");
        return made;
      },
    }),
    deskTotpConfirm: endpoint({
      method: "POST",
      path: "/v1/admin/totp/confirm",
      summary: "Set the authenticator up by a first code",
      session: true,
      body: z.object({ code }),
      codes: ["TOTP_INVALID"],
      result: me,
      async answer({ body, headers, address }) {
        const session = await guard.admit({ headers, address }, true, true);
        await attempts.count({ login: session.name, address }, () =>
          audited(ds, deedOf(session, "desk totp confirm"), (db) =>
            totp.confirm(db, session.accountId, body.code),
          ),
        );
        return current(readCookie(headers));
      },
    }),
    deskTotpRemove: endpoint({
      method: "POST",
      path: "/v1/admin/totp/remove",
      summary: "Take the own authenticator away, by password and code",
      session: true,
      body: z.object({ password: shapes.password, code }),
      codes: ["SIGN_IN_REFUSED", "TOTP_NEEDED", "TOTP_INVALID"],
      result: me,
      async answer(asked) {
        await proved(asked, asked.body.password, (session) =>
          audited(ds, deedOf(session, "desk totp remove"), async (db) => {
            await totp.check(db, session.accountId, asked.body.code);
            await removeTotp(db, session.accountId);
          }),
        );
        return current(readCookie(asked.headers));
      },
    }),
  };
}

function withCookie(status: number, body: unknown, cookie: string): Response {
  const answer = json(status, body);
  answer.headers.set("set-cookie", cookie);
  return answer;
}

import * as OTPAuth from "otpauth";
import type { DataSource } from "typeorm";
import { beforeAll, describe, expect, it } from "vitest";
import { openRateLimit } from "../../../server/accounts/rate-limit.ts";
import { openTokenKeys } from "../../../server/accounts/token-keys.ts";
import { openAttempts } from "../../../server/desk/sign-in/attempts.ts";
import { readCookie } from "../../../server/desk/sign-in/cookie.ts";
import { openDeskGuard } from "../../../server/desk/sign-in/desk-guard.ts";
import { type DeskSession, openSessions } from "../../../server/desk/sign-in/sessions.ts";
import { openTotp } from "../../../server/desk/sign-in/totp.ts";
import {
  checkWelcome,
  firstWelcome,
  makeWelcome,
  useWelcome,
} from "../../../server/desk/sign-in/welcome-code.ts";
import { RoomkeepError } from "../../../shared/index.ts";
import { newGuest } from "../../helpers/characters.ts";
import { describeOnEachDatabase } from "../../helpers/databases.ts";

const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );

describe("tries to sign in at the desk", () => {
  const limit = (_: string, points: number, seconds: number) => openRateLimit(points, seconds);
  const open = (isKnown = false) => openAttempts(limit, async () => isKnown);
  const fail = (code: "SIGN_IN_REFUSED" | "TOTP_NEEDED") => async () => {
    throw new RoomkeepError(code);
  };

  it("of one address are bounded, whichever names it tries", async () => {
    const attempts = open(true);
    const from = (n: number, address: string) =>
      codeOf(attempts.count({ login: `name-${n}`, address }, fail("SIGN_IN_REFUSED")));
    for (let n = 0; n < 30; n++) expect(await from(n, "192.0.2.1")).toBe("SIGN_IN_REFUSED");
    expect(await from(30, "192.0.2.1")).toBe("RATE_LIMITED");
    expect(await from(30, "192.0.2.2")).toBe("SIGN_IN_REFUSED");
  });

  it("do not count where the password was right and a code is asked for", async () => {
    const attempts = open();
    const ask = () => codeOf(attempts.count({ login: "ann", address: "192.0.2.1" }, fail("TOTP_NEEDED")));
    for (let n = 0; n < 60; n++) expect(await ask()).toBe("TOTP_NEEDED");
  });
});

describe("requests to the desk", () => {
  const token = "rkd_0123456789012345678901234567890123456789012";
  const session: DeskSession = { accountId: "a", name: "Ann", role: "admin", totp: true, csrf: "c" };
  const headersOf = (own: string) => new Headers({ cookie: `roomkeep_desk=${own}` });
  const open = (perMinute: number) =>
    openDeskGuard(
      { read: async (own) => (own === token ? session : undefined) },
      openRateLimit(perMinute, 60),
    );

  it("with a session that is none are bounded for each address; good ones do not count", async () => {
    const guard = open(10_000);
    const ask = (own: string, address: string) =>
      codeOf(guard.admit({ headers: headersOf(own), address }, false));
    for (let n = 0; n < 301; n++) expect(await ask(token, "192.0.2.1")).toBe("done");
    const forged = token.replace("rkd_0", "rkd_1");
    for (let n = 0; n < 300; n++) expect(await ask(forged, "192.0.2.1")).toBe("SESSION_NEEDED");
    expect(await ask(forged, "192.0.2.1")).toBe("RATE_LIMITED");
    expect(await ask(forged, "192.0.2.2")).toBe("SESSION_NEEDED");
  });

  it("of one account are bounded, from whichever address", async () => {
    const guard = open(3);
    const ask = (n: number) =>
      codeOf(guard.admit({ headers: headersOf(token), address: `192.0.2.${n}` }, false));
    expect([await ask(1), await ask(2), await ask(3), await ask(4)]).toEqual([
      "done",
      "done",
      "done",
      "RATE_LIMITED",
    ]);
  });

  it("name a session by a token alone: nothing else is looked up", () => {
    expect(readCookie(headersOf(token))).toBe(token);
    for (const none of ["", "short", `${token} OR 1=1`, "x".repeat(200), `${token}%00`])
      expect(readCookie(headersOf(none)), none).toBeUndefined();
    expect(readCookie(new Headers({ cookie: `other=${token}` }))).toBeUndefined();
  });
});

describeOnEachDatabase("what lets an operator in", (openDatabase) => {
  let ds: DataSource;
  beforeAll(async () => {
    ({ ds } = await openDatabase());
  });

  it("is no session of a player, though one was begun", async () => {
    const { accountId } = await newGuest(ds);
    const sessions = openSessions(ds, 30);
    expect(await sessions.read(await sessions.begin(accountId, "192.0.2.1"))).toBeUndefined();
    await ds.query("UPDATE account SET role = 'moderator' WHERE id = $1", [accountId]);
    expect(await sessions.read(await sessions.begin(accountId, "192.0.2.1"))).toMatchObject({ accountId });
  });

  it("is a code of now, each once, and no other text", async () => {
    const { accountId: id } = await newGuest(ds);
    const clock = { ms: 1_000_000_000_000 };
    const totp = openTotp(await openTokenKeys(ds), () => clock.ms);
    const { uri } = await totp.begin(ds, { id, name: "Ann" });
    const device = OTPAuth.URI.parse(uri) as OTPAuth.TOTP;
    const codeAt = (steps: number) => device.generate({ timestamp: clock.ms + steps * 30_000 });
    const check = (code: string) => codeOf(totp.check(ds, id, code));
    // It asks for nothing before it is confirmed.
    expect(await check("")).toBe("done");
    expect(await codeOf(totp.confirm(ds, id, codeAt(-2)))).toBe("TOTP_INVALID");
    await totp.confirm(ds, id, codeAt(-1));
    expect(await codeOf(totp.confirm(ds, id, codeAt(0)))).toBe("TOTP_INVALID");
    expect(await check("")).toBe("TOTP_NEEDED");
    for (const wrong of [
      codeAt(-1),
      codeAt(2),
      codeAt(-3),
      `${codeAt(0)}0`,
      "12345",
      "abcdef",
      "１２３４５６",
    ])
      expect(await check(wrong), wrong).toBe("TOTP_INVALID");
    expect(await check(codeAt(0).replace(/^.../, "$& "))).toBe("done");
    expect(await check(codeAt(0))).toBe("TOTP_INVALID");
    // With another key of the server nobody comes in by the password alone.
    const other = openTotp(await openTokenKeys(ds, ["k".repeat(32)]), () => clock.ms);
    expect(await codeOf(other.check(ds, id, codeAt(1)))).toBe("TOTP_INVALID");
  });

  it("is a link of the first day, once, and a later link ends an earlier one", async () => {
    const first = (await firstWelcome(ds)) ?? "";
    expect(first).not.toBe("");
    expect(await firstWelcome(ds)).toBeUndefined();
    const age = () =>
      ds.query(
        "UPDATE setting SET value = jsonb_set(value::jsonb, '{until}', to_jsonb($1::bigint))::text WHERE key = 'desk_welcome'",
        [Date.now() - 1],
      );
    await checkWelcome(ds, first);
    await age();
    expect(await codeOf(checkWelcome(ds, first))).toBe("WELCOME_INVALID");
    expect(await codeOf(useWelcome(ds, first))).toBe("WELCOME_INVALID");
    const second = (await firstWelcome(ds)) ?? "";
    expect(second).not.toBe(first);
    const third = await makeWelcome(ds);
    for (const over of [first, second, ""]) {
      expect(await codeOf(checkWelcome(ds, over))).toBe("WELCOME_INVALID");
      expect(await codeOf(useWelcome(ds, over))).toBe("WELCOME_INVALID");
    }
    await useWelcome(ds, third);
    expect(await codeOf(useWelcome(ds, third))).toBe("WELCOME_INVALID");
  });
});

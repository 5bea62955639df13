import * as OTPAuth from "otpauth";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { TagRoom } from "../../../games/tag/room.ts";
import { finishReset, register, setRole, startReset } from "../../../server/accounts/accounts.ts";
import { openPasswords } from "../../../server/accounts/passwords.ts";
import { openRateLimit } from "../../../server/accounts/rate-limit.ts";
import { openDeskGuard } from "../../../server/desk/sign-in/desk-guard.ts";
import { openSessions } from "../../../server/desk/sign-in/sessions.ts";
import { newPostgresDatabase } from "../../helpers/databases.ts";
import { askDesk, type DeskAnswer, deskOperator, PASSWORD } from "../../helpers/desk/operators.ts";

const passwords = openPasswords();
const BASIC = `Basic ${btoa("admin:a long password")}`;
let world: TestServer;
let database: { url: string; close(): Promise<void> };
const ds = () => world.server.foundation.database.ds;
const entries = () =>
  ds().query<{ line: string; outcome: string }[]>("SELECT line, outcome FROM audit_entry ORDER BY at");

beforeAll(async () => {
  database = await newPostgresDatabase();
  world = await bootServer(
    { tag: TagRoom },
    {
      env: {
        DATABASE_URL: database.url,
        ROOMKEEP_ADMIN_PASSWORD: "a long password",
        ROOMKEEP_TRUST_PROXY: "1",
      },
    },
  );
});
afterAll(async () => {
  await world.close();
  await database.close();
});

const post = (path: string, body: object, headers: Record<string, string> = {}) =>
  askDesk(world.url, path, body, headers);
/** From an address of its own, unless another is given. */
const signIn = (login: string, password: string, more: { code?: string; from?: string } = {}) =>
  post(
    "/v1/admin/sign-in",
    { login, password, ...(more.code !== undefined && { code: more.code }) },
    { "x-forwarded-for": more.from ?? "198.51.100.1" },
  );
const cookieIn = ({ headers }: DeskAnswer) => (headers.get("set-cookie") ?? "").split(";")[0] ?? "";
const me = (cookie: string) => askDesk(world.url, "/v1/admin/me", undefined, { cookie });

it("the first start makes one link, by which the first admin sets name and password, once", async () => {
  const link = (await world.server.foundation.desk.announce()) ?? "";
  const [, code = ""] = /^\/admin#welcome=(\S+)$/.exec(link) ?? [];
  expect(code).not.toBe("");
  expect(await world.server.foundation.desk.announce()).toBeUndefined();
  expect(JSON.stringify(await ds().query("SELECT * FROM setting"))).not.toContain(code);
  const wanted = { name: "Root", password: PASSWORD };
  expect(await post("/v1/admin/welcome", { ...wanted, code: `${code}x` })).toMatchObject({
    status: 401,
    body: { code: "WELCOME_INVALID" },
  });
  expect(await post("/v1/admin/welcome", { ...wanted, code, password: "short" })).toMatchObject({
    status: 400,
    body: { code: "PASSWORD_WEAK" },
  });
  const made = await post("/v1/admin/welcome", { ...wanted, code });
  expect(made).toMatchObject({ status: 200, body: { name: "Root", role: "admin" } });
  expect((await me(cookieIn(made))).body.permissions).toContain("operators");
  expect(await post("/v1/admin/welcome", { name: "Two", password: PASSWORD, code })).toMatchObject({
    status: 401,
    body: { code: "WELCOME_INVALID" },
  });
  expect(await world.server.foundation.desk.announce()).toBeUndefined();
  expect(await entries()).toEqual([{ line: "desk welcome Root", outcome: "done" }]);
});

it("an operator signs in and out; nobody learns who is one", async () => {
  await register(ds(), passwords, { name: "Player", password: PASSWORD });
  const refused = { status: 401, body: { code: "SIGN_IN_REFUSED" } };
  const answers = [
    await signIn("Root", "wrong horse 7"),
    await signIn("Nobody", PASSWORD),
    await signIn("Player", PASSWORD),
  ];
  for (const answer of answers) expect(answer).toMatchObject(refused);
  expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
  for (const answer of answers) expect(answer.headers.get("set-cookie")).toBeNull();
  const signed = await signIn("root", PASSWORD);
  expect(signed.status).toBe(200);
  expect(signed.headers.get("set-cookie")).toMatch(
    /^roomkeep_desk=rkd_[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/,
  );
  expect(JSON.stringify(signed.body)).not.toContain("rkd_");
  const cookie = cookieIn(signed);
  expect(JSON.stringify(await ds().query("SELECT * FROM operator_session"))).not.toContain(cookie.slice(20));
  const { csrf } = (await me(cookie)).body;
  expect(await post("/v1/admin/sign-out", {}, { cookie })).toMatchObject({ status: 403 });
  const out = await post("/v1/admin/sign-out", {}, { cookie, "x-roomkeep-csrf": csrf });
  expect(out.status).toBe(204);
  expect(out.headers.get("set-cookie")).toContain("Max-Age=0");
  expect(await me(cookie)).toMatchObject({ status: 401, body: { code: "SESSION_NEEDED" } });
});

it("behind TLS the cookie is for https alone, and another site's page signs nobody in", async () => {
  const tls = await post(
    "/v1/admin/sign-in",
    { login: "Root", password: PASSWORD },
    { "x-forwarded-proto": "https", "x-forwarded-for": "198.51.100.1" },
  );
  expect(tls.headers.get("set-cookie")).toContain("; Secure");
  const foreign = await post(
    "/v1/admin/sign-in",
    { login: "Root", password: PASSWORD },
    { origin: "http://evil.example" },
  );
  expect(foreign).toMatchObject({ status: 403, body: { code: "ORIGIN_FOREIGN" } });
  const welcome = { code: "0".repeat(43), name: "Eve", password: PASSWORD };
  const evil = { origin: "http://evil.example", "x-forwarded-for": "198.51.100.2" };
  expect(await post("/v1/admin/welcome", welcome, evil)).toMatchObject({
    status: 403,
    body: { code: "ORIGIN_FOREIGN" },
  });
});

it("the code of the link is not guessed without end", async () => {
  // Nobody learns whether a password would do either.
  const guess = { code: "0".repeat(43), name: "Eve", password: "short" };
  const statuses: number[] = [];
  for (let n = 0; n < 31; n++)
    statuses.push((await post("/v1/admin/welcome", guess, { "x-forwarded-for": "198.51.100.3" })).status);
  expect(statuses).toEqual([...Array(30).fill(401), 429]);
});

it("a browser has one session: who signs in again ends the one before", async () => {
  const first = cookieIn(await signIn("Root", PASSWORD));
  const again = await post(
    "/v1/admin/sign-in",
    { login: "Root", password: PASSWORD },
    { cookie: first, "x-forwarded-for": "198.51.100.1" },
  );
  expect((await me(cookieIn(again))).status).toBe(200);
  expect((await me(first)).status).toBe(401);
});

it("a session ends when it is idle, with another role or password, and by a sign-out everywhere", async () => {
  const { auth } = world.server.foundation;
  const root = await deskOperator(ds(), world.url, "Chief", "admin");
  const ways: Record<string, (id: string, name: string) => Promise<unknown>> = {
    idle: (id) =>
      ds().query(
        "UPDATE operator_session SET seen_at = now() - interval '31 minutes' WHERE account_id = $1",
        [id],
      ),
    "another role": (_, name) => setRole(ds(), name, "operator"),
    "no role": (_, name) => setRole(ds(), name, "player"),
    "a new password": async (_, name) => {
      const { code } = await startReset(ds().manager, name);
      await finishReset(ds(), passwords, { login: name, code, password: "battery 9 staple" });
    },
    "a sign-out everywhere": (id) => auth.signOutEverywhere(id),
    "an admin": (_, login) => root.ask("/v1/admin/operators/sign-out", { login }),
  };
  for (const [n, [way, end]] of Object.entries(ways).entries()) {
    const ann = await deskOperator(ds(), world.url, `mod-${n}`, "moderator");
    expect((await ann.ask("/v1/admin/me")).status, way).toBe(200);
    await end(ann.accountId, ann.name);
    expect((await ann.ask("/v1/admin/me")).status, way).toBe(401);
  }
});

it("a request keeps a session alive", async () => {
  const ann = await deskOperator(ds(), world.url, "Awake", "moderator");
  const age = "UPDATE operator_session SET seen_at = now() - interval '29 minutes' WHERE account_id = $1";
  await ds().query(age, [ann.accountId]);
  expect((await ann.ask("/v1/admin/me")).status).toBe(200);
  const [row] = await ds().query(
    "SELECT seen_at > now() - interval '1 minute' AS fresh FROM operator_session WHERE account_id = $1",
    [ann.accountId],
  );
  expect(row.fresh).toBe(true);
});

it("an authenticator is set up by a first code, asked for at each sign-in, and takes each code once", async () => {
  const ann = await deskOperator(ds(), world.url, "Ann", "operator");
  expect(await ann.ask("/v1/admin/totp/begin", { password: "wrong horse 7" })).toMatchObject({ status: 401 });
  const { body: begun } = await ann.ask("/v1/admin/totp/begin", { password: PASSWORD });
  const totp = OTPAuth.URI.parse(begun.uri) as OTPAuth.TOTP;
  expect(totp.secret.base32).toBe(begun.secret);
  const [row] = await ds().query("SELECT secret FROM operator_totp WHERE account_id = $1", [ann.accountId]);
  expect(row.secret).not.toContain(begun.secret);
  // Until it is confirmed nobody is locked out by it.
  expect((await signIn("Ann", PASSWORD)).status).toBe(200);
  const at = Date.now();
  const codeAt = (step: number) => totp.generate({ timestamp: at + step * 30_000 });
  const bad = codeAt(0) === "000000" ? "000001" : "000000";
  expect((await ann.ask("/v1/admin/totp/confirm", { code: bad })).body.code).toBe("TOTP_INVALID");
  // The code of the step before: the two that follow are still to come.
  const confirmed = await ann.ask("/v1/admin/totp/confirm", { code: codeAt(-1) });
  expect(confirmed.body).toMatchObject({ name: "Ann", totp: { set: true, required: false } });
  expect((await signIn("Ann", PASSWORD)).body.code).toBe("TOTP_NEEDED");
  expect((await signIn("Ann", PASSWORD, { code: bad })).body.code).toBe("TOTP_INVALID");
  expect((await signIn("Ann", PASSWORD, { code: codeAt(-1) })).body.code).toBe("TOTP_INVALID");
  const two = await Promise.all([0, 0].map((step) => signIn("Ann", PASSWORD, { code: codeAt(step) })));
  expect(two.map(({ status }) => status).sort()).toEqual([200, 401]);
  expect((await signIn("Ann", "wrong horse 7", { code: codeAt(1) })).body.code).toBe("SIGN_IN_REFUSED");
  expect((await ann.ask("/v1/admin/totp/begin", { password: PASSWORD })).body.code).toBe("ACTION_REFUSED");
  const root = await deskOperator(ds(), world.url, "Helper", "admin");
  expect((await root.ask("/v1/admin/operators/remove-totp", { login: "Ann" })).status).toBe(200);
  expect((await ann.ask("/v1/admin/me")).status).toBe(401);
  expect((await signIn("Ann", PASSWORD)).status).toBe(200);
  const lines = (await entries()).filter(({ line }) => line.includes("totp"));
  expect(lines).toEqual([
    { line: "desk totp confirm", outcome: "TOTP_INVALID" },
    { line: "desk totp confirm", outcome: "done" },
    { line: "roomkeep admin operators remove-totp --login Ann", outcome: "done" },
  ]);
});

it("an authenticator is taken away by password and code, and neither is guessed without end", async () => {
  const ann = await deskOperator(ds(), world.url, "Lost", "operator");
  const { body } = await ann.ask("/v1/admin/totp/begin", { password: PASSWORD });
  const totp = OTPAuth.URI.parse(body.uri) as OTPAuth.TOTP;
  const at = Date.now();
  const codeAt = (step: number) => totp.generate({ timestamp: at + step * 30_000 });
  await ann.ask("/v1/admin/totp/confirm", { code: codeAt(-1) });
  const remove = async (password: string, code: string) =>
    (await ann.ask("/v1/admin/totp/remove", { password, code })).body;
  expect((await remove("wrong horse 7", codeAt(0))).code).toBe("SIGN_IN_REFUSED");
  expect((await remove(PASSWORD, "")).code).toBe("TOTP_NEEDED");
  expect((await remove(PASSWORD, codeAt(-1))).code).toBe("TOTP_INVALID");
  expect(await remove(PASSWORD, codeAt(0))).toMatchObject({ totp: { set: false } });
  // Of the ten failures for this account two are counted.
  const codes: string[] = [];
  for (let n = 0; n < 10; n++)
    codes.push((await ann.ask("/v1/admin/totp/confirm", { code: "000000" })).body.code);
  expect(codes).toEqual([...Array(8).fill("TOTP_INVALID"), "RATE_LIMITED", "RATE_LIMITED"]);
  expect((await remove(PASSWORD, codeAt(1))).code).toBe("RATE_LIMITED");
});

it("where an authenticator is asked of all, who has none may only set one up", async () => {
  const ann = await deskOperator(ds(), world.url, "Bare", "moderator");
  const guard = openDeskGuard(openSessions(ds(), 30), openRateLimit(100, 60), true);
  const headers = new Headers({ cookie: `roomkeep_desk=${ann.token}`, "x-roomkeep-csrf": ann.csrf });
  const request = { headers, address: "127.0.0.1" };
  await expect(guard.admit(request, false)).rejects.toMatchObject({ code: "TOTP_NEEDED" });
  expect(await guard.admit(request, true, true)).toMatchObject({ name: "Bare", totp: false });
  const { body } = await ann.ask("/v1/admin/totp/begin", { password: PASSWORD });
  const code = (OTPAuth.URI.parse(body.uri) as OTPAuth.TOTP).generate();
  expect((await ann.ask("/v1/admin/totp/confirm", { code })).status).toBe(200);
  expect(await guard.admit(request, true)).toMatchObject({ totp: true });
});

it("a stranger who guesses locks nobody out", async () => {
  await deskOperator(ds(), world.url, "Target", "admin");
  const home = "203.0.113.5";
  expect((await signIn("Target", PASSWORD, { from: home })).status).toBe(200);
  const from = (n: number) => `192.0.2.${n}`;
  const guess = (address: string) => signIn("Target", "wrong horse 7", { from: address });
  // At one address ten failures, for this account; right ones do not count.
  const tried = await Promise.all(Array.from({ length: 12 }, () => guess(from(1))));
  expect(tried.filter(({ status }) => status === 401)).toHaveLength(10);
  const late = tried.find(({ status }) => status === 429);
  expect(late?.body.code).toBe("RATE_LIMITED");
  expect(Number(late?.headers.get("retry-after"))).toBeGreaterThan(0);
  expect((await signIn("Target", PASSWORD, { from: from(1) })).status).toBe(429);
  expect((await signIn("Root", PASSWORD, { from: from(1) })).status).toBe(200);
  // From many addresses: the account is closed to those it was never at, and open to where it was.
  for (const n of [2, 3, 4, 5]) await Promise.all(Array.from({ length: 10 }, () => guess(from(n))));
  expect((await guess(from(6))).status).toBe(429);
  expect((await signIn("Target", PASSWORD, { from: from(7) })).status).toBe(429);
  for (let again = 0; again < 12; again++)
    expect((await signIn("Target", PASSWORD, { from: home })).status).toBe(200);
});

it("the monitor and the metrics open by the session, and by the password for scripts", async () => {
  const root = await deskOperator(ds(), world.url, "Watcher", "operator");
  const moderator = await deskOperator(ds(), world.url, "Mod", "moderator");
  const page = await root.ask("/monitor/");
  expect(page).toMatchObject({ status: 200, body: expect.stringContaining('href="/admin"') });
  expect((await root.ask("/monitor/api")).status).toBe(200);
  expect((await root.ask("/metrics")).status).toBe(200);
  expect(await moderator.ask("/monitor/")).toMatchObject({ status: 403, body: { code: "ROLE_NEEDED" } });
  const get = (path: string, headers: Record<string, string>) => askDesk(world.url, path, undefined, headers);
  const browser = await get("/monitor/", { accept: "text/html,*/*" });
  expect(browser.status).toBe(302);
  expect(browser.headers.get("location")).toBe("/admin");
  const itsRequest = await get("/monitor/api", { "sec-fetch-site": "same-origin" });
  expect([itsRequest.status, itsRequest.headers.get("www-authenticate")]).toEqual([401, null]);
  const script = await get("/metrics", {});
  expect([script.status, script.headers.get("www-authenticate")]).toEqual([
    401,
    'Basic realm="roomkeep", charset="UTF-8"',
  ]);
  expect((await get("/metrics", { authorization: BASIC })).status).toBe(200);
  const foreign = await root.ask("/monitor/api", undefined, { origin: "http://evil.example" });
  expect(foreign.status).toBe(403);
  const call = await root.ask("/monitor/api/room/call?roomId=ABCD&method=disconnect");
  expect(call).toMatchObject({ status: 403, body: { code: "ACTION_REFUSED" } });
  expect((await ds().query("SELECT caller FROM audit_entry WHERE line = 'monitor: disconnect'"))[0]).toEqual({
    caller: root.accountId,
  });
});

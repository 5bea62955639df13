import { matchMaker } from "@colyseus/core";
import { Client } from "colyseus.js";
import { readErrorCode } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessTokenOf, callApi, keepTokens, signIn, ticketFor } from "../../../bots/index.ts";
import { PlazaRoom } from "../../../games/plaza/room.ts";
import { setRole } from "../../../server/accounts/accounts.ts";
import { hashOf } from "../../../server/accounts/secrets.ts";
import { readConfig } from "../../../server/config.ts";
import { games, plugins } from "../../../server/main.ts";
import { type OidcProvider, startOidcProvider } from "../../helpers/oidc-provider.ts";

let world: TestServer;
let provider: OidcProvider;
beforeAll(async () => {
  provider = await startOidcProvider();
  world = await bootServer(
    { ...games, park: class ParkRoom extends PlazaRoom {} },
    {
      plugins,
      env: {
        ROOMKEEP_OIDC_ISSUER: provider.issuer,
        ROOMKEEP_OIDC_CLIENT_ID: provider.clientId,
        ROOMKEEP_OIDC_CLIENT_SECRET: provider.clientSecret,
        ROOMKEEP_OIDC_REDIRECT: "http://127.0.0.1/v1/identity/return",
        ROOMKEEP_CHARACTERS_MAX: "2",
        ROOMKEEP_DELETE_GRACE_DAYS: "0",
      },
    },
  );
});
afterAll(async () => {
  await world.close();
  await provider.close();
});

interface Entered {
  token: string;
  accessToken: string;
  expiresIn: number;
  account: { id: string; kind: string; role: string };
}
const looks = { name: "Ada", color: 1, shape: 2 };
const password = "correct horse 7";
let made = 0;
const register = (more: object = {}) =>
  callApi<Entered>(world.url, "POST", "/v1/accounts", {
    body: { name: `player ${++made}`, password, character: looks, ...more },
  });
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "let in",
    (error: Error & { code?: string | number }) =>
      typeof error.code === "string" ? error.code : readErrorCode(error.message).code,
  );
const joinWith = (ticket: string, how: (client: Client) => Promise<{ leave(): Promise<unknown> }>) => {
  const client = new Client(world.url);
  client.auth.token = ticket;
  return codeOf(how(client).then((room) => room.leave()));
};

describe("a join", () => {
  it("is let in by a ticket once, and not into another room or game", async () => {
    const host = await world.join("plaza", { name: "Host", create: true });
    const other = await world.join("plaza", { name: "Other", create: true });
    const { token } = await signIn(world.url);
    const ticket = await ticketFor(world.url, token, { game: "plaza" });
    expect(await joinWith(ticket, (client) => client.joinOrCreate("park"))).toBe("TICKET_ELSEWHERE");
    expect(await joinWith(ticket, (client) => client.joinOrCreate("plaza"))).toBe("let in");
    expect(await joinWith(ticket, (client) => client.joinOrCreate("plaza"))).toBe("TICKET_USED");
    const forRoom = await ticketFor(world.url, token, { roomId: host.room.roomId });
    expect(await joinWith(forRoom, (client) => client.joinById(other.room.roomId))).toBe("TICKET_ELSEWHERE");
    expect(await joinWith(forRoom, (client) => client.create("plaza"))).toBe("TICKET_ELSEWHERE");
    expect(await joinWith(forRoom, (client) => client.joinById(host.room.roomId))).toBe("let in");
    expect(await joinWith(forRoom, (client) => client.joinById(host.room.roomId))).toBe("TICKET_USED");
    const access = await accessTokenOf(world.url, token);
    expect(await joinWith(access, (client) => client.joinOrCreate("plaza"))).toBe("TICKET_INVALID");
    await host.leave();
    await other.leave();
  });

  it("is asked again by matchmaking with its ticket used up, when a room filled meanwhile", async () => {
    const { token } = await signIn(world.url);
    const ticket = await ticketFor(world.url, token, { game: "plaza" });
    const { onAuth } = matchMaker.getRoomClass("plaza") as unknown as {
      onAuth(ticket: string, options: object, context: object): Promise<{ characterId: string }>;
    };
    const context = { token: ticket, ip: "192.0.2.1", headers: new Headers() };
    const first = await onAuth(ticket, {}, context);
    expect(await onAuth(ticket, {}, context)).toEqual(first);
    expect(await codeOf(onAuth(ticket, {}, { ...context }))).toBe("TICKET_USED");
  });

  it("has the role that the database says, whatever its options say", async () => {
    const { ds } = world.server.foundation.database;
    const eve = await world.join("plaza", {
      options: { role: "admin", auth: { role: "admin" } },
      create: true,
    });
    const roleOf = (player: typeof eve) =>
      world.room<PlazaRoom>(player.room.roomId).players.get(player.room.sessionId)?.role;
    expect(roleOf(eve)).toBe("player");
    await eve.leave();
    const entered = await register();
    keepTokens(entered);
    await setRole(ds, `player ${made}`, "moderator");
    const mod = await world.join("plaza", { token: entered.token, options: { role: "player" } });
    expect(roleOf(mod)).toBe("moderator");
    await mod.leave();
  });

  it("of a page from before there were tickets is told to reload, and gets in after it", async () => {
    const { ds } = world.server.foundation.database;
    const { character, token } = await signIn(world.url, { name: "Old" });
    // What the migration makes of the token that such a page kept.
    const old = "A".repeat(43);
    await ds.query("UPDATE refresh_token SET hash = $2 WHERE hash = $1", [hashOf(token), hashOf(old)]);
    expect(await joinWith(old, (client) => client.joinOrCreate("plaza"))).toBe("TOKEN_OUTDATED");
    expect(await codeOf(callApi(world.url, "GET", "/v1/me", { accessToken: old }))).toBe("TOKEN_OUTDATED");
    const again = await world.join("plaza", { token: old });
    expect(again.characterId).toBe(character.id);
    await again.leave();
  });

  it("and its leave are noted: who, where, when and from where", async () => {
    const ann = await world.join("plaza", { name: "Ann", create: true });
    const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
    await ann.leave();
    await bob.until("Ann to be gone", () => !bob.room.state.actors.has(ann.room.sessionId));
    const accessToken = await accessTokenOf(world.url, ann.token);
    const visits = async () =>
      (
        await callApi<{ visits: { ending: string | null }[] }>(world.url, "GET", "/v1/visits", {
          accessToken,
        })
      ).visits;
    await expect.poll(async () => (await visits())[0]?.ending).toBe("left");
    expect(await visits()).toMatchObject([
      {
        characterId: ann.characterId,
        game: "plaza",
        roomId: ann.room.roomId,
        address: "127.0.0.1",
        startedAt: expect.any(String),
        endedAt: expect.any(String),
      },
    ]);
    await bob.leave();
  });

  it("plays the character that the ticket names, else the chosen one", async () => {
    const { token, accessToken } = await signIn(world.url, { name: "First" }).then(async (one) => ({
      ...one,
      accessToken: await accessTokenOf(world.url, one.token),
    }));
    const { character } = await callApi<{ character: { id: string } }>(world.url, "POST", "/v1/characters", {
      accessToken,
      body: { ...looks, name: "Second" },
    });
    const second = await world.join("plaza", { token });
    expect(second.me().name).toBe("Second");
    await second.leave();
    const { characters } = await callApi<{ characters: { id: string; name: string }[] }>(
      world.url,
      "GET",
      "/v1/characters",
      { accessToken },
    );
    expect(characters.map(({ name }) => name)).toEqual(["Second", "First"]);
    const first = await world.join("plaza", { token, characterId: characters[1]!.id });
    expect(first.me().name).toBe("First");
    const live = `/v1/characters/${characters[1]!.id}`;
    expect(await codeOf(callApi(world.url, "DELETE", live, { accessToken }))).toBe("CHARACTER_LIVE");
    await first.leave();
    const body = { ...looks, name: "Third" };
    expect(await codeOf(callApi(world.url, "POST", "/v1/characters", { accessToken, body }))).toBe(
      "CHARACTERS_FULL",
    );
    await callApi(world.url, "DELETE", `/v1/characters/${character.id}`, { accessToken });
    const gone = ticketFor(world.url, token, { game: "plaza" }, character.id);
    expect(await codeOf(gone)).toBe("CHARACTER_MISSING");
    await callApi(world.url, "POST", `/v1/characters/${character.id}/restore`, { accessToken });
    await ticketFor(world.url, token, { game: "plaza" }, character.id);
  });
});

describe("an account over HTTP", () => {
  it("registers, signs in, refreshes and signs out", async () => {
    const entered = await register({ email: "http@example.org" });
    const again = await callApi<Entered>(world.url, "POST", "/v1/sign-in", {
      body: { login: "HTTP@example.org", password },
    });
    expect(again.account).toEqual(entered.account);
    const next = await callApi<Entered>(world.url, "POST", "/v1/token", { body: { token: again.token } });
    const { accessToken } = next;
    expect(await callApi(world.url, "GET", "/v1/me", { accessToken })).toMatchObject({ character: looks });
    await callApi(world.url, "POST", "/v1/sign-out/everywhere", { accessToken });
    const ticket = { accessToken: entered.accessToken, body: { game: "plaza" } };
    expect(await codeOf(callApi(world.url, "POST", "/v1/tickets", ticket))).toBe("TOKEN_REVOKED");
  });

  it("gives out all that it has of an account, and deletes it for good by the password", async () => {
    const entered = await register();
    const { accessToken } = entered;
    const exported = await callApi<{ account: { name: string }; characters: unknown[] }>(
      world.url,
      "GET",
      "/v1/account/export",
      { accessToken },
    );
    expect(exported).toMatchObject({ account: { name: `player ${made}` }, nextLedger: null });
    expect(JSON.stringify(exported)).not.toContain("argon2");
    const remove = (body: object) =>
      codeOf(callApi(world.url, "POST", "/v1/account/delete", { accessToken, body }));
    expect(await remove({})).toBe("SIGN_IN_REFUSED");
    expect(await remove({ password })).toBe("let in");
    expect(await codeOf(callApi(world.url, "GET", "/v1/account/export", { accessToken }))).toBe(
      "TOKEN_REVOKED",
    );
    const signIn = { body: { login: `player ${made}`, password } };
    expect(await codeOf(callApi(world.url, "POST", "/v1/sign-in", signIn))).toBe("SIGN_IN_REFUSED");
  });

  it("takes no name that is obscene or reserved, for guests, accounts and characters", async () => {
    const refused = (method: "POST" | "PATCH", path: string, body: object, accessToken?: string) =>
      codeOf(callApi(world.url, method, path, { body, accessToken }));
    const bad = { ...looks, name: "Moderator" };
    expect(await refused("POST", "/v1/guests", bad)).toBe("NAME_REFUSED");
    expect(await refused("POST", "/v1/accounts", { name: "Admin", password })).toBe("NAME_REFUSED");
    expect(await refused("POST", "/v1/accounts", { name: "fine name", password, character: bad })).toBe(
      "NAME_REFUSED",
    );
    const guest = await signIn(world.url, { name: "Fine" });
    const accessToken = await accessTokenOf(world.url, guest.token);
    for (const [method, path] of [
      ["POST", "/v1/characters"],
      ["PATCH", `/v1/characters/${guest.character.id}`],
      ["PATCH", "/v1/me"],
    ] as const)
      expect(await refused(method, path, bad, accessToken)).toBe("NAME_REFUSED");
    const upgrade = { name: "System", password };
    expect(await refused("POST", "/v1/account/upgrade", upgrade, accessToken)).toBe("NAME_REFUSED");
    expect(await callApi(world.url, "GET", "/v1/me", { accessToken })).toMatchObject({
      character: { name: "Fine" },
    });
  });

  it("upgrades a guest once, though two browsers try at the same moment", async () => {
    const guest = await signIn(world.url, { name: "Guest" });
    const accessToken = await accessTokenOf(world.url, guest.token);
    const tries = ["left hand", "right hand"].map((name) =>
      codeOf(callApi(world.url, "POST", "/v1/account/upgrade", { accessToken, body: { name, password } })),
    );
    expect((await Promise.all(tries)).sort()).toEqual(["ALREADY_REGISTERED", "let in"]);
    const me = await callApi(world.url, "GET", "/v1/me", { accessToken });
    expect(me).toMatchObject({ account: { kind: "registered" }, character: { id: guest.character.id } });
  });

  it("lets only an admin make reset codes, and the code sets a password once", async () => {
    await register();
    const login = `player ${made}`;
    const admin = await register();
    const ask = () =>
      callApi<{ code: string }>(world.url, "POST", "/v1/admin/password-resets", {
        accessToken: admin.accessToken,
        body: { login },
      });
    expect(await codeOf(ask())).toBe("ROLE_NEEDED");
    await setRole(world.server.foundation.database.ds, `player ${made}`, "admin");
    const { code } = await ask();
    const body = { login, code, password: "battery 9 staple" };
    await callApi(world.url, "POST", "/v1/password-reset", { body });
    expect(await codeOf(callApi(world.url, "POST", "/v1/password-reset", { body }))).toBe("RESET_INVALID");
  });

  it("refuses to go on guessing, on the account and from the address, known name or not", async () => {
    for (const login of [await register().then(() => `player ${made}`), "nobody here"]) {
      const guess = () =>
        codeOf(callApi(world.url, "POST", "/v1/sign-in", { body: { login, password: "wrong horse 7" } }));
      const told = await Promise.all(Array.from({ length: 14 }, guess));
      expect(told.filter((code) => code === "SIGN_IN_REFUSED")).toHaveLength(10);
      expect(told.filter((code) => code === "RATE_LIMITED")).toHaveLength(4);
      const right = { body: { login, password } };
      expect(await codeOf(callApi(world.url, "POST", "/v1/sign-in", right))).toBe("RATE_LIMITED");
    }
  });

  it("tells what the provider is called", async () => {
    expect(await callApi(world.url, "GET", "/v1/identity")).toEqual({ provider: { name: "127.0.0.1" } });
  });

  it("signs in by the provider, whose return changes nothing and hands on to the page", async () => {
    const begun = await callApi<{ url: string; binding: string }>(world.url, "POST", "/v1/identity");
    const back = await provider.visit(begun.url, { sub: "http-user", name: "Http User" });
    const returned = await fetch(`${world.url}${back.pathname}${back.search}`, { redirect: "manual" });
    expect(returned.status).toBe(302);
    const [path, fragment = ""] = (returned.headers.get("location") ?? "").split("#identity?");
    expect(path).toBe("/");
    const came = Object.fromEntries(new URLSearchParams(fragment));
    const body = { ...came, binding: begun.binding };
    const entered = await callApi<Entered>(world.url, "POST", "/v1/identity/finish", { body });
    expect(entered.account).toMatchObject({ kind: "registered", name: "Http User" });
    const { accessToken } = entered;
    expect(await codeOf(callApi(world.url, "GET", "/v1/me", { accessToken }))).toBe("CHARACTER_MISSING");
    expect(await callApi(world.url, "GET", "/v1/account", { accessToken })).toEqual({
      account: entered.account,
    });
    expect(await codeOf(callApi(world.url, "POST", "/v1/identity/finish", { body }))).toBe(
      "IDENTITY_REFUSED",
    );
  });

  it.each([[null], [[]], ["x"], [{ name: 7 }], [{ __proto__: null, name: {}, password: [] }]])(
    "refuses the body %j by a code",
    async (body) => {
      for (const path of ["accounts", "sign-in", "token", "password-reset", "guests", "identity/finish"]) {
        expect(await codeOf(callApi(world.url, "POST", `/v1/${path}`, { body })), path).toMatch(
          /^[A-Z]+_[A-Z_]+$/,
        );
      }
    },
  );
});

describe("a request that no page sends", () => {
  const ask = async (type: string, body: string) => {
    const { token } = await signIn(world.url);
    const authorization = `Bearer ${await accessTokenOf(world.url, token)}`;
    const headers = { "content-type": type, authorization };
    const response = await fetch(`${world.url}/v1/tickets`, { method: "POST", headers, body });
    return [response.status, ((await response.json()) as { code: string }).code];
  };

  it("with a NUL in a text is refused by a code", async () => {
    expect(await ask("application/json", '{"game":"plaza\\u0000"}')).toEqual([400, "MESSAGE_INVALID"]);
  });

  it.each(["multipart/form-data; boundary=x", "multipart/form-data", "text/plain"])(
    "of the kind %s is refused by a code",
    async (type) => {
      expect(await ask(type, "--x\r\n\r\ngame=plaza\r\n--x--")).toEqual([415, "MESSAGE_INVALID"]);
    },
  );
});

describe("the address of a client", () => {
  it("is the socket's, whatever headers the client sends", async () => {
    const headers = {
      "content-type": "application/json",
      "x-real-ip": "6.6.6.6",
      "x-forwarded-for": "7.7.7.7",
    };
    const body = JSON.stringify(looks);
    const response = await fetch(`${world.url}/v1/guests`, { method: "POST", headers, body });
    const { token } = (await response.json()) as { token: string };
    const rows = await world.server.foundation.database.ds.query(
      "SELECT address FROM sign_in JOIN refresh_token ON sign_in_id = sign_in.id WHERE hash = $1",
      [hashOf(token)],
    );
    expect(rows).toEqual([{ address: "127.0.0.1" }]);
  });
});

it.each([
  ["ROOMKEEP_TOKEN_KEY", "short"],
  ["ROOMKEEP_TRUST_PROXY", "yes"],
  ["ROOMKEEP_CHARACTERS_MAX", "0"],
  ["ROOMKEEP_OIDC_ISSUER", "https://provider.example"],
])("the setting %s cannot be %s", (name, value) => {
  expect(() => readConfig({ [name]: value })).toThrow(expect.objectContaining({ code: "CONFIG_INVALID" }));
});

describe("the OpenAPI document", () => {
  it("describes every endpoint under /v1 with what it takes, answers and refuses", async () => {
    const document = await callApi<{
      openapi: string;
      paths: Record<string, Record<string, { responses: Record<string, unknown>; requestBody?: unknown }>>;
    }>(world.url, "GET", "/v1/openapi.json");
    expect(document.openapi).toBe("3.1.0");
    expect(Object.keys(document.paths)).toEqual(
      expect.arrayContaining(["/v1/sign-in", "/v1/characters/{id}", "/v1/tickets", "/v1/rooms/{code}"]),
    );
    expect(document.paths["/v1/characters/{id}"]).toHaveProperty("delete");
    const signInDoc = document.paths["/v1/sign-in"]?.post;
    expect(signInDoc?.requestBody).toMatchObject({
      content: { "application/json": { schema: { required: ["login", "password"] } } },
    });
    expect(signInDoc?.responses).toHaveProperty("401");
    expect(JSON.stringify(signInDoc?.responses["401"])).toContain("SIGN_IN_REFUSED");
  });

  it("tells the truth: answers have the shape that it says", async () => {
    const { describeApi } = await import("../../../server/http/api/openapi.ts");
    const { foundation } = world.server;
    const endpoints = foundation.endpoints as Record<string, { options: { metadata?: unknown } }>;
    expect(describeApi(endpoints, "0").paths).toHaveProperty("/v1/me");
    const entered = await register();
    const { accessToken } = entered;
    const shapeOf = (id: string) =>
      (endpoints[id]!.options.metadata as { question: { result: { parse(value: unknown): unknown } } })
        .question.result;
    shapeOf("register").parse(entered);
    for (const [id, path] of [
      ["readMe", "/v1/me"],
      ["listCharacters", "/v1/characters"],
      ["listVisits", "/v1/visits"],
    ] as const) {
      shapeOf(id).parse(await callApi(world.url, "GET", path, { accessToken }));
    }
  });
});

import { readFile } from "node:fs/promises";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { accessTokenOf } from "../../../bots/index.ts";
import { loadouts, popularity } from "../../../docs/examples/loadouts/collections.ts";
import { games, plugins } from "../../../docs/examples/loadouts/main.ts";
import { defineCollection, storage } from "../../../plugins/storage/index.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";

const notes = defineCollection("notes", {
  value: z.json(),
  owner: "player",
  read: "owner",
  write: "owner",
  maxPerOwner: 3,
});
const hidden = defineCollection("hidden", { value: z.int(), owner: "player", read: "nobody", write: "room" });
const collections = [loadouts, popularity, notes, hidden];

let world: TestServer;
let [ann, bob]: Player[] = [];
let admin: DeskOperator;
const store = () => world.server.foundation.plugins.api(storage);

interface Player {
  readonly accountId: string;
  readonly player: TestPlayer;
  ask(method: string, path: string, body?: unknown): Promise<[status: number, body: unknown]>;
}
async function playerNamed(name: string): Promise<Player> {
  const player = await world.join("duel", { name });
  const room = world.room(player.room.roomId);
  const accountId = room.players.get(player.room.sessionId)!.claim.sheet.accountId;
  const accessToken = await accessTokenOf(world.url, player.token);
  return {
    accountId,
    player,
    async ask(method, path, body) {
      const response = await fetch(`${world.url}/v1/storage${path}`, {
        method,
        headers: {
          authorization: `Bearer ${accessToken}`,
          ...(body !== undefined && { "content-type": "application/json" }),
        },
        ...(body !== undefined && { body: typeof body === "string" ? body : JSON.stringify(body) }),
      });
      const text = await response.text();
      return [response.status, text.startsWith("{") ? JSON.parse(text) : text];
    },
  };
}

beforeAll(async () => {
  world = await bootServer(games, {
    plugins: [storage.with({ collections })],
    env: { ROOMKEEP_ADMIN_PASSWORD: "a long password" },
  });
  ann = await playerNamed("Ann");
  bob = await playerNamed("Bob");
  admin = await deskOperator(world.server.foundation.database.ds, world.url, "storage-admin", "admin");
});
afterAll(() => world.close());
const is = (status: number, code: string, more: object = {}) => [
  status,
  expect.objectContaining({ code, ...more }),
];

describe("a player", () => {
  it("writes own values by version, and is told the one that is there", async () => {
    const [made, first] = (await ann!.ask("POST", "/notes/a", { value: { text: "one" }, version: null })) as [
      number,
      { version: number },
    ];
    expect([made, first]).toEqual([200, { version: expect.any(Number) }]);
    const again = await ann!.ask("POST", "/notes/a", { value: { text: "two" }, version: null });
    expect(again).toEqual(is(409, "VERSION_STALE", { version: first.version }));
    const [, second] = (await ann!.ask("POST", "/notes/a", { value: ["two"], version: first.version })) as [
      number,
      { version: number },
    ];
    expect(await ann!.ask("GET", "/notes/a")).toEqual([
      200,
      {
        key: "a",
        owner: ann!.accountId,
        value: ["two"],
        version: second.version,
        writtenAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
    ]);
    expect(await ann!.ask("DELETE", `/notes/a?version=${first.version}`)).toEqual(
      is(409, "VERSION_STALE", { version: second.version }),
    );
    expect(await ann!.ask("DELETE", `/notes/a?version=${second.version}`)).toEqual([204, ""]);
    expect(await ann!.ask("DELETE", "/notes/a")).toEqual(is(404, "KEY_UNKNOWN"));
    expect(await ann!.ask("GET", "/notes/a")).toEqual(is(404, "KEY_UNKNOWN"));
  });

  it("writes several at once, or none", async () => {
    const write = (key: string, more: object) => ({ collection: "notes", key, ...more });
    const writes = [
      write("x", { value: 1 }),
      write("y", { value: 2, version: null }),
      write("z", { delete: true }),
    ];
    expect(await ann!.ask("POST", "", { writes })).toEqual([
      200,
      { versions: [expect.any(Number), expect.any(Number), null] },
    ]);
    const fails = [
      write("x", { value: 7 }),
      write("w", { value: 7 }),
      write("y", { delete: true, version: 1 }),
    ];
    expect(await ann!.ask("POST", "", { writes: fails })).toEqual(
      is(409, "VERSION_STALE", { version: expect.any(Number) }),
    );
    const [, { entries }] = (await ann!.ask("GET", "/notes")) as [number, { entries: { value: unknown }[] }];
    expect(entries).toMatchObject([
      { key: "x", value: 1 },
      { key: "y", value: 2 },
    ]);
    const tooMany = Array.from({ length: 21 }, (_, i) => write(`k${i}`, { value: i }));
    expect(await ann!.ask("POST", "", { writes: tooMany })).toEqual(is(400, "MESSAGE_INVALID"));
    const ofRooms = [{ collection: "popularity", key: "bow", value: { times: 9 } }];
    expect(await ann!.ask("POST", "", { writes: ofRooms })).toEqual(is(403, "COLLECTION_FORBIDDEN"));
  });

  it("reads what the collection says, of others too", async () => {
    const { accountId } = ann!;
    await ann!.ask("POST", "/loadouts/main", { value: { weapon: "bow" } });
    await ann!.ask("POST", "/notes/x", { value: 1 });
    await store().put(popularity, { key: "bow" }, { times: 3 });
    await store().put(hidden, { owner: accountId, key: "x" }, 1);
    const value = { weapon: "bow", skin: "plain" };
    expect(await bob!.ask("GET", `/loadouts/main?owner=${accountId}`)).toMatchObject([200, { value }]);
    expect(await bob!.ask("GET", "/loadouts/main")).toEqual(is(404, "KEY_UNKNOWN"));
    expect(await bob!.ask("GET", "/loadouts?owner=everyone")).toMatchObject([200, { entries: [{ value }] }]);
    expect(await bob!.ask("GET", "/popularity")).toMatchObject([
      200,
      { entries: [{ key: "bow", owner: null, value: { times: 3 } }] },
    ]);
    for (const path of [`/notes/x?owner=${accountId}`, `/notes?owner=${accountId}`, "/notes?owner=everyone"])
      expect(await bob!.ask("GET", path), path).toEqual(is(403, "COLLECTION_FORBIDDEN"));
    expect(await ann!.ask("GET", `/notes/x?owner=${accountId}`)).toMatchObject([200, { value: 1 }]);
    for (const path of ["/hidden/x", "/hidden", "/hidden?owner=everyone"])
      expect(await ann!.ask("GET", path), path).toEqual(is(403, "COLLECTION_FORBIDDEN"));
  });

  it("writes neither values of others, nor what rooms write", async () => {
    await ann!.ask("POST", "/loadouts/main", { value: { weapon: "bow" } });
    const body = { value: { weapon: "axe" }, owner: ann!.accountId };
    expect(await bob!.ask("POST", "/loadouts/main", body)).toEqual(is(400, "MESSAGE_INVALID"));
    await bob!.ask("POST", `/loadouts/main?owner=${ann!.accountId}`, { value: { weapon: "axe" } });
    await bob!.ask("DELETE", `/loadouts/main?owner=${ann!.accountId}`);
    expect((await store().get(loadouts, { owner: ann!.accountId, key: "main" }))?.value.weapon).toBe("bow");
    expect(await ann!.ask("POST", "/popularity/bow", { value: { times: 1 } })).toEqual(
      is(403, "COLLECTION_FORBIDDEN"),
    );
    expect(await ann!.ask("DELETE", "/hidden/x")).toEqual(is(403, "COLLECTION_FORBIDDEN"));
    const response = await fetch(`${world.url}/v1/storage/loadouts`);
    expect([response.status, (await response.json()).code]).toEqual([401, "TOKEN_INVALID"]);
  });

  it("is refused what is unknown, too large, too deep, or does not fit, and nothing changes", async () => {
    const write = (body: unknown, path = "/notes/bad") => bob!.ask("POST", path, body);
    expect(await write({ value: 1 }, "/nothing/a")).toEqual(is(404, "COLLECTION_UNKNOWN"));
    expect(await write({ value: 1 }, "/__proto__/a")).toEqual(is(404, "COLLECTION_UNKNOWN"));
    expect(await write({ value: 1 }, "/notes/a%20b")).toEqual(is(400, "KEY_INVALID"));
    expect(await write({ value: { weapon: 7 } }, "/loadouts/main")).toEqual(is(400, "VALUE_INVALID"));
    expect(await write({ value: { weapon: "bow", gold: 1 } }, "/loadouts/main")).toEqual(
      is(400, "VALUE_INVALID"),
    );
    expect(await write({})).toEqual(is(400, "MESSAGE_INVALID"));
    expect(await write({ value: 1, version: 1.5 })).toEqual(is(400, "MESSAGE_INVALID"));
    expect(await write('{"value":{"__proto__":{"role":"admin"}}}')).toEqual(is(400, "VALUE_INVALID"));
    expect(await write('{"value":{"n":1e999}}')).toEqual(is(400, "VALUE_INVALID"));
    expect(await write('{"value":{"n":9007199254740993}}')).toEqual(is(400, "VALUE_INVALID"));
    expect(await write(`{"value":${"[".repeat(20_000)}${"]".repeat(20_000)}}`)).toEqual(
      is(400, "VALUE_INVALID"),
    );
    expect(await write({ value: "x".repeat(17_000) })).toEqual(is(413, "VALUE_TOO_LARGE"));
    // A megabyte is refused before anybody reads it.
    expect(await write({ value: "x".repeat(1_000_000) })).toEqual([413, ""]);
    expect((await bob!.ask("GET", "/notes"))[1]).toEqual({ entries: [], cursor: null });
    for (const key of ["a", "b", "c"]) expect((await write({ value: key }, `/notes/${key}`))[0]).toBe(200);
    expect(await write({ value: 1 }, "/notes/d")).toEqual(is(409, "KEYS_FULL"));
    for (const path of ["/notes?limit=0", "/notes?limit=x", "/notes?cursor=x", "/notes?what=1"])
      expect(await bob!.ask("GET", path), path).toEqual(is(400, "MESSAGE_INVALID"));
    expect(await bob!.ask("GET", "/loadouts?owner=Ann")).toEqual(is(404, "ACCOUNT_UNKNOWN"));
  });

  it("walks a list page by page", async () => {
    const [, page] = (await bob!.ask("GET", "/notes?limit=2")) as [number, { cursor: string }];
    expect(page).toMatchObject({ entries: [{ key: "a" }, { key: "b" }] });
    expect((await bob!.ask("GET", `/notes?limit=2&cursor=${page.cursor}`))[1]).toMatchObject({
      entries: [{ key: "c" }],
      cursor: null,
    });
  });

  it("writes 60 times a minute, counted by account", async () => {
    const cleo = await playerNamed("Cleo");
    const asked = Array.from({ length: 61 }, (_, i) => cleo.ask("POST", "/notes/fast", { value: i }));
    const statuses = (await Promise.all(asked)).map(([status]) => status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(1);
    expect((await ann!.ask("POST", "/notes/x", { value: 1 }))[0]).toBe(200);
  });
});

describe("an operator", () => {
  it("lists, reads, sets with a reason and deletes, each write with an audit entry", async () => {
    const at = { collection: "loadouts", owner: bob!.accountId, key: "gift" };
    const ask = (verb: string, body?: object, query = "") =>
      admin.ask(`/v1/admin/storage/${verb}${query}`, body);
    const query = `?${new URLSearchParams(at)}`;
    expect((await ask("get", undefined, query)).body.code).toBe("KEY_UNKNOWN");
    const set = (value: string, more: object = {}) => ask("set", { ...at, value, reason: "a gift", ...more });
    expect((await set('{"weapon":"bow"}', { reason: "" })).body.code).toBe("MESSAGE_INVALID");
    expect((await set('{"weapon":')).body.code).toBe("VALUE_INVALID");
    expect((await set('{"armour":1}')).body.code).toBe("VALUE_INVALID");
    const { body: made } = await set('{"weapon":"bow"}', { version: 0 });
    expect(made).toEqual({ version: expect.any(Number) });
    const late = await set('{"weapon":"axe"}', { version: 0 });
    expect([late.status, late.body.code]).toEqual([409, "VERSION_STALE"]);
    expect((await ask("get", undefined, query)).body).toMatchObject({
      value: { weapon: "bow", skin: "plain" },
      version: made.version,
      fits: true,
    });
    const { ds } = world.server.foundation.database;
    await ds.query("UPDATE storage_value SET value = '7' WHERE key = 'gift'");
    // What no player could read any more is still the operator's to see and to mend.
    expect((await ask("get", undefined, query)).body).toMatchObject({ value: 7, fits: false });
    const { body: list } = await ask("list", undefined, "?collection=loadouts");
    expect(list.entries).toContainEqual(expect.objectContaining({ owner: bob!.accountId, key: "gift" }));
    expect(list.entries[0]).not.toHaveProperty("value");
    expect((await ask("delete", { ...at, reason: "a mistake" })).body).toEqual({ deleted: true });
    expect((await ask("delete", { ...at, reason: "a mistake" })).body.code).toBe("KEY_UNKNOWN");
    const noted = await ds.query(
      "SELECT line, outcome, concerns FROM audit_entry WHERE line LIKE '%storage %' ORDER BY seq",
    );
    expect(noted.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      "MESSAGE_INVALID",
      "VALUE_INVALID",
      "VALUE_INVALID",
      "done",
      "VERSION_STALE",
      "done",
      "KEY_UNKNOWN",
    ]);
    expect(noted[5]).toMatchObject({ concerns: bob!.accountId, line: expect.stringContaining("a mistake") });
  });

  it("needs the permission", async () => {
    const { ds } = world.server.foundation.database;
    const moderator = await deskOperator(ds, world.url, "storage-mod", "moderator");
    for (const [verb, body] of [["list"], ["get"], ["set", {}], ["delete", {}]] as const)
      expect((await moderator.ask(`/v1/admin/storage/${verb}`, body)).body.code, verb).toBe("ROLE_NEEDED");
  });
});

it("what was done is counted by outcome, and the values by collection", async () => {
  await bob!.ask("POST", "/notes/d", { value: 1 });
  const authorization = `Basic ${Buffer.from("admin:a long password").toString("base64")}`;
  const page = await (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
  const text = page
    .split("\n")
    .filter((line) => line.startsWith("roomkeep_storage_"))
    .join("\n");
  expect(text).toMatch(/roomkeep_storage_operations_total\{operation="put",outcome="done"\} \d+/);
  expect(text).toMatch(/roomkeep_storage_operations_total\{operation="put",outcome="KEYS_FULL"\} \d+/);
  expect(text).toMatch(/roomkeep_storage_values\{collection="loadouts"\} \d+/);
});

describe("the example of the README", () => {
  it("has the files that run, word for word, and no other code", async () => {
    const page = await readFile(new URL("../../../plugins/storage/README.md", import.meta.url), "utf8");
    const blocks = [...page.matchAll(/<!-- (\S+) -->\n```ts\n(.*?)\n```/gs)];
    expect(page.match(/^```ts$/gm)).toHaveLength(blocks.length);
    expect(blocks.map(([, file]) => file)).toEqual(["collections.ts", "main.ts", "room.ts"]);
    for (const [, file, code] of blocks) {
      const example = new URL(`../../../docs/examples/loadouts/${file}`, import.meta.url);
      expect(code, file).toBe((await readFile(example, "utf8")).trimEnd());
    }
    expect(plugins.map(({ name }) => name)).toEqual(["storage"]);
  });

  it("writes a choice and its count together, from the room", async () => {
    const { player, accountId } = ann!;
    await store().delete(popularity, { key: "spear" });
    player.send("equip", { weapon: "spear" });
    await expect.poll(async () => (await store().get(popularity, { key: "spear" }))?.value.times).toBe(1);
    const main = await store().get(loadouts, { owner: accountId, key: "main" });
    expect(main?.value).toEqual({ weapon: "spear", skin: "plain" });
    bob!.player.send("equip", { weapon: "spear" });
    await expect.poll(async () => (await store().get(popularity, { key: "spear" }))?.value.times).toBe(2);
  });
});

it("a server refuses collections that it cannot tell apart, or that are none", async () => {
  const start = (...wrong: unknown[]) =>
    bootServer({}, { plugins: [storage.with({ collections: wrong as never })] });
  await expect(start(notes, notes)).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  await expect(start({ ...notes })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
});

it("a server without it starts, and has neither its routes nor its table", async () => {
  await world.close();
  world = await bootServer(games);
  expect((await fetch(`${world.url}/v1/storage/loadouts`)).status).toBe(404);
  expect((await fetch(`${world.url}/v1/admin/storage/list`)).status).toBe(404);
  const { ds } = world.server.foundation.database;
  expect(await ds.query("SELECT to_regclass('storage_value') AS name")).toEqual([{ name: null }]);
});

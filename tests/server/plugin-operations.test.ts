import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { definePlugin, deskOperation, readConfig } from "roomkeep/server";
import { RoomkeepError } from "roomkeep/shared";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { z } from "zod";
import { openServices } from "../../server/services.ts";
import { IN_MEMORY } from "../../server/storage/database.ts";
import { roomkeep } from "../helpers/cli.ts";
import { askDesk, type DeskOperator, deskOperator } from "../helpers/desk/operators.ts";
import { layDatabase } from "../helpers/server-process.ts";

/** Stones on a shelf: one that is set is a row, so that a transaction shows. */
const shelf = definePlugin({
  name: "shelf",
  migrations: [
    {
      name: "Shelf1764200000000",
      up: (db) => db.query("CREATE TABLE shelf_stone (name text PRIMARY KEY, weight integer NOT NULL)"),
      down: (db) => db.query("DROP TABLE shelf_stone"),
    },
  ],
  open: ({ db }) => ({
    list: (atLeast: number) =>
      db.query<{ name: string }[]>("SELECT name FROM shelf_stone WHERE weight >= $1 ORDER BY name", [
        atLeast,
      ]),
    told: [] as string[],
  }),
  operations: (stones) => ({
    list: deskOperation({
      summary: "The stones on the shelf",
      permission: "look",
      kind: "read",
      params: z.object({ atLeast: z.int().default(0).meta({ description: "weight, kg" }) }),
      result: z.object({ stones: z.array(z.object({ name: z.string() })) }),
      run: async (_, { atLeast }) => ({ stones: await stones.list(atLeast) }),
      text: ({ stones: all }) => all.map(({ name }) => `stone ${name}`),
    }),
    "put-up": deskOperation({
      summary: "Put a stone on the shelf",
      permission: "items",
      kind: "write",
      params: z.object({ name: z.string().min(1), weight: z.int(), reason: z.string().min(1) }),
      result: z.object({ name: z.string() }),
      codes: ["NO_SPACE"],
      async run({ db, by, after }, { name, weight }) {
        await db.query("INSERT INTO shelf_stone VALUES ($1, $2)", [name, weight]);
        if (weight > 100) throw new RoomkeepError("NO_SPACE");
        after(() => stones.told.push(`${name} by ${by.name}`));
        return { name };
      },
    }),
  }),
});

const folder = mkdtempSync(join(tmpdir(), "roomkeep-shelf-"));
let world: TestServer;
let admin: DeskOperator;
let moderator: DeskOperator;
beforeAll(async () => {
  await layDatabase(join(folder, "database"));
  world = await bootServer({}, { plugins: [shelf], dataDir: folder });
  const { ds } = world.server.foundation.database;
  admin = await deskOperator(ds, world.url, "shelf-admin", "admin");
  moderator = await deskOperator(ds, world.url, "shelf-mod", "moderator");
});
afterAll(async () => {
  await world.close();
  rmSync(folder, { recursive: true, force: true });
});
const entries = () =>
  world.server.foundation.database.ds.query<Record<string, unknown>[]>(
    "SELECT role, line, outcome FROM audit_entry WHERE line LIKE '%shelf%' ORDER BY seq",
  );
const stonesOf = async (query = "") =>
  (await admin.ask(`/v1/admin/shelf/list${query}`)).body.stones.map(({ name }: { name: string }) => name);

describe("an operation of a plugin", () => {
  it("is a route that checks session, permission and parameters, and is audited once", async () => {
    const put = (by: DeskOperator, stone: object) => by.ask("/v1/admin/shelf/put-up", stone);
    const granite = { name: "granite", weight: 80, reason: "a test" };
    expect(await askDesk(world.url, "/v1/admin/shelf/list")).toMatchObject({ status: 401 });
    expect(await put(moderator, granite)).toMatchObject({ status: 403, body: { code: "ROLE_NEEDED" } });
    expect(await put(admin, { name: "granite" })).toMatchObject({ body: { code: "MESSAGE_INVALID" } });
    expect(await put(admin, { ...granite, name: "basalt", weight: 200 })).toMatchObject({
      status: 400,
      body: { code: "NO_SPACE" },
    });
    // What was refused left no row: the operation's db is its transaction.
    expect(await stonesOf()).toEqual([]);
    expect(await put(admin, granite)).toMatchObject({ status: 200, body: { name: "granite" } });
    expect(await stonesOf()).toEqual(["granite"]);
    expect(await stonesOf("?atLeast=81")).toEqual([]);
    expect(world.server.foundation.plugins.api(shelf).told).toEqual(["granite by shelf-admin"]);
    const line = (name: string, weight: number) =>
      `roomkeep admin shelf put-up --name ${name} --weight ${weight} --reason "a test"`;
    expect(await entries()).toEqual([
      { role: "moderator", line: line("granite", 80), outcome: "ROLE_NEEDED" },
      { role: "admin", line: "roomkeep admin shelf put-up", outcome: "MESSAGE_INVALID" },
      { role: "admin", line: line("basalt", 200), outcome: "NO_SPACE" },
      { role: "admin", line: line("granite", 80), outcome: "done" },
    ]);
  });

  it("is in the OpenAPI document", async () => {
    const { body } = await askDesk(world.url, "/v1/openapi.json");
    expect(body.paths["/v1/admin/shelf/list"].get).toMatchObject({
      operationId: "adminShelfList",
      security: [{ deskSession: [] }],
      parameters: [{ name: "atLeast", in: "query", required: false }],
    });
    expect(body.paths["/v1/admin/shelf/put-up"].post.responses[400].description).toContain("NO_SPACE");
  });

  it("is a command, which the running server explains and carries out", async () => {
    const env = { ROOMKEEP_DATA_DIR: folder, DATABASE_URL: "", REDIS_URL: "" };
    const give = (...args: string[]) => roomkeep(["admin", "shelf", ...args], { env });
    const help = give("put-up", "--help");
    const made = give("put-up", "--name", "slate", "--weight", "3", "--reason", "by hand", "--json");
    expect(await made.ended, made.output()).toBe(0);
    expect(JSON.parse(made.stdout())).toEqual({ name: "slate" });
    const [list, verbs, wrong] = [give("list", "--at-least", "1"), give(), give("put-up", "--weight", "x")];
    expect(await list.ended, list.output()).toBe(0);
    expect(list.stdout()).toBe("stone granite\nstone slate\n");
    expect(await help.ended).toBe(0);
    expect(help.output()).toContain(
      "roomkeep admin shelf put-up --name text --weight n --reason text [--json]",
    );
    expect(await verbs.ended).toBe(2);
    expect(verbs.output()).toContain("shelf put-up  Put a stone on the shelf");
    expect(await wrong.ended).toBe(1);
    expect(wrong.output()).toContain("MESSAGE_INVALID");
    expect((await entries()).slice(-2)).toMatchObject([
      { line: expect.stringContaining("--name slate"), outcome: "done" },
      { outcome: "MESSAGE_INVALID" },
    ]);
  });

  it("needs a running server on the command line", async () => {
    const empty = mkdtempSync(join(tmpdir(), "roomkeep-shelf-"));
    const env = { ROOMKEEP_DATA_DIR: empty, DATABASE_URL: "", REDIS_URL: "" };
    const list = roomkeep(["admin", "shelf", "list"], { env });
    // Without a server nobody knows the plugin.
    expect(await list.ended).toBe(2);
    expect(list.output()).toContain("only a running server knows");
    rmSync(empty, { recursive: true, force: true });
  });
});

describe("a plugin is refused with PLUGIN_INVALID", () => {
  const nothing = () =>
    deskOperation({
      summary: "Nothing",
      permission: "look",
      kind: "read",
      params: z.object({}),
      result: z.object({}),
      run: async () => ({}),
    });
  it.each([
    ["whose operation is roomkeep's", "zones", "list", '"zones.list" is taken'],
    ["whose operation has the id of one of roomkeep's", "zones-set", "aside", '"zones-set.aside" is taken'],
    ["whose verb is none", "shelf", "putUp", '"putUp" is no verb'],
  ])("%s", async (_, name, verb, text) => {
    const rude = definePlugin({ name, operations: () => ({ [verb]: nothing() }) });
    const started = openServices(readConfig({ LOG_LEVEL: "silent", ROOMKEEP_DATA_DIR: IN_MEMORY }), [rude]);
    await expect(started).rejects.toThrow(
      expect.objectContaining({ code: "PLUGIN_INVALID", message: expect.stringContaining(text) }),
    );
  });
});

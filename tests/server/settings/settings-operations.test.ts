import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import { defineFlags } from "../../../server/flags/define-flags.ts";
import { defineSettings } from "../../../server/settings/define-settings.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";

const settings = defineSettings({
  prefix: "DESKED",
  shape: {
    wind: z.int().min(0).max(100).default(3).meta({ live: true }).describe("Strength of the wind."),
    seats: z.int().default(2),
    apiKey: z.string().default("s3cret"),
  },
});
const flags = defineFlags({
  "desk-coins": { description: "Twice.", default: false },
  "desk-look": { description: "Paint.", default: "oak", values: ["oak", "pine"], page: true },
});

let world: TestServer;
let ann: DeskOperator;
beforeAll(async () => {
  world = await bootServer({}, { env: { ROOMKEEP_ACCOUNT_CHAT: "7", ROOMKEEP_SEAL_KEY: "ab".repeat(32) } });
  ann = await deskOperator(world.server.foundation.database.ds, world.url, "Ann Desk", "operator");
});
afterAll(() => world.close());

const set = (name: string, value: string, reason = "a test") =>
  ann.ask("/v1/admin/settings/set", { name, value, reason });
const find = async (name: string) => {
  const { body } = await ann.ask(`/v1/admin/settings/list?search=${name}`);
  return body.settings.find((one: { name: string }) => one.name === name);
};

it("an operator sets a setting, and is shown who did", async () => {
  const { status, body } = await set("DESKED_WIND", "42", "a storm");
  expect([status, body]).toEqual([200, { name: "DESKED_WIND", after: 42, counts: "live" }]);
  expect(settings.wind).toBe(42);
  expect(await find("DESKED_WIND")).toMatchObject({
    owner: "DESKED",
    description: "Strength of the wind.",
    schema: { minimum: 0, maximum: 100, default: 3 },
    value: 42,
    from: "live",
    change: "live",
    changed: { by: "Ann Desk", reason: "a storm" },
  });
  expect((await ann.ask("/v1/admin/settings/reset", { name: "DESKED_WIND", reason: "calm" })).body).toEqual({
    name: "DESKED_WIND",
    before: 42,
  });
  expect(settings.wind).toBe(3);
  const { body: history } = await ann.ask("/v1/admin/settings/history?name=DESKED_WIND");
  expect(history.changes).toMatchObject([
    { by: "Ann Desk", before: 42, reason: "calm" },
    { by: "Ann Desk", after: 42, reason: "a storm" },
  ]);
  expect(history.changes[0]).not.toHaveProperty("after");
  expect((await set("DESKED_SEATS", "4")).body).toMatchObject({ after: 4, counts: "restart" });
  expect(await find("DESKED_SEATS")).toMatchObject({ value: 2, waiting: { value: 4 } });
});

it("what does not fit is refused with its code and its reason, and changes nothing", async () => {
  const refused = async (name: string, value: string) => {
    const { status, body } = await set(name, value);
    return [status, body.code, body.message];
  };
  expect(await refused("DESKED_WIND", "101")).toEqual([
    400,
    "SETTING_INVALID",
    expect.stringContaining("<=100"),
  ]);
  expect(await refused("DESKED_WINDS", "1")).toEqual([400, "SETTING_UNKNOWN", expect.any(String)]);
  expect(await refused("DESKED_API_KEY", "x")).toEqual([400, "SETTING_UNKNOWN", expect.any(String)]);
  expect(await refused("ROOMKEEP_ACCOUNT_CHAT", "9")).toEqual([400, "SETTING_FIXED", expect.any(String)]);
  expect(await refused("PORT", "80")).toEqual([400, "SETTING_FIXED", expect.any(String)]);
  expect(settings.wind).toBe(3);
});

it("no secret is in the list, of the game or of roomkeep", async () => {
  const { body } = await ann.ask("/v1/admin/settings/list");
  const names = body.settings.map((one: { name: string }) => one.name);
  expect(names).toContain("ROOMKEEP_DATA_DIR");
  expect(names.filter((name: string) => /KEY|PASSWORD|SECRET|_URL$/.test(name))).toEqual([]);
  expect(JSON.stringify(body)).not.toMatch(/s3cret|abababab/);
});

it("roomkeep's own limits change while it runs", async () => {
  const { live, config, ports } = world.server.foundation;
  await set("ROOMKEEP_CHEAT_ACTION", "kick");
  await set("ROOMKEEP_CHEAT_THRESHOLD", "5.5");
  expect(ports.cheats.settings).toMatchObject({ action: "kick", threshold: 5.5 });
  await set("ROOMKEEP_CHARACTERS_MAX", "1");
  expect(config.charactersMax).toBe(1);
  await set("ROOMKEEP_ROOMS_MAX", "1");
  const { rooms } = world.server.foundation;
  const close = rooms.open();
  expect(rooms.isFull()).toBe(true);
  await set("ROOMKEEP_ROOMS_MAX", "2");
  expect(rooms.isFull()).toBe(false);
  close();
  expect(live.settings().find(({ name }) => name === "ROOMKEEP_ROOMS_MAX")).toMatchObject({ from: "live" });
});

it("an operator gives a flag to some, sees who gets it, and takes it back", async () => {
  const give = (body: object) =>
    ann.ask("/v1/admin/flags/set", { flag: "desk-coins", reason: "a try", ...body });
  expect((await give({ value: "true", percent: 100, role: "moderator" })).body).toEqual({
    flag: "desk-coins",
    before: [],
    after: [{ percent: 100, role: "moderator", value: true }],
  });
  expect(flags.on("desk-coins", { accountId: "a", role: "player" })).toBe(false);
  expect(flags.on("desk-coins", { accountId: "a", role: "admin" })).toBe(true);
  const rules = JSON.stringify([{ accounts: [ann.accountId], value: "pine" }]);
  expect((await give({ flag: "desk-look", rules })).status).toBe(200);
  const { body } = await ann.ask(`/v1/admin/flags/account?account=${ann.accountId}`);
  expect(body.flags).toEqual(
    expect.arrayContaining([
      { name: "desk-coins", value: true, rule: 0 },
      { name: "desk-look", value: "pine", rule: 0 },
    ]),
  );
  const listed = await ann.ask("/v1/admin/flags/list");
  expect(listed.body.flags).toEqual(
    expect.arrayContaining([
      expect.objectContaining({ name: "desk-coins", changed: expect.objectContaining({ by: "Ann Desk" }) }),
    ]),
  );
  for (const wrong of [
    {},
    { value: "true", rules: "[]" },
    { rules: "{" },
    { value: "maybe" },
    { percent: 5 },
  ])
    expect((await give(wrong)).body, JSON.stringify(wrong)).toMatchObject({ code: "FLAG_INVALID" });
  expect((await give({ flag: "desk-coin", value: "true" })).body).toMatchObject({ code: "FLAG_UNKNOWN" });
  await ann.ask("/v1/admin/flags/reset", { flag: "desk-coins", reason: "enough" });
  expect(flags.on("desk-coins", { accountId: "a", role: "admin" })).toBe(false);
});

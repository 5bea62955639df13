import { randomUUID } from "node:crypto";
import type { Carrier } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { games, plugins } from "../../../server/main.ts";
import { CLOSE } from "../../../shared/index.ts";
import { type DeskOperator, deskOperator } from "../../helpers/desk/operators.ts";
import { counted, SeededMeadow } from "../../helpers/meadow.ts";

let world: TestServer;
let moderator: DeskOperator;
let admin: DeskOperator;
const ds = () => world.server.foundation.database.ds;
beforeAll(async () => {
  world = await bootServer({ ...games, meadow: SeededMeadow }, { plugins });
  moderator = await deskOperator(ds(), world.url, "mod-ann", "moderator");
  admin = await deskOperator(ds(), world.url, "admin-ann", "admin");
});
afterAll(() => world.close());

const accountOf = async ({ characterId }: Pick<TestPlayer, "characterId">): Promise<string> => {
  const rows = await ds().query<{ account_id: string }[]>("SELECT account_id FROM character WHERE id = $1", [
    characterId,
  ]);
  return rows[0]?.account_id ?? "";
};
/** Asks an operation; a body makes it a write. @returns its answer, or its code */
async function ask(who: DeskOperator, name: string, params: Record<string, unknown> = {}, kind = "read") {
  const path = `/v1/admin/${name.replace(".", "/")}`;
  const query = new URLSearchParams(params as Record<string, string>);
  const { status, body } = await (kind === "write" ? who.ask(path, params) : who.ask(`${path}?${query}`));
  return status === 200 ? body : body.code;
}
const write = (who: DeskOperator, name: string, params: Record<string, unknown>) =>
  ask(who, name, params, "write");
const entries = () =>
  ds().query<{ line: string; outcome: string }[]>("SELECT line, outcome FROM audit_entry ORDER BY at");

it("a moderator finds a player, mutes, lifts and bans, and each act has one entry", async () => {
  const eve = await world.join("meadow", { name: "Evelina", create: true });
  const player = await accountOf(eve);
  const before = (await entries()).length;
  expect((await ask(moderator, "players.search", { query: "evelin" })).players).toMatchObject([
    {
      id: player,
      kind: "guest",
      name: null,
      muted: false,
      characters: [{ name: "Evelina", room: eve.room.roomId }],
    },
  ]);
  for (const query of [player, eve.characterId])
    expect((await ask(moderator, "players.search", { query, by: "id" })).players).toMatchObject([
      { id: player },
    ]);
  expect((await ask(moderator, "players.search", { query: "%" })).players).toEqual([]);
  const told = eve.message("sanction");
  const { id } = await write(moderator, "players.mute", { player, minutes: 5, reason: "caps" });
  expect(await told).toMatchObject({ id, kind: "mute", reason: "caps" });
  expect(await ask(moderator, "players.show", { player })).toMatchObject({
    muted: true,
    sanctions: [{ id, kind: "mute", givenBy: "mod-ann", live: true, chat: true, voice: true }],
    counts: { reportsAbout: 0, notes: 0, playSessions: 1 },
    characters: [{ name: "Evelina", coins: expect.any(Number) }],
    deletion: null,
  });
  const over = eve.message("sanction");
  expect(await write(moderator, "sanctions.lift", { sanction: id, reason: "said sorry" })).toEqual({});
  expect(await over).toMatchObject({ id, over: true });
  expect(await write(moderator, "sanctions.lift", { sanction: id, reason: "twice" })).toBe(
    "SANCTION_UNKNOWN",
  );
  await write(moderator, "players.note", { player, text: "Evelina is nice" });
  expect((await ask(moderator, "players.notes", { player })).notes).toMatchObject([
    { by: "mod-ann", text: "Evelina is nice" },
  ]);
  await write(moderator, "players.warn", { player, reason: "last warning" });
  await write(moderator, "players.ban", { player, minutes: 10, reason: "enough" });
  await eve.until("the end", () => eve.closed.size > 0);
  expect([...eve.closed.values()]).toEqual([CLOSE.BANNED]);
  const list = await ask(moderator, "sanctions.list", { player, live: "true" });
  expect(list.sanctions).toMatchObject([{ kind: "ban" }]);
  // Nobody above, and not what a moderator may not.
  expect(await write(moderator, "players.ban", { player: admin.accountId, reason: "x" })).toBe("ROLE_NEEDED");
  expect(
    await write(moderator, "items.coins", {
      character: eve.characterId,
      coins: 5,
      request: "a",
      reason: "x",
    }),
  ).toBe("ROLE_NEEDED");
  expect(await ask(moderator, "players.secrets", { player })).toBe("ROLE_NEEDED");
  const lines = (await entries()).slice(before);
  expect(lines.map(({ line, outcome }) => `${line.split(" ").slice(2, 4).join(".")} ${outcome}`)).toEqual([
    "players.mute done",
    "sanctions.lift done",
    "sanctions.lift SANCTION_UNKNOWN",
    "players.note done",
    "players.warn done",
    "players.ban done",
    "players.ban ROLE_NEEDED",
    "items.coins ROLE_NEEDED",
    "players.secrets ROLE_NEEDED",
  ]);
  expect(JSON.stringify(lines)).not.toContain("nice");
});

it("an admin edits coins, items and names in play, and reads who moved what", async () => {
  const ann = await world.join("meadow", { name: "Annabel", create: true });
  const { characterId: character } = ann;
  const player = await accountOf(ann);
  await ann.until("the first items", () => counted(ann, "herb") >= 0);
  const [coins, herbs] = [(ann.me() as Carrier).coins, counted(ann, "herb")];
  const order = { character, request: randomUUID(), reason: "lost in a bug" };
  const first = await write(admin, "items.coins", { ...order, coins: 25 });
  expect(first).toMatchObject({ coins: coins + 25, repeated: false, room: ann.room.roomId });
  expect(await write(admin, "items.coins", { ...order, coins: 25 })).toMatchObject({
    coins: coins + 25,
    repeated: true,
  });
  expect(await write(admin, "items.coins", { ...order, coins: 26 })).toBe("REQUEST_REUSED");
  await ann.until("the coins", () => (ann.me() as Carrier).coins === coins + 25);
  await write(admin, "items.grant", { ...order, request: randomUUID(), template: "herb", qty: 2 });
  await ann.until("the herbs", () => counted(ann, "herb") === herbs + 2);
  const { stacks } = await ask(admin, "players.items", { character });
  const herb = stacks.find((one: { template: string }) => one.template === "herb");
  await write(admin, "items.take", { ...order, request: randomUUID(), stack: herb.id, qty: 1 });
  await ann.until("one less", () => counted(ann, "herb") === herbs + 1);
  expect(await write(admin, "items.grant", { ...order, request: "x", template: "unicorn", qty: 1 })).toBe(
    "ITEM_UNKNOWN",
  );
  const { movements } = await ask(admin, "players.ledger", { character, limit: "3" });
  expect(movements).toMatchObject([
    { item: "herb", qty: -1, by: "admin-ann", reason: "operator: lost in a bug", container: "bag" },
    { item: "herb", qty: 2, by: "admin-ann" },
    { item: null, coins: 25, by: "admin-ann", others: [{ account: "world", coins: -25 }] },
  ]);
  expect(await verifyLedger(ds().manager)).toEqual([]);
  expect((await ask(admin, "items.templates")).templates).toContainEqual(
    expect.objectContaining({ name: "herb" }),
  );
  expect(
    await write(admin, "players.rename-character", { character, name: "Renamed", reason: "rude" }),
  ).toEqual({
    name: "Renamed",
    room: ann.room.roomId,
  });
  await ann.until("the name", () => ann.me().name === "Renamed");
  expect(await write(admin, "players.rename", { player, name: "guests have none", reason: "x" })).toBe(
    "ACCOUNT_UNKNOWN",
  );
  expect(
    await write(admin, "players.rename", { player: moderator.accountId, name: "mod anna", reason: "x" }),
  ).toEqual({ name: "mod anna" });
  expect(JSON.stringify(await entries())).not.toMatch(/Renamed|mod anna/u);
  const { signIns } = await ask(admin, "players.secrets", { player });
  expect(signIns).toMatchObject([{ address: expect.stringMatching(/127\.0\.0\.1|::1/u), revokedAt: null }]);
  const found = await ask(admin, "players.search-address", { address: "127.0.0.0/8" });
  expect(found.players.map(({ id }: { id: string }) => id)).toContain(player);
  expect(await ask(admin, "players.search-address", { address: "0.0.0.0/0" })).toBe("SANCTION_INVALID");
  expect((await ask(admin, "players.sessions", { player })).sessions).toMatchObject([
    { game: "meadow", endedAt: null },
  ]);
  expect((await ask(admin, "players.flags", { player })).flags).toEqual([]);
  expect((await ask(admin, "players.audit", { player: admin.accountId, limit: "1" })).entries).toMatchObject([
    { own: true },
  ]);
  expect(await write(admin, "players.sign-out", { player, reason: "asked" })).toEqual({});
  await ann.until("the end", () => ann.closed.size > 0);
});

it("a report goes through the queue, and a person is exported, deleted and kept", async () => {
  const ann = await world.join("plaza", { name: "Ann", create: true });
  const bob = await world.join("plaza", { name: "Bob", code: ann.room.roomId });
  const sent = ann.message("report.sent");
  ann.send("report", { who: bob.room.sessionId, reason: "spam", text: "on and on" });
  await sent;
  const player = await accountOf(bob);
  const { reports, open } = await ask(moderator, "reports.list", { state: "open", player });
  expect(open).toBe(1);
  const report = reports[0].id;
  expect(await ask(moderator, "reports.show", { report })).toMatchObject({
    reporterName: "Ann",
    text: "on and on",
  });
  expect(await write(moderator, "reports.claim", { report })).toMatchObject({
    state: "claimed",
    claimedBy: expect.any(String),
  });
  expect(await write(admin, "reports.decide", { report, outcome: "unfounded" })).toBe("REPORT_TAKEN");
  const { id: sanction } = await write(moderator, "players.kick", { player, reason: "spam" });
  await bob.until("the end", () => bob.closed.size > 0);
  expect([...bob.closed.values()]).toEqual([CLOSE.KICKED]);
  expect(await write(moderator, "reports.decide", { report, outcome: "sanctioned", sanction })).toMatchObject(
    {
      state: "decided",
      sanctionId: sanction,
    },
  );
  expect(await write(moderator, "reports.reopen", { report, reason: "appealed" })).toMatchObject({
    state: "open",
    reopened: 1,
  });
  const exported = await ask(admin, "players.export", { player });
  expect(exported).toMatchObject({
    characters: [{ name: "Bob" }],
    nextLedger: null,
    more: { report: [{ reason: "spam" }] },
  });
  expect(await ask(moderator, "players.export", { player })).toBe("ROLE_NEEDED");
  const { deleteAt } = await write(admin, "players.delete", { player, reason: "asked by mail" });
  expect(Date.parse(deleteAt)).toBeGreaterThan(Date.now());
  expect(await ask(admin, "players.show", { player })).toMatchObject({
    deleteAt,
    deletion: { byPlayer: false, by: "admin-ann", reason: "asked by mail" },
  });
  expect(await write(admin, "players.keep", { player, reason: "changed mind" })).toEqual({});
  expect(await write(admin, "players.keep", { player, reason: "twice" })).toBe("DELETION_NONE");
  expect(await write(moderator, "sanctions.ban-range", { range: "0.0.0.0/0", reason: "x" })).toBe(
    "SANCTION_INVALID",
  );
  const { id } = await write(moderator, "sanctions.ban-range", {
    range: "203.0.113.9",
    minutes: 1,
    reason: "x",
  });
  expect((await ask(moderator, "sanctions.list", { ranges: "true" })).sanctions).toMatchObject([
    { id, range: "203.0.113.9/32" },
  ]);
  await ann.leave();
});

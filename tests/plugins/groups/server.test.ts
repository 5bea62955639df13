import { randomUUID } from "node:crypto";
import { WorldRoom } from "roomkeep/rooms";
import { Carrier, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { groups, type MembershipChange, type OwnGroups } from "../../../plugins/groups/index.ts";
import { verifyLedger } from "../../../server/items/ledger.ts";
import { deskOperator } from "../../helpers/desk/operators.ts";
import { codeOf, give } from "./groups-of.ts";

class Hall extends WorldRoom<WorldState, Carrier> {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 24 };
  static override readonly items = { herb: { stack: 20, label: "Herb" } };
  override state = new WorldState();
  protected override createAvatar(): Carrier {
    return new Carrier();
  }
  protected override onOpen(): void {
    this.useItems<Carrier>({});
  }
}

const PASSWORD = "a long password";
const authorization = `Basic ${Buffer.from(`admin:${PASSWORD}`).toString("base64")}`;
let world: TestServer;
beforeAll(async () => {
  world = await bootServer(
    { hall: Hall },
    {
      plugins: [groups.with({ requestsPerMinute: 8 }), friends],
      env: { ROOMKEEP_ADMIN_PASSWORD: PASSWORD },
    },
  );
});
afterAll(() => world.close());

async function ask<T>(player: Pick<TestPlayer, "token">, method: string, path: string, body?: unknown) {
  const accessToken = await accessTokenOf(world.url, player.token);
  return callApi<T>(world.url, method, `/v1/groups${path}`, { accessToken, body });
}
const mine = (player: TestPlayer) => ask<OwnGroups>(player, "GET", "/mine");
const guest = (name: string) => world.join("hall", { name });
async function accountOf({ characterId }: TestPlayer): Promise<string> {
  const [row] = await world.server.foundation.database.ds.query(
    "SELECT account_id AS id FROM character WHERE id = $1",
    [characterId],
  );
  return row.id;
}
async function refusal(player: TestPlayer, type: string, payload: unknown): Promise<string> {
  const refused = player.message<{ code: string }>("refused");
  player.send(type, payload);
  return (await refused).code;
}
const found = async (player: TestPlayer, body: object) =>
  (await ask<{ id: string }>(player, "POST", "", body)).id;

it("is founded, joined, ruled and left by the routes, and tells whom it concerns", async () => {
  const [ann, bob, eve] = [await guest("Ann"), await guest("Bob"), await guest("Eve")];
  const [a, b] = [await accountOf(ann), await accountOf(bob)];
  const changes: MembershipChange[] = [];
  const end = world
    .room<Hall>(ann.room.roomId)
    .plugin(groups)
    .onChange((change) => changes.push(change));
  const id = await found(ann, { name: "Night Watch", tag: "NW", text: "By night." });
  const asked = ann.message<object>("groups.changed");
  expect(await ask(bob, "POST", `/${id}/requests`)).toEqual({ state: "waits" });
  await ann.until("the request", () => ann.received.get("groups.changed")?.length === 2);
  await asked;
  expect(ann.received.get("groups.changed")?.at(-1)).toEqual({ what: "request" });
  expect(await ask(ann, "GET", `/${id}/requests`)).toMatchObject({ asked: [{ account: b, name: "Bob" }] });
  const told = bob.message<object>("groups.changed");
  await ask(ann, "POST", `/${id}/requests/${b}/accept`);
  expect(await told).toMatchObject({ what: "membership", group: id, role: "member" });
  await ask(ann, "POST", `/${id}/members/${b}/role`, { role: "officer" });
  expect(await ask(bob, "GET", `/${id}/members`)).toMatchObject({
    members: [
      { account: a, name: "Ann", role: "leader" },
      { account: b, name: "Bob", role: "officer" },
    ],
  });
  expect((await mine(bob)).groups).toMatchObject([
    { id, role: "officer", permissions: ["invite", "answer", "remove", "deposit", "withdraw", "log"] },
  ]);

  const invited = eve.message<object>("groups.changed");
  bob.send("groups.invite", { group: id, who: eve.room.sessionId });
  expect(await invited).toEqual({ what: "invitation" });
  expect((await mine(eve)).invited).toMatchObject([{ id, name: "Night Watch" }]);
  expect(await ask(eve, "POST", `/${id}/requests`)).toEqual({ state: "member" });
  expect(await ask(eve, "GET", "?search=night")).toMatchObject({ groups: [{ id, members: 3 }], next: null });
  // Who is in it is for its members.
  const stranger = await guest("Dan");
  expect(JSON.stringify(await ask(stranger, "GET", `/${id}`))).not.toContain(a);
  expect(await codeOf(ask(stranger, "GET", `/${id}/members`))).toBe("GROUP_STRANGER");
  await ask(ann, "PATCH", `/${id}`, { access: "open", tag: null });
  expect(await ask(stranger, "POST", `/${id}/requests`)).toEqual({ state: "member" });
  await ask(bob, "DELETE", `/${id}/members/${await accountOf(stranger)}`);
  await ask(ann, "POST", `/${id}/leave`);
  expect(await ask(bob, "GET", `/${id}/members`)).toMatchObject({
    members: [{ account: b, role: "leader" }, {}],
  });
  await ask(bob, "DELETE", `/${id}`);
  expect(await codeOf(ask(bob, "GET", `/${id}`))).toBe("GROUP_UNKNOWN");
  await eve.until("the end", () =>
    (eve.received.get("groups.changed") as { role?: null }[]).some(({ role }) => role === null),
  );
  end();
  expect(changes.filter(({ accountId, role }) => accountId === b && role === "leader")).toEqual([
    { groupId: id, accountId: b, role: "leader" },
  ]);
  expect(changes).toContainEqual({ groupId: id, accountId: await accountOf(eve), role: null });
  for (const one of [ann, bob, eve, stranger]) await one.leave();
});

it("names what it refuses", async () => {
  const [ann, bob] = [await guest("Ann"), await guest("Bob")];
  const b = await accountOf(bob);
  const stacked = `Zalgo${"\u0300\u0301\u0302\u0303\u0304\u0305\u0306\u0307\u0308\u030a"}`;
  for (const [body, code] of [
    [{ name: stacked }, "NAME_INVALID"],
    [{ name: "Moderator" }, "NAME_REFUSED"],
    [{ name: "x" }, "NAME_INVALID"],
    [{ name: "x".repeat(97) }, "MESSAGE_INVALID"],
    [{ name: "A group", access: "secret" }, "MESSAGE_INVALID"],
    [{ name: "A group", text: "x".repeat(501) }, "MESSAGE_INVALID"],
    [{ name: "A group", text: "a\u202eb" }, "MESSAGE_INVALID"],
    [{ name: "A group", leader: b }, "MESSAGE_INVALID"],
    [{}, "MESSAGE_INVALID"],
    [null, "MESSAGE_INVALID"],
  ] as const)
    expect(await codeOf(ask(ann, "POST", "", body)), JSON.stringify(body)).toBe(code);
  const id = await found(ann, { name: "A group" });
  expect(await codeOf(ask(bob, "POST", "", { name: "a GROUP" }))).toBe("GROUP_NAME_TAKEN");
  const bank = { request: "1", character: ann.characterId };
  for (const [method, path, body, code] of [
    ["GET", `/${randomUUID()}`, undefined, "GROUP_UNKNOWN"],
    ["GET", "/not-an-id", undefined, "MESSAGE_INVALID"],
    ["GET", "?limit=1000", undefined, "MESSAGE_INVALID"],
    ["GET", "?after=%25", undefined, "MESSAGE_INVALID"],
    ["DELETE", `/${id}/requests/${b}`, undefined, "GROUP_UNINVITED"],
    ["DELETE", `/${id}/requests/mine`, undefined, "GROUP_UNINVITED"],
    ["POST", `/${id}/requests/${b}/accept`, undefined, "GROUP_UNINVITED"],
    ["POST", `/${id}/requests`, undefined, "GROUP_MEMBER"],
    ["POST", `/${id}/invitations`, { name: "nobody at all" }, "ACCOUNT_UNKNOWN"],
    ["POST", `/${id}/invitations`, { account: b, name: "Bob" }, "MESSAGE_INVALID"],
    ["POST", `/${id}/members/${b}/role`, { role: "king" }, "MESSAGE_INVALID"],
    ["POST", `/${id}/members/${b}/role`, { role: "officer" }, "GROUP_STRANGER"],
    ["POST", `/${id}/bank/deposit`, { ...bank, coins: 5 }, "NOT_ENOUGH"],
    ["POST", `/${id}/bank/deposit`, { ...bank, coins: -5 }, "MESSAGE_INVALID"],
    ["POST", `/${id}/bank/deposit`, { ...bank, coins: 2 ** 53 }, "MESSAGE_INVALID"],
    ["POST", `/${id}/bank/deposit`, bank, "MESSAGE_INVALID"],
    ["POST", `/${id}/bank/deposit`, { ...bank, coins: 1, request: "a b" }, "MESSAGE_INVALID"],
    ["POST", `/${id}/bank/deposit`, { ...bank, coins: 1, character: bob.characterId }, "CHARACTER_MISSING"],
    ["GET", `/${id}/bank/log?before=x`, undefined, "MESSAGE_INVALID"],
  ] as const)
    expect(await codeOf(ask(ann, method, path, body)), `${method} ${path} ${JSON.stringify(body)}`).toBe(
      code,
    );
  expect(await refusal(ann, "groups.invite", { group: id, who: "nobody" })).toBe("PLAYER_UNKNOWN");
  expect(await refusal(ann, "groups.invite", { group: "x", who: bob.room.sessionId })).toBe(
    "MESSAGE_INVALID",
  );
  expect(await refusal(bob, "groups.invite", { group: id, who: ann.room.sessionId })).toBe("GROUP_STRANGER");
  expect(await codeOf(callApi(world.url, "GET", "/v1/groups"))).toBe("TOKEN_INVALID");
  expect(await ask(ann, "GET", `/${id}`)).toMatchObject({ members: 1, text: "" });
  for (const one of [ann, bob]) await one.leave();
});

it("counts requests and invitations of an account, by whatever way they come", async () => {
  const [ann, bob] = [await guest("Ann"), await guest("Bob")];
  const id = await found(ann, { name: "Counted" });
  for (let n = 0; n < 4; n++) {
    await ask(ann, "POST", `/${id}/invitations`, { account: await accountOf(bob) });
    await codeOf(ask(ann, "POST", `/${id}/requests`));
  }
  expect(await codeOf(ask(ann, "POST", `/${id}/requests`))).toBe("RATE_LIMITED");
  expect(await refusal(ann, "groups.invite", { group: id, who: bob.room.sessionId })).toBe("RATE_LIMITED");
  for (const one of [ann, bob]) await one.leave();
});

it("has a bank whose bookings the room of the character shows at once", async () => {
  const { ds } = world.server.foundation.database;
  const ann = await guest("Ann");
  const id = await found(ann, { name: "Savers" });
  const character = ann.characterId;
  await give(ds, { id: "", characterId: character }, 40);
  const booked = await ask<{ coins: number }>(ann, "POST", `/${id}/bank/deposit`, {
    ...{ request: "1", character, coins: 15 },
  });
  await ann.until("the purse", () => (ann.me() as Carrier).coins === booked.coins);
  expect(await ask(ann, "GET", `/${id}/bank`)).toEqual({ coins: 15, items: [], left: null });
  const out = { request: "2", character, coins: 5 };
  expect(await ask(ann, "POST", `/${id}/bank/withdraw`, out)).toMatchObject({ repeated: false });
  expect(await ask(ann, "POST", `/${id}/bank/withdraw`, out)).toMatchObject({ repeated: true });
  await ann.until("the purse", () => (ann.me() as Carrier).coins === booked.coins + 5);
  expect(await ask(ann, "GET", `/${id}/bank/log`)).toMatchObject({ lines: [{ coins: -5 }, { coins: 15 }] });
  await ask(ann, "POST", `/${id}/leave`);
  await ann.until("the rest", () => (ann.me() as Carrier).coins === booked.coins + 15);
  expect(await verifyLedger(ds)).toEqual([]);
  await ann.leave();
});

it("is found, shown, renamed and disbanded by operators, with an entry in the audit log", async () => {
  const { ds } = world.server.foundation.database;
  const admin = await deskOperator(ds, world.url, "groups-admin", "admin");
  const moderator = await deskOperator(ds, world.url, "groups-mod", "moderator");
  const [ann, bob] = [await guest("Ann"), await guest("Bob")];
  const id = await found(ann, { name: "Bad Words", tag: "BW", text: "Bad text.", access: "open" });
  await ask(bob, "POST", `/${id}/requests`);
  await give(ds, { id: "", characterId: bob.characterId }, 7, { herb: 3 });
  const character = bob.characterId;
  const items = [{ template: "herb", qty: 3 }];
  await ask(bob, "POST", `/${id}/bank/deposit`, { request: "1", character, coins: 7, items });
  const desk = (by: typeof admin, verb: string, body?: object) => by.ask(`/v1/admin/groups/${verb}`, body);
  expect((await desk(moderator, "find?search=bad")).body).toMatchObject({ groups: [{ id, members: 2 }] });
  expect((await desk(moderator, `show?group=${id}`)).body).toMatchObject({
    group: { name: "Bad Words", tag: "BW" },
    members: [
      { name: "Ann", role: "leader" },
      { name: "Bob", role: "member" },
    ],
    bank: { coins: 7, items },
  });
  expect((await desk(moderator, `log?group=${id}`)).body).toMatchObject({
    lines: [{ name: "Bob", coins: 7 }],
  });
  for (const verb of ["show", "log"])
    expect((await desk(admin, `${verb}?group=${randomUUID()}`)).body.code).toBe("GROUP_UNKNOWN");
  const reason = "against the rules";
  for (const [by, verb, body, code] of [
    [moderator, "rename", { group: id, name: "Good", reason }, "ROLE_NEEDED"],
    [moderator, "disband", { group: id, reason }, "ROLE_NEEDED"],
    [admin, "rename", { group: id, name: "Good" }, "MESSAGE_INVALID"],
    [admin, "rename", { group: id, name: "fuck", reason }, "NAME_REFUSED"],
    [admin, "rename", { group: id, name: "Savings", reason }, "GROUP_NAME_TAKEN"],
    [admin, "disband", { group: randomUUID(), reason }, "GROUP_UNKNOWN"],
  ] as const) {
    if (code === "GROUP_NAME_TAKEN") await found(bob, { name: "Savings" });
    expect((await desk(by, verb, body)).body.code, `${verb} ${code}`).toBe(code);
  }
  const rename = { group: id, name: "Good Words", clear: true, reason };
  expect((await desk(admin, "rename", rename)).body).toEqual({ name: "Good Words" });
  expect(await ask(ann, "GET", `/${id}`)).toMatchObject({ name: "Good Words", tag: null, text: "" });
  const before = (ann.me() as Carrier).coins;
  expect((await desk(admin, "disband", { group: id, reason })).body).toEqual({ members: 2 });
  expect(await codeOf(ask(ann, "GET", `/${id}`))).toBe("GROUP_UNKNOWN");
  // The leader's room is told of the booking, and both of the end.
  await ann.until("the coins", () => (ann.me() as Carrier).coins === before + 7);
  await bob.until("the end", () =>
    (bob.received.get("groups.changed") as { role?: null }[]).some(({ role }) => role === null),
  );
  const mail = await ds.query("SELECT template, qty FROM item WHERE container = $1", [
    `mail:${ann.characterId}`,
  ]);
  expect(mail).toEqual([{ template: "herb", qty: 3 }]);
  const lines = await ds.query<{ outcome: string }[]>(
    "SELECT outcome FROM audit_entry WHERE line LIKE 'roomkeep admin groups%' ORDER BY seq",
  );
  expect(lines.map(({ outcome }) => outcome)).toEqual([
    ...["ROLE_NEEDED", "ROLE_NEEDED", "MESSAGE_INVALID", "NAME_REFUSED", "GROUP_NAME_TAKEN", "GROUP_UNKNOWN"],
    ...["done", "done"],
  ]);
  expect(await verifyLedger(ds)).toEqual([]);
  for (const one of [ann, bob]) await one.leave();
});

it("shows the operator what it measures", async () => {
  const metrics = await (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
  expect(metrics).toMatch(/roomkeep_groups_acts_total\{act="create"\} [1-9]/);
  expect(metrics).toMatch(/roomkeep_groups_acts_total\{act="deposit"\} [1-9]/);
});

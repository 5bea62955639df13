import { randomUUID } from "node:crypto";
import { openRecorder, type Player, rerun, WorldRoom } from "roomkeep/rooms";
import { definePlugin, type People } from "roomkeep/server";
import { RoomkeepError, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi, keepTokens } from "../../../bots/index.ts";
import { type FriendList, friends } from "../../../plugins/friends/index.ts";

/** Lines move its world, so they are in its recordings. */
class Hall extends WorldRoom {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 24 };
  override state = new WorldState();
  protected override onChat({ avatar }: Player, text: string) {
    avatar.color = text.length % 8;
  }
}
class Booth extends WorldRoom {
  static override readonly listing = { label: "Booth", description: "", maxPlayers: 1 };
  override state = new WorldState();
}
class Den extends WorldRoom {
  static override readonly listing = { label: "Den", description: "", maxPlayers: 8, private: true };
  override state = new WorldState();
}

/** Fails where the room asks it. */
const broken = definePlugin({
  name: "broken",
  room: () => ({
    async load({ name }) {
      if (name === "Nobody") throw new RoomkeepError("NAME_REFUSED");
    },
    hears() {
      throw new Error("a fault of a plugin");
    },
    onTold() {
      throw new Error("never told");
    },
  }),
});

/** The seam itself, as any plugin has it. */
let people: People;
const seam = definePlugin({
  name: "seam",
  open(services) {
    people = services.people;
  },
});

let world: TestServer;
beforeAll(async () => {
  world = await bootServer(
    { hall: Hall, booth: Booth, den: Den },
    {
      plugins: [friends.with({ presenceMs: 100, requestsPerMinute: 8 }), broken, seam],
      env: { ROOMKEEP_ADMIN_PASSWORD: "a long password" },
    },
  );
});
afterAll(() => world.close());

async function ask<T>(player: Pick<TestPlayer, "token">, method: string, path: string, body?: unknown) {
  const accessToken = await accessTokenOf(world.url, player.token);
  return callApi<T>(world.url, method, `/v1/friends${path}`, { accessToken, body });
}
const listOf = (player: TestPlayer) => ask<FriendList>(player, "GET", "");
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
async function accountOf({ characterId }: TestPlayer): Promise<string> {
  const [row] = await world.server.foundation.database.ds.query(
    "SELECT account_id AS id FROM character WHERE id = $1",
    [characterId],
  );
  return row.id;
}
async function befriend(a: TestPlayer, b: TestPlayer): Promise<void> {
  await ask(a, "POST", "/requests", { account: await accountOf(b) });
  await ask(b, "POST", `/requests/${await accountOf(a)}/accept`);
}
async function refusal(player: TestPlayer, type: string, payload: unknown): Promise<string> {
  const refused = player.message<{ type: string; code: string }>("refused");
  player.send(type, payload);
  const { type: of, code } = await refused;
  expect(of).toBe(type);
  return code;
}
const textsOf = (player: TestPlayer, type: string) =>
  ((player.received.get(type) ?? []) as { text: string }[]).map(({ text }) => text);
/** Says a line that all others hear, so that what came before has come. */
let settled = 0;
async function settle(speaker: TestPlayer, ...listeners: TestPlayer[]): Promise<void> {
  // Digits and letters at random may be a coarse word, which is masked.
  const text = `line ${++settled}`;
  speaker.send("chat", { text });
  for (const one of listeners) await one.until("the last line", () => textsOf(one, "chat").includes(text));
}

it("makes friends by code, name and in the room, and tells both at once", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  const { code } = await listOf(bob);
  const news = bob.message<{ what: string }>("friends.changed");
  const spelled = `${code.slice(0, 4)}-${code.slice(4)}`.toLowerCase();
  expect(await ask(ann, "POST", "/requests", { code: spelled })).toEqual({ state: "sent" });
  expect(await news).toEqual({ what: "request" });
  expect(await listOf(bob)).toMatchObject({ received: [{ account: await accountOf(ann), name: "Ann" }] });
  const accepted = ann.message("friends.changed");
  await ask(bob, "POST", `/requests/${await accountOf(ann)}/accept`);
  await accepted;
  expect(await listOf(ann)).toMatchObject({
    friends: [{ name: "Bob", where: { name: "Bob", game: "hall", joinable: true } }],
    sent: [],
    presenceKnown: true,
  });
  const api = world.room<Hall>(ann.room.roomId).plugin(friends);
  expect(await api.areFriends(await accountOf(ann), await accountOf(bob))).toBe(true);
  expect(await api.friendsOf(await accountOf(bob))).toEqual([await accountOf(ann)]);

  const body = { name: "Käthe", password: "correct horse 7", email: "k@example.org" };
  const kate = await callApi<Parameters<typeof keepTokens>[0]>(world.url, "POST", "/v1/accounts", {
    body: { ...body, character: { name: "Kate", color: 1, shape: 2 } },
  });
  keepTokens(kate);
  await ask(ann, "POST", "/requests", { name: "KÄTHE" });
  expect(await ask<FriendList>(kate, "GET", "")).toMatchObject({ received: [{ name: "Ann" }] });
  expect((await listOf(ann)).sent).toMatchObject([{ name: "Käthe" }]);
  await ask(ann, "DELETE", `/requests/${(await listOf(ann)).sent[0]?.account}`);

  const eve = await world.join("hall", { name: "Eve" });
  const asked = ann.message("friends.changed");
  eve.send("friends.request", { who: ann.room.sessionId });
  await asked;
  expect((await listOf(ann)).received).toMatchObject([{ name: "Eve" }]);
  for (const one of [ann, bob, eve]) await one.leave();
});

it("names what it refuses, and changes nothing", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  const [me, other] = [await accountOf(ann), await accountOf(bob)];
  const request = (body: unknown) => codeOf(ask(ann, "POST", "/requests", body));
  expect(await request({ account: me })).toBe("FRIEND_SELF");
  expect(await request({ account: randomUUID() })).toBe("ACCOUNT_UNKNOWN");
  expect(await request({ name: "nobody at all" })).toBe("ACCOUNT_UNKNOWN");
  expect(await request({ name: "a\u0301\u0301\u0301\u0301" })).toBe("ACCOUNT_UNKNOWN");
  expect(await request({ code: "ZZZZZZZZ" })).toBe("ACCOUNT_UNKNOWN");
  for (const body of [{}, { account: "x" }, { account: other, name: "Bob" }, { code: "x".repeat(99) }, null])
    expect(await request(body)).toBe("MESSAGE_INVALID");
  for (const [method, path, code] of [
    ["POST", `/requests/${other}/accept`, "FRIEND_UNKNOWN"],
    ["DELETE", `/requests/${other}`, "FRIEND_UNKNOWN"],
    ["DELETE", `/${other}`, "FRIEND_UNKNOWN"],
    ["POST", `/${other}/join`, "FRIEND_UNKNOWN"],
    ["DELETE", "/not-an-id", "MESSAGE_INVALID"],
  ] as const)
    expect(await codeOf(ask(ann, method, path)), path).toBe(code);
  expect(await refusal(ann, "friends.request", { who: ann.room.sessionId })).toBe("FRIEND_SELF");
  expect(await refusal(ann, "friends.request", { who: "nobody" })).toBe("PLAYER_UNKNOWN");
  expect(await refusal(ann, "friends.request", { who: 7 })).toBe("MESSAGE_INVALID");
  expect(await refusal(ann, "friends.invite", { account: other })).toBe("FRIEND_UNKNOWN");
  expect(await codeOf(callApi(world.url, "GET", "/v1/friends"))).toBe("TOKEN_INVALID");
  expect(await listOf(ann)).toMatchObject({ friends: [], sent: [], received: [], blocked: [] });
  for (const one of [ann, bob]) await one.leave();
});

it("counts the requests of an account, by whatever way they come", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  const body = { account: await accountOf(bob) };
  for (let n = 0; n < 8; n++) await ask(ann, "POST", "/requests", body);
  expect(await codeOf(ask(ann, "POST", "/requests", body))).toBe("RATE_LIMITED");
  expect(await refusal(ann, "friends.request", { who: bob.room.sessionId })).toBe("RATE_LIMITED");
  for (const one of [ann, bob]) await one.leave();
});

it("hides the lines, whispers and invitations of who is blocked, who sees no difference", async () => {
  const [ann, bob, eve] = [
    await world.join("hall", { name: "Ann" }),
    await world.join("hall", { name: "Bob" }),
    await world.join("hall", { name: "Eve" }),
  ];
  const room = world.room<Hall>(ann.room.roomId);
  const lines: string[] = [];
  const recorder = openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1 });
  room.record(recorder);
  const toAnn = { to: ann.characterId, text: "psst" };
  const outcome = async () => {
    const sent = bob.message<{ outcome: string }>("whisper.sent");
    bob.send("whisper", toAnn);
    return (await sent).outcome;
  };
  expect(await outcome()).toBe("delivered");
  await befriend(ann, bob);
  bob.send("party.invite", { to: ann.room.sessionId });
  const { party } = await ann.message<{ party: string }>("party.invited");
  ann.send("party.accept", { party });
  await bob.until("the party", () => (bob.received.get("party")?.length ?? 0) > 1);

  const told = bob.message<object>("friends.changed");
  await ask(ann, "POST", "/blocks", { account: await accountOf(bob) });
  expect(await told).toEqual({ what: "list" }); // as by a removal
  expect(await listOf(bob)).toMatchObject({ friends: [], blocked: [] });
  expect(await listOf(ann)).toMatchObject({ friends: [], blocked: [{ name: "Bob" }] });

  bob.send("chat", { text: "secret" });
  const heard = eve.message<{ text: string }>("chat");
  expect((await heard).text).toBe("secret");
  await settle(eve, ann, bob);
  expect(textsOf(bob, "chat")).toContain("secret");
  expect(textsOf(ann, "chat")).not.toContain("secret");
  expect(await outcome()).toBe("offline");
  const said = bob.message<{ missed: string[] }>("party.said");
  bob.send("party.say", { text: "secret" });
  expect((await said).missed).toEqual(["Ann"]);
  expect(textsOf(ann, "party.say")).toEqual([]);
  expect(textsOf(ann, "whisper")).toEqual(["psst"]);

  // Requests are accepted by the server, and nobody is told.
  const changes = () => ann.received.get("friends.changed")?.length ?? 0;
  const before = changes();
  expect(await ask(bob, "POST", "/requests", { account: await accountOf(ann) })).toEqual({ state: "sent" });
  expect(await listOf(bob)).toMatchObject({ sent: [{ name: "Ann" }] });
  bob.send("party.leave", {});
  await bob.until("the end of the party", () => bob.received.get("party")?.at(-1) === null);
  const invited = ann.received.get("party.invited")?.length;
  bob.send("party.invite", { to: ann.room.sessionId });
  await bob.until("a party of one", () => bob.received.get("party")?.at(-1) !== null);
  await settle(eve, ann, bob);
  expect(ann.received.get("party.invited")?.length).toBe(invited);
  expect(changes()).toBe(before);
  expect((await listOf(ann)).received).toEqual([]);

  // Announcements reach everybody; so do the lines of who blocks.
  ann.send("chat", { text: "hello Bob" });
  await bob.until("Ann's line", () => textsOf(bob, "chat").includes("hello Bob"));
  const notice = ann.message<{ text: string }>("notice");
  world.room<Hall>(bob.room.roomId).announce("to all");
  expect((await notice).text).toBe("to all");

  // It is there from the first line on after a return, and in a report are only lines that were read.
  await ann.leave();
  const back = await world.join("hall", { token: ann.token, code: bob.room.roomId });
  bob.send("chat", { text: "once more" });
  await eve.until("the line", () => textsOf(eve, "chat").includes("once more"));
  await settle(eve, back);
  expect(textsOf(back, "chat")).not.toContain("once more");
  back.send("report", { who: bob.room.sessionId, reason: "spam" });
  await back.message("report.sent");
  const [report] = await world.server.foundation.database.ds.query(
    "SELECT chat::text AS chat FROM report ORDER BY at DESC LIMIT 1",
  );
  expect(report.chat).not.toContain("once more");

  await ask(back, "DELETE", `/blocks/${await accountOf(bob)}`);
  bob.send("chat", { text: "peace" });
  await back.until("the line", () => textsOf(back, "chat").includes("peace"));
  expect((await listOf(back)).received).toMatchObject([{ name: "Bob" }]);

  // A plugin that fails hides nothing, and a re-run needs no plugin.
  expect(room.faults.get("broken.hears")).toBeGreaterThan(0);
  expect(room.faults.has("broken.onTold")).toBe(false);
  recorder.stop();
  expect(await rerun(Hall, lines)).toMatchObject({ mismatches: [] });
  for (const one of [bob, eve, back]) await one.leave();
});

it("blocks somebody of the room by the message, before the next line", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("hall", { name: "Bob" })];
  ann.send("friends.block", { who: bob.room.sessionId });
  await ann.message("friends.changed");
  bob.send("chat", { text: "too late" });
  await bob.until("the own line", () => textsOf(bob, "chat").includes("too late"));
  await settle(ann, ann, bob);
  expect(textsOf(ann, "chat")).not.toContain("too late");
  for (const one of [ann, bob]) await one.leave();
});

it("leads to a friend where the room allows it, and by an invitation where it is private", async () => {
  const [ann, bob] = [await world.join("hall", { name: "Ann" }), await world.join("booth", { name: "Bob" })];
  await befriend(ann, bob);
  const [a, b] = [await accountOf(ann), await accountOf(bob)];
  expect(await codeOf(ask(ann, "POST", `/${b}/join`))).toBe("ROOM_FULL");
  const goal = await ask<{ game: string; code: string }>(bob, "POST", `/${a}/join`);
  expect(goal).toEqual({ game: "hall", code: ann.room.roomId });
  await bob.leave();
  const came = await world.join(goal.game, { token: bob.token, code: goal.code });
  expect(came.room.roomId).toBe(ann.room.roomId);
  await came.leave();

  // Who came and went is told, as it is in the end: a change of rooms is one piece of news.
  const isOnline = () =>
    ((ann.received.get("friends.presence") ?? []) as { friends: { account: string; online: boolean }[] }[])
      .at(-1)
      ?.friends.find(({ account }) => account === b)?.online;
  await ann.until("that Bob has gone", () => isOnline() === false);
  expect((await listOf(ann)).friends).toMatchObject([{ where: null }]);
  expect(await codeOf(ask(ann, "POST", `/${b}/join`))).toBe("FRIEND_AWAY");
  expect(await refusal(ann, "friends.invite", { account: b })).toBe("FRIEND_AWAY");

  const hidden = await world.join("den", { token: bob.token, create: true });
  await ann.until("that Bob is back", () => isOnline() === true);
  expect(await codeOf(ask(ann, "POST", `/${b}/join`))).toBe("FRIEND_PRIVATE");
  expect((await listOf(ann)).friends).toMatchObject([{ where: { game: "den", joinable: false } }]);
  expect(JSON.stringify(await listOf(ann))).not.toContain(hidden.room.roomId);
  const invited = ann.message<object>("friends.invited");
  hidden.send("friends.invite", { account: a });
  expect(await invited).toEqual({ account: b, name: "Bob", game: "den", code: hidden.room.roomId });
  await ann.leave();
  const guest = await world.join("den", { token: ann.token, code: hidden.room.roomId });
  for (const one of [hidden, guest]) await one.leave();
});

it("tells who is there of an account by another name, and of none that has left", async () => {
  const ann = await world.join("hall", { name: "Ann" });
  const id = await accountOf(ann);
  expect((await people.where([id, randomUUID()])).get(id)).toEqual({
    characterId: ann.characterId,
    name: "Ann",
    game: "hall",
    roomId: ann.room.roomId,
    hidden: false,
    joinable: true,
  });
  world.room<Hall>(ann.room.roomId).renameCharacter(ann.characterId, "Anna Lou");
  await expect.poll(async () => (await people.where([id])).get(id)?.name).toBe("Anna Lou");
  await ann.leave();
  await expect.poll(async () => (await people.where([id])).size).toBe(0);
  expect(await people.tell(id, "changed", {})).toBe("offline");
});

it("refuses the join of whom a plugin cannot load", async () => {
  await expect(world.join("hall", { name: "Nobody" })).rejects.toThrow(/^NAME_REFUSED: /);
});

it("sends messages to an account in order, each once, and no more than may wait", async () => {
  const ann = await world.join("hall", { name: "Ann" });
  const id = await accountOf(ann);
  const sent = Array.from({ length: 120 }, (_, n) => people.tell(id, "n", { n }));
  const outcomes = await Promise.all(sent);
  expect(outcomes.filter((outcome) => outcome === "delivered")).toHaveLength(100);
  expect(outcomes.slice(100)).toEqual(Array.from({ length: 20 }, () => "offline"));
  await ann.until("all of them", () => ann.received.get("seam.n")?.length === 100);
  expect(ann.received.get("seam.n")).toEqual(Array.from({ length: 100 }, (_, n) => ({ n })));
  await ann.leave();
});

it("shows the operator what it measures", async () => {
  const authorization = `Basic ${Buffer.from("admin:a long password").toString("base64")}`;
  const metrics = await (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
  expect(metrics).toMatch(/roomkeep_friends_acts_total\{act="block"\} [1-9]/);
  expect(metrics).toContain("roomkeep_friends_accounts");
});

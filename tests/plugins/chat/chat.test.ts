import { randomUUID } from "node:crypto";
import { WorldRoom } from "roomkeep/rooms";
import { definePlugin } from "roomkeep/server";
import { WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { accessTokenOf, callApi } from "../../../bots/index.ts";
import { type ChannelInList, type Chat, chat, defineChannel } from "../../../plugins/chat/index.ts";
import { EMPTY, type LinesNews, type ShownLine, takeLines } from "../../../plugins/chat/live/line-list.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { deskOperator } from "../../helpers/desk/operators.ts";

class Hall extends WorldRoom {
  static override readonly listing = { label: "Hall", description: "", maxPlayers: 24 };
  override state = new WorldState();
}
class Den extends WorldRoom {
  static override readonly listing = { label: "Den", description: "", maxPlayers: 8 };
  override state = new WorldState();
}

/** A plugin with channels of its own, as groups have them. */
const members = new Map<string, Set<string>>();
let channels: Chat;
const guilds = definePlugin({
  name: "guilds",
  needs: [chat],
  open({ plugin }) {
    channels = plugin(chat);
    channels.add(
      defineChannel({
        kind: "guild",
        mayRead: (accountId, id) => members.get(id)?.has(accountId) ?? false,
        members: (id) => members.get(id) ?? [],
        channelsOf: (accountId) =>
          [...members].flatMap(([id, all]) => (all.has(accountId) ? [{ id, title: `Guild ${id}` }] : [])),
      }),
    );
  },
});
/** What is said there is for who is there. */
const campfire = defineChannel({ kind: "campfire", history: false, links: true, mayRead: () => true });

let world: TestServer;
beforeAll(async () => {
  const plugins = [
    chat.with({
      channels: [campfire],
      server: [
        { id: "general", title: "Everybody" },
        { id: "news", title: "News", readOnly: true },
      ],
      linesPerMinute: 40,
      maskedWords: ["rivalgame"],
      refusedWords: ["buygold"],
    }),
    guilds,
    friends,
  ];
  world = await bootServer(
    { hall: Hall, den: Den },
    { plugins, env: { ROOMKEEP_ADMIN_PASSWORD: "a long password" } },
  );
});
afterAll(() => world.close());

async function ask<T>(player: Pick<TestPlayer, "token">, method: string, path: string, body?: unknown) {
  const accessToken = await accessTokenOf(world.url, player.token);
  return callApi<T>(world.url, method, `/v1/chat${path}`, { accessToken, body });
}
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string }) => error.code,
  );
const query = (sql: string, values: unknown[] = []) => world.server.foundation.database.ds.query(sql, values);
async function accountOf({ characterId }: TestPlayer): Promise<string> {
  const [row] = await query("SELECT account_id AS id FROM character WHERE id = $1", [characterId]);
  return row.id;
}
async function refusal(player: TestPlayer, type: string, payload: unknown): Promise<string> {
  const refused = player.message<{ type: string; code: string }>("refused");
  player.send(type, payload);
  const { type: of, code } = await refused;
  expect(of).toBe(type);
  return code;
}
const line = (text: string) => ({ text, request: randomUUID() });
const say = <T = { n: number }>(player: TestPlayer, path: string, text: string) =>
  ask<T>(player, "POST", `${path}/lines`, line(text));
const history = (player: TestPlayer, path: string) =>
  ask<{ lines: ShownLine[]; last: number; more: boolean }>(player, "GET", `${path}/lines`);
const list = async (player: TestPlayer) =>
  (await ask<{ channels: ChannelInList[] }>(player, "GET", "")).channels;
const channelOf = async (player: TestPlayer, kind: string, id: string) =>
  (await list(player)).find((one) => one.kind === kind && one.id === id);
/** What a player has of a channel, as a page has it. */
function pageOf(player: TestPlayer, kind: string, id: string) {
  let page = EMPTY;
  for (const news of (player.received.get("chat.lines") ?? []) as LinesNews[])
    if (news.kind === kind && news.id === id) page = takeLines(page, news) ?? page;
  return page;
}
const textsOf = (player: TestPlayer, kind: string, id: string) =>
  pageOf(player, kind, id).lines.map(({ text }) => text);
async function follow(player: TestPlayer, kind: string, id: string, after?: number) {
  const first = player.message<LinesNews>("chat.lines");
  player.send("chat.follow", { kind, id, ...(after !== undefined && { after }) });
  return first;
}
const guests = (...names: string[]) => Promise.all(names.map((name) => world.join("hall", { name })));
const leave = (...players: TestPlayer[]) => Promise.all(players.map((one) => one.leave()));

/** The plugin's operations, as a moderator at the desk. */
async function openDesk() {
  const moderator = await deskOperator(
    world.server.foundation.database.ds,
    world.url,
    "chat-moderator",
    "moderator",
  );
  const answer = async (path: string, body?: object) => {
    const { status, body: told } = await moderator.ask(`/v1/admin/chat/${path}`, body);
    if (status !== 200) throw Object.assign(new Error(told.message), { code: told.code });
    return told;
  };
  return {
    read: (verb: string, params: Record<string, string | number>) =>
      answer(
        `${verb}?${new URLSearchParams(Object.entries(params).map(([key, value]) => [key, String(value)]))}`,
      ),
    write: (verb: string, body: object) => answer(verb, body),
  };
}

it("brings lines to who follows, live and in order, and keeps them for who comes later", async () => {
  const [ann, bob] = (await guests("Ann", "Bob")) as [TestPlayer, TestPlayer];
  expect(await follow(bob, "server", "general")).toMatchObject({ reset: true, lines: [] });
  for (const text of ["one", "two", "three"])
    ann.send("chat.write", { kind: "server", id: "general", ...line(text) });
  await ann.until("the answers", () => ann.received.get("chat.written")?.length === 3);
  await bob.until("the lines", () => textsOf(bob, "server", "general").length === 3);
  expect(textsOf(bob, "server", "general")).toEqual(["one", "two", "three"]);
  expect(await history(bob, "/server/general")).toMatchObject({
    lines: [{ n: 1, name: "Ann", account: await accountOf(ann), text: "one" }, {}, {}],
    last: 3,
  });
  const eve = await world.join("hall", { name: "Eve" });
  expect(await follow(eve, "server", "general")).toMatchObject({ reset: true, last: 3, more: false });
  expect(textsOf(eve, "server", "general")).toEqual(["one", "two", "three"]);
  bob.send("chat.unfollow", { kind: "server", id: "general" });
  await say(ann, "/server/general", "four");
  await eve.until("the line", () => textsOf(eve, "server", "general").includes("four"));
  expect(textsOf(bob, "server", "general")).not.toContain("four");
  await leave(ann, bob, eve);
});

/** Founds a party. @returns its id */
async function partyOf(lead: TestPlayer, ...others: TestPlayer[]): Promise<string> {
  let id = "";
  for (const other of others) {
    lead.send("party.invite", { to: other.room.sessionId });
    id = (await other.message<{ party: string }>("party.invited")).party;
    const shown = other.message("party");
    other.send("party.accept", { party: id });
    await shown;
  }
  return id;
}

it("gives a party a channel of its own, for as long as somebody is in it", async () => {
  const [ann, bob, dan, eve] = await guests("Ann", "Bob", "Dan", "Eve");
  if (!ann || !bob || !dan || !eve) throw new Error("somebody is missing");
  const id = await partyOf(ann, bob, dan);
  const list = async (player: TestPlayer) =>
    (await ask<{ channels: ChannelInList[] }>(player, "GET", "")).channels.filter(
      (one) => one.kind === "party",
    );
  await say(ann, `/party/${id}`, "zero");
  // Nothing is unread of what was written before somebody looked: it has no history.
  expect(await list(bob)).toMatchObject([{ id, title: "Party", last: 1, unread: 0 }]);
  expect((await history(bob, `/party/${id}`)).lines).toEqual([]);
  expect(await list(eve)).toEqual([]);
  expect(await codeOf(say(eve, `/party/${id}`, "let me in"))).toBe("CHAT_CHANNEL_UNKNOWN");
  const news = bob.message<{ last: number }>("chat.news");
  await say(ann, `/party/${id}`, "one");
  // A page goes on from the line that it was told of.
  await follow(bob, "party", id, (await news).last - 1);
  await follow(dan, "party", id);
  await bob.until("the line", () => textsTold(bob, "party").includes("one"));
  expect(eve.received.get("chat.news")).toBe(undefined);
  const closed = bob.message<{ kind: string; id: string }>("chat.closed");
  bob.send("party.leave", {});
  await bob.until("the end of it", () => bob.received.get("party")?.at(-1) === null);
  expect(await list(bob)).toEqual([]);
  await say(ann, `/party/${id}`, "two");
  expect(await closed).toEqual({ kind: "party", id });
  await dan.until("the line", () => textsTold(dan, "party").includes("two"));
  expect(textsTold(bob, "party")).toEqual(["one"]);
  await leave(ann, bob, dan, eve);
});

it.each([
  ["a channel of the server", "server"],
  ["the channel of the party", "party"],
])("loses and doubles nothing of %s for who changes rooms while others write", async (_, kind) => {
  const [ann, bob] = (await guests("Ann", "Bob")) as [TestPlayer, TestPlayer];
  const id = kind === "party" ? await partyOf(ann, bob) : "general";
  await follow(bob, kind, id);
  const from = pageOf(bob, kind, id).last;
  const texts = Array.from({ length: 24 }, (_, n) => `step ${n}`);
  // Six lines before the first change of rooms, and six during each of the three.
  const opens: (() => void)[] = [];
  const gates = Array.from({ length: 4 }, () => new Promise<void>((open) => opens.push(open)));
  const writing = (async () => {
    for (const [n, text] of texts.entries()) {
      await gates[Math.floor(n / 6)];
      await say(ann, `/${kind}/${id}`, text);
    }
  })();
  opens[0]?.();
  let page = { ...EMPTY, last: from };
  const told: string[] = [];
  const take = (player: TestPlayer) => {
    for (const news of (player.received.get("chat.lines") ?? []) as LinesNews[]) {
      const next = news.reset ? page : takeLines(page, news);
      expect(next).toBeDefined();
      for (const one of next?.lines ?? []) if (!page.lines.some(({ n }) => n === one.n)) told.push(one.text);
      page = next ?? page;
    }
  };
  let now = bob;
  for (const [hop, game] of ["den", "hall", "den"].entries()) {
    await now.until("some lines", () => textsTold(now, kind).some((text) => texts.indexOf(text) >= 6 * hop));
    take(now);
    opens[hop + 1]?.();
    // Both rooms have the player for a moment, as on a journey.
    const next = await world.join(game, { token: bob.token });
    await follow(next, kind, id, page.last);
    take(now);
    now.stop();
    now = next;
  }
  await writing;
  await now.until("the last line", () => textsTold(now, kind).includes("step 23"));
  take(now);
  expect(told).toEqual(texts);
  await leave(ann, now);
});
const textsTold = (player: TestPlayer, kind: string) =>
  ((player.received.get("chat.lines") ?? []) as LinesNews[]).flatMap((news) =>
    news.kind === kind ? news.lines.map(({ text }) => text) : [],
  );

it("writes a line once, however often its request is sent, and says so by the same number", async () => {
  const [ann] = (await guests("Ann")) as [TestPlayer];
  const body = line("once");
  const first = await ask<{ n: number }>(ann, "POST", "/server/general/lines", body);
  expect(first).toMatchObject({ repeated: false });
  expect(await ask(ann, "POST", "/server/general/lines", body)).toMatchObject({ n: first.n, repeated: true });
  ann.send("chat.write", { kind: "server", id: "general", ...body });
  expect(await ann.message("chat.written")).toMatchObject({
    n: first.n,
    repeated: true,
    request: body.request,
  });
  expect(await codeOf(ask(ann, "POST", "/campfire/x/lines", body))).toBe("REQUEST_REUSED");
  expect((await history(ann, "/server/general")).lines.filter(({ text }) => text === "once")).toHaveLength(1);
  await leave(ann);
});

it("carries whispers by account: two people of one name have a channel each, and nobody else reads it", async () => {
  const [ann, bob, bob2, eve] = (await guests("Ann", "Bob", "Bob", "Eve")) as [
    TestPlayer,
    TestPlayer,
    TestPlayer,
    TestPlayer,
  ];
  const [a, b, c] = [await accountOf(ann), await accountOf(bob), await accountOf(bob2)];
  const news = bob.message("chat.news");
  expect(await say(ann, `/whisper/${b}`, "to the first")).toMatchObject({ n: 1 });
  expect(await news).toEqual({ kind: "whisper", id: a, last: 1 });
  await say(ann, `/whisper/${c}`, "to the second");
  expect(await channelOf(bob, "whisper", a)).toMatchObject({ title: "Ann", unread: 1 });
  expect((await history(bob, `/whisper/${a}`)).lines).toMatchObject([{ text: "to the first", account: a }]);
  expect((await history(bob2, `/whisper/${a}`)).lines).toMatchObject([{ text: "to the second" }]);
  expect((await list(ann)).filter(({ kind }) => kind === "whisper")).toMatchObject([
    { id: c, title: "Bob" },
    { id: b, title: "Bob" },
  ]);
  await ask(bob, "POST", `/whisper/${a}/read`, { n: 1 });
  expect(await channelOf(bob, "whisper", a)).toMatchObject({ unread: 0 });
  // The channel of two others is none to anybody, under whatever name.
  const pair = [a, b].sort().join(".");
  for (const id of [pair, randomUUID(), await accountOf(eve), "nobody", `${a}.${b}`])
    expect(await codeOf(history(eve, `/whisper/${id}`)), id).toBe("CHAT_CHANNEL_UNKNOWN");
  expect((await history(eve, `/whisper/${a}`)).lines).toEqual([]);
  await leave(ann, bob, bob2, eve);
});

it("takes channels of other plugins: for members alone, who are told, and let go when they are none", async () => {
  const [ann, bob, eve] = (await guests("Ann", "Bob", "Eve")) as [TestPlayer, TestPlayer, TestPlayer];
  const [a, b] = [await accountOf(ann), await accountOf(bob)];
  members.set("knights", new Set([a, b]));
  const news = bob.message("chat.news");
  await say(ann, "/guild/knights", "to arms");
  expect(await news).toEqual({ kind: "guild", id: "knights", last: 1 });
  expect(await channelOf(bob, "guild", "knights")).toMatchObject({
    title: "Guild knights",
    unread: 1,
    read: 0,
  });
  // Whether it is there is a secret: it is answered as one that is not.
  const secrets = [
    history(eve, "/guild/knights"),
    history(eve, "/guild/none"),
    history(eve, "/none/knights"),
  ];
  const answers = await Promise.all(
    secrets.map((one) => one.catch(({ code, message }) => ({ code, message }))),
  );
  expect(new Set(answers.map((one) => JSON.stringify(one))).size).toBe(1);
  expect(answers[0]).toMatchObject({ code: "CHAT_CHANNEL_UNKNOWN" });
  expect(await refusal(eve, "chat.follow", { kind: "guild", id: "knights" })).toBe("CHAT_CHANNEL_UNKNOWN");
  expect(eve.received.has("chat.news")).toBe(false);

  await follow(bob, "guild", "knights");
  expect(textsOf(bob, "guild", "knights")).toEqual(["to arms"]);
  // Out of the list is out of the channel, before the next line, though nobody has said so.
  members.get("knights")?.delete(b);
  const closed = bob.message("chat.closed");
  await say(ann, "/guild/knights", "without Bob");
  expect(await closed).toEqual({ kind: "guild", id: "knights" });
  expect(textsOf(bob, "guild", "knights")).toEqual(["to arms"]);

  await follow(ann, "guild", "knights");
  members.get("knights")?.delete(a);
  const ended = ann.message("chat.closed");
  channels.membersChanged({ kind: "guild", id: "knights" }, a);
  await ended;
  await channels.remove({ kind: "guild", id: "knights" });
  expect(await query("SELECT 1 FROM chat_line WHERE kind = 'guild'")).toEqual([]);
  const twice = () => channels.add(defineChannel({ kind: "guild", mayRead: () => true }));
  expect(twice).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
  const invalid = () => defineChannel({ kind: "No Kind", mayRead: () => true });
  expect(invalid).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
  await leave(ann, bob, eve);
});

it("has a zone for the rooms of a game, and a channel without a history", async () => {
  const [ann, bob] = (await guests("Ann", "Bob")) as [TestPlayer, TestPlayer];
  expect(await channelOf(ann, "zone", "hall")).toMatchObject({ title: "hall" });
  await say(ann, "/zone/hall", "here");
  expect((await history(bob, "/zone/hall")).lines).toMatchObject([{ text: "here" }]);
  const eve = await world.join("den", { name: "Eve" });
  expect(await codeOf(history(eve, "/zone/hall"))).toBe("CHAT_CHANNEL_UNKNOWN");
  expect(await codeOf(say(ann, "/zone/den", "not there"))).toBe("CHAT_CHANNEL_UNKNOWN");

  await say(ann, "/campfire/north", "before");
  await follow(bob, "campfire", "north");
  await say(ann, "/campfire/north", "see https://example.org/path");
  await bob.until("the line", () => textsOf(bob, "campfire", "north").length > 0);
  expect(textsOf(bob, "campfire", "north")).toEqual(["see https://example.org/path"]);
  expect((await history(bob, "/campfire/north")).lines).toEqual([]);
  await leave(ann, bob, eve);
});

it("hides the lines of who is blocked, live, in the history and in the counts, in both kinds of channels", async () => {
  const [ann, bob, eve] = (await guests("Ann", "Bob", "Eve")) as [TestPlayer, TestPlayer, TestPlayer];
  const [a, b] = [await accountOf(ann), await accountOf(bob)];
  await say(bob, "/server/general", "before the block");
  await say(bob, `/whisper/${a}`, "psst");
  ann.send("friends.block", { who: bob.room.sessionId });
  await ann.message("friends.changed");
  await follow(ann, "server", "general");
  await follow(eve, "server", "general");
  const news = () => ann.received.get("chat.news")?.length ?? 0;
  const before = news();
  await say(bob, "/server/general", "behind the block");
  expect(await say(bob, `/whisper/${a}`, "still there?")).toMatchObject({ repeated: false });
  await say(eve, "/server/general", "the last one");
  await ann.until("Eve's line", () => textsOf(ann, "server", "general").includes("the last one"));
  expect(textsOf(eve, "server", "general")).toEqual(
    expect.arrayContaining(["before the block", "behind the block"]),
  );
  for (const texts of [
    textsOf(ann, "server", "general"),
    (await history(ann, "/server/general")).lines.map(({ text }) => text),
  ])
    expect(texts.filter((text) => text.endsWith("the block"))).toEqual([]);
  expect((await history(ann, `/whisper/${b}`)).lines).toEqual([]);
  expect(await channelOf(ann, "whisper", b)).toBeUndefined();
  expect(news()).toBe(before);
  // The numbers that are hidden are no gap: the next line follows on.
  await say(bob, "/server/general", "again");
  await say(eve, "/server/general", "and on");
  await ann.until("the line", () => textsOf(ann, "server", "general").includes("and on"));
  // The blocked one sees no difference, and all is there again after it.
  expect((await history(bob, `/whisper/${a}`)).lines).toHaveLength(2);
  const accessToken = await accessTokenOf(world.url, ann.token);
  await callApi(world.url, "DELETE", `/v1/friends/blocks/${b}`, { accessToken });
  expect((await history(ann, `/whisper/${b}`)).lines).toHaveLength(2);
  await leave(ann, bob, eve);
});

it("hides them live at once too where this process has not heard of the block", async () => {
  const [ann, bob, eve] = (await guests("Ann", "Bob", "Eve")) as [TestPlayer, TestPlayer, TestPlayer];
  const [a, b] = [await accountOf(ann), await accountOf(bob)];
  await follow(ann, "server", "general");
  // As a process leaves it that was killed before it told the others.
  const [low, high] = [a, b].sort();
  await query(
    `INSERT INTO friend_relation (low_id, high_id, state, low_blocks, high_blocks)
     VALUES ($1, $2, 'none', $3, $4)`,
    [low, high, low === a, high === a],
  );
  await say(bob, "/server/general", "unheard of");
  await say(eve, "/server/general", "heard of");
  await ann.until("Eve's line", () => textsOf(ann, "server", "general").includes("heard of"));
  ann.send("chat.unfollow", { kind: "server", id: "general" });
  await follow(ann, "server", "general");
  expect(textsOf(ann, "server", "general")).not.toContain("unheard of");
  await leave(ann, bob, eve);
});

it("takes nothing from who is muted or banned, in and outside of rooms", async () => {
  const [ann] = (await guests("Ann")) as [TestPlayer];
  const id = await accountOf(ann);
  const own = await say(ann, "/server/general", "before");
  const give = (kind: string, chatToo: boolean) =>
    query(
      `INSERT INTO sanction (id, kind, account_id, chat, voice, reason, given_by_name)
       VALUES ($1, $2, $3, $4, true, 'a test', 'test')`,
      [randomUUID(), kind, id, chatToo],
    );
  const lift = () => query("UPDATE sanction SET lifted_at = now() WHERE account_id = $1", [id]);
  await give("mute", false); // of voice
  await say(ann, "/server/general", "not of chat");
  await give("mute", true);
  const write = { kind: "server", id: "general", ...line("muted") };
  expect(await refusal(ann, "chat.write", write)).toBe("MUTED");
  expect(await codeOf(say(ann, "/server/general", "muted"))).toBe("MUTED");
  const edit = ask(ann, "PATCH", `/server/general/lines/${own.n}`, { text: "by an edit" });
  expect(await codeOf(edit)).toBe("MUTED");
  await lift();
  await give("ban", false);
  expect(await codeOf(say(ann, "/server/general", "banned"))).toBe("BANNED");
  await lift();
  await say(ann, "/server/general", "after");
  expect((await history(ann, "/server/general")).lines.map(({ text }) => text)).not.toContain("muted");
  await leave(ann);
});

it("names what it refuses, and keeps nothing of it", async () => {
  const [ann, bob] = (await guests("Ann", "Bob")) as [TestPlayer, TestPlayer];
  const { last } = await history(ann, "/server/general");
  const write = (body: unknown, path = "/server/general") => codeOf(ask(ann, "POST", `${path}/lines`, body));
  for (const text of [
    "",
    "   ",
    "x".repeat(241),
    "a\u0000b",
    "a\nb",
    "\u202eolleh",
    "\u200b",
    `a${"\u0301".repeat(9)}`,
    "\ud800",
    7,
    null,
  ])
    expect(await write({ text, request: randomUUID() }), JSON.stringify(text)).toBe("MESSAGE_INVALID");
  for (const body of [{ text: "hi" }, { text: "hi", request: "x" }, { ...line("hi"), as: "Bob" }, [], null])
    expect(await write(body)).toBe("MESSAGE_INVALID");
  expect(await write(line("x".repeat(1_000_000)))).not.toBe("done");
  for (const text of ["see http://evil.example", "www.evil.example", "go to evil.com now", "evil.io/x"])
    expect(await write(line(text)), text).toBe("CHAT_LINK_REFUSED");
  for (const text of ["e.g. this", "at 1.5 m", "well... ok.", "me@home: hi"])
    expect(await write(line(text)), text).toBe("done");
  expect(await write(line("BuyGold here"))).toBe("CHAT_WORD_REFUSED");
  expect(await say(ann, "/server/general", "RivalGame is a shit game")).toMatchObject({
    text: "********* is a **** game",
  });
  expect(await write(line("hi"), "/server/news")).toBe("CHAT_READ_ONLY");
  expect(await write(line("hi"), "/server/none")).toBe("CHAT_CHANNEL_UNKNOWN");
  expect(await write(line("hi"), `/whisper/${await accountOf(ann)}`)).toBe("CHAT_CHANNEL_UNKNOWN");
  expect((await history(ann, "/server/general")).last).toBe(last + 5);

  for (const cursor of ["x", "-1", "1.5", "9007199254740992", "1e3", ""])
    expect(await codeOf(ask(ann, "GET", `/server/general/lines?before=${cursor}`)), cursor).toBe(
      "MESSAGE_INVALID",
    );
  expect(await codeOf(ask(ann, "GET", "/server/general/lines?limit=x"))).toBe("MESSAGE_INVALID");
  for (const [n, code] of [
    [2 ** 53, "MESSAGE_INVALID"],
    [-1, "MESSAGE_INVALID"],
    [1.5, "MESSAGE_INVALID"],
    ["1", "MESSAGE_INVALID"],
    [2 ** 53 - 1, "CHAT_LINE_UNKNOWN"],
    [last + 6, "CHAT_LINE_UNKNOWN"],
  ])
    expect(await codeOf(ask(ann, "POST", "/server/general/read", { n })), String(n)).toBe(code);
  for (const [type, payload] of [
    ["chat.follow", { kind: "server", id: "general", after: -1 }],
    ["chat.write", { kind: "server", id: "general", text: "\u202e", request: randomUUID() }],
  ] as const)
    expect(await refusal(bob, type, payload)).toBe("MESSAGE_INVALID");
  expect(await codeOf(callApi(world.url, "GET", "/v1/chat"))).toBe("TOKEN_INVALID");
  await leave(ann, bob);
});

it("lets who wrote a line change it for a while, and nobody else", async () => {
  const [ann, bob] = (await guests("Ann", "Bob")) as [TestPlayer, TestPlayer];
  await follow(bob, "server", "general");
  const { n } = await say(ann, "/server/general", "helo");
  const change = (player: TestPlayer, method: string, body?: unknown) =>
    codeOf(ask(player, method, `/server/general/lines/${n}`, body));
  expect(await change(bob, "PATCH", { text: "stolen" })).toBe("CHAT_LINE_FIXED");
  expect(await change(bob, "DELETE")).toBe("CHAT_LINE_FIXED");
  expect(await change(ann, "PATCH", { text: "see evil.com" })).toBe("CHAT_LINK_REFUSED");
  expect(await change(ann, "PATCH", { text: "hello, shit" })).toBe("done");
  await bob.until("the change", () => textsOf(bob, "server", "general").includes("hello, ****"));
  expect(textsOf(bob, "server", "general")).not.toContain("helo");
  expect(await change(ann, "DELETE")).toBe("done");
  await bob.until("its end", () =>
    pageOf(bob, "server", "general").lines.some((one) => one.n === n && one.deleted),
  );
  expect(await change(ann, "PATCH", { text: "back" })).toBe("CHAT_LINE_UNKNOWN");
  // Who comes back by the number of before learns of it too.
  expect(await codeOf(ask(ann, "DELETE", "/server/general/lines/99999"))).toBe("CHAT_LINE_UNKNOWN");
  expect(await codeOf(ask(ann, "DELETE", "/server/general/lines/x"))).toBe("MESSAGE_INVALID");
  await leave(ann, bob);
});

it("lets moderators read, delete, change and slow down, each with an audit entry, and reports lines to them", async () => {
  const [ann, bob] = (await guests("Ann", "Bob")) as [TestPlayer, TestPlayer];
  await follow(bob, "server", "general");
  const { n } = await say(ann, "/server/general", "you idiot");
  const reported = { reason: "insult", text: "look" };
  await ask(bob, "POST", `/server/general/lines/${n}/report`, reported);
  const [report] = await query("SELECT reported_id, room_id, chat FROM report ORDER BY at DESC LIMIT 1");
  expect(report).toMatchObject({ reported_id: await accountOf(ann), room_id: "server/general" });
  expect(report.chat.at(-1)).toMatchObject({ text: "you idiot", character: ann.characterId });
  const reportOf = (player: TestPlayer, place: number) =>
    codeOf(ask(player, "POST", `/server/general/lines/${place}/report`, reported));
  expect(await reportOf(ann, n)).toBe("PLAYER_UNKNOWN");
  expect(await reportOf(bob, n + 1)).toBe("CHAT_LINE_UNKNOWN");

  const chatDesk = await openDesk();
  const seen = await chatDesk.read("read", { kind: "server", id: "general", limit: 1 });
  expect(seen).toMatchObject({ lines: [{ n, text: "you idiot", account: await accountOf(ann) }] });
  await say(ann, `/whisper/${await accountOf(bob)}`, "in confidence");
  const pair = [await accountOf(ann), await accountOf(bob)].sort().join(".");
  expect(await codeOf(chatDesk.read("read", { kind: "whisper", id: pair }))).toBe("CHAT_CHANNEL_UNKNOWN");
  await chatDesk.write("edit", { kind: "server", id: "general", n, text: "you ...", reason: "an insult" });
  await bob.until("the change", () => textsOf(bob, "server", "general").includes("you ..."));
  await chatDesk.write("delete", { kind: "server", id: "general", n, reason: "an insult" });
  await bob.until("the end", () =>
    pageOf(bob, "server", "general").lines.some((one) => one.n === n && one.deleted),
  );
  const again = chatDesk.write("delete", { kind: "server", id: "general", n, reason: "again" });
  expect(await codeOf(again)).toBe("CHAT_LINE_UNKNOWN");
  await chatDesk.write("slow", { kind: "server", id: "general", seconds: 600, reason: "calm down" });
  await say(ann, "/campfire/slow", "elsewhere");
  expect(await codeOf(say(ann, "/server/general", "too fast"))).toBe("CHAT_SLOW");
  expect(await channelOf(ann, "server", "general")).toMatchObject({ slow: 600 });
  await chatDesk.write("slow", { kind: "server", id: "general", reason: "calm" });
  expect(await say(ann, "/server/general", "now")).toMatchObject({ repeated: false });
  expect(await chatDesk.read("channels", { kind: "server" })).toMatchObject({
    channels: [{ id: "general" }],
  });
  const entries = await query(
    "SELECT line, outcome FROM audit_entry WHERE line LIKE 'roomkeep admin chat %' ORDER BY seq",
  );
  expect(entries.map(({ line: of }: { line: string }) => of.split(" ")[3])).toEqual([
    "read",
    "read",
    "edit",
    "delete",
    "delete",
    "slow",
    "slow",
  ]);
  await leave(ann, bob);
});

it("takes 40 of 300 lines in a minute, and follows 20 channels", async () => {
  const [ann] = (await guests("Ann")) as [TestPlayer];
  const before = (await history(ann, "/server/general")).last;
  const codes = await Promise.all(
    Array.from({ length: 100 }, (_, n) => codeOf(say(ann, "/server/general", `line ${n}`))),
  );
  expect(codes.filter((code) => code === "done")).toHaveLength(40);
  expect(codes.filter((code) => code === "RATE_LIMITED")).toHaveLength(60);
  expect((await history(ann, "/server/general")).last).toBe(before + 40);
  for (let n = 0; n < 200; n++) ann.send("chat.write", { kind: "server", id: "general", ...line(`${n}`) });
  await ann.until("a refusal", () => (ann.received.get("refused")?.length ?? 0) >= 200);
  expect((await history(ann, "/server/general")).last).toBe(before + 40);

  for (let n = 0; n < 20; n++) await follow(ann, "campfire", `fire-${n}`);
  expect(channels.feeds.followers).toBeGreaterThanOrEqual(20);
  const bob = await world.join("den", { name: "Bob" });
  // Many at once are no more than that.
  for (let n = 0; n < 22; n++) bob.send("chat.follow", { kind: "campfire", id: `fire-${n}` });
  await bob.until("what is refused", () => bob.received.get("refused")?.length === 2);
  expect(bob.received.get("refused")).toMatchObject([{ code: "ACTION_REFUSED" }, { code: "ACTION_REFUSED" }]);
  await bob.until("the others", () => bob.received.get("chat.lines")?.length === 20);
  await leave(ann, bob);
  await expect.poll(() => channels.feeds.followers).toBe(0);
});

it("shows the operator what it measures", async () => {
  const authorization = `Basic ${Buffer.from("admin:a long password").toString("base64")}`;
  const metrics = await (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
  expect(metrics).toMatch(/roomkeep_chat_lines_total\{kind="server"\} [1-9]/);
  expect(metrics).toMatch(/roomkeep_chat_refused_total\{code="RATE_LIMITED"\} [1-9]/);
  expect(metrics).toMatch(/roomkeep_chat_sent_total [1-9]/);
  expect(metrics).toContain("roomkeep_chat_followers 0");
});

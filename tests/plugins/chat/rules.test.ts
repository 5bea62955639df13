import { randomUUID } from "node:crypto";
import type { PluginRoom, RoomPart } from "roomkeep/rooms";
import type { DataSource } from "typeorm";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Chat, chat, defineChannel } from "../../../plugins/chat/index.ts";
import type { LinesNews } from "../../../plugins/chat/live/line-list.ts";
import type { Seat } from "../../../plugins/chat/live/seats.ts";
import { chatPart } from "../../../plugins/chat/room-part.ts";
import { friends } from "../../../plugins/friends/index.ts";
import { friendPart } from "../../../plugins/friends/room-part.ts";
import { giveSanction } from "../../../server/moderation/sanctions.ts";
import { IN_MEMORY, openDatabase } from "../../../server/storage/database.ts";
import { newGuest } from "../../helpers/characters.ts";
import { testLog } from "../../helpers/databases.ts";
import { openPluginsOn } from "../plugin-host.ts";

/** Who is in the club, and how it answers. */
const club = { members: new Set<string>(), isAway: false };
const CHANNELS = [
  defineChannel({
    kind: "club",
    links: true,
    mayRead: (accountId) => {
      if (club.isAway) throw new Error("away");
      return club.members.has(accountId);
    },
    members: () => {
      if (club.isAway) throw new Error("away");
      return club.members;
    },
  }),
  defineChannel({ kind: "slow", slowS: 60, days: 3, linesMax: 10, mayRead: () => true }),
  defineChannel({ kind: "talk", history: false, mayRead: () => true }),
  defineChannel({ kind: "hall", mayRead: () => true }),
];

let ds: DataSource;
let api: Chat;
let others: Awaited<ReturnType<typeof openPluginsOn>>;
beforeAll(async () => {
  ({ ds } = await openDatabase({ dataDir: IN_MEMORY, from: "migrated", log: testLog }));
  for (const plugin of [friends, chat]) for (const step of plugin.migrations ?? []) await step.up(ds);
  others = await openPluginsOn(ds, {
    plugins: [chat.with({ channels: CHANNELS, linesPerMinute: 1_000 }), friends],
  });
  api = others.open.api(chat);
});
afterAll(async () => {
  await others.close();
  await ds.destroy();
});

const person = () => newGuest(ds);
type Person = Awaited<ReturnType<typeof person>>;
const write = (
  { accountId, characterId }: Person,
  kind: string,
  id: string,
  {
    text = "hello",
    request = randomUUID(),
    address,
  }: { text?: string; request?: string; address?: string } = {},
) =>
  api.write(
    accountId,
    { kind, id },
    { text, request },
    {
      speaker: { characterId, name: "Ada" },
      ...(address !== undefined && { address }),
    },
  );
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "done",
    (error: { code?: string; message: string }) => error.code ?? error.message,
  );
const textsOf = async ({ accountId }: Person, kind: string, id: string) =>
  (await api.history(accountId, { kind, id }, { limit: 100 })).lines.map(({ text }) => text);

/** A seat as a room has it; `isHere` and `hidden` are the test's. */
function seatOf({ accountId }: Person) {
  const state = { isConnected: true, hidden: new Set<string>() };
  const told: LinesNews[] = [];
  const news: object[] = [];
  const ended: object[] = [];
  const seat: Seat = {
    accountId,
    isConnected: () => state.isConnected,
    hears: (speaker) => !state.hidden.has(speaker),
    send: (lines) => void told.push(lines),
    news: (one) => void news.push(one),
    ended: (channel) => void ended.push(channel),
  };
  return {
    seat,
    state,
    told,
    news,
    ended,
    texts: () => told.flatMap(({ lines }) => lines.map((l) => l.text)),
  };
}
const follow = (kind: string, id: string, { seat }: ReturnType<typeof seatOf>, after?: number) =>
  api.feeds.follow(api.kinds.get(kind)!, { kind, id }, seat, { after, isHere: () => true });

describe("a line is refused", () => {
  it("where its channel is slow by its kind, with the seconds to wait, and kept as long as the kind says", async () => {
    const ann = await person();
    await write(ann, "slow", "a");
    await expect(write(ann, "slow", "a")).rejects.toMatchObject({ code: "CHAT_SLOW" });
    const [line] = await ds.query(
      "SELECT round(extract(epoch FROM expires_at - at) / 3600)::int AS hours FROM chat_line WHERE kind = 'slow'",
    );
    expect(line.hours).toBe(72);
    const [channel] = await ds.query("SELECT lines_max FROM chat_channel WHERE kind = 'slow'");
    expect(channel.lines_max).toBe(10);
    await write(ann, "talk", "a");
    const [brief] = await ds.query(
      "SELECT round(extract(epoch FROM expires_at - at) / 60)::int AS minutes FROM chat_line WHERE kind = 'talk'",
    );
    expect(brief.minutes).toBe(10);
  });

  it("of who writes from a banned range, and of nobody whose address says nothing", async () => {
    const ann = await person();
    const by = { name: "operator" };
    await giveSanction(ds, { kind: "ban", target: { range: "198.51.100.0/24" }, reason: "spam", by });
    expect(await codeOf(write(ann, "hall", "a", { address: "198.51.100.7" }))).toBe("BANNED");
    expect(await codeOf(write(ann, "hall", "a", { address: "::ffff:198.51.100.7" }))).toBe("BANNED");
    for (const address of ["192.0.2.1", "fe80::1%eth0", "unknown", ""])
      expect(await codeOf(write(ann, "hall", "a", { address })), address).toBe("done");
    const { n } = await write(ann, "hall", "a", { text: "fine" });
    const from = { address: "198.51.100.7" };
    const edit = (text: string | undefined) =>
      codeOf(api.change(ann.accountId, { kind: "hall", id: "a" }, n, text, from));
    // Who may write nothing may still take back what was written.
    expect([await edit("worse"), await edit(undefined)]).toEqual(["BANNED", "done"]);
  });

  it("to an account that is leaving or gone, and to a channel whose name is none", async () => {
    const [ann, bob] = [await person(), await person()];
    expect(await codeOf(write(ann, "whisper", bob.accountId.toUpperCase()))).toBe("done");
    expect(await codeOf(write(ann, "whisper", randomUUID()))).toBe("CHAT_CHANNEL_UNKNOWN");
    await ds.query(
      "INSERT INTO account_deletion (account_id, delete_at, by_player) VALUES ($1, now() + interval '1 day', true)",
      [bob.accountId],
    );
    expect(await codeOf(write(ann, "whisper", bob.accountId))).toBe("CHAT_READ_ONLY");
    for (const id of ["", "a b", "a/b", "x".repeat(81), "ä", "a\n"])
      expect(await codeOf(write(ann, "hall", id)), id).toBe("CHAT_CHANNEL_UNKNOWN");
  });

  it("by an account without a character", async () => {
    const id = randomUUID();
    await ds.query("INSERT INTO account (id, kind) VALUES ($1, 'guest')", [id]);
    expect(await codeOf(api.speakerOf(id))).toBe("CHARACTER_MISSING");
    const { accountId, characterId } = await person();
    expect(await api.speakerOf(accountId)).toMatchObject({ characterId });
    await ds.query("UPDATE character SET deleted_at = now() WHERE id = $1", [characterId]);
    expect(await codeOf(api.speakerOf(accountId))).toBe("CHARACTER_MISSING");
  });

  it("to more than 30 new people in an hour; those who were whispered with do not count", async () => {
    const ann = await person();
    const all = await Promise.all(Array.from({ length: 31 }, person));
    const whisper = (to: Person | undefined) => codeOf(write(ann, "whisper", to?.accountId ?? ""));
    for (let n = 0; n < 30; n++) expect(await whisper(all[n])).toBe("done");
    expect(await whisper(all[0])).toBe("done");
    expect(await whisper(all[30])).toBe("RATE_LIMITED");
  });
});

describe("what an account may not read", () => {
  it("it can neither mark, change nor report, though it knows the number", async () => {
    const [ann, eve] = [await person(), await person()];
    club.members = new Set([ann.accountId]);
    const { n } = await write(ann, "club", "c", { text: "see https://example.org/x" });
    const address = { kind: "club", id: "c" };
    const secret = "CHAT_CHANNEL_UNKNOWN";
    expect(await codeOf(api.markRead(eve.accountId, address, n))).toBe(secret);
    expect(await codeOf(api.change(eve.accountId, address, n, "mine"))).toBe(secret);
    expect(await codeOf(api.report(eve.accountId, address, n, { reason: "spam", text: "" }))).toBe(secret);
    // An edit goes by the channel's own rule of links, as the line did.
    expect(await codeOf(api.change(ann.accountId, address, n, "see https://example.org/y"))).toBe("done");
    expect(await textsOf(ann, "club", "c")).toEqual(["see https://example.org/y"]);
  });

  it("is let go at once when its channel is removed, and a fault of the rule lets nobody go", async () => {
    const ann = await person();
    club.members = new Set([ann.accountId]);
    const here = seatOf(ann);
    await write(ann, "club", "d");
    await follow("club", "d", here);
    club.isAway = true;
    api.membersChanged({ kind: "club", id: "d" });
    // The line is kept and sent, though nobody can be asked who the members are.
    club.isAway = false;
    const { n } = await write(ann, "club", "d", { text: "two" });
    await expect.poll(() => here.texts()).toContain("two");
    club.isAway = true;
    await api.advanced({ kind: "club", id: "d" }, n, ann.accountId);
    club.isAway = false;
    expect(here.ended).toEqual([]);
    club.members = new Set();
    await api.remove({ kind: "club", id: "d" });
    await expect.poll(() => here.ended).toEqual([{ kind: "club", id: "d" }]);
    expect(api.feeds.isFollowed({ kind: "club", id: "d" }, here.seat)).toBe(false);
  });
});

describe("who follows a channel", () => {
  it("gets what was missed after a lost connection, in order and once", async () => {
    const [ann, bob] = [await person(), await person()];
    const here = seatOf(bob);
    await follow("hall", "lost", here);
    here.state.isConnected = false;
    for (const text of ["one", "two"]) await write(ann, "hall", "lost", { text });
    const other = seatOf(ann);
    await follow("hall", "lost", other);
    await write(ann, "hall", "lost", { text: "three" });
    await expect.poll(() => other.texts()).toContain("three");
    expect(here.texts()).toEqual([]);
    here.state.isConnected = true;
    await write(ann, "hall", "lost", { text: "four" });
    await expect.poll(() => here.texts()).toEqual(["one", "two", "three", "four"]);
  });

  it("begins anew from too far behind, and from a number that the channel has not", async () => {
    const [ann, bob] = [await person(), await person()];
    await write(ann, "hall", "far");
    await ds.query("UPDATE chat_channel SET last_n = 2000 WHERE id = 'far'");
    const starts = async (after: number) => {
      const here = seatOf(bob);
      await follow("hall", "far", here, after);
      api.feeds.unfollow({ kind: "hall", id: "far" }, here.seat);
      return here.told[0]?.reset ?? false;
    };
    expect([await starts(999), await starts(1_000), await starts(2_000), await starts(2_001)]).toEqual([
      true,
      false,
      false,
      true,
    ]);
  });

  it("sees nothing of before where the channel has no history, and nothing of who is hidden", async () => {
    const [ann, bob, eve] = [await person(), await person(), await person()];
    await write(ann, "talk", "past", { text: "before" });
    const here = seatOf(bob);
    await follow("talk", "past", here);
    expect([here.texts(), here.told[0]?.more]).toEqual([[], false]);
    for (const one of [ann, eve]) await write(one, "hall", "hidden", { text: "of one of two" });
    const there = seatOf(bob);
    there.state.hidden.add(ann.accountId);
    await follow("hall", "hidden", there);
    expect(there.told.flatMap(({ lines }) => lines.map(({ account }) => account))).toEqual([eve.accountId]);
    await write(ann, "hall", "hidden", { text: "unheard" });
    await write(eve, "hall", "hidden", { text: "heard" });
    await expect.poll(() => there.texts()).toContain("heard");
    expect(there.texts()).not.toContain("unheard");
  });

  it("and has left before the answer follows nothing", async () => {
    const ann = await person();
    const here = seatOf(ann);
    const kind = api.kinds.get("hall")!;
    const channel = { kind: "hall", id: "gone" };
    await api.feeds.follow(kind, channel, here.seat, { after: undefined, isHere: () => false });
    expect([here.told, api.feeds.isFollowed(channel, here.seat)]).toEqual([[], false]);
  });

  it("is not sent news of it as well; others of its members are", async () => {
    const [ann, bob, cyd] = [await person(), await person(), await person()];
    club.members = new Set([ann, bob, cyd].map(({ accountId }) => accountId));
    const [follows, reads] = [seatOf(bob), seatOf(cyd)];
    for (const { seat } of [follows, reads]) api.seats.add(seat);
    await follow("club", "news", follows);
    const { n } = await write(ann, "club", "news", { text: "to arms" });
    await expect.poll(() => follows.texts()).toEqual(["to arms"]);
    await expect.poll(() => reads.news).toEqual([{ kind: "club", id: "news", last: n }]);
    expect(follows.news).toEqual([]);
    for (const { seat } of [follows, reads]) api.seats.remove(seat);
  });
});

it("messages of a room are bounded each by a rate of its own", () => {
  const room = { roomId: "HALL", players: new Map() } as unknown as PluginRoom;
  const rates = (part: RoomPart) =>
    Object.fromEntries(Object.entries(part.messages ?? {}).map(([type, { rate }]) => [type, rate]));
  expect(rates(chatPart(room, api))).toEqual({
    follow: { perSecond: 2, burst: 40 },
    unfollow: { perSecond: 2, burst: 20 },
    write: { perSecond: 1, burst: 5 },
    read: { perSecond: 2, burst: 10 },
  });
  expect(rates(friendPart(room, others.open.api(friends)))).toEqual({
    request: { perSecond: 0.5, burst: 10 },
    block: { perSecond: 0.5, burst: 10 },
    hidden: { perSecond: 0.5, burst: 10 },
    invite: { perSecond: 0.2, burst: 5, account: { most: 20, withinS: 60 } },
  });
});

describe("a kind of channels", () => {
  it.each([
    { days: 0 },
    { days: 3_651 },
    { linesMax: 9 },
    { linesMax: 100_001 },
    { linesMax: 20.5 },
    { slowS: -1 },
    { slowS: 86_401 },
    { kind: "x".repeat(33) },
    { kind: "Guild" },
  ])("is refused with a number or name that is none: %j", (wrong) => {
    const define = () => defineChannel({ kind: "guild", mayRead: () => true, ...wrong });
    expect(define).toThrow(expect.objectContaining({ code: "PLUGIN_INVALID" }));
  });

  it("is one that was defined, not a copy of it", async () => {
    const copy = { ...defineChannel({ kind: "copy", mayRead: () => true }) };
    const plugins = [chat.with({ channels: [copy] })];
    await expect(openPluginsOn(ds, { plugins })).rejects.toMatchObject({ code: "CONFIG_INVALID" });
  });
});

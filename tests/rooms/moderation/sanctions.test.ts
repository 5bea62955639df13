import { Client } from "colyseus.js";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { accessTokenOf, callApi, enterRoom, signIn, ticketFor } from "../../../bots/index.ts";
import { games, plugins } from "../../../server/main.ts";
import { giveSanction, liftSanction, type SanctionOrder } from "../../../server/moderation/sanctions.ts";
import { CLOSE, readErrorCode } from "../../../shared/index.ts";
import type { SanctionMessage } from "../../../shared/internal.ts";
import { watch } from "../viewers/watch.ts";

let world: TestServer;
const players: TestPlayer[] = [];
beforeAll(async () => {
  world = await bootServer(games, { plugins, env: { ROOMKEEP_APPEAL: "https://example.org/appeal" } });
});
afterAll(() => world.close());
afterEach(async () => {
  await Promise.all(players.splice(0).map((player) => (player.closed.size > 0 ? undefined : player.leave())));
});

const join = async (...args: Parameters<TestServer["join"]>) => {
  const player = await world.join(...args);
  players.push(player);
  return player;
};
const accountOf = async ({ characterId }: TestPlayer): Promise<string> => {
  const { ds } = world.server.foundation.database;
  const rows = await ds.query<{ account_id: string }[]>("SELECT account_id FROM character WHERE id = $1", [
    characterId,
  ]);
  return rows[0]?.account_id ?? "";
};
/** As an operation does: into the database, then all processes are asked to look. */
async function give(player: TestPlayer, order: Partial<SanctionOrder> & Pick<SanctionOrder, "kind">) {
  const { ds } = world.server.foundation.database;
  const target = { accountId: await accountOf(player) };
  const given = await giveSanction(ds, { target, reason: "insults", by: { name: "operator" }, ...order });
  await world.server.foundation.sanctions.look();
  return given;
}
const lift = async (id: string) => {
  await liftSanction(world.server.foundation.database.ds, id, { reason: "", by: { name: "operator" } });
  await world.server.foundation.sanctions.look();
};
const refusal = async (player: TestPlayer, type: string, payload: object) => {
  const refused = player.message<{ type: string; code: string }>("refused");
  player.send(type, payload);
  return (await refused).code;
};
const codeOf = (work: Promise<unknown>) =>
  work.then(
    () => "let in",
    (error: Error & { code?: string | number }) =>
      typeof error.code === "string" ? error.code : readErrorCode(error.message).code,
  );

describe("a mute", () => {
  it("closes chat, whispers and party lines in every room, through leaving and joining, until it is lifted", async () => {
    const ann = await join("plaza", { name: "Ann", create: true });
    const bob = await join("meadow", { name: "Bob", create: true });
    const told = ann.message<SanctionMessage>("sanction");
    const { id } = await give(ann, { kind: "mute", minutes: 5, channels: "chat" });
    expect(await told).toMatchObject({
      id,
      kind: "mute",
      reason: "insults",
      chat: true,
      voice: false,
      appeal: "https://example.org/appeal",
    });
    expect(await refusal(ann, "chat", { text: "hello" })).toBe("MUTED");
    expect(await refusal(ann, "whisper", { to: bob.characterId, text: "hello" })).toBe("MUTED");
    expect(await refusal(ann, "party.say", { text: "hello" })).toBe("MUTED");
    await ann.leave();
    const again = await join("meadow", { token: ann.token, code: bob.room.roomId });
    await again.until("the mute", () => again.received.has("sanction"));
    expect(await refusal(again, "chat", { text: "hello" })).toBe("MUTED");
    expect(bob.received.get("chat") ?? []).toEqual([]);
    const over = again.message<SanctionMessage>("sanction");
    await lift(id);
    expect(await over).toMatchObject({ id, over: true });
    const heard = bob.message<{ text: string }>("chat");
    again.send("chat", { text: "sorry" });
    expect((await heard).text).toBe("sorry");
  });

  it("ends by the clock without anybody looking, and of voice leaves the chat open", async () => {
    const ann = await join("plaza", { name: "Ann", create: true });
    const player = () => [...world.room(ann.room.roomId).players.values()][0];
    const { id } = await give(ann, { kind: "mute", minutes: 1, channels: "voice" });
    expect(player()).toMatchObject({ mutedUntilMs: 0, voiceMutedUntilMs: expect.any(Number) });
    expect(player()?.voiceMutedUntilMs).toBeGreaterThan(Date.now());
    ann.send("chat", { text: "I may write" });
    expect(await ann.message<{ text: string }>("chat")).toMatchObject({ text: "I may write" });
    await lift(id);
    await give(ann, { kind: "mute", minutes: 1 });
    expect(await refusal(ann, "chat", { text: "x" })).toBe("MUTED");
    // The clock is moved: a minute later.
    const there = player();
    if (there) there.mutedUntilMs -= 61_000;
    ann.send("chat", { text: "a minute later" });
    expect(await ann.message<{ text: string }>("chat")).toMatchObject({ text: "a minute later" });
  });
});

describe("a ban", () => {
  it("ends play with a code of its own after the reason, and the ticket says it until it is over", async () => {
    const ann = await join("meadow", { name: "Ann", create: true });
    const { id } = await give(ann, { kind: "ban", minutes: 60 });
    await ann.until("the end", () => ann.closed.size > 0);
    expect([...ann.closed.values()]).toEqual([CLOSE.BANNED]);
    expect(ann.received.get("sanction")).toMatchObject([{ id, kind: "ban", reason: "insults" }]);
    const refused = await world.join("meadow", { token: ann.token }).catch((error: Error) => error);
    expect(refused).toMatchObject({ code: "BANNED", message: expect.stringContaining("Reason: insults") });
    const accessToken = await accessTokenOf(world.url, ann.token);
    // What a banned account may still do.
    const exported = await callApi<{ more: { sanction: object[] } }>(world.url, "GET", "/v1/account/export", {
      accessToken,
    });
    expect(exported.more.sanction).toMatchObject([{ id, reason: "insults" }]);
    expect(JSON.stringify(exported)).not.toContain("given_by");
    const { account } = await callApi<{ account: object }>(world.url, "GET", "/v1/account", { accessToken });
    expect(account).toMatchObject({ sanctions: [{ id, kind: "ban", appeal: "https://example.org/appeal" }] });
    const { ds } = world.server.foundation.database;
    await ds.query("UPDATE sanction SET ends_at = now() - interval '1 ms' WHERE id = $1", [id]);
    const back = await join("meadow", { token: ann.token });
    expect(back.received.has("sanction")).toBe(false);
  });

  it("is asked for at the door of the room too, and gives the character free", async () => {
    const ann = await join("plaza", { name: "Ann", create: true });
    const token = await ticketFor(world.url, ann.token, { game: "plaza" });
    await ann.leave();
    const { ds } = world.server.foundation.database;
    const target = { accountId: await accountOf(ann) };
    // Between the ticket and the seat.
    const { id } = await giveSanction(ds, { kind: "ban", target, reason: "x", by: { name: "operator" } });
    const client = new Client(world.url);
    client.auth.token = token;
    expect(await codeOf(client.joinOrCreate("plaza"))).toBe("BANNED");
    expect(await ds.query("SELECT owner FROM character WHERE id = $1", [ann.characterId])).toEqual([
      { owner: null },
    ]);
    await liftSanction(ds, id, { reason: "", by: { name: "operator" } });
    await join("plaza", { token: ann.token });
  });

  it("of a range keeps new guests out and ends play, and others play on", async () => {
    const ann = await join("plaza", { name: "Ann", create: true });
    const bob = await join("plaza", { name: "Bob", code: ann.room.roomId });
    const there = world.room(ann.room.roomId).players.get(bob.room.sessionId);
    if (there) there.address = "198.51.100.7";
    await world.server.foundation.sanctions.look();
    await give(ann, { kind: "ban", target: { range: "198.51.100.0/24" }, minutes: 1 });
    await bob.until("the end", () => bob.closed.size > 0);
    expect([...bob.closed.values()]).toEqual([CLOSE.BANNED]);
    expect(ann.closed.size).toBe(0);
    const { id } = await give(ann, { kind: "ban", target: { range: "127.0.0.1" } });
    expect(await codeOf(signIn(world.url, { name: "New" }))).toBe("BANNED");
    await lift(id);
    await ann.until("the end", () => ann.closed.size > 0);
  });

  it("of a character leaves the account its others", async () => {
    const ann = await join("plaza", { name: "Ann", create: true });
    await give(ann, { kind: "ban", target: { characterId: ann.characterId } });
    await ann.until("the end", () => ann.closed.size > 0);
    const accessToken = await accessTokenOf(world.url, ann.token);
    const looks = { name: "Second", color: 1, shape: 1 };
    const { character } = await callApi<{ character: { id: string } }>(world.url, "POST", "/v1/characters", {
      accessToken,
      body: looks,
    });
    const second = await join("plaza", { token: ann.token, characterId: character.id });
    expect(second.me().name).toBe("Second");
    expect(await codeOf(world.join("plaza", { token: ann.token, characterId: ann.characterId }))).toBe(
      "BANNED",
    );
  });
});

describe("a kick and a warning", () => {
  it("a kick removes once: who comes back stays", async () => {
    const ann = await join("plaza", { name: "Ann", create: true });
    await give(ann, { kind: "kick" });
    await ann.until("the end", () => ann.closed.size > 0);
    expect([...ann.closed.values()]).toEqual([CLOSE.KICKED]);
    expect(ann.received.get("sanction")).toMatchObject([{ kind: "kick", until: null, reason: "insults" }]);
    const back = await join("plaza", { token: ann.token });
    await world.server.foundation.sanctions.look();
    await back.patches(3);
    expect(back.closed.size).toBe(0);
  });

  it("a warning is told at each join until it was read", async () => {
    const ann = await join("plaza", { name: "Ann", create: true });
    const told = ann.message<SanctionMessage>("sanction");
    const { id } = await give(ann, { kind: "warn" });
    expect(await told).toMatchObject({ id, kind: "warn" });
    await ann.leave();
    const back = await join("plaza", { token: ann.token });
    await back.until("the warning", () => back.received.has("sanction"));
    const { ds } = world.server.foundation.database;
    back.send("sanction.read", { id });
    await expect
      .poll(async () => (await ds.query("SELECT read_at FROM sanction WHERE id = $1", [id]))[0].read_at)
      .not.toBeNull();
    await back.leave();
    const third = await join("plaza", { token: ann.token });
    await third.patches(2);
    expect(third.received.has("sanction")).toBe(false);
  });
});

it("a moderator in the room mutes in every room by /mute, whom they may, and lifts it by /unmute", async () => {
  const { ds } = world.server.foundation.database;
  const mod = await join("plaza", { name: "Mira", create: true });
  await ds.query("UPDATE account SET role = 'moderator' WHERE id = $1", [await accountOf(mod)]);
  await mod.leave();
  const back = await join("plaza", { token: mod.token, create: true });
  const eve = await join("plaza", { name: "Eve", code: back.room.roomId });
  const command = async (by: TestPlayer, line: string) => {
    const counts = () =>
      (by.received.get("console")?.length ?? 0) + (by.received.get("refused")?.length ?? 0);
    const before = { all: counts(), texts: by.received.get("console")?.length ?? 0 };
    by.send("command", { line });
    await by.until("an answer", () => counts() > before.all);
    const texts = (by.received.get("console") ?? []) as { text: string }[];
    const refused = (by.received.get("refused") ?? []) as { code: string }[];
    return texts[before.texts]?.text ?? refused.at(-1)?.code;
  };
  expect(await command(eve, "/mute Mira 5")).toBe("ROLE_NEEDED");
  expect(await command(back, "/mute Mira 5")).toBe("COMMAND_INVALID");
  expect(await command(back, "/mute Eve 0")).toBe("COMMAND_INVALID");
  const told = eve.message<SanctionMessage>("sanction");
  expect(await command(back, "/mute Eve 5 too loud")).toBe("Eve is muted for 5 min, in every room.");
  expect(await told).toMatchObject({ kind: "mute", reason: "too loud" });
  const rows = await ds.query("SELECT kind, given_by FROM sanction WHERE account_id = $1", [
    await accountOf(eve),
  ]);
  expect(rows).toEqual([{ kind: "mute", given_by: await accountOf(mod) }]);
  const over = eve.message<SanctionMessage>("sanction");
  expect(await command(back, "/unmute Eve")).toBe("Eve may write again.");
  expect(await over).toMatchObject({ over: true });
});

it("who only watches is muted, kicked and kept out as well", async () => {
  const { token: host } = await signIn(world.url, { name: "Host" });
  const quiz = await enterRoom(world.url, "quiz", host, { create: true });
  const wanda = await watch(world.url, { as: "spectator", code: quiz.roomId });
  const viewer = [...world.room(quiz.roomId).viewers.values()][0];
  const accountId = viewer?.identity.accountId ?? "";
  const { ds } = world.server.foundation.database;
  const by = { name: "operator" };
  await giveSanction(ds, { kind: "mute", target: { accountId }, minutes: 5, reason: "x", by });
  await world.server.foundation.sanctions.look();
  await wanda.until("the mute", () => wanda.received("sanction").length === 1);
  expect(viewer?.mutedUntilMs).toBeGreaterThan(Date.now());
  const { id } = await giveSanction(ds, { kind: "ban", target: { accountId }, reason: "x", by });
  await world.server.foundation.sanctions.look();
  expect(await wanda.closed).toBe(CLOSE.BANNED);
  expect(await codeOf(watch(world.url, { as: "spectator", code: quiz.roomId, token: wanda.token }))).toBe(
    "BANNED",
  );
  await lift(id);
  await quiz.leave();
});

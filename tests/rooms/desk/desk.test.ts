import { matchMaker } from "@colyseus/core";
import { bootServer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { enterRoom, signIn } from "../../../bots/index.ts";
import { CardsRoom } from "../../../games/cards/room.ts";
import type { DeskAnswer } from "../../../rooms/desk/desk.ts";
import { readAudit } from "../../../server/telemetry/audit.ts";
import { CLOSE } from "../../../shared/index.ts";
import { watch } from "../viewers/watch.ts";
import { YardRoom } from "./yard-room.ts";

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({ yard: YardRoom, cards: CardsRoom });
});
afterAll(() => world.close());

/** As another process asks: by name, and through JSON. */
async function ask(roomId: string, request: object): Promise<DeskAnswer> {
  const answer: unknown = await matchMaker.remoteRoomCall(roomId, "desk" as never, [request]);
  expect(JSON.parse(JSON.stringify(answer))).toEqual(answer);
  return answer as DeskAnswer;
}

describe("a room at the operator's desk", () => {
  test("lists who is in it, with addresses only for whom they are", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const code = ann.room.roomId;
    const bob = await world.join("yard", { name: "Bob", code });
    const wanda = await watch(world.url, { as: "spectator", code, name: "Wanda" });
    const answer = await ask(code, { ask: "players" });
    expect(answer).toMatchObject({
      ok: true,
      people: [
        {
          session: ann.room.sessionId,
          character: ann.characterId,
          name: "Ann",
          role: "player",
          as: "player",
          place: { x: expect.any(Number) },
          away: false,
          bytesIn: expect.any(Number),
          bytesOut: expect.any(Number),
        },
        { session: bob.room.sessionId, name: "Bob" },
        { session: wanda.room.sessionId, name: "Wanda", as: "spectator", place: null },
      ],
    });
    expect(JSON.stringify(answer)).not.toContain("127.0.0.1");
    expect(JSON.stringify(answer)).not.toContain("address");
    expect(await ask(code, { ask: "players", secrets: true })).toMatchObject({
      people: [{ address: "127.0.0.1" }, { address: "127.0.0.1" }, { address: "127.0.0.1" }],
    });
    expect(await ask(code, { ask: "overview" })).toMatchObject({
      ok: true,
      roomId: code,
      game: "yard",
      players: 2,
      viewers: 1,
      locked: false,
      world: { tickHz: 20, actors: 3, zone: null, replay: { wantedS: 60, problem: null } },
    });
    await wanda.room.leave();
  });

  test("shows its state, with the secrets of players masked unless they may be seen", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const code = ann.room.roomId;
    const id = ann.room.sessionId;
    const whole = await ask(code, { ask: "state" });
    const text = JSON.stringify(whole);
    for (const secret of ["ace of spades", "1234", "4242"]) expect(text).not.toContain(secret);
    expect(whole).toMatchObject({
      value: {
        $class: "DeskYardState",
        weather: "sun",
        vault: { $: "secret" },
        actors: {
          [id]: {
            $class: "DeskWalker",
            name: "Ann",
            hp: 100,
            hand: { $: "secret" },
            thinkAtTick: { $: "secret" },
          },
          "loose-0": { kind: "crate" },
        },
      },
      masked: 3,
      left: 0,
    });
    const path = `/actors/${id}/hand`;
    expect(await ask(code, { ask: "state", path })).toMatchObject({ value: { $: "secret" } });
    expect(await ask(code, { ask: "state", path, secrets: true })).toMatchObject({ value: "ace of spades" });
    // Not by what lies in it either.
    expect(await ask(code, { ask: "state", path: `/vault/${id}` })).toMatchObject({ value: { $: "secret" } });
    expect(await ask(code, { ask: "state", path: "/vault", secrets: true })).toMatchObject({
      value: { [id]: "the code is 1234" },
    });
    expect(await ask(code, { ask: "state", path: "/actors/nobody" })).toMatchObject({
      ok: false,
      code: "STATE_PATH_UNKNOWN",
    });
    // A search finds names and values, and says nothing of what is masked.
    expect(await ask(code, { ask: "state", find: "ann" })).toMatchObject({
      found: [{ path: `/actors/${id}/name`, value: "Ann" }],
      isWhole: true,
    });
    expect(await ask(code, { ask: "state", find: "spades" })).toMatchObject({ found: [], isWhole: true });
    expect(await ask(code, { ask: "state", find: "spades", secrets: true })).toMatchObject({
      found: [{ path, value: "ace of spades" }],
    });
  });

  test("bounds what it answers of a large state, and says what it left out", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const room = world.room<YardRoom>(ann.room.roomId);
    for (let i = 0; i < 400; i++) room.state.vault.set(`k${i}`, "x".repeat(1_000));
    const answer = await ask(room.roomId, { ask: "state", path: "/vault", secrets: true });
    expect(answer).toMatchObject({ left: 201, value: { "…": { $: "more", count: 201 } } });
    expect(JSON.stringify(answer).length).toBeLessThan(120_000);
    const found = await ask(room.roomId, { ask: "state", find: "xxx", secrets: true });
    expect(found).toMatchObject({ isWhole: false });
    expect((found as unknown as { found: unknown[] }).found).toHaveLength(100);
  });

  test("gives its world from above, and the level only once", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const code = ann.room.roomId;
    const first = await ask(code, { ask: "picture" });
    expect(first).toMatchObject({
      ok: true,
      level: {
        name: "yard",
        bounds: { min: [-30, -30], max: [30, 30] },
        solids: [
          { shape: "box", at: [5, 0, 5], size: [2, 1, 3] },
          { shape: "cylinder", size: [2, 2, 2] },
        ],
        ground: null,
      },
      picture: {
        left: 0,
        who: {
          [ann.room.sessionId]: { kind: "avatar", name: "Ann", player: true },
          "loose-0": { kind: "crate", name: "", player: false },
        },
      },
    });
    const { level, picture } = first as unknown as {
      level: { version: string };
      picture: { level: string; actors: [string, number, number, number, number][] };
    };
    expect(picture.level).toBe(level.version);
    await ann.walk({ moveX: 127 }, 20);
    const second = (await ask(code, { ask: "picture", level: level.version })) as unknown as {
      level: null;
      picture: typeof picture;
    };
    expect(second.level).toBeNull();
    const xOf = ({ actors }: typeof picture) => actors.find(([id]) => id === ann.room.sessionId)?.[1] ?? 0;
    expect(xOf(second.picture)).toBeGreaterThan(xOf(picture) + 1);
    expect(xOf(second.picture)).toBeCloseTo(ann.me().x, 1);
  });

  test("tells where its ticks go, its traffic, its faults and what it keeps", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    await ann.patches(25);
    expect(await ask(ann.room.roomId, { ask: "ticks" })).toMatchObject({
      ok: true,
      faults: {},
      traffic: { clients: 1, bytesIn: expect.any(Number), bytesOut: expect.any(Number) },
      world: {
        tickHz: 20,
        meanMs: { physics: expect.any(Number) },
        recentMs: expect.arrayContaining([expect.any(Number)]),
        p99Ms: expect.any(Number),
        replay: { problem: null, bytes: expect.any(Number), scrubBytes: 0 },
      },
    });
  });

  test("gives a command as an operator, whose entry is written by who asks", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const code = ann.room.roomId;
    const command = { ask: "command", by: "olga", role: "admin" };
    expect(await ask(code, { ...command, line: "/weather rain" })).toMatchObject({
      answer: "It is rain now.",
    });
    expect(world.room<YardRoom>(code).state.weather).toBe("rain");
    expect(await ask(code, { ...command, line: "/weather snow" })).toMatchObject({ code: "COMMAND_INVALID" });
    expect(await ask(code, { ...command, role: "moderator", line: "/weather sun" })).toMatchObject({
      code: "ROLE_NEEDED",
    });
    const entries = await readAudit(world.server.foundation.database.ds, 50);
    expect(entries.filter(({ roomId }) => roomId === code)).toEqual([]);
  });

  test("locks and unlocks, announces to all in it, and lets nobody in meanwhile", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const code = ann.room.roomId;
    expect(await ask(code, { ask: "lock", locked: true })).toEqual({ ok: true, locked: true });
    await expect(world.join("yard", { code })).rejects.toThrow(/locked/);
    expect(await ask(code, { ask: "lock", locked: false })).toEqual({ ok: true, locked: false });
    const bob = await world.join("yard", { name: "Bob", code });
    const heard = Promise.all([ann.message("notice"), bob.message("notice")]);
    expect(await ask(code, { ask: "announce", text: "Back in five." })).toEqual({ ok: true, told: 2 });
    const notice = { code: "ANNOUNCEMENT", text: "Back in five." };
    expect(await heard).toEqual([notice, notice]);
  });

  test("removes a player with a reason, and gives up the seat of one who dropped", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const room = world.room<YardRoom>(ann.room.roomId);
    const bob = await world.join("yard", { name: "Bob", code: room.roomId });
    const left = new Promise<[number, string | undefined]>((done) =>
      bob.room.onLeave((code, reason) => done([code, reason])),
    );
    const reason = `insults ${"é".repeat(200)}`;
    expect(await ask(room.roomId, { ask: "kick", player: bob.room.sessionId, reason })).toMatchObject({
      ok: true,
      name: "Bob",
    });
    const [code, told] = await left;
    expect(code).toBe(CLOSE.KICKED);
    expect(told).toMatch(/^Reason: insults é+…$/);
    await ann.until("Bob has gone", () => !ann.room.state.actors.has(bob.room.sessionId));
    const cyd = await world.join("yard", { name: "Cyd", code: room.roomId });
    const { sessionId } = cyd.room;
    cyd.stop();
    await ann.until("Cyd is away", () => Reflect.get(ann.room.state.actors.get(sessionId) ?? {}, "away"));
    await ask(room.roomId, { ask: "kick", player: sessionId, reason: "asleep" });
    await ann.until("Cyd has gone", () => !ann.room.state.actors.has(sessionId));
    expect(await ask(room.roomId, { ask: "kick", player: "nobody", reason: "?" })).toMatchObject({
      ok: false,
      code: "PLAYER_UNKNOWN",
    });
  });

  test("closes with a reason, and everybody is saved and told", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const { roomId } = ann.room;
    const left = new Promise<[number, string | undefined]>((done) =>
      ann.room.onLeave((code, reason) => done([code, reason])),
    );
    expect(await ask(roomId, { ask: "close", reason: "maintenance" })).toEqual({ ok: true, told: 1 });
    expect(await left).toEqual([CLOSE.CLOSED, "Reason: maintenance"]);
    await expect.poll(() => matchMaker.getLocalRoomById(roomId)).toBeUndefined();
    // The character is free again.
    await world.join("yard", { token: ann.token });
  });

  test("stays where it is when there is no other process", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    expect(await ask(ann.room.roomId, { ask: "move" })).toMatchObject({
      ok: false,
      code: "ROOM_STAYS",
      reason: expect.stringContaining("No other process"),
    });
    await ann.walk({ moveX: 127 }, 3);
  });

  test("without a world answers what it has, and says what it has not", async () => {
    const { token } = await signIn(world.url, { name: "Ann" });
    const room = await enterRoom(world.url, "cards", token, { create: true });
    const code = room.roomId;
    expect(await ask(code, { ask: "overview" })).toMatchObject({
      ok: true,
      game: "cards",
      players: 1,
      world: null,
    });
    expect(await ask(code, { ask: "players" })).toMatchObject({ people: [{ name: "Ann", place: null }] });
    expect(await ask(code, { ask: "state" })).toMatchObject({
      ok: true,
      value: { $class: expect.any(String) },
    });
    expect(await ask(code, { ask: "ticks" })).toMatchObject({ ok: true, world: null });
    for (const request of [
      { ask: "picture" },
      { ask: "keep", reason: "r", by: "b" },
      { ask: "scrub.open" },
      { ask: "scrub.frames", scrub: "s", fromTick: 0, toTick: 1 },
      { ask: "scrub.path", scrub: "s", player: "p" },
      { ask: "scrub.close", scrub: "s" },
    ])
      expect(await ask(code, request)).toMatchObject({ ok: false, code: "WORLD_NONE" });
    expect(await ask(code, { ask: "move" })).toMatchObject({ ok: false, code: "ROOM_STAYS" });
  });

  test("refuses what does not fit, and says what", async () => {
    const ann = await world.join("yard", { name: "Ann", create: true });
    const code = ann.room.roomId;
    for (const request of [
      {},
      { ask: "explode" },
      { ask: "players", more: 1 },
      { ask: "kick", player: "x", reason: " " },
      { ask: "kick", player: "x", reason: "r".repeat(501) },
      { ask: "announce", text: "" },
      { ask: "command", line: "/tick", by: "x", role: "god" },
      { ask: "scrub.frames", scrub: "x", fromTick: -1, toTick: 2 },
      { ask: "state", path: "/".repeat(2_000) },
      [],
      "overview",
    ])
      expect(await ask(code, request as object)).toMatchObject({ ok: false, code: "MESSAGE_INVALID" });
    expect(await ask(code, { ask: "scrub.frames", scrub: "none", fromTick: 0, toTick: 2 })).toMatchObject({
      ok: false,
      code: "SCRUB_UNKNOWN",
    });
  });
});

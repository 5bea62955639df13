import { t } from "@colyseus/schema";
import { defineSystem, type Log, openRecorder, type Player, rerun } from "roomkeep/rooms";
import { Avatar, internal, Prop, WalkInput, type World } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { drawBow, herbInReach, isHungry } from "../../../games/meadow/rules.ts";
import { Boar, Deer, Herb, Hero, MOOD } from "../../../games/meadow/state.ts";
import { meadowSystems } from "../../../games/meadow/systems.ts";
import { TRADER_ID } from "../../../games/meadow/trader.ts";
import { touchedBy } from "../../../games/tag/rules.ts";
import { TagAvatar } from "../../../games/tag/state.ts";
import { openReplay } from "../../../rooms/replay.ts";
import { games } from "../../../server/main.ts";
import { FiniteValues } from "../../../shared/world/finite-values.ts";
import { missingPostgres, newPostgresDatabase } from "../../helpers/databases.ts";
import { ask, SeededMeadow } from "../../helpers/meadow.ts";

/** What a number may become that is none. `undefined`: a field that was taken back. */
const NO_NUMBERS = [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, 1e308, undefined];

type Place = "step" | "thrown" | "system" | "rules" | "event" | "enter" | "spawn";

/** A meadow whose own code breaks the numbers of whoever is named "Cursed". */
class CursedMeadow extends SeededMeadow {
  breakIn: Place | undefined;
  value: number | undefined = Number.NaN;
  override systems: SeededMeadow["systems"] = [
    ...meadowSystems,
    defineSystem<World>({ name: "curse", needs: ["creatures"], run: () => this.curse("system") }),
  ];
  readonly lines: [fields: object, text: string][] = [];

  protected override openParts(around: Parameters<SeededMeadow["openParts"]>[0]): void {
    const note = (fields: object, text: string) => void this.lines.push([fields, text]);
    super.openParts({ ...around, log: { ...silence, error: note, warn: note } });
  }

  protected override onOpen(): void {
    super.onOpen();
    this.on("spoil", z.strictObject({}), ({ avatar }) => this.spoil(avatar));
  }

  protected override step(...args: Parameters<SeededMeadow["step"]>): void {
    super.step(...args);
    const [avatar] = args;
    if (avatar.name !== "Cursed") return;
    if (this.breakIn === "step") this.spoil(avatar);
    if (this.breakIn !== "thrown") return;
    avatar.x += 1000;
    throw new Error("half a step");
  }

  protected override onTick(): void {
    super.onTick();
    this.curse("rules");
    if (this.breakIn === "event") this.world.defer(0, () => this.curse("event"));
  }

  protected override onEnter(player: Player<Hero>): void {
    super.onEnter(player);
    if (this.breakIn === "enter") this.spoil(player.avatar);
  }

  protected override spawnPlace(player: Player<Hero>) {
    const place = super.spawnPlace(player);
    return this.breakIn === "spawn" ? { ...place, x: Number.NaN } : place;
  }

  private curse(where: Place): void {
    if (this.breakIn !== where) return;
    for (const { avatar } of this.players.values()) if (avatar.name === "Cursed") this.spoil(avatar);
  }

  spoil(avatar: Hero): void {
    Object.assign(avatar, { x: this.value, vz: this.value, drawnAtTick: Number.NaN });
  }
}

const silence: Log = { debug() {}, info() {}, warn() {}, error() {}, child: () => silence };
const databases = ["embedded", "PostgreSQL"] as const;

describe.each(databases)("in a room (%s)", (kind) => {
  const isMissing = kind === "PostgreSQL" && missingPostgres !== null;
  if (isMissing && process.env.CI !== "true") return test.skip(`not run: ${missingPostgres}`, () => {});
  let world: TestServer;
  let database: Awaited<ReturnType<typeof newPostgresDatabase>> | undefined;
  beforeAll(async () => {
    if (kind === "PostgreSQL") database = await newPostgresDatabase();
    world = await bootServer(
      { ...games, meadow: CursedMeadow },
      { env: { ROOMKEEP_ADMIN_PASSWORD: "a-password", ...(database && { DATABASE_URL: database.url }) } },
    );
  });
  afterAll(async () => {
    await world?.close();
    await database?.close();
  });

  async function cursed(): Promise<{ player: TestPlayer; room: CursedMeadow; avatar: Hero }> {
    const player = await world.join("meadow", { name: "Cursed", create: true });
    const room = world.room<CursedMeadow>(player.room.roomId);
    return { player, room, avatar: room.players.get(player.room.sessionId)!.avatar };
  }
  const broken = (room: CursedMeadow) =>
    [...room.world.query()].filter((actor) => new FiniteValues(actor).broken() !== undefined);
  const rowOf = async ({ characterId }: TestPlayer) => {
    const { ds } = world.server.foundation.database;
    const [row] = await ds.query("SELECT owner, state, version FROM character WHERE id = $1", [characterId]);
    return row;
  };
  const unsaved = async () => {
    const authorization = `Basic ${Buffer.from("admin:a-password").toString("base64")}`;
    const text = await (await fetch(`${world.url}/metrics`, { headers: { authorization } })).text();
    return Number(
      /roomkeep_unsaved_total\{what="character",code="STATE_INVALID"\} (\d+)/.exec(text)?.[1] ?? 0,
    );
  };

  // What a room does by itself is the same over any database.
  if (kind === "embedded") {
    test("a step that ends in no finite number is undone, and frightens no animal out of the world", async () => {
      const { player, room, avatar } = await cursed();
      const { x, z } = avatar;
      for (let i = 0; i < 5; i++) room.world.spawn(new Deer({ x: x + i, z: z + 2 }));
      for (const value of NO_NUMBERS) {
        const before = room.faults.get("step") ?? 0;
        Object.assign(room, { breakIn: "step", value });
        await player.walk({ moveX: 127 }, 3);
        await player.until("faults", () => (room.faults.get("step") ?? 0) > before + 2);
        expect(avatar, String(value)).toMatchObject({ x, z });
        expect(player.me().x).toBe(x);
        expect(broken(room)).toEqual([]);
      }
      room.breakIn = undefined;
      await player.walk({ moveX: 127 }, 10);
      expect(player.me().x).toBeGreaterThan(x + 0.5);
      await player.leave();
    });

    test("a step that throws leaves no half of it", async () => {
      const { player, room, avatar } = await cursed();
      const { x } = avatar;
      room.breakIn = "thrown";
      await player.until("faults", () => (room.faults.get("step") ?? 0) > 2);
      expect(avatar.x).toBe(x);
      room.breakIn = undefined;
      await player.leave();
    });

    test("what a system, a rule or an event breaks is put back in its tick", async () => {
      const { player, room, avatar } = await cursed();
      const { x } = avatar;
      for (const where of ["system", "rules", "event"] as const) {
        const before = room.faults.get("tick") ?? 0;
        room.breakIn = where;
        await player.until("faults", () => (room.faults.get("tick") ?? 0) > before + 2);
        expect(avatar, where).toMatchObject({ x, vz: 0, drawnAtTick: 0 });
        expect(player.me().x).toBe(x);
        expect(broken(room)).toEqual([]);
      }
      room.breakIn = undefined;
      expect(room.faults.has("step")).toBe(false);
      // The 1st, 2nd, 4th … are written, with who and what.
      const told = room.lines.filter(([, text]) => text === "fault in the room");
      expect(told[0]?.[0]).toMatchObject({ where: "tick", err: { code: "NUMBER_NOT_FINITE" } });
      expect(told.length).toBeLessThan((room.faults.get("tick") ?? 0) / 2 + 3);
      await player.leave();
    });

    test("what a message breaks is put back before anything measures it", async () => {
      const { player, room, avatar } = await cursed();
      room.world.spawn(
        new Prop({ kind: "crate", x: avatar.x + 0.5, y: avatar.y + 1, z: avatar.z, size: 0.4 }),
      );
      player.send("spoil");
      await player.until("the fault", () => room.faults.has("messages"));
      await player.patches(3);
      expect(broken(room)).toEqual([]);
      await player.leave();
    });

    test("whoever enters without a finite place stands at a spawn", async () => {
      const first = await cursed();
      for (const where of ["enter", "spawn"] as const) {
        first.room.breakIn = where;
        const player = await world.join("meadow", { name: "Cursed", code: first.room.roomId });
        await player.patches(2);
        const { x, y, z: at } = player.me();
        expect([x, y, at].every(Number.isFinite)).toBe(true);
        expect(Math.hypot(x, at)).toBeLessThan(20);
        await player.leave();
      }
      await first.player.leave();
    });

    test("what stands nowhere is out of reach: a shop, a herb", async () => {
      const { player, room } = await cursed();
      Object.assign(room.world.get(TRADER_ID) as object, { x: Number.NaN });
      const bought = await ask(player, "shop.buy", { shop: TRADER_ID, template: "arrow", qty: 1 });
      expect(bought).toMatchObject({ code: "ACTION_REFUSED", reason: "It is too far away." });
      room.world.spawn(new Herb({ x: Number.NaN }), "lost");
      expect(await ask(player, "pick", { id: "lost" })).toMatchObject({ code: "ACTION_REFUSED" });
      await player.leave();
    });
  }

  test("a leaver whose state cannot be saved is free at once, told of, and counted", async () => {
    const first = await cursed();
    const before = await unsaved();
    const { token, characterId } = first.player;
    await first.player.walk({ moveX: 127 }, 5);
    await first.player.leave();
    const player = await world.join("meadow", { token, create: true });
    const good = (await rowOf(player)).state;
    expect(Object.keys(good.places)).toHaveLength(1);
    const room = world.room<CursedMeadow>(player.room.roomId);
    room.players.get(player.room.sessionId)!.stats.gold = Number.NaN;
    await player.leave();
    const again = await world.join("meadow", { token, create: true });
    expect((await rowOf(again)).state).toEqual(good);
    expect(await unsaved()).toBe(before + 1);
    expect(room.lines).toContainEqual([
      expect.objectContaining({ character: characterId, code: "STATE_INVALID" }),
      expect.stringContaining("could not be saved"),
    ]);
    await again.leave();
  });

  test.each(['{"x": null, "y": 0, "z": 1, "yaw": 0}', '{"x": 1e308, "y": 0, "z": 1, "yaw": 0}'])(
    "a stored place %s is none: the character starts at a spawn",
    async (place) => {
      const player = await world.join("meadow", { name: "Ann", create: true });
      const { zone } = world.room<CursedMeadow>(player.room.roomId);
      await player.leave();
      const { ds } = world.server.foundation.database;
      // Every meadow of this test has a zone of its own, so each is named.
      const state = `{"v": 1, "stats": {"kept": 7}, "places": {"${zone}": ${place}, "home": {"x": 1, "y": 2, "z": 3, "yaw": 0}}}`;
      await ds.query("UPDATE character SET state = $2 WHERE id = $1", [player.characterId, state]);
      class Again extends CursedMeadow {
        override zone = zone;
      }
      const rehearsed = await openReplay(Again);
      const claimed = await world.server.foundation.characters.claim(player.characterId, { roomId: "test" });
      expect(claimed.sheet.state.places).toEqual({ home: { x: 1, y: 2, z: 3, yaw: 0 } });
      expect(claimed.sheet.state.stats).toEqual({ kept: 7 });
      await world.server.foundation.characters.abandon(claimed);
      rehearsed.join("ann", claimed.sheet);
      expect(Number.isFinite(rehearsed.room.players.get("ann")?.avatar.x)).toBe(true);
    },
  );
});

test("a traveller whose place is not finite stands at the kept one, or at a spawn", async () => {
  const { room, join } = await openReplay(SeededMeadow);
  const lost = { x: Number.NaN, y: 0, z: 0, yaw: 0 };
  join("ann", {}, "player", lost);
  const places = { [room.zone]: { x: 3, y: 4, z: 5, yaw: 0 } };
  join("bo", { state: { v: 1, places, stats: {} } }, "player", lost);
  expect(Number.isFinite(room.players.get("ann")?.avatar.x)).toBe(true);
  expect(room.players.get("bo")?.avatar).toMatchObject({ x: 3, z: 5 });
});

test("a recording in which numbers broke runs again alike", async () => {
  const lines: string[] = [];
  const rehearsal = await openReplay(CursedMeadow, { seed: 11 });
  const recorder = openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1 });
  rehearsal.room.record(recorder);
  rehearsal.join("ann", { name: "Cursed" });
  for (let tick = 0; tick < 30; tick++) {
    if (tick % 7 === 3) rehearsal.message("ann", "spoil", {});
    if (tick % 5 !== 0) rehearsal.input("ann", { moveX: 90, moveZ: -30, buttons: 1 });
    rehearsal.tick();
  }
  recorder.stop();
  expect(rehearsal.room.faults.get("messages")).toBe(4);
  const result = await rerun(CursedMeadow, lines);
  expect(result.compared).toBeGreaterThan(20);
  expect(result.mismatches).toEqual([]);
});

test("a frame that takes its fields back presses nothing", () => {
  const frame = new WalkInput().assign({ moveX: 90, moveZ: 4, buttons: 1 });
  Object.assign(frame, { moveX: undefined, buttons: undefined });
  expect(frame.clone()).toEqual({ moveX: 0, moveZ: 4, buttons: 0 });
});

test("rules refuse for NaN: reach, hunger, bow, touch, horns", () => {
  const nowhere = new Hero({ x: Number.NaN });
  const world = { get: () => new Herb() } as unknown as World;
  expect(herbInReach(nowhere, "herb", { world })).toMatchObject({ ok: false });
  expect(isHungry(Object.assign(new Hero(), { health: Number.NaN }))).toMatchObject({ ok: false });
  const archer = Object.assign(new Hero(), { inFlight: Number.NaN });
  expect(drawBow(archer, { tick: 1, tickHz: 20 })).toMatchObject({ ok: false });
  const tagger = (id: string, x: number) => ({ sessionId: id, avatar: new TagAvatar({ x }) });
  const it = tagger("it", Number.NaN);
  expect(touchedBy(it, [it, tagger("ann", 1)])).toBeUndefined();
});

test("a boar whose place is lost gores nobody", async () => {
  const { room, join, tick } = await openReplay(SeededMeadow);
  join("ann");
  const boar = Object.assign(new Boar({ x: Number.NaN, mood: MOOD.charge }), { foe: "ann" });
  boar.thinkAtTick = 1e6;
  room.world.spawn(boar);
  for (let i = 0; i < 5; i++) tick();
  expect(room.players.get("ann")?.avatar.health).toBe(100);
});

describe("the values of an instance", () => {
  const Engine = Avatar.extend({ rpm: t.float32().default(2) }, "FiniteEngine");
  const Rider = Avatar.extend(
    {
      engine: Engine,
      until: internal(t.number().default(5)),
      note: t.float32().optional(),
      bare: t.float32(),
    },
    "FiniteRider",
  );

  test("are put back whole: children, fields that are never sent, flags", () => {
    const rider = new Rider();
    rider.engine = new Engine();
    const values = new FiniteValues(rider);
    expect(values.keep()).toBeUndefined();
    rider.engine.rpm = Number.NaN;
    rider.grounded = false;
    expect(values.keep()).toBe("engine.rpm");
    values.putBack();
    expect(rider.engine.rpm).toBe(2);
    expect(rider.grounded).toBe(true);
    rider.until = Number.NaN;
    expect(values.keep()).toBe("until");
    values.putBack();
    expect(rider.until).toBe(5);
  });

  test("may be infinite where no wire carries them, and absent where nothing was ever written", () => {
    const rider = new Rider();
    const values = new FiniteValues(rider);
    rider.until = Number.POSITIVE_INFINITY;
    rider.note = undefined;
    expect(values.keep()).toBeUndefined();
    Object.assign(rider, { x: -0, y: 2 ** 53 + 2, z: 3e38 });
    expect(values.keep()).toBeUndefined();
  });

  test("of a child that came broken are those of its class", () => {
    const rider = new Rider();
    const values = new FiniteValues(rider);
    values.keep();
    rider.engine = new Engine({ rpm: Number.NaN });
    expect(values.keep()).toBe("engine.rpm");
    values.putBack();
    expect(rider.engine.rpm).toBe(2);
  });
});

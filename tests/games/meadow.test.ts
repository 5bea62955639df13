import { matchMaker } from "@colyseus/core";
import type { Ports } from "roomkeep/rooms";
import { castRay, countInBag, Drop, defineLevel, type Level, type LevelSource, walk } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, afterEach, beforeAll, expect, it } from "vitest";
import { CHAMBERS } from "../../games/meadow/cave-level.ts";
import { CaveRoom } from "../../games/meadow/cave-room.ts";
import { MeadowRoom } from "../../games/meadow/room.ts";
import { bowOf, REACH_M } from "../../games/meadow/rules.ts";
import {
  Boar,
  type Creature,
  Deer,
  Herb,
  type Hero,
  type MeadowState,
  MOOD,
} from "../../games/meadow/state.ts";
import { PlazaRoom } from "../../games/plaza/room.ts";
import type { Seen } from "../../rooms/simulation/lag-compensation.ts";
import { defineGames } from "../../server/games.ts";
import { ask, counted, give, SeededMeadow, stackOf } from "../helpers/meadow.ts";

/** Whoever shoots here saw everything three metres further west than it is now. */
class LateMeadow extends SeededMeadow {
  protected override seenBy(): Seen {
    return { at: ({ x, y, z }) => ({ x: x - 3, y, z }) };
  }
}

let world: TestServer;
beforeAll(async () => {
  world = await bootServer({
    meadow: SeededMeadow,
    late: LateMeadow,
    kept: MeadowRoom,
    cave: CaveRoom,
    plaza: PlazaRoom,
  });
});
afterAll(() => world.close());
const here: TestPlayer[] = [];
afterEach(async () => {
  for (const player of here.splice(0)) await player.leave();
});

async function two(): Promise<[TestPlayer, TestPlayer, MeadowRoom]> {
  const ann = await world.join("meadow", { name: "Ann", create: true });
  const bo = await world.join("meadow", { name: "Bo", code: ann.room.roomId });
  here.push(ann, bo);
  await ann.until("Bo", () => ann.room.state.actors.has(bo.room.sessionId));
  for (const one of [ann, bo]) await one.until("arrows", () => counted(one, "arrow") === 12);
  return [ann, bo, world.room<MeadowRoom>(ann.room.roomId)];
}
const heroOf = (room: MeadowRoom, player: TestPlayer) => room.players.get(player.room.sessionId)!.avatar;
const mine = (player: TestPlayer) => player.me() as Hero;
const seen = (player: TestPlayer) => player.room.state as MeadowState;

const deerOf = (room: MeadowRoom) => [...room.world.query({ is: Deer })];
const closed = (room: MeadowRoom) => matchMaker.getLocalRoomById(room.roomId) === undefined;
const plain: LevelSource = {
  name: "lobby",
  bounds: { min: [-9, -9], max: [9, 9] },
  spawns: [{ at: [0, 0, 0] }],
};

/** Sets something down beside somebody, on the ground. */
function put(room: MeadowRoom, thing: Herb | Creature, who: Hero, dx: number, dz: number): string {
  const [x, z] = [who.x + dx, who.z + dz];
  room.world.spawn(Object.assign(thing, { x, z, y: room.simulation.ground.height(x, z) }));
  return room.world.idOf(thing)!;
}

/** Sends a shot straight at where somebody's own screen has an animal. */
function shootAt(player: TestPlayer, id: string, aside = 0) {
  const from = bowOf(player.me());
  const to = player.room.state.actors.get(id)!;
  const [dx, dy, dz] = [to.x + aside - from.x, to.y + 0.5 - from.y, to.z - from.z];
  player.room.send("shoot", { yaw: Math.atan2(dx, dz), pitch: Math.atan2(dy, Math.hypot(dx, dz)) });
}

it("gives a herb that two pick at once to one of them, and tells the other why not", async () => {
  const [ann, bo, room] = await two();
  const [a, b] = [heroOf(room, ann), heroOf(room, bo)];
  Object.assign(b, { x: a.x + 1, y: a.y, z: a.z });
  const id = put(room, new Herb(), a, 0.5, 0.5);
  await ann.until("the herb", () => ann.room.state.actors.has(id));
  const answers = await Promise.all([ask(ann, "pick", { id }), ask(bo, "pick", { id })]);
  expect(answers.map(({ code }) => code).sort()).toEqual(["ITEM_MISSING", undefined]);
  await ann.until("one herb", () => countInBag(a, "herb") + countInBag(b, "herb") === 1);
  await ann.until("the bare stem", () => (ann.room.state.actors.get(id) as Herb).ripe === false);
  const herb = room.world.get(id) as Herb;
  herb.regrowAtTick = room.simulation.tick;
  await ann.until("it to grow", () => (ann.room.state.actors.get(id) as Herb).ripe);
});

it("refuses a request id that was used for another herb, which stays ripe for the next", async () => {
  const [ann, , room] = await two();
  const [first, second] = [0.5, 1].map((x) => put(room, new Herb(), heroOf(room, ann), x, 0.5));
  await ann.until("the herbs", () => ann.room.state.actors.has(first!) && ann.room.state.actors.has(second!));
  expect(await ask(ann, "pick", { id: first }, "once")).not.toHaveProperty("code");
  expect(await ask(ann, "pick", { id: second }, "once")).toMatchObject({ code: "REQUEST_REUSED" });
  expect((room.world.get(second!) as Herb).ripe).toBe(true);
  // The very same request gets its answer; the herb that grew again meanwhile is not set aside for it.
  const herb = room.world.get(first!) as Herb;
  herb.ripe = true;
  expect(await ask(ann, "pick", { id: first }, "once")).not.toHaveProperty("code");
  expect(herb.ripe).toBe(true);
  expect(countInBag(heroOf(room, ann), "herb")).toBe(1);
});

it("shows what somebody carries to nobody else", async () => {
  const [ann, bo] = await two();
  await give(world, ann, "herb", 7);
  await give(world, ann, "coins", 3);
  const annForBo = bo.room.state.actors.get(ann.room.sessionId) as Hero;
  expect(annForBo.name).toBe("Ann");
  expect([annForBo.items?.size ?? 0, annForBo.coins, annForBo.health]).toEqual([0, undefined, undefined]);
  expect(annForBo.level).toBe(1);
});

it("heals at the fire and not away from it, and tells of warmth once", async () => {
  const [ann, bo, room] = await two();
  const [a, b] = [heroOf(room, ann), heroOf(room, bo)];
  a.health = b.health = 40;
  Object.assign(a, { x: 0, z: 2, y: room.simulation.ground.height(0, 2) });
  Object.assign(b, { x: 0, z: 30, y: room.simulation.ground.height(0, 30) });
  await ann.until("warmth", () => mine(ann).warm);
  await ann.until("health", () => mine(ann).health >= 48);
  expect(b.health).toBe(40);
  expect(mine(bo).warm).toBe(false);
  Object.assign(a, { x: 0, z: 30 });
  await ann.until("the cold", () => !mine(ann).warm);
  const { health } = a;
  await ann.patches(30);
  expect(a.health).toBe(health);
});

it("lets a deer be shot: two arrows, experience for the shooter, loot for who comes", async () => {
  const [ann, bo, room] = await two();
  const a = heroOf(room, ann);
  Object.assign(heroOf(room, bo), { x: a.x, z: a.z + 3 });
  const deer = new Deer({ hp: 2, thinkAtTick: 1e9 });
  const id = put(room, deer, a, 4, -6);
  await ann.until("the deer", () => ann.room.state.actors.has(id));
  shootAt(ann, id);
  const flight = await ann.message<{ name: string; payload: { hit: string } }>("event");
  expect(flight).toMatchObject({ name: "loosed", payload: { hit: id } });
  await ann.until("flight", () => deer.mood === MOOD.flee);
  Object.assign(deer, { thinkAtTick: 1e9, speed: 0 });
  await ann.patches(14);
  shootAt(ann, id);
  await ann.until("the deer to fall", () => !ann.room.state.actors.has(id));
  await ann.until("experience", () => mine(ann).xp === 20);
  await ann.until("two arrows less", () => counted(ann, "arrow") === 10);
  expect(a.inFlight).toBe(0);
  expect(heroOf(room, bo).xp).toBe(0);
  const meat = () => [...room.world.query({ is: Drop })].find(({ template }) => template === "meat");
  await bo.until("the meat", () => Boolean(meat()));
  expect(meat()).toMatchObject({ x: deer.x, qty: 2 });
  Object.assign(heroOf(room, bo), { x: deer.x, y: deer.y, z: deer.z });
  expect(await ask(bo, "item.take", { actor: room.world.idOf(meat()!) })).toMatchObject({
    type: "item.take",
  });
  await bo.until("the meat", () => counted(bo, "meat") === 2);
});

it("judges an arrow by where the archer saw the deer, not by where it is", async () => {
  const ann = await world.join("late", { name: "Ann", create: true });
  here.push(ann);
  const room = world.room<MeadowRoom>(ann.room.roomId);
  expect(room.rewindMs).toBe(300);
  const id = put(room, new Deer({ hp: 5, thinkAtTick: 1e9 }), heroOf(room, ann), 4, -6);
  await ann.until("the deer", () => ann.room.state.actors.has(id));
  const hits: string[] = [];
  for (const lead of [0, -3]) {
    shootAt(ann, id, lead);
    hits.push((await ann.message<{ payload: { hit: string } }>("event")).payload.hit);
    await ann.patches(14);
  }
  expect(hits).toEqual(["", id]);
});

it("refuses what the rules do not allow, and changes nothing", async () => {
  const [ann, , room] = await two();
  const a = heroOf(room, ann);
  const refused = async (type: string, payload: object) => (await ask(ann, type, payload)).code;
  const far = put(room, new Herb(), a, REACH_M + 1, 0);
  await give(world, ann, "herb", 1);
  const carried = () => JSON.stringify([a.health, a.items.toJSON(), a.xp]);
  const before = carried();
  expect(await refused("pick", { id: far })).toBe("ACTION_REFUSED");
  expect(await refused("pick", { id: "herb-99999" })).toBe("ITEM_MISSING");
  expect(await refused("pick", { id: ann.room.sessionId })).toBe("ITEM_MISSING");
  expect(await refused("pick", { id: "__proto__" })).toBe("ITEM_MISSING");
  expect(await refused("item.use", { id: stackOf(ann, "herb") })).toBe("ACTION_REFUSED");
  expect(await refused("item.use", { id: stackOf(ann, "arrow") })).toBe("ACTION_REFUSED");
  a.inFlight = 12;
  ann.room.send("shoot", { yaw: 0, pitch: 0 });
  expect(await ann.message("refused")).toMatchObject({ type: "shoot", code: "NOT_ENOUGH" });
  expect(carried()).toBe(before);
});

it("draws the bow once in a while only", async () => {
  const [ann, , room] = await two();
  ann.room.send("shoot", { yaw: 0, pitch: 1 });
  ann.room.send("shoot", { yaw: 0, pitch: 1 });
  expect(await ann.message("refused")).toMatchObject({ type: "shoot", code: "ACTION_REFUSED" });
  await ann.until("the arrow", () => counted(ann, "arrow") === 11);
  ann.room.send("shoot", { yaw: Number.NaN, pitch: 0 });
  expect(await ann.message("refused")).toMatchObject({ type: "shoot", code: "MESSAGE_INVALID" });
  expect([counted(ann, "arrow"), room.unpaid]).toEqual([11, 0]);
});

it("drops things that another picks up, and eats what heals", async () => {
  const [ann, bo, room] = await two();
  const [a, b] = [heroOf(room, ann), heroOf(room, bo)];
  Object.assign(b, { x: a.x + 1, z: a.z });
  await give(world, ann, "herb", 3);
  a.health = 50;
  await ann.until("hunger", () => mine(ann).health === 50);
  const id = stackOf(ann, "herb");
  ann.room.send("item.drop", { request: "drop-1", id, qty: 2 });
  expect(await ask(ann, "item.use", { id })).toMatchObject({ type: "item.use" });
  await ann.until("the meal", () => mine(ann).health >= 65);
  expect(countInBag(a, "herb")).toBe(0);
  const drop = [...room.world.query({ is: Drop })].find(({ qty }) => qty === 2)!;
  expect(await ask(bo, "item.take", { actor: room.world.idOf(drop) })).toMatchObject({ type: "item.take" });
  await bo.until("the herbs", () => counted(bo, "herb") === 2);
});

it("lets a boar charge at who hurt it and do harm once; whose health ends dies, and wakes at the camp", async () => {
  const [ann, , room] = await two();
  const a = heroOf(room, ann);
  a.health = 10;
  const boar = new Boar({ hp: 3, thinkAtTick: 1e9 });
  const id = put(room, boar, a, 0, -5);
  await ann.until("the boar", () => ann.room.state.actors.has(id));
  shootAt(ann, id);
  await ann.until("the charge", () => boar.mood === MOOD.charge);
  await ann.until("the harm", () => mine(ann).dead);
  expect([mine(ann).health, boar.foe]).toEqual([0, ""]);
  expect(await ask(ann, "revive")).toMatchObject({ type: "revive" });
  await ann.until("life", () => !mine(ann).dead && mine(ann).health >= 50);
  expect(Math.hypot(a.x, a.z)).toBeLessThan(8);
});

it("keeps what a wanderer has for the next day", async () => {
  const [ann, , room] = await two();
  Object.assign(heroOf(room, ann), { xp: 210, health: 70 });
  await give(world, ann, "herb", 5);
  here.splice(here.indexOf(ann), 1);
  await ann.leave();
  const again = await world.join("meadow", { token: ann.token });
  here.push(again);
  await again.until("her things", () => counted(again, "herb") === 5);
  // What everybody begins with is given once.
  expect(counted(again, "arrow")).toBe(12);
  expect(mine(again)).toMatchObject({ xp: 210, health: 70, level: 3 });
});

it("emits one event for somebody who steps into a portal", async () => {
  const [ann, , room] = await two();
  const told = () => room.events.history({ name: "portal", actor: ann.room.sessionId });
  const [x, y, z] = room.level.portals[0]!.at;
  Object.assign(heroOf(room, ann), { x, y, z });
  await ann.until("the portal", () => told().length > 0);
  // The journey takes her away meanwhile; ten more ticks in the portal tell no second time.
  for (let i = 0; i < 10; i++) room.simulation.step();
  expect(told()).toMatchObject([{ payload: { to: "cave" } }]);
});

it("lives by itself: deer stroll and flee, none stands in the water, the clock goes on", async () => {
  const [ann, , room] = await two();
  const herd = [...room.world.query({ is: Deer })];
  const before = herd.map(({ x, z }) => [x, z]);
  const [shy] = herd as [Creature];
  Object.assign(heroOf(room, ann), { x: shy.x + 3, z: shy.z, y: shy.y });
  shy.thinkAtTick = 0;
  await ann.until("flight", () => shy.mood === MOOD.flee);
  for (let i = 0; i < 1200; i++) room.simulation.step();
  expect(
    herd.filter(({ x, z }, i) => Math.hypot(x - before[i]![0]!, z - before[i]![1]!) > 1).length,
  ).toBeGreaterThan(6);
  for (const { x, y, z } of herd) {
    expect(y).toBeGreaterThan(-0.5);
    expect(y).toBeCloseTo(room.simulation.ground.height(x, z), 3);
  }
  await ann.until("a later hour", () => seen(ann).minute > 600);
  expect([...room.faults]).toEqual([]);
  expect(castRay(room.simulation.ground, { x: 0, y: 50, z: 0 }, { x: 0, y: -1, z: 0 }, 99)?.y).toBeCloseTo(
    0.9,
    1,
  );
});

it("is the next day as it was left: what was picked, where the deer stood, what o'clock", async () => {
  const ann = await world.join("kept", { name: "Ann" });
  const room = world.room<MeadowRoom>(ann.room.roomId);
  const a = heroOf(room, ann);
  const id = put(room, new Herb(), a, 0.5, 0.5);
  expect(await ask(ann, "pick", { id })).toMatchObject({ type: "pick" });
  await ann.until("the herb", () => counted(ann, "herb") === 1);
  for (let i = 0; i < 200; i++) room.simulation.step();
  await ann.leave();
  const left = { deer: deerOf(room), minute: room.state.minute };
  await expect.poll(() => closed(room)).toBe(true);
  const again = await world.join("kept", { token: ann.token });
  here.push(again);
  const next = world.room<MeadowRoom>(again.room.roomId);
  expect(next).not.toBe(room);
  expect((next.world.get(id) as Herb).ripe).toBe(false);
  expect(next.world.query({ is: Herb }).size).toBe(room.world.query({ is: Herb }).size);
  expect(deerOf(next)).toHaveLength(left.deer.length);
  expect(next.state.minute).toBeGreaterThanOrEqual(left.minute);
  expect(next.state.minute - left.minute).toBeLessThan(30);
});

it("gives the treasure of a cave once, to all who are there, and only from beside it", async () => {
  const ann = await world.join("cave", { name: "Ann", create: true });
  const bo = await world.join("cave", { name: "Bo", code: ann.room.roomId });
  here.push(ann, bo);
  const room = world.room<CaveRoom>(ann.room.roomId);
  ann.room.send("open", {});
  expect(await ann.message("refused")).toMatchObject({ type: "open", code: "ACTION_REFUSED" });
  const [x, y, z] = room.level.triggers[0]!.at;
  Object.assign(room.players.get(ann.room.sessionId)!.avatar, { x: x + 1.2, y, z });
  await expect.poll(() => room.triggers.inside("treasure").size).toBe(1);
  ann.room.send("open", {});
  await bo.until("his share", () => counted(bo, "arrow") === 22 && counted(bo, "herb") === 3);
  ann.room.send("open", {});
  expect(await ann.message("refused")).toMatchObject({ type: "open", code: "ITEM_MISSING" });
  expect(counted(ann, "arrow")).toBe(22);
});

it("leads from every chamber of the cave to the next, and never through the rock", async () => {
  const ann = await world.join("cave", { name: "Ann", create: true });
  here.push(ann);
  const { ground } = world.room<CaveRoom>(ann.room.roomId).simulation;
  const who = { x: 0, y: 0, z: 14, yaw: 0, vx: 0, vy: 0, vz: 0, grounded: true };
  const go = (x: number, z: number) => {
    for (let i = 0; i < 200 && Math.hypot(x - who.x, z - who.z) > 0.6; i++) {
      const far = Math.hypot(x - who.x, z - who.z);
      walk(
        who,
        { moveX: ((x - who.x) / far) * 127, moveZ: ((z - who.z) / far) * 127, buttons: 0 },
        ground,
        1 / 20,
      );
    }
    return Math.hypot(x - who.x, z - who.z);
  };
  for (const [x, z] of CHAMBERS) expect(go(x, z)).toBeLessThan(0.7);
  expect(go(24, -18)).toBeGreaterThan(5);
});

it("does not start with a portal to nowhere", () => {
  const lost = defineLevel({ ...plain, portals: [{ at: [0, 0, 0], to: "moon" }] });
  const astray = defineLevel({ ...plain, portals: [{ at: [0, 0, 0], to: "cave", spawn: "roof" }] });
  const game = (level: Level) => Object.assign(class extends PlazaRoom {}, { level });
  const thrown = (level: Level) => () =>
    defineGames({ lobby: game(level), cave: CaveRoom, meadow: MeadowRoom }, {} as Ports);
  expect(thrown(lost)).toThrow('leads to "moon", which is no game here. There are: lobby, cave, meadow.');
  expect(thrown(astray)).toThrow('leads to the spawn "roof" of "cave", which has none of this name.');
});

import { t } from "@colyseus/schema";
import { openRecorder, openReplay, rerun, WorldRoom } from "roomkeep/rooms";
import { Avatar, defineComponent, type GameEvent, WorldState } from "roomkeep/shared";
import { bootServer, type TestPlayer, type TestServer } from "roomkeep/testing";
import { afterAll, beforeAll, expect, it } from "vitest";
import { z } from "zod";
import {
  BehaviourEmitted,
  BehaviourSaid,
  behaviours,
  openAgents,
} from "../../../plugins/behaviours/index.ts";
import { yard } from "./yard.ts";

const Look = defineComponent({
  name: "AgentsLook",
  fields: { hat: t.uint8().default(0) },
  writers: ["script"],
});
const Villager = Avatar.extend({ look: t.ref(Look).default(new Look()) }, "AgentsVillager");

const SCRIPTS = {
  // Greets each player once, and says how many it has greeted.
  greeter: `on("decide", () => {
    const guest = near(10, "avatar").find(({ name }) => name === "Ann" && !(memory.greeted ?? []).includes(name));
    if (!guest) return;
    memory.greeted = [...(memory.greeted ?? []), guest.name];
    face(guest);
    say("Hello, " + guest.name + "! You are number " + memory.greeted.length + ".");
    emit("greeted", { name: guest.name });
    set("Look", { hat: 3 });
    set("Look", { hat: 999 });
  });
  on("refused", ({ what, code }) => { memory.refused = what + " " + code; });`,
  // Comes when it hears that somebody was greeted.
  friend: `on("greeted", (payload, from) => { moveTo(6, 3, { run: true }); memory.from = from; });
  on("arrived", () => { memory.there = true; emit("anything", null); });`,
  broken: "on('decide', () => {\n  nothing.at.all;\n});",
  roamer: "on('decide', () => { if (!self.moving) moveTo(20 * random() - 4, 20 * random() - 10); });",
};

class VillageRoom extends WorldRoom {
  static override readonly listing = { label: "Village", description: "Somebody lives here.", maxPlayers: 8 };
  static override readonly level = yard;
  override state = new WorldState();
  override seed = 7;
  readonly faulty: unknown[] = [];
  readonly said: GameEvent[] = [];
  readonly emitted: GameEvent[] = [];
  readonly lines: string[] = [];
  readonly agents = openAgents({
    room: this,
    answers: (name, apply) => this.onAnswer(name, apply),
    scripts: SCRIPTS,
    components: { Look },
    filter: (text) => text.replace("Hello", "Good day"),
    onFault: (id, { code, line }, sleeps) => this.faulty.push([id, code, line, sleeps]),
  });
  override systems = [this.agents.system];

  protected override onBegin(): void {
    const at = (id: string, x: number, z: number) =>
      this.world.spawn(Object.assign(new Villager(), { kind: "villager", name: id, x, z }), id);
    at("smith", 2, 3);
    at("baker", 3, -6);
    at("fool", 5, 5);
    this.agents.attach("smith", "greeter", { move: "walk", say: true, emit: ["greeted"], set: ["Look"] });
    this.agents.attach("baker", "friend", { move: "run", hear: ["greeted"] });
    this.agents.attach("fool", "broken", {});
    for (let n = 0; n < 5; n++) {
      at(`roamer-${n}`, 10 + n, 10);
      this.agents.attach(`roamer-${n}`, "roamer", { move: "walk" });
    }
  }
  protected override onOpen(): void {
    this.on("wake", z.strictObject({}), () => void this.agents.wake("fool"));
    this.events.on(BehaviourSaid, (event) => void this.said.push(event));
    this.events.on(BehaviourEmitted, (event) => void this.emitted.push(event));
  }
  protected override onTick(): void {
    // The first tick: before anything has decided.
    if (this.simulation.tick !== 1) return;
    this.record(
      openRecorder({ write: (line) => this.lines.push(line), hashEveryTicks: 1, markEveryTicks: 40 }),
    );
  }
}

let world: TestServer;
let ann: TestPlayer;
let room: VillageRoom;
beforeAll(async () => {
  world = await bootServer({ village: VillageRoom }, { plugins: [behaviours.with({ stallMs: 2_000 })] });
  ann = await world.join("village", { name: "Ann" });
  room = world.room<VillageRoom>(ann.room.roomId);
});
afterAll(() => world?.close());

const memoryOf = (id: string) => JSON.parse(room.agents.of(id)?.memory ?? "{}");

it("lets an actor see a player, turn, speak, and set what it may, and tells it what was refused", async () => {
  await expect.poll(() => room.said.length).toBe(1);
  const smith = room.world.get("smith") as InstanceType<typeof Villager>;
  expect(room.said[0]).toMatchObject({
    payload: { text: "Good day, Ann! You are number 1." },
    actor: "smith",
  });
  await expect.poll(() => memoryOf("smith")).toEqual({ greeted: ["Ann"], refused: "set COMPONENT_INVALID" });
  expect(smith.look.hat).toBe(3);
  const { x, z } = room.world.get(ann.room.sessionId) ?? { x: 0, z: 0 };
  expect(smith.yaw).toBeCloseTo(Math.atan2(x - smith.x, z - smith.z), 1);
});

it("tells others near by what one emits, who walk there and learn that they have come", async () => {
  await expect.poll(() => memoryOf("baker")).toEqual({ from: "smith", there: true });
  const baker = room.world.get("baker");
  expect(Math.hypot((baker?.x ?? 0) - 6, (baker?.z ?? 0) - 3)).toBeLessThan(1.5);
  // What the baker emitted it may not.
  expect(room.emitted.map(({ payload }) => payload)).toEqual([{ name: "greeted", payload: { name: "Ann" } }]);
});

it("puts a script that fails three times to sleep, with its line, and wakes it when it is told to", async () => {
  const fault = (sleeps: boolean) => ["fool", "THREW", 2, sleeps];
  await expect.poll(() => room.agents.of("fool")?.asleep).toBe(true);
  expect(room.faulty).toEqual([fault(false), fault(false), fault(true)]);
  ann.send("wake", {});
  await expect.poll(() => room.faulty.length).toBeGreaterThan(3);
});

it("plays the same again from its recording, from the beginning and from the middle, without a script", async () => {
  const before = room.simulation.tick;
  await expect.poll(() => room.simulation.tick).toBeGreaterThan(before + 100);
  const lines = [...room.lines];
  const all = await rerun(VillageRoom, lines);
  expect(all).toMatchObject({ mismatches: [] });
  expect(all.compared).toBeGreaterThan(100);
  expect(await rerun(VillageRoom, lines, { from: before })).toMatchObject({ mismatches: [], hash: all.hash });
  const decided = lines.filter((line) => line.includes('"answer","behaviours"') && line.includes('"move"'));
  expect(decided.length).toBeGreaterThan(3);
});

it("forgets the scripts of an actor that goes, and all of them when the room closes", async () => {
  const { pool } = room.plugin(behaviours);
  const { size } = pool;
  room.world.despawn("roamer-0");
  await expect.poll(() => room.agents.of("roamer-0")).toBeUndefined();
  expect(pool.size).toBe(size - 1);
  await room.disconnect();
  await expect.poll(() => pool.size).toBe(0);
});

it("lets a room run where the server has no such plugin: its actors stand, and nothing fails", async () => {
  const alone = await openReplay(VillageRoom);
  alone.join("ann", { name: "Ann" });
  for (let tick = 0; tick < 40; tick++) alone.tick();
  expect([...alone.room.faults]).toEqual([]);
  expect(alone.room.agents.of("smith")).toMatchObject({ memory: "{}", asleep: false });
  expect(alone.room.world.get("roamer-0")).toMatchObject({ x: 10, z: 10 });
});

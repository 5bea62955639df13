import { t } from "@colyseus/schema";
import { openRecorder, openReplay, rerun, WorldRoom } from "roomkeep/rooms";
import { type Avatar, defineEvent, defineLevel, openTriggers, WorldState } from "roomkeep/shared";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { TagRoom } from "../../../games/tag/room.ts";
import { defineSystem } from "../../../rooms/simulation/systems.ts";

const level = defineLevel({
  name: "camp",
  bounds: { min: [-20, -20], max: [20, 20] },
  spawns: [{ at: [0, 0, 0] }],
  triggers: [{ name: "fire", shape: "sphere", at: [0, 0, 0], radius: 2 }],
  loose: [{ kind: "ball", at: [8, 0.3, 8], size: 0.3 }],
});
const Rang = defineEvent({ name: "rang", schema: z.object({ by: z.string() }) });
const Echoed = defineEvent({ name: "echoed", schema: z.object({ by: z.string() }) });
const Held = defineEvent({ name: "held", schema: z.object({ what: z.custom<object>() }) });
const CampState = WorldState.extend({ bells: t.uint16().default(0) }, "ResumeCamp");
type CampState = InstanceType<typeof CampState>;

const flaky = defineSystem({
  name: "flaky",
  everyTicks: 3,
  run: () => {
    throw new Error("flaky");
  },
});

class CampRoom extends WorldRoom<CampState> {
  override state = new CampState();
  static override readonly level = level;
  override systems = [flaky];
  readonly told: string[] = [];
  /** Beside the state, kept by `onKeep`. */
  rung = 0;

  protected override onOpen(): void {
    this.triggers.on("fire", {
      enter: (id) => this.told.push(`${id} in`),
      leave: (id) => this.told.push(`${id} out`),
    });
    // Emitted while events are dispatched: it waits for the next step.
    this.events.on(Rang, ({ payload }) => void this.events.emit(Echoed, payload));
    this.events.on(Echoed, ({ payload }) => this.told.push(`echo of ${payload.by}`));
    this.events.on(Echoed, () =>
      this.world.defer(0, () => {
        this.state.bells += 1;
      }),
    );
    this.on("ring", z.strictObject({}), ({ sessionId }) => {
      this.rung += 1;
      this.events.emit(Rang, { by: sessionId });
    });
  }
  protected override onKeep() {
    return { rung: this.rung };
  }
  protected override onRestore(kept: unknown): void {
    this.rung = (kept as { rung: number }).rung;
  }
}

/** A camp with Ann at the fire and Bob far from it, by way of a snapshot if asked for. */
async function camp() {
  const stage = await openReplay(CampRoom, { seed: 3 });
  stage.join("ann", {}, "player", { x: 0, y: 0, z: 0, yaw: 0 });
  stage.join("bob", {}, "player", { x: 9, y: 0, z: 0, yaw: 0 });
  stage.tick();
  return stage;
}
const throughJson = <T>(value: T): T => JSON.parse(JSON.stringify(value));

describe("a restored world", () => {
  test("has whoever was in a trigger volume in it: they enter once and leave once", async () => {
    const first = await camp();
    expect(first.room.told).toEqual(["ann in"]);
    const second = await openReplay(CampRoom, { seed: 3 });
    second.room.simulation.restore(throughJson(first.room.simulation.snapshot()));
    second.tick();
    expect(second.room.told).toEqual([]);
    expect([...second.room.triggers.inside("fire")]).toEqual(["ann"]);
    Object.assign(second.room.world.get("ann") as Avatar, { x: 7 });
    second.tick();
    second.tick();
    expect(second.room.told).toEqual(["ann out"]);
  });

  test("without its players has nobody in the volumes, and who comes again enters again", async () => {
    const first = await camp();
    const kept = throughJson(first.room.simulation.snapshot({ without: first.room.players }));
    const second = await openReplay(CampRoom, { seed: 3 });
    second.room.simulation.restore(kept);
    second.tick();
    expect(second.room.told).toEqual([]);
    second.join("ann", {}, "player", { x: 0, y: 0, z: 0, yaw: 0 });
    second.tick();
    second.tick();
    expect(second.room.told).toEqual(["ann in"]);
  });

  test("has the history of its events, and tells of what waits once", async () => {
    const first = await camp();
    first.message("ann", "ring", {});
    first.tick();
    expect(first.room.told).toEqual(["ann in"]); // the echo waits
    const second = await openReplay(CampRoom, { seed: 3 });
    second.room.simulation.restore(throughJson(first.room.simulation.snapshot()));
    expect(second.room.events.history()).toEqual(first.room.events.history());
    expect(second.room.events.history({ name: "rang" })).toMatchObject([{ seq: 1, payload: { by: "ann" } }]);
    second.tick();
    second.tick();
    expect(second.room.told).toEqual(["echo of ann"]);
    expect(second.room.events.emit(Rang, { by: "bob" }).seq).toBe(
      first.room.events.emit(Rang, { by: "bob" }).seq,
    );
  });

  test("is saved although an event holds what JSON cannot: that one stays behind", async () => {
    const first = await camp();
    const circle: Record<string, unknown> = {};
    circle.self = circle;
    first.room.events.emit(Held, { what: circle });
    first.room.events.emit(Held, { what: new Map() });
    first.room.events.emit(Rang, { by: "ann" });
    const second = await openReplay(CampRoom, { seed: 3 });
    second.room.simulation.restore(throughJson(first.room.simulation.snapshot()));
    expect(second.room.events.history().map(({ name }) => name)).toEqual(["rang"]);
  });

  test("from before volumes and events were kept opens; a damaged one changes nothing", async () => {
    const first = await camp();
    first.room.events.emit(Rang, { by: "ann" });
    const kept = throughJson(first.room.simulation.snapshot()) as unknown as {
      data: { extras: Record<string, unknown> };
    };
    const second = await camp();
    const before = second.room.hash();
    for (const extras of [
      { triggers: { fire: "ann" } },
      { triggers: { fire: [7] } },
      { events: { seq: "1", digest: "", past: [], waiting: [] } },
      { events: { seq: 1, digest: "", past: [{ name: "rang" }], waiting: [] } },
      { events: { seq: 1, digest: "", past: [] } },
    ]) {
      const damaged = { ...kept, data: { ...kept.data, extras: { ...kept.data.extras, ...extras } } };
      expect(() => second.room.simulation.restore(damaged)).toThrow(
        expect.objectContaining({ code: "SNAPSHOT_CORRUPT" }),
      );
      expect(second.room.hash()).toBe(before);
    }
    const { triggers: _, events: __, ...extras } = kept.data.extras;
    second.room.simulation.restore({ ...kept, data: { ...kept.data, extras } });
    expect(second.room.triggers.inside("fire").size).toBe(0);
    expect(second.room.events.history()).toEqual([]);
  });
});

describe("the hash of a room", () => {
  test.each<[string, (room: CampRoom) => void]>([
    ["who is in a volume", (room) => room.triggers.update([])],
    ["an event", (room) => void room.events.emit(Rang, { by: "ann" })],
    ["the chance", (room) => void room.simulation.random()],
    ["a system that fails", (room) => room.simulation.systems.revive("flaky")],
    [
      "a field of the state",
      (room) => {
        room.state.bells += 1;
      },
    ],
    [
      "an actor",
      (room) => {
        (room.world.get("ann") as Avatar).vy += 1e-3;
      },
    ],
    ["who is there", (room) => void room.world.despawn("bob")],
    [
      "the next id",
      (room) => {
        room.world.nextId += 1;
      },
    ],
    [
      "a body",
      (room) => {
        const [ball] = room.simulation.space?.loose.values() ?? [];
        if (ball) ball.body.position.x += 1e-9;
      },
    ],
    [
      "what the game keeps",
      (room) => {
        room.rung += 1;
      },
    ],
    [
      "what a player's character keeps",
      (room) => Object.assign(room.players.get("ann")?.stats ?? {}, { a: 1 }),
    ],
  ])("differs by %s", async (_what, change) => {
    const { room } = await camp();
    for (let tick = 0; tick < 3; tick++) room.simulation.step();
    const before = room.hash();
    expect(room.hash()).toBe(before);
    change(room);
    expect(room.hash()).not.toBe(before);
  });

  test("differs by the payload of an event that has left the history", async () => {
    const [one, two] = [await camp(), await camp()];
    one.room.events.emit(Rang, { by: "ann" });
    two.room.events.emit(Rang, { by: "bob" });
    for (const { room } of [one, two]) {
      room.events.dispatch();
      for (let i = 0; i < 1100; i++) room.events.emit(Echoed, { by: "all" });
    }
    expect(one.room.events.history()).toEqual(two.room.events.history());
    expect(one.room.hash()).not.toBe(two.room.hash());
  });
});

describe("a recording that is resumed in its middle", () => {
  test("tells of no border twice, has every event, and no mark while a change is put off", async () => {
    const stage = await openReplay(CampRoom, { seed: 8 });
    const lines: string[] = [];
    stage.room.record(
      openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1, markEveryTicks: 1 }),
    );
    stage.join("ann");
    for (let tick = 0; tick < 120; tick++) {
      if (tick % 10 === 4) stage.message("ann", "ring", {});
      stage.input("ann", { moveX: tick % 40 < 20 ? 127 : -127, moveZ: 0, buttons: 1 });
      stage.tick();
    }
    expect(stage.room.state.bells).toBe(12);
    expect(stage.room.told.filter((told) => told.startsWith("ann")).length).toBeGreaterThan(4);
    const marks = lines.flatMap((line) => (line.startsWith('{"mark"') ? [JSON.parse(line).mark.tick] : []));
    expect(marks.length).toBeGreaterThan(60);
    // A bell is put off in the step after its echo waited.
    for (let tick = 6; tick < 120; tick += 10) expect(marks).not.toContain(tick);
    for (const from of marks.filter((tick: number) => tick % 7 === 0)) {
      expect(await rerun(CampRoom, lines, { from })).toMatchObject({
        mismatches: [],
        hash: stage.room.hash(),
      });
    }
  });

  test("goes on with a round of tag where it was", async () => {
    const stage = await openReplay(TagRoom, { seed: 11 });
    const lines: string[] = [];
    stage.room.record(
      openRecorder({ write: (line) => lines.push(line), hashEveryTicks: 1, markEveryTicks: 30 }),
    );
    for (const id of ["ann", "bob", "cyd"]) stage.join(id);
    for (const id of ["ann", "bob", "cyd"]) stage.message(id, "ready", { ready: true });
    for (let tick = 0; tick < 200; tick++) {
      if (tick === 100) stage.join("dan"); // looks on
      for (const id of stage.room.players.keys())
        stage.input(id, { moveX: 90, moveZ: tick % 120, buttons: 1 });
      stage.tick();
    }
    expect(stage.room.state.phase).toBe("round");
    for (const from of [30, 90, 150]) {
      expect(await rerun(TagRoom, lines, { from })).toMatchObject({
        mismatches: [],
        hash: stage.room.hash(),
      });
    }
  });
});

test("volumes give and take who is inside, in the order in which they came", () => {
  const [fire] = level.triggers;
  if (!fire) throw new Error("no fire");
  const triggers = openTriggers([fire, { ...fire, name: "gone" }]);
  const at = { x: 0, y: 0, z: 0 };
  triggers.update([["bob", at]]);
  triggers.update([
    ["ann", at],
    ["bob", at],
  ]);
  expect(triggers.save()).toEqual({ fire: ["bob", "ann"], gone: ["bob", "ann"] });
  expect(triggers.save((id) => id === "ann")).toEqual({ fire: ["ann"], gone: ["ann"] });
  const next = openTriggers([fire]);
  next.load(triggers.save());
  expect([...next.inside("fire")]).toEqual(["bob", "ann"]);
});

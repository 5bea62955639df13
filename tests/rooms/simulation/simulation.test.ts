import { t } from "@colyseus/schema";
import { Actor, Avatar, defineLevel, Prop, WalkInput, type World, WorldState, walk } from "roomkeep/shared";
import { describe, expect, test } from "vitest";
import { openSimulation, type RoomContext, type Simulation } from "../../../rooms/simulation/simulation.ts";
import { defineSystem } from "../../../rooms/simulation/systems.ts";

const Deer = Actor.extend({ fear: t.float32().default(0) }, "SimDeer");
const State = WorldState.extend({ day: t.float32().default(0) }, "SimState");
type State = InstanceType<typeof State>;

const level = defineLevel({
  name: "yard",
  bounds: { min: [-12, -12], max: [12, 12] },
  spawns: [{ at: [0, 0, 0] }],
  solids: [{ shape: "box", at: [5, 0, 0], size: [1, 1, 8] }],
  loose: [
    { kind: "crate", at: [1, 0.4, 2], size: 0.4 },
    { kind: "crate", at: [1.1, 1.3, 2], size: 0.4 },
    { kind: "ball", at: [2, 0.3, -1], size: 0.3 },
    { kind: "ball", at: [-3.3, 3, 1.7], size: 0.45 },
  ],
});

const wander = defineSystem<World, RoomContext<State>>({
  name: "wander",
  hz: 5,
  run: (world, { random, state }) => {
    state.day += 0.01;
    for (const deer of world.query({ is: Deer })) {
      deer.x += random() - 0.5;
      deer.fear = random() * 3;
    }
    if (random() < 0.05)
      world.spawn(new Prop({ kind: "crate", x: random() * 4, y: 2, z: random() * 4, size: 0.3 }));
    if (random() < 0.05) world.spawn(new Deer({ kind: "deer", x: random() * 9 }));
  },
});
const flaky = defineSystem<World, RoomContext<State>>({
  name: "flaky",
  everyTicks: 40,
  run: () => {
    throw new Error("flaky");
  },
});

function yard(seed = 5): Simulation<State> {
  return openSimulation({
    state: new State(),
    level,
    systems: [wander, flaky],
    tickHz: 20,
    seed,
    fault: () => {},
  });
}

/** Two walkers who push whatever is in their way; a pure function of the tick. */
function push(sim: Simulation<State>, ticks: number, hashes: string[] = []): string[] {
  for (let i = 0; i < ticks; i++) {
    for (const id of ["ann", "bob"]) {
      let avatar = sim.world.get(id) as InstanceType<typeof Avatar> | undefined;
      if (!avatar) {
        avatar = sim.world.spawn(new Avatar({ kind: "avatar", x: id === "ann" ? -1 : 3, z: 1 }), id);
        sim.addWalker(id, avatar);
      }
      const turn = Math.floor((sim.tick + (id === "ann" ? 7 : 0)) / 15) % 4;
      const input = new WalkInput();
      Object.assign(input, {
        moveX: [127, 0, -127, 0][turn],
        moveZ: [0, 127, 0, -127][turn],
        buttons: sim.tick % 3,
      });
      walk(avatar, input, sim.ground, 1 / sim.tickHz);
    }
    sim.step();
    hashes.push(sim.hash());
  }
  return hashes;
}

describe("a simulation", () => {
  test("goes the same way twice from one seed, and another way from another", () => {
    expect(push(yard(), 300)).toEqual(push(yard(), 300));
    expect(push(yard(6), 100).at(-1)).not.toBe(push(yard(), 100).at(-1));
  });

  test("restored from a snapshot at any moment, goes on exactly alike", () => {
    for (const at of [1, 33, 150, 290]) {
      const first = yard();
      push(first, at);
      const kept = JSON.parse(JSON.stringify(first.snapshot()));
      const second = yard(99);
      push(second, 17); // it has bodies and a past of its own
      second.restore(kept);
      expect(second.hash()).toBe(first.hash());
      expect(push(second, 200)).toEqual(push(first, 200));
    }
  });

  test("leaves out whom it is told to leave out, and their bodies", () => {
    const first = yard();
    push(first, 60);
    const without = new Set(["ann", "bob"]);
    const kept = first.snapshot({ without });
    const second = yard();
    second.restore(kept);
    expect(second.world.get("ann")).toBeUndefined();
    expect(second.space?.walkers.size).toBe(0);
    expect(second.hash()).toBe(first.hash({ without }));
    expect(second.hash()).not.toBe(first.hash());
  });

  test.each([
    ["bodies", { bodies: [{ id: "nobody", role: "loose" }], timeS: 0, steps: 0 }],
    ["numbers", { bodies: [], timeS: "now", steps: 0 }],
  ])("takes nothing from a snapshot with damaged %s", (_, space) => {
    const sim = yard();
    push(sim, 40);
    const before = sim.hash();
    const kept = JSON.parse(JSON.stringify(sim.snapshot()));
    kept.data.extras.space = space;
    expect(() => sim.restore(kept)).toThrow(expect.objectContaining({ code: "SNAPSHOT_CORRUPT" }));
    expect(sim.hash()).toBe(before);
  });

  test("a body at rest stays at rest when it is restored, and wakes when it is pushed", () => {
    const sim = yard();
    for (let i = 0; i < 200; i++) sim.step();
    const asleep = [...(sim.space?.loose.values() ?? [])].filter(({ body }) => body.sleepState === 2).length;
    expect(asleep).toBeGreaterThan(0);
    const again = yard();
    again.restore(sim.snapshot());
    expect([...(again.space?.loose.values() ?? [])].filter(({ body }) => body.sleepState === 2)).toHaveLength(
      asleep,
    );
  });
});

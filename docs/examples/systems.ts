import assert from "node:assert/strict";
import { createSystems, defineSystem, type SystemContext } from "roomkeep/rooms";
import { createWorld, type World, WorldState } from "roomkeep/shared";
import { Burning, Deer, Health } from "./actors.ts";

const state = new WorldState();
const world = createWorld(state.actors);
const deer = world.spawn(new Deer());
// #region systems
const burn = defineSystem<World>({
  name: "burn",
  needs: ["ignite"],
  hz: 1,
  atomic: true, // a run that throws changes nothing
  run: (of) => {
    of.query({ with: [Health, Burning] }).each((_, health) => {
      health.hp -= 5;
    });
  },
});
const ignite = defineSystem<World>({
  name: "ignite",
  everyMs: 600,
  run: (of, { tick }) => {
    for (const one of of.query({ is: Deer, without: [Burning] }))
      of.attach(one, Burning, { untilTick: tick + 60 });
  },
});

const systems = createSystems([burn, ignite], {
  tickHz: 20,
  maxFaults: 5,
  onFault: ({ system, inARow, error }) => console.error(system, inARow, error),
});
assert.deepEqual(systems.names, ["ignite", "burn"]);
for (let tick = 1; tick <= 40; tick++) systems.run(world, { tick });
assert.equal(deer.health.hp, 90);
// #endregion

// #region profile
const [first] = systems.profile();
assert.equal(first?.runs, 3); // 40 ticks of 50 ms hold 600 ms three times
// #endregion

// #region cycle
const chicken = defineSystem<World>({ name: "chicken", needs: ["egg"], run: () => {} });
const egg = defineSystem<World>({ name: "egg", needs: ["chicken"], run: () => {} });
assert.throws(() => createSystems([chicken, egg], { tickHz: 20 }), {
  code: "SYSTEM_CYCLE",
  message: /chicken → egg → chicken/,
});
// #endregion

// #region life
const heard: string[] = [];
const weather = defineSystem<World, SystemContext, { rainyUntil: number }>({
  name: "weather",
  hz: 2,
  memory: () => ({ rainyUntil: 0 }), // kept by snapshots, zone saves, recordings and hot reloads
  init: () => heard.push("the room opens"),
  run: (_, { tick, memory }) => {
    if (tick > memory.rainyUntil) memory.rainyUntil = tick + 30;
  },
  shutdown: () => heard.push("the room closes"),
});
const sky = createSystems([weather], { tickHz: 20 });
sky.init(world, { tick: 0 });
for (let tick = 1; tick <= 20; tick++) sky.run(world, { tick });
assert.deepEqual(sky.memories(), { weather: { rainyUntil: 40 } });
sky.shutdown(world, { tick: 20 });
assert.deepEqual(heard, ["the room opens", "the room closes"]);
// #endregion

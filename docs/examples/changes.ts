import assert from "node:assert/strict";
import { createWorld, WorldState } from "roomkeep/shared";
import { Deer } from "./actors.ts";

const state = new WorldState();
const world = createWorld(state.actors);
// #region batch
const giver = world.spawn(new Deer(), "giver");
const taker = world.spawn(new Deer(), "taker");
assert.throws(() =>
  world.batch(() => {
    giver.health.hp -= 10;
    world.spawn(new Deer(), "witness");
    taker.health.hp += 10; // past its limit: throws
  }),
);
assert.equal(giver.health.hp, 100);
assert.equal(world.get("witness"), undefined);
// #endregion

// #region defer
world.defer(0, () => world.despawn(taker));
world.defer(9, () => {
  taker.health.hp = 50; // runs first: its priority is higher
});
world.settle((fault) => console.error(fault));
assert.equal(world.size, 1);
// #endregion

// #region observe
const seen: string[] = [];
const stop = world.observe(world.query({ is: Deer }), {
  enter: (_, id) => seen.push(`${id} came`),
  change: (_, changes, id) => seen.push(...changes.map(({ field, to }) => `${id}.${field} is ${to}`)),
  leave: (_, id) => seen.push(`${id} went`),
});
world.settle();
for (let hp = 99; hp >= 90; hp--) giver.health.hp = hp;
world.settle();
world.despawn(giver);
world.settle();
assert.deepEqual(seen, ["giver came", "giver.health.hp is 90", "giver went"]);
stop();
// #endregion

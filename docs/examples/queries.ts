import assert from "node:assert/strict";
import { createSpatialHash, createWorld, WorldState } from "roomkeep/shared";
import { Burning, Deer, Health } from "./actors.ts";

const state = new WorldState();
// #region world
const world = createWorld(state.actors);
const doe = world.spawn(new Deer({ x: 3, z: 4 })); // "deer-1"
const stag = world.spawn(new Deer({ x: 80 }), "stag");
doe.x = 2; // written as always: the grid and the queries follow
// #endregion

// #region queries
const unburnt = world.query({ is: Deer, with: [Health], without: [Burning] });
assert.deepEqual([...unburnt], [doe, stag]);
assert.deepEqual(unburnt.near(0, 0, 10), [doe]);

world.attach(stag, Burning, { untilTick: 60 });
assert.deepEqual([...unburnt], [doe]);
world.query({ with: [Health, Burning] }).each((_, health, burning) => {
  if (burning.untilTick > 0) health.hp -= 5;
});
assert.equal(stag.health.hp, 95);
world.despawn("stag");
// #endregion

// #region grid
const grid = createSpatialHash<string>({ cellM: 10 });
grid.insert("campfire", 3, 4);
grid.insert("portal", 90, 0);
const warm: string[] = [];
grid.within(0, 0, 5, (name) => warm.push(name));
assert.deepEqual(warm, ["campfire"]);
assert.deepEqual(grid.nearest(80, 0, 1), ["portal"]);
// #endregion

// #region pool
const herd = world.pool(Deer);
const first = herd.spawn({ x: 4 });
herd.despawn(first);
world.notePatch(); // a room does it: the clients know that it is gone
const second = herd.spawn();
assert.equal(second, first); // the same instance, as new, under another id
assert.equal(second.x, 0);
// #endregion

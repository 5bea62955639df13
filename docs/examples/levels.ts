import assert from "node:assert/strict";
import {
  bakeTerrain,
  castRay,
  defineLevel,
  layGround,
  openTriggers,
  overlap,
  readLevel,
  type Target,
  valueNoise,
} from "roomkeep/shared";

// #region terrain
const hills = valueNoise(7, 20);
const glade = defineLevel({
  name: "glade",
  bounds: { min: [-30, -30], max: [30, 30] },
  spawns: [{ name: "gate", at: [0, 2, 0] }],
  terrain: bakeTerrain({ min: [-32, -32], max: [32, 32], cellM: 2 }, (x, z) => hills(x, z) * 4),
  solids: [{ shape: "ramp", at: [10, 1, 0], size: [4, 2, 3], rises: "+x", look: "wood" }],
  triggers: [{ name: "fire", shape: "sphere", at: [0, 1, 8], radius: 4 }],
  portals: [{ at: [0, 2, -20], radius: 1, to: "cave", spawn: "mouth" }],
});
const ground = layGround(glade);
assert.ok(ground.height(3, 4) >= 0 && ground.height(3, 4) <= 4);
// #endregion

// #region level-file
const text = `{
  "name": "yard",
  "bounds": { "min": [-10, -10], "max": [10, 10] },
  "spawns": [{ "at": [0, 0, 0] }],
  "solids": [{ "shape": "cylinder", "at": [2, 0, 2], "radius": -1, "height": 2 }]
}`;
assert.throws(() => readLevel(text, "yard.json"), {
  code: "LEVEL_INVALID",
  message: "yard.json:5: solids.0.radius: Too small: expected number to be >0",
});
// #endregion

// #region triggers
const triggers = openTriggers(glade.triggers);
const told: string[] = [];
triggers.on("fire", {
  enter: (id) => told.push(`${id} is warm`),
  leave: (id) => told.push(`${id} is cold`),
});
triggers.update([["mara", { x: 0, y: 1, z: 9 }]]); // once a tick, with everybody
triggers.update([["mara", { x: 0, y: 1, z: 9 }]]);
triggers.update([["mara", { x: 9, y: 1, z: 20 }]]);
assert.deepEqual(told, ["mara is warm", "mara is cold"]);
// #endregion

// #region rays
const deer: Target = { id: "deer-1", layer: "creature", x: 0, y: 6, z: 12, radiusM: 0.6, heightM: 1.6 };
const hit = castRay(ground, { x: 0, y: 7, z: 0 }, { x: 0, y: 0, z: 1 }, 40, { targets: [deer] });
assert.equal(hit?.id, "deer-1");
const near = overlap(ground, { x: 0, y: 6, z: 10 }, 3, { targets: [deer], layers: ["creature"] });
assert.deepEqual(
  near.map(({ id }) => id),
  ["deer-1"],
);
// #endregion

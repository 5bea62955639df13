import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { createSnapshotCodec } from "roomkeep/server";
import {
  classTable,
  createWorld,
  hashState,
  restoreSnapshot,
  takeSnapshot,
  versioned,
  WorldState,
} from "roomkeep/shared";
import { Deer } from "./actors.ts";

const state = new WorldState();
const world = createWorld(state.actors);
world.spawn(new Deer({ x: 1.25 }));
// #region snapshot
const classes = classTable([Deer]);
const extras = { tick: 40, bodies: [{ id: "deer-1", vx: 0.1 }] };
const saved = JSON.stringify(takeSnapshot(world, { classes, state, extras }));

const later = new WorldState();
const restored = createWorld(later.actors);
const back = restoreSnapshot(restored, JSON.parse(saved), { classes, state: later });
assert.deepEqual(back, extras);
assert.equal(
  hashState(restored, { classes, state: later, extras }),
  hashState(world, { classes, state, extras }),
);
// #endregion

// #region seal
const seal = createSnapshotCodec({ keys: [randomBytes(32)] }); // the first key seals, all open
const bytes = seal.seal(saved);
assert.equal(seal.open(bytes).toString(), saved);
assert.throws(() => createSnapshotCodec().open(bytes), { code: "SNAPSHOT_FOREIGN_KEY" });
// #endregion

// #region versioned
const hero = versioned<{ hp: number; mana: number }>({
  name: "hero",
  version: 2,
  upgrades: { 1: (old) => ({ ...old, mana: 0 }) },
});
assert.deepEqual(hero.open({ v: 1, data: { hp: 3 } }), { hp: 3, mana: 0 });
assert.throws(() => hero.open({ v: 3, data: {} }), { code: "SNAPSHOT_NEWER" });
// #endregion

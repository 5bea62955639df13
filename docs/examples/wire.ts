import assert from "node:assert/strict";
import { Encoder, StateView, t } from "@colyseus/schema";
import {
  createWorld,
  defineActor,
  EXACT,
  fixed,
  internal,
  own,
  showOwn,
  WorldState,
  writePose,
} from "roomkeep/shared";

// #region roles
export const State = WorldState.extend(
  {
    round: t.uint16().default(0), // global: everybody, at once
    tickHz: fixed(t.uint8().default(20)), // config: with the full state, when one joins
    seed: internal(t.uint32().default(7)), // the room's own: never on the wire
  }, // and `actors`, the world
  "State",
);
export const Hero = defineActor("hero", {
  fields: {
    title: t.string().default(""),
    coins: own(t.uint32().default(0)), // its owner's alone
  },
});

// #endregion

const state = new State();
new Encoder(state);
const world = createWorld(state.actors);
// #region own
const hero = world.spawn(new Hero());
const view = new StateView(); // client.view = …
showOwn(view, hero); // after it was spawned
// #endregion

// #region thresholds
assert.equal(writePose(hero, { x: 0.05, y: 0, z: 0, yaw: 0.05 }), false); // jitter: nothing is sent
assert.equal(writePose(hero, { x: 0.25, y: 0, z: 0, yaw: 0 }), true);
assert.equal(writePose(hero, { x: 0.26, y: 0, z: 0, yaw: 0 }, EXACT), true); // it came to rest
// #endregion

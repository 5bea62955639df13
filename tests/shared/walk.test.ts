import { $changes, Encoder } from "@colyseus/schema";
import { Avatar, defineLevel, layGround, WorldState, walk } from "roomkeep/shared";
import { expect, test } from "vitest";

const ground = layGround(
  defineLevel({
    name: "plain",
    bounds: { min: [-20, -20], max: [20, 20] },
    spawns: [{ at: [0, 0, 0] }],
  }),
);
const still = { moveX: 0, moveZ: 0, buttons: 0 };
const ahead = { moveX: 0, moveZ: 127, buttons: 0 };

test("a step writes what it changed and nothing else: who stands still costs nothing on the wire", () => {
  const state = new WorldState();
  const avatar = new Avatar();
  state.actors.set("ann", avatar);
  const encoder = new Encoder(state);
  /** Fields written since it was asked last. */
  const written = () => {
    let fields = 0;
    avatar[$changes]?.forEach(() => {
      fields++;
    });
    encoder.discardChanges();
    return fields;
  };
  written();
  for (let i = 0; i < 20; i++) walk(avatar, ahead, ground, 1 / 20);
  written();
  // At full speed straight on only z differs.
  walk(avatar, ahead, ground, 1 / 20);
  expect(written()).toBe(1);
  for (let i = 0; i < 20; i++) walk(avatar, still, ground, 1 / 20);
  written();
  walk(avatar, still, ground, 1 / 20);
  expect(written()).toBe(0);
  expect(encoder.hasChanges).toBe(false);
});

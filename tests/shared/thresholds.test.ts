import { Encoder } from "@colyseus/schema";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { angleBetween, EXACT, writePose } from "../../shared/protocol/pose-threshold.ts";
import { Prop, WorldState } from "../../shared/world/actor.ts";

/** A state with one prop at the origin, and the bytes of its next patch. */
function room() {
  const state = new WorldState();
  const encoder = new Encoder(state);
  const prop = new Prop();
  state.actors.set("p", prop);
  const patchBytes = () => {
    const bytes = encoder.encode().slice();
    encoder.discardChanges();
    return bytes.length;
  };
  patchBytes();
  return { prop, patchBytes };
}

const at = (x: number, yaw = 0) => ({ x, y: 0, z: 0, yaw });

describe("thresholds", () => {
  test("jitter below 0.1 m and 0.1 rad sends not a byte", () => {
    const { prop, patchBytes } = room();
    const jitter = fc.double({ min: -0.057, max: 0.057, noNaN: true });
    fc.assert(
      fc.property(jitter, jitter, jitter, fc.double({ min: -0.1, max: 0.1, noNaN: true }), (x, y, z, yaw) => {
        expect(writePose(prop, { x, y, z, yaw })).toBe(false);
        expect(patchBytes()).toBe(0);
      }),
    );
  });

  test("more than that sends the whole, exact pose", () => {
    const { prop, patchBytes } = room();
    expect(writePose(prop, at(0.11, 0.01))).toBe(true);
    expect(patchBytes()).toBeGreaterThan(0);
    expect([prop.x, prop.yaw]).toEqual([0.11, 0.01]);
    expect(writePose(prop, at(0.11, 0.12))).toBe(true);
    expect(patchBytes()).toBeGreaterThan(0);
  });

  test("a slow drift is sent once it adds up", () => {
    const { prop, patchBytes } = room();
    let patches = 0;
    for (let step = 1; step <= 100; step++) {
      writePose(prop, at(step * 0.01));
      if (patchBytes() > 0) patches += 1;
    }
    expect(patches).toBe(9);
    expect(Math.abs(prop.x - 1)).toBeLessThanOrEqual(0.1);
  });

  test("a turn is measured the short way round", () => {
    const { prop, patchBytes } = room();
    expect(writePose(prop, at(0, 2 * Math.PI - 0.05))).toBe(false);
    expect(patchBytes()).toBe(0);
    fc.assert(
      fc.property(
        fc.double({ min: -50, max: 50, noNaN: true }),
        fc.double({ min: -3, max: 3, noNaN: true }),
        (a, turn) => {
          expect(angleBetween(a, a + turn)).toBeCloseTo(Math.abs(turn), 9);
        },
      ),
    );
  });

  test("can be set, and left out for the last pose of what came to rest", () => {
    const { prop, patchBytes } = room();
    expect(writePose(prop, at(0.3), { distanceM: 0.5 })).toBe(false);
    expect(writePose(prop, at(0, 0.3), { angleRad: 0.5 })).toBe(false);
    expect(patchBytes()).toBe(0);
    expect(writePose(prop, at(0.001), EXACT)).toBe(true);
    expect(writePose(prop, at(0.001), EXACT)).toBe(false);
    expect(patchBytes()).toBeGreaterThan(0);
  });

  test("a pose that is not finite is refused and nothing of it written", () => {
    const { prop, patchBytes } = room();
    for (const bad of [Number.NaN, Number.POSITIVE_INFINITY]) {
      expect(() => writePose(prop, { x: 5, y: 0, z: 0, yaw: bad })).toThrow(
        expect.objectContaining({ code: "COMPONENT_INVALID" }),
      );
      expect(() => writePose(prop, at(bad))).toThrow(expect.objectContaining({ code: "COMPONENT_INVALID" }));
    }
    expect([prop.x, patchBytes()]).toEqual([0, 0]);
  });
});

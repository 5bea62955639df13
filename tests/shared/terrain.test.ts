import {
  Actor,
  BUTTON,
  bakeTerrain,
  defineLevel,
  heightAt,
  type LevelSource,
  layGround,
  Prop,
  slopeAt,
  valueNoise,
  type Walker,
  walk,
} from "roomkeep/shared";
import { expect, it } from "vitest";
import { openSpace } from "../../shared/physics/physics-space.ts";

type Solid = NonNullable<LevelSource["solids"]>[number];

const DT = 1 / 20;
const base: LevelSource = {
  name: "hill",
  bounds: { min: [-20, -20], max: [20, 20] },
  spawns: [{ at: [0, 0, 0] }],
};
const hill = (height: (x: number, z: number) => number, rest: Partial<LevelSource> = {}) =>
  layGround(
    defineLevel({
      ...base,
      terrain: bakeTerrain({ min: [-20, -20], max: [20, 20], cellM: 1 }, height),
      ...rest,
    }),
  );
const walker = (x: number, y: number, z: number): Walker => ({
  x,
  y,
  z,
  yaw: 0,
  vx: 0,
  vy: 0,
  vz: 0,
  grounded: true,
});
const go = (who: Walker, ground: ReturnType<typeof hill>, ticks: number, moveX: number, buttons = 0) => {
  for (let i = 0; i < ticks; i++) walk(who, { moveX, moveZ: 0, buttons }, ground, DT);
};

it("is bilinear between its heights, and goes on at its rim", () => {
  const terrain = { originX: 0, originZ: 0, cellM: 2, columns: 2, heights: [0, 4, 2, 10] };
  expect(heightAt(terrain, 0, 0)).toBe(0);
  expect(heightAt(terrain, 2, 2)).toBe(10);
  expect(heightAt(terrain, 1, 1)).toBe(4);
  expect(heightAt(terrain, 1, 0)).toBe(2);
  expect(heightAt(terrain, 50, -50)).toBe(4);
  expect(slopeAt(terrain, 1, 0.5, new Actor())).toMatchObject({ x: 2.5 });
});

it("bakes the same heights from the same seed, within 0 and 1", () => {
  const bake = () => bakeTerrain({ min: [-9, -9], max: [9, 9], cellM: 1 }, valueNoise(5, 4));
  expect(bake()).toEqual(bake());
  const { heights } = bake();
  expect(Math.min(...heights)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...heights)).toBeLessThanOrEqual(1);
  expect(new Set(heights).size).toBeGreaterThan(50);
});

it("carries a walker up and down a slope with the feet on the ground", () => {
  const ground = hill((x) => Math.max(0, x) * 0.6);
  const who = walker(-2, 0, 0);
  for (let i = 0; i < 60; i++) {
    walk(who, { moveX: 127, moveZ: 0, buttons: BUTTON.run }, ground, DT);
    expect(who.y).toBeCloseTo(ground.height(who.x, who.z), 4);
    expect(who.grounded).toBe(true);
  }
  expect(who.y).toBeGreaterThan(5);
  for (let i = 0; i < 60; i++) {
    walk(who, { moveX: -127, moveZ: 0, buttons: BUTTON.run }, ground, DT);
    expect(who.grounded).toBe(true);
  }
  expect(who.y).toBeLessThan(1);
});

it("lets nobody up what is steeper than the limit, neither walking nor hopping, but along it", () => {
  const ground = hill((x) => Math.max(0, x) * 1.5);
  const who = walker(-2, 0, 0);
  for (let i = 0; i < 80; i++) {
    walk(who, { moveX: 127, moveZ: 0, buttons: BUTTON.run }, ground, DT);
    expect(who.y).toBeLessThan(0.1);
  }
  for (let i = 0; i < 200; i++)
    walk(who, { moveX: 127, moveZ: 0, buttons: BUTTON.run | BUTTON.jump }, ground, DT);
  expect(who.y).toBeLessThan(2.2); // one jump high, never more
  const slider = walker(-0.2, 0, 0);
  for (let i = 0; i < 40; i++) walk(slider, { moveX: 90, moveZ: 90, buttons: 0 }, ground, DT);
  expect(slider.z).toBeGreaterThan(2);
});

it("slides whoever is set on a steep slope to its foot", () => {
  const ground = hill((x) => Math.max(0, x) * 1.5);
  const who = walker(6, 9, 0);
  go(who, ground, 60, 0);
  expect(who.x).toBeLessThan(0.6);
  expect(who.grounded).toBe(true);
});

it("is climbed by a ramp from its low end only", () => {
  const ramp: Solid = { shape: "ramp", at: [4, 0, 0], size: [4, 2, 3], rises: "+x" };
  const deck: Solid = { shape: "box", at: [8, 0, 0], size: [4, 2, 3] };
  const ground = layGround(defineLevel({ ...base, solids: [ramp, deck] }));
  const up = walker(0, 0, 0);
  go(up, ground, 40, 127);
  expect(up.y).toBeCloseTo(2, 5);
  const side = walker(5.5, 0, 4);
  for (let i = 0; i < 60; i++) walk(side, { moveX: 0, moveZ: -127, buttons: 0 }, ground, DT);
  expect(side.y).toBe(0);
  expect(side.z).toBeGreaterThan(1.7);
});

it.each(["+x", "-x", "+z", "-z"] as const)(
  "lets a ball roll down a ramp that rises to %s, and lie on a terrain",
  (rises) => {
    const sign = rises.startsWith("+") ? 1 : -1;
    const [x, z] = rises.endsWith("x") ? [sign, 0] : [0, sign];
    const terrain = bakeTerrain({ min: [-20, -20], max: [20, 20], cellM: 2 }, (tx) => (tx < -9 ? 3 : 1));
    const ramp: Solid = { shape: "ramp", at: [0, 1, 0], size: [6, 3, 6], rises };
    const space = openSpace(defineLevel({ ...base, terrain, solids: [ramp] }));
    const ball = Object.assign(new Prop(), { kind: "ball", x: x * 1.5, y: 4.6, z: z * 1.5, size: 0.4 });
    const crate = Object.assign(new Prop(), { kind: "crate", x: -15, y: 4, z: 12, size: 0.5 });
    space.addLoose("ball", ball);
    space.addLoose("crate", crate);
    for (let i = 0; i < 30; i++) space.step(DT);
    expect(x * ball.x + z * ball.z).toBeLessThan(0);
    expect(crate.y).toBeCloseTo(3.5, 1);
    for (let i = 0; i < 30; i++) space.step(DT);
    expect(ball.y).toBeGreaterThan(1.3);
  },
);

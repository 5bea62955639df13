import { bakeTerrain, castRay, defineLevel, layGround, overlap, type Target } from "roomkeep/shared";
import { expect, it } from "vitest";

const bounds = { min: [-30, -30], max: [30, 30] } as const;
const spawns = [{ at: [0, 0, 0] as [number, number, number] }];
const ground = layGround(
  defineLevel({
    name: "range",
    bounds: { min: [...bounds.min], max: [...bounds.max] },
    spawns,
    solids: [
      { shape: "box", at: [10, 0, 0], size: [2, 3, 4] },
      { shape: "cylinder", at: [0, 0, 10], radius: 1, height: 2 },
      { shape: "ramp", at: [-10, 0, 0], size: [4, 2, 4], rises: "-x" },
    ],
  }),
);
const eye = { x: 0, y: 1.5, z: 0 };
const deer = (id: string, x: number, z: number): Target => ({
  id,
  layer: "creature",
  x,
  y: 0,
  z,
  radiusM: 0.6,
  heightM: 1.6,
});

it("meets a box, a pillar and a ramp where they are", () => {
  expect(castRay(ground, eye, { x: 1, y: 0, z: 0 }, 40)).toMatchObject({
    layer: "solid",
    distanceM: 9,
    x: 9,
    y: 1.5,
  });
  expect(castRay(ground, eye, { x: 0, y: 0, z: 3 }, 40)?.distanceM).toBeCloseTo(9, 6);
  // The ramp is 1.5 m high a quarter of its length before its high end.
  expect(castRay(ground, eye, { x: -1, y: 0, z: 0 }, 40)?.x).toBeCloseTo(-11, 6);
  expect(castRay(ground, { x: 0, y: 2.5, z: 0 }, { x: -1, y: 0, z: 0 }, 40)).toBeUndefined();
  expect(castRay(ground, eye, { x: 1, y: 0, z: 0 }, 8.9)).toBeUndefined();
});

it("meets flat ground and a hill", () => {
  expect(castRay(ground, eye, { x: 0.3, y: -1, z: -0.3 }, 40)?.y).toBeCloseTo(0, 6);
  const terrain = bakeTerrain({ min: [-30, -30], max: [30, 30], cellM: 2 }, (x) => Math.max(0, x - 4) * 0.5);
  const hilly = layGround(
    defineLevel({ name: "hilly", bounds: { min: [-30, -30], max: [30, 30] }, spawns, terrain }),
  );
  expect(castRay(hilly, eye, { x: 1, y: 0, z: 0 }, 40)?.x).toBeCloseTo(7, 1);
  expect(castRay(hilly, eye, { x: -1, y: 0, z: 0 }, 40)).toBeUndefined();
});

it("meets the nearest target, never through a wall, and spares the shooter", () => {
  const targets = [deer("far", -3, -20), deer("near", -2, -13), deer("hidden", 14, 0), deer("me", 0, -1)];
  const at = { x: -2, y: -0.1, z: -13 };
  expect(castRay(ground, eye, at, 40, { targets, except: "me" })).toMatchObject({
    layer: "creature",
    id: "near",
  });
  expect(castRay(ground, eye, { x: 1, y: 0, z: 0 }, 40, { targets })).toMatchObject({ layer: "solid" });
  const creatures = { targets, layers: ["creature"] };
  expect(castRay(ground, eye, { x: 1, y: 0, z: 0 }, 40, creatures)).toMatchObject({ id: "hidden" });
  expect(castRay(ground, eye, { x: 0, y: 0, z: -1 }, 40, { targets, except: "me" })).toBeUndefined();
});

it("takes no direction, or one that is not a number, for no ray", () => {
  expect(castRay(ground, eye, { x: 0, y: 0, z: 0 }, 40)).toBeUndefined();
  expect(castRay(ground, eye, { x: Number.NaN, y: 0, z: 1 }, 40)).toBeUndefined();
  expect(castRay(ground, eye, { x: 1, y: 0, z: 0 }, Number.NaN)).toBeUndefined();
});

it("finds what a ball touches, nearest first, by layer", () => {
  const targets = [deer("a", 3, 0), deer("b", -1.5, 0), deer("c", 0, 20)];
  const found = overlap(ground, { x: 0, y: 0.5, z: 0 }, 2.5, { targets });
  expect(found.map(({ id }) => id)).toEqual(["b", "a"]);
  expect(found[0]?.distanceM).toBeCloseTo(0.9, 6);
  expect(overlap(ground, { x: 8, y: 1, z: 0 }, 1.2)).toMatchObject([{ layer: "solid", distanceM: 1 }]);
  expect(overlap(ground, { x: 8, y: 1, z: 0 }, 1.2, { layers: ["creature"], targets })).toEqual([]);
});

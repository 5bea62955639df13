import { type Ground, type Level, layGround, type Solid, seeded, type Walker, walk } from "roomkeep/shared";
import { describe, expect, test } from "vitest";
import { caveLevel } from "../../../games/meadow/cave-level.ts";
import { POND } from "../../../games/meadow/land.ts";
import { meadowLevel } from "../../../games/meadow/level.ts";
import { plazaLevel } from "../../../games/plaza/level.ts";
import { dropPlace, inReach, type Point, restingPlace } from "../../../rooms/items/resting-place.ts";

/** The default of `useItems`. */
const REACH_M = 2.6;
const still = { moveX: 0, moveZ: 0, buttons: 0 };

const random = seeded(5);
const between = (low: number, high: number) => low + random() * (high - low);
const around = (x: number, z: number, radius: number, y?: number) =>
  Array.from({ length: 150 }, () => ({
    x: between(x - radius, x + radius),
    y,
    z: between(z - radius, z + radius),
  }));
const everywhere = ({ bounds: { min, max } }: Level) =>
  Array.from({ length: 600 }, () => ({
    x: between(min[0], max[0]),
    y: undefined,
    z: between(min[1], max[1]),
  }));
const border = ({ bounds: { min, max } }: Level) =>
  everywhere({ bounds: { min, max } } as Level).map((at, i) =>
    i % 2 ? { ...at, x: i % 4 === 1 ? min[0] : max[0] } : { ...at, z: i % 4 === 2 ? min[1] : max[1] },
  );

type Start = { x: number; y: number | undefined; z: number };

/** Where somebody stands who has walked about from a place: several places by each. */
function* stands(ground: Ground, starts: readonly Start[]): Iterable<Walker> {
  for (const { x, z, y = ground.height(x, z) } of starts) {
    const walker: Walker = { x, y, z, yaw: 0, vx: 0, vy: 0, vz: 0, grounded: false };
    const way = { moveX: Math.round(between(-127, 127)), moveZ: Math.round(between(-127, 127)), buttons: 0 };
    for (let step = 0; step < 60; step++) walk(walker, step < 20 ? way : still, ground, 1 / 20);
    // Whoever still slides does not stand, nor does who was put into a wall and never got out.
    if (buried(ground, walker).length > 0) continue;
    if (Math.abs(walker.vx) + Math.abs(walker.vz) + Math.abs(walker.vy) < 0.01) yield walker;
  }
}

/** Whether a point lies inside a solid, with what is lower than a step not counted. */
const buried = (ground: Ground, { x, y, z }: Point) =>
  ground.level.solids.filter((solid: Solid) => {
    if (solid.shape === "ramp") return false;
    const top = solid.at[1] + (solid.shape === "cylinder" ? solid.height : solid.size[1]);
    const [dx, dz] = [Math.abs(x - solid.at[0]), Math.abs(z - solid.at[2])];
    const over =
      solid.shape === "cylinder"
        ? Math.hypot(dx, dz) < solid.radius
        : dx < solid.size[0] / 2 && dz < solid.size[2] / 2;
    return over && y < top - 0.42 && y >= solid.at[1];
  });

const LOOKOUT = { x: -28, z: 22 };
const top = meadowLevel.solids.find(({ at, look }) => at[0] === -28 && at[2] === 22 && look === "wood");
const lookoutTop = (top?.at[1] ?? 0) + 3;

const places: [string, Level, readonly Start[]][] = [
  ["the meadow", meadowLevel, everywhere(meadowLevel)],
  ["the meadow's lookout", meadowLevel, around(LOOKOUT.x, LOOKOUT.z, 2.4, lookoutTop + 0.2)],
  ["the ground about the lookout", meadowLevel, around(LOOKOUT.x, LOOKOUT.z, 9)],
  ["the edge of the pond, and the jetty", meadowLevel, around(POND.x - 9, POND.z + 6, 7)],
  ["the border of the meadow", meadowLevel, border(meadowLevel)],
  ["the cave", caveLevel, everywhere(caveLevel)],
  ["the plaza", plazaLevel, everywhere(plazaLevel)],
  ["the border of the plaza", plazaLevel, border(plazaLevel)],
];

describe("what is dropped can be taken by whoever dropped it", () => {
  test.each(places)("at many places of %s", (_, level, starts) => {
    const ground = layGround(level);
    let stood = 0;
    for (const walker of stands(ground, starts)) {
      stood++;
      for (let yaw = 0; yaw < 6.2; yaw += 0.7) {
        const at = dropPlace(ground, { ...walker, yaw }, REACH_M);
        const told = JSON.stringify({ walker, yaw, at });
        expect(inReach(walker, at, REACH_M), told).toBe(true);
        expect(buried(ground, at), told).toEqual([]);
        expect(at.x >= level.bounds.min[0] && at.x <= level.bounds.max[0], told).toBe(true);
        expect(at.z >= level.bounds.min[1] && at.z <= level.bounds.max[1], told).toBe(true);
      }
    }
    expect(stood).toBeGreaterThan(starts.length / 4);
  });
});

test("what comes to lie inside the lookout lies beside or on it", () => {
  const ground = layGround(meadowLevel);
  for (const { x, z } of around(LOOKOUT.x, LOOKOUT.z, 2.5)) {
    const rest = restingPlace(ground, { x, y: ground.height(x, z), z });
    expect(buried(ground, rest), JSON.stringify({ x, z, rest })).toEqual([]);
    // It is a place to stand: nobody who is put there is moved on.
    expect(inReach(restingPlace(ground, rest), rest, 0.01)).toBe(true);
  }
});

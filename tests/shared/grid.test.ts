import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createSpatialHash } from "../../shared/world/spatial-hash.ts";

const metres = fc.oneof(
  { weight: 8, arbitrary: fc.double({ min: -60, max: 60, noNaN: true }) },
  { weight: 1, arbitrary: fc.double({ noNaN: true }) },
);
const step = fc.record({
  act: fc.constantFrom("insert", "insert", "move", "remove"),
  id: fc.integer({ min: 0, max: 200 }),
  x: metres,
  z: metres,
});

describe("the grid", () => {
  test("finds what a look at everything finds, after any inserts, moves and removals", () => {
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 200 }),
        fc.constantFrom(1, 7, 16),
        metres,
        metres,
        fc.oneof(fc.double({ min: 0, max: 80, noNaN: true }), fc.constant(1e9)),
        (steps, cellM, x, z, radiusM) => {
          const grid = createSpatialHash<number>({ cellM });
          const all = new Map<number, [number, number]>();
          for (const one of steps) {
            if (one.act === "remove") expect(grid.remove(one.id)).toBe(all.delete(one.id));
            else if (one.act === "move") {
              expect(grid.move(one.id, one.x, one.z)).toBe(all.has(one.id));
              if (all.has(one.id)) all.set(one.id, [one.x, one.z]);
            } else {
              grid.insert(one.id, one.x, one.z);
              all.set(one.id, [one.x, one.z]);
            }
          }
          const distances = [...all].map(([id, [ox, oz]]) => [id, (ox - x) ** 2 + (oz - z) ** 2] as const);
          const found: number[] = [];
          grid.within(x, z, radiusM, (id) => found.push(id));
          const expected = distances
            .filter(([, distance]) => distance <= radiusM * radiusM)
            .map(([id]) => id);
          expect(found.sort()).toEqual(expected.sort());
          expect(grid.size).toBe(all.size);

          const nearest = grid.nearest(x, z, 5).map((id) => distances.find(([one]) => one === id)?.[1]);
          const sorted = distances
            .map(([, distance]) => distance)
            .filter((distance) => distance <= Number.MAX_VALUE);
          expect(nearest.filter((distance) => distance !== Infinity)).toEqual(
            sorted.sort((a, b) => a - b).slice(0, 5),
          );
        },
      ),
      { numRuns: 300 },
    );
  });

  test("a thing at NaN is near nobody and does not harm the others", () => {
    const grid = createSpatialHash<string>();
    grid.insert("lost", Number.NaN, 0);
    grid.insert("here", 1, 1);
    const found: string[] = [];
    grid.within(0, 0, 1e12, (name) => found.push(name));
    expect(found).toEqual(["here"]);
    expect(grid.nearest(0, 0, 3)).toEqual(["here"]);
    expect(grid.remove("lost")).toBe(true);
  });

  test("a thing moved while it is visited is met once", () => {
    const grid = createSpatialHash<number>({ cellM: 5 });
    for (let i = 0; i < 50; i++) grid.insert(i, i / 10, 0);
    const met: number[] = [];
    grid.within(0, 0, 6, (id) => {
      met.push(id);
      grid.move(id, id / 10, 0.5);
    });
    expect(new Set(met).size).toBe(met.length);
    expect(met.length).toBe(50);
  });

  test("a thing is met once where many cells share their chains", () => {
    const grid = createSpatialHash<string>({ cellM: 1 });
    const all: [number, number][] = [];
    for (let x = -60; x < 60; x++) for (let z = -2; z < 2; z++) all.push([x * 7 + 0.5, z * 5 + 0.5]);
    for (const [x, z] of all) grid.insert(`${x} ${z}`, x, z);
    for (const [x, z] of all) {
      const met: string[] = [];
      grid.within(x, z, 9, (name) => met.push(name));
      const near = all.filter(([ox, oz]) => (ox - x) ** 2 + (oz - z) ** 2 <= 81);
      expect(met.sort()).toEqual(near.map(([ox, oz]) => `${ox} ${oz}`).sort());
    }
  });

  test("a cleared grid is empty and can be filled again", () => {
    const grid = createSpatialHash<number>();
    for (let i = 0; i < 300; i++) grid.insert(i, i, i);
    grid.clear();
    expect(grid.nearest(0, 0, 5)).toEqual([]);
    grid.insert(7, 2, 2);
    expect(grid.nearest(0, 0, 5)).toEqual([7]);
  });
});

import { Body, NaiveBroadphase, Vec3 } from "cannon-es";
import fc from "fast-check";
import { Avatar, defineLevel, Prop } from "roomkeep/shared";
import { expect, test } from "vitest";
import type { CellBroadphase } from "../../shared/physics/broadphase.ts";
import { openSpace } from "../../shared/physics/physics-space.ts";

const level = defineLevel({
  name: "pit",
  bounds: { min: [-30, -30], max: [30, 30] },
  spawns: [{ at: [0, 0, 0] }],
  solids: [
    { shape: "box", at: [0, 0, -10], size: [20, 3, 1] },
    { shape: "cylinder", at: [8, 0, 8], radius: 2, height: 2 },
  ],
});
const crate = (x: number, y: number, z: number) =>
  Object.assign(new Prop(), { kind: "crate", x, y, z, size: 0.45 });

test("finds the same pairs as looking at every pair, whatever moves, sleeps, comes or goes", () => {
  const spot = fc.record({ x: fc.integer({ min: -12, max: 12 }), z: fc.integer({ min: -12, max: 12 }) });
  fc.assert(
    fc.property(
      fc.array(spot, { minLength: 2, maxLength: 40 }),
      fc.infiniteStream(fc.nat()),
      (spots, chance) => {
        const draw = () => chance.next().value as number;
        const space = openSpace(level);
        const { world } = space;
        for (const [i, { x, z }] of spots.entries()) space.addLoose(`c${i}`, crate(x / 2, 0.5, z / 2));
        space.addWalker("w", Object.assign(new Avatar(), { x: 1 }));
        for (let round = 0; round < 6; round++) {
          for (const { body } of space.loose.values()) {
            if (draw() % 3 === 0) body.sleep();
            else body.wakeUp();
            if (draw() % 2)
              body.position.vadd(new Vec3((draw() % 9) - 4, 0, (draw() % 9) - 4), body.position);
            body.aabbNeedsUpdate = true;
          }
          // cannon-es leaves the box of a body that was turned after it was made as it was.
          for (const body of world.bodies) body.updateAABB();
          if (draw() % 2) space.removeLoose(`c${draw() % spots.length}`);
          expect(pairsOf(Object.assign(new NaiveBroadphase(), { useBoundingBoxes: true }), world)).toEqual(
            pairsOf(world.broadphase as CellBroadphase, world),
          );
        }
      },
    ),
    { numRuns: 60 },
  );
});

function pairsOf(broadphase: CellBroadphase | NaiveBroadphase, world: ReturnType<typeof openSpace>["world"]) {
  const first: Body[] = [];
  const second: Body[] = [];
  broadphase.collisionPairs(world, first, second);
  return first.map((body, i) => [body.index, second[i]!.index].sort((a, b) => a - b).join("-")).sort();
}

test("a walker pushes a crate along, and the crate goes to sleep and writes nothing more", () => {
  const space = openSpace(level);
  const prop = crate(3, 0.45, 0);
  space.addLoose("crate", prop);
  const walker = new Avatar();
  space.addWalker("walker", walker);
  // Standing about for three seconds first must not put the walker to sleep.
  for (let tick = 0; tick < 60; tick++) space.step(1 / 20);
  for (let tick = 0; tick < 40; tick++) {
    walker.x += 3.4 / 20;
    space.step(1 / 20);
  }
  expect(prop.x).toBeGreaterThan(6);
  for (let tick = 0; tick < 100; tick++) space.step(1 / 20);
  expect(space.loose.get("crate")!.body.sleepState).toBe(Body.SLEEPING);
  const { x } = prop;
  space.step(1 / 20);
  expect(prop.x).toBe(x);
});

test("what falls out of the world comes home", () => {
  const space = openSpace(level);
  const prop = crate(3, 0.45, 0);
  const body = space.addLoose("crate", prop);
  body.wakeUp();
  body.position.set(100, 5, 0);
  space.step(1 / 20);
  expect(prop.x).toBeCloseTo(3, 1);
  body.position.set(Number.NaN, 0, 0);
  space.step(1 / 20);
  expect(prop.x).toBeCloseTo(3, 1);
});

test("nothing loose becomes a bullet", () => {
  const space = openSpace(level);
  const body = space.addLoose("crate", crate(0, 0.45, 0));
  body.velocity.set(400, 0, 0);
  space.step(1 / 20);
  expect(body.velocity.length()).toBeLessThanOrEqual(14.001);
});

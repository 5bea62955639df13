import { Body, Box, Plane, Vec3, World } from "cannon-es";
import { defineLevel, Prop, seeded } from "roomkeep/shared";
import { openSpace } from "../../shared/physics/physics-space.ts";

/** Cost of one tick of 50 ms with loose bodies, in CPU milliseconds. */
export interface BodyRow {
  readonly bodies: number;
  readonly moving: boolean;
  readonly variant: "roomkeep" | "cannon-es";
  readonly medianMs: number;
  readonly maxMs: number;
}

const HALF_M = 0.45;
const SIDE_M = 120;
const DT_S = 1 / 20;
const field = defineLevel({
  name: "bench",
  bounds: { min: [-SIDE_M, -SIDE_M], max: [SIDE_M, SIDE_M] },
  spawns: [{ at: [0, 0, 0] }],
});

/**
 * Ticks of crates at rest and in motion, ours beside plain cannon-es with the same bodies and the same
 * sub-steps.
 */
export function measureBodies(repeats: number): BodyRow[] {
  const cases: [bodies: number, moving: boolean][] = [
    [0, false],
    [100, false],
    [1_000, false],
    [500, true],
  ];
  return cases.flatMap(([bodies, moving]) => [
    { bodies, moving, variant: "roomkeep" as const, ...time(ours(bodies, moving), repeats) },
    { bodies, moving, variant: "cannon-es" as const, ...time(plain(bodies, moving), repeats) },
  ]);
}

/** Places of crates on a lattice, so far apart that those at rest stay so. */
function place(index: number): [number, number] {
  const columns = 40;
  return [(index % columns) * 3 - SIDE_M / 2, Math.floor(index / columns) * 3 - SIDE_M / 2];
}

function kick(bodies: Iterable<Body>): void {
  const random = seeded(9);
  for (const body of bodies) {
    body.wakeUp();
    body.velocity.set(random() * 6 - 3, 3, random() * 6 - 3);
  }
}

function ours(count: number, moving: boolean): () => void {
  const space = openSpace(field);
  for (let i = 0; i < count; i++) {
    const [x, z] = place(i);
    space.addLoose(`crate-${i}`, Object.assign(new Prop(), { kind: "crate", x, y: HALF_M, z, size: HALF_M }));
  }
  const bodies = () => [...space.loose.values()].map(({ body }) => body);
  return run(() => space.step(DT_S), bodies, moving);
}

function plain(count: number, moving: boolean): () => void {
  const world = new World({ gravity: new Vec3(0, -16, 0), allowSleep: true });
  const ground = new Body({ type: Body.STATIC, shape: new Plane() });
  ground.quaternion.setFromEuler(-Math.PI / 2, 0, 0);
  world.addBody(ground);
  const crates: Body[] = [];
  for (let i = 0; i < count; i++) {
    const [x, z] = place(i);
    const crate = new Body({
      mass: 12 * HALF_M,
      shape: new Box(new Vec3(HALF_M, HALF_M, HALF_M)),
      position: new Vec3(x, HALF_M, z),
      sleepSpeedLimit: 0.15,
      sleepTimeLimit: 0.6,
    });
    world.addBody(crate);
    crates.push(crate);
  }
  const tick = () => {
    for (let i = 0; i < 3; i++) world.step(DT_S / 3);
  };
  return run(tick, () => crates, moving);
}

/** Lets all crates come to rest first; moving ones are kicked again whenever they might have stopped. */
function run(tick: () => void, bodies: () => readonly Body[], moving: boolean): () => void {
  for (let i = 0; i < 40; i++) tick();
  let ticks = 0;
  return () => {
    if (moving && ticks++ % 20 === 0) kick(bodies());
    tick();
  };
}

function time(tick: () => void, repeats: number): { medianMs: number; maxMs: number } {
  const samples = Array.from({ length: Math.max(repeats, 21) }, () => {
    const before = process.cpuUsage();
    tick();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1_000;
  }).sort((a, b) => a - b);
  return { medianMs: samples[Math.floor(samples.length / 2)] ?? 0, maxMs: samples.at(-1) ?? 0 };
}

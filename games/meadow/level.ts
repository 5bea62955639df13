import { defineLevel, type LevelSource, seeded, slopeAt } from "roomkeep/shared";
import { HALF, landAt, POND, terrain, WATER_Y } from "./land.ts";

type Solids = NonNullable<LevelSource["solids"]>;
type Decor = NonNullable<LevelSource["decor"]>;
type Place = [x: number, y: number, z: number];

/** A place on the ground. */
const on = (x: number, z: number, up = 0): Place => [x, landAt(x, z) + up, z];

/** Place of the camp's trader. */
export const TRADER = on(-4.2, 3.6);

/** The campfire in the middle of the camp. */
export const FIRE = on(0, 0);

const camp: Solids = [
  { shape: "cylinder", at: FIRE, radius: 0.8, height: 0.3, look: "hearth" },
  { shape: "box", at: on(0, 3.4), size: [3, 0.42, 0.6], look: "bench" },
  { shape: "box", at: on(-3.4, 0), size: [0.6, 0.42, 3], look: "bench" },
  { shape: "box", at: on(3.4, -0.4), size: [0.6, 0.42, 3], look: "bench" },
];

/** A lookout with a ramp. */
const tower: Solids = [
  { shape: "box", at: on(-28, 22, -0.4), size: [5, 3, 5], look: "wood" },
  { shape: "ramp", at: on(-22.4, 22, -0.4), size: [6.2, 3, 2.6], rises: "-x", look: "wood" },
  { shape: "box", at: on(-30.4, 22, 2.6), size: [0.2, 0.9, 5], look: "wood" },
  { shape: "box", at: on(-28, 24.4, 2.6), size: [4.6, 0.9, 0.2], look: "wood" },
  { shape: "box", at: on(-28, 19.6, 2.6), size: [4.6, 0.9, 0.2], look: "wood" },
];

/** A jetty into the pond. */
const jetty: Solids = [
  { shape: "box", at: [POND.x - 9, WATER_Y - 1.2, POND.z + 6], size: [11, 1.55, 2.2], look: "wood" },
];

/** Whether nothing may grow here: camp, water, steep ground, ways and what is built. */
export function isTaken(x: number, z: number, margin = 0): boolean {
  const near = (px: number, pz: number, radius: number) => {
    const dx = x - px;
    const dz = z - pz;
    return dx * dx + dz * dz < (radius + margin) * (radius + margin);
  };
  if (Math.max(Math.abs(x), Math.abs(z)) > HALF - 1) return true;
  if (landAt(x, z) < WATER_Y + 0.5) return true;
  if (near(0, 0, 8) || near(-27, 22, 7.5) || near(-46, -38, 5) || near(8, 48, 5)) return true;
  const slope = slopeAt(terrain, x, z, { x: 0, z: 0 });
  return slope.x * slope.x + slope.z * slope.z > 0.6;
}

/** Trees in groves, pines toward the hills, rocks between. The same on every machine. */
function wood(): { trunks: Solids; trees: Decor } {
  const random = seeded(19);
  const trunks: Solids = [];
  const trees: Decor = [];
  const plant = (x: number, z: number, kind: string) => {
    const scale = 0.9 + random() * 0.7;
    trunks.push({
      shape: "cylinder",
      at: on(x, z, -0.3),
      radius: 0.32 * scale,
      height: 2.6 * scale,
      look: "bark",
    });
    trees.push({ kind, at: on(x, z, -0.1), yaw: random() * 6, scale });
  };
  for (let i = 0; i < 34; i++) {
    const x = (random() - 0.5) * 124;
    const z = (random() - 0.5) * 124;
    for (let j = 0; j < 3; j++) {
      const tx = x + (random() - 0.5) * 9;
      const tz = z + (random() - 0.5) * 9;
      const far = Math.max(Math.abs(tx), Math.abs(tz));
      const isPine = !(far <= 46) || random() < 0.25;
      if (!isTaken(tx, tz, 1.5)) plant(tx, tz, isPine ? "pine" : "tree");
      if (!isPine && j > 0) break;
    }
  }
  for (let i = 0; i < 16; i++) {
    const x = (random() - 0.5) * 130;
    const z = (random() - 0.5) * 130;
    const radius = 0.6 + random() * 0.9;
    if (!isTaken(x, z, 2)) {
      trunks.push({
        shape: "cylinder",
        at: on(x, z, -0.4),
        radius,
        height: radius * 1.3 + 0.4,
        look: "rock",
      });
    }
  }
  return { trunks, trees };
}

const { trunks, trees } = wood();

/**
 * The meadow: hills around a pond, a camp with a fire, a lookout, groves, and ways to the plaza and the cave.
 */
export const meadowLevel = defineLevel({
  name: "meadow",
  bounds: { min: [-HALF, -HALF], max: [HALF, HALF] },
  spawns: [
    { name: "camp", at: on(0, 7), yaw: Math.PI, radius: 2.5 },
    { name: "cave", at: on(-43, -35), yaw: 0.7, radius: 1 },
    { name: "plaza", at: on(8, 44), yaw: Math.PI, radius: 1 },
  ],
  terrain,
  solids: [...camp, ...tower, ...jetty, ...trunks],
  triggers: [{ name: "campfire", shape: "sphere", at: FIRE, radius: 5 }],
  portals: [
    { at: on(-46, -38), yaw: 0.8, radius: 1.1, to: "cave" },
    { at: on(8, 48), yaw: 0, radius: 1.1, to: "plaza" },
  ],
  loose: [
    { kind: "crate", at: on(6, 4, 0.45) },
    { kind: "crate", at: on(7.1, 4.2, 0.45) },
    { kind: "crate", at: on(6.5, 4.1, 1.4) },
    { kind: "ball", at: on(-6, 5, 0.45), size: 0.45 },
  ],
  decor: trees,
});

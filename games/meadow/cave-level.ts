import { bakeTerrain, defineLevel, heightAt, type LevelSource, seeded, valueNoise } from "roomkeep/shared";

type Solids = NonNullable<LevelSource["solids"]>;
type Decor = NonNullable<LevelSource["decor"]>;

/** Chambers of the cave: x, z, radius in metres. The first is the mouth, the last has the treasure. */
export const CHAMBERS = [
  [0, 14, 6],
  [-3, 3, 6.5],
  [5, -9, 8],
  [-6, -18, 5],
] as const;
/** Half of the way between two chambers, metres. */
const WAY_M = 2.4;
/** Side of a block of rock, metres. */
const BLOCK_M = 2;
const HALF = 26;

const rough = valueNoise(21, 5);

/** Distance of a place from the rock, metres; below 0 it is in the rock. */
export function openness(x: number, z: number): number {
  let open = Number.NEGATIVE_INFINITY;
  for (const [i, [cx, cz, radius]] of CHAMBERS.entries()) {
    open = Math.max(open, radius - Math.sqrt((x - cx) * (x - cx) + (z - cz) * (z - cz)));
    const next = CHAMBERS[i + 1];
    if (!next) continue;
    const [dx, dz] = [next[0] - cx, next[1] - cz];
    const along = Math.min(1, Math.max(0, ((x - cx) * dx + (z - cz) * dz) / (dx * dx + dz * dz)));
    const [ax, az] = [x - cx - dx * along, z - cz - dz * along];
    open = Math.max(open, WAY_M - Math.sqrt(ax * ax + az * az));
  }
  return open;
}

/** The floor goes down from the mouth to the treasure. */
const terrain = bakeTerrain({ min: [-HALF, -HALF], max: [HALF, HALF], cellM: 2 }, (x, z) => {
  const deep = Math.min(1, Math.max(0, (10 - z) / 30));
  return rough(x, z) * 0.3 - 0.15 - deep * 1.6;
});
const on = (x: number, z: number, up = 0): [number, number, number] => [x, heightAt(terrain, x, z) + up, z];

/** Blocks of rock around the cave, as far as a player can see. */
function walls(): Solids {
  const random = seeded(4);
  const blocks: Solids = [];
  for (let x = -HALF + 1; x < HALF; x += BLOCK_M) {
    for (let z = -HALF + 1; z < HALF; z += BLOCK_M) {
      const open = openness(x, z);
      if (open > -0.9 || open < -3.6) continue;
      blocks.push({
        shape: "box",
        at: [x, -2.2, z],
        size: [BLOCK_M, 5 + random() * 2.2, BLOCK_M],
        look: "cave",
      });
    }
  }
  return blocks;
}

const crystals: Decor = [
  [3.8, 12.2],
  [-7.4, 5.2],
  [1.6, 0.6],
  [10.4, -12.4],
  [0.6, -13.6],
  [9.6, -4.6],
  [-9.2, -20],
  [-3, -21.6],
].map(([x = 0, z = 0], i) => ({ kind: "crystal", at: on(x, z), yaw: i * 1.3, scale: 0.8 + (i % 3) * 0.35 }));

/** Places of the torches on the walls. */
export const TORCHES: readonly [x: number, z: number][] = [
  [-4.2, 15.5],
  [2.6, 6.6],
  [-8, 0.6],
  [11.6, -8],
  [3, -16],
  [-8.6, -15.4],
];
const torches: Decor = TORCHES.map(([x, z]) => ({ kind: "torch", at: on(x, z) }));

/** A cave of four chambers behind the meadow: crystals, torches, and a chest at its end. */
export const caveLevel = defineLevel({
  name: "cave",
  bounds: { min: [-HALF, -HALF], max: [HALF, HALF] },
  indoors: true,
  spawns: [{ name: "mouth", at: on(0, 14.5), yaw: Math.PI, radius: 1.6 }],
  terrain,
  solids: [
    ...walls(),
    { shape: "cylinder", at: on(7.5, -10.5, -0.2), radius: 0.9, height: 4.4, look: "rock" },
    { shape: "cylinder", at: on(2.4, -7, -0.2), radius: 0.6, height: 3.6, look: "rock" },
    { shape: "box", at: on(-7.6, -18.6, -0.05), size: [0.8, 0.75, 1.3], look: "chest" },
  ],
  triggers: [{ name: "treasure", shape: "sphere", at: on(-7.6, -18.6, 0.5), radius: 2.2 }],
  portals: [{ at: on(0, 18.2), yaw: Math.PI, radius: 1.1, to: "meadow", spawn: "cave" }],
  decor: [...crystals, ...torches],
});

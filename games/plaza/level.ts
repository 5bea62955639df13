import { defineLevel, type LevelSource, seeded } from "roomkeep/shared";

type Solids = NonNullable<LevelSource["solids"]>;
type Decor = NonNullable<LevelSource["decor"]>;
type Loose = NonNullable<LevelSource["loose"]>;

/** Half the side of the plaza, metres. */
const HALF = 34;

/** A round fountain in two rims, its pillar in the middle. */
const fountain: Solids = [
  { shape: "cylinder", at: [0, 0, 0], radius: 4.2, height: 0.35, look: "marble" },
  { shape: "cylinder", at: [0, 0, 0], radius: 3.5, height: 0.75, look: "water" },
  { shape: "cylinder", at: [0, 0, 0], radius: 0.7, height: 2.6, look: "marble" },
];

/** A stage in the north with four steps up to it. */
const stage: Solids = [
  { shape: "box", at: [0, 0, -24], size: [16, 1.5, 9], look: "wood" },
  ...[0, 1, 2, 3].map((step): Solids[number] => ({
    shape: "box",
    at: [0, 0, -17.75 - 0.5 * step],
    size: [6, 0.3 * (step + 1), 0.5],
    look: "wood",
  })),
  { shape: "box", at: [0, 1.5, -28.2], size: [16, 4.2, 0.6], look: "brick" },
  { shape: "cylinder", at: [-7.4, 1.5, -20.2], radius: 0.28, height: 4, look: "marble" },
  { shape: "cylinder", at: [7.4, 1.5, -20.2], radius: 0.28, height: 4, look: "marble" },
];

/** A terrace in the east to climb: three levels of broad steps. */
const terrace: Solids = [0, 1, 2, 3, 4, 5, 6].map((step) => ({
  shape: "box",
  at: [19 + step * 0.9, 0, 4],
  size: [1, 0.35 * (step + 1), 12],
  look: "stone",
}));
const lookout: Solids = [
  { shape: "box", at: [28, 0, 4], size: [5.6, 2.45, 12], look: "stone" },
  { shape: "box", at: [30.6, 2.45, 4], size: [0.4, 1, 12], look: "brick" },
  { shape: "box", at: [28, 2.45, 9.8], size: [5.6, 1, 0.4], look: "brick" },
  { shape: "box", at: [28, 2.45, -1.8], size: [5.6, 1, 0.4], look: "brick" },
];

const gardenWalls: Solids = [
  { shape: "box", at: [-22, 0, 10], size: [14, 0.9, 0.6], look: "hedge" },
  { shape: "box", at: [-22, 0, 22], size: [14, 0.9, 0.6], look: "hedge" },
  { shape: "box", at: [-29, 0, 16], size: [0.6, 0.9, 11.4], look: "hedge" },
  { shape: "box", at: [-15, 0, 12], size: [0.6, 0.9, 3.4], look: "hedge" },
  { shape: "box", at: [-15, 0, 20], size: [0.6, 0.9, 3.4], look: "hedge" },
];

const benches: Solids = [0, 1, 2, 3, 4, 5].map((i) => {
  const angle = (i / 6) * Math.PI * 2 + Math.PI / 6;
  const along = Math.abs(Math.sin(angle)) > 0.7;
  return {
    shape: "box",
    at: [Math.sin(angle) * 9, 0, Math.cos(angle) * 9],
    size: along ? [0.7, 0.45, 2] : [2, 0.45, 0.7],
    look: "bench",
  };
});

const outerWalls: Solids = [
  { shape: "box", at: [0, 0, -HALF], size: [HALF * 2, 1.6, 0.8], look: "brick" },
  { shape: "box", at: [0, 0, HALF], size: [HALF * 2, 1.6, 0.8], look: "brick" },
  { shape: "box", at: [-HALF, 0, 0], size: [0.8, 1.6, HALF * 2], look: "brick" },
  { shape: "box", at: [HALF, 0, 0], size: [0.8, 1.6, HALF * 2], look: "brick" },
];

/**
 * Trees round the edge, never on the stage or the terrace. Their trunks block, their crowns are decoration.
 */
function grove(): { trunks: Solids; trees: Decor } {
  const random = seeded(11);
  const trunks: Solids = [];
  const trees: Decor = [];
  for (let i = 0; i < 30; i++) {
    const angle = (i / 30) * Math.PI * 2;
    const distance = 25 + random() * 6;
    const x = Math.sin(angle) * distance;
    const z = Math.cos(angle) * distance;
    if ((Math.abs(x) < 10 && z < -15) || (x > 16 && z > -5 && z < 13)) continue;
    const scale = 0.85 + random() * 0.6;
    trunks.push({ shape: "cylinder", at: [x, 0, z], radius: 0.3 * scale, height: 2.2 * scale, look: "bark" });
    trees.push({ kind: random() < 0.65 ? "tree" : "pine", at: [x, 0, z], yaw: random() * 6, scale });
  }
  return { trunks, trees };
}

function lamps(): { posts: Solids; lights: Decor } {
  const places = [0, 1, 2, 3, 4, 5, 6, 7].map((i) => {
    const angle = (i / 8) * Math.PI * 2 + Math.PI / 8;
    return [Math.sin(angle) * 14, 0, Math.cos(angle) * 14] as [number, number, number];
  });
  return {
    posts: places.map((at) => ({ shape: "cylinder", at, radius: 0.12, height: 3.2, look: "iron" })),
    lights: places.map((at) => ({ kind: "lamp", at })),
  };
}

const flowers: Decor = Array.from({ length: 46 }, (_, i) => {
  const random = seeded(100 + i);
  return {
    kind: "flower",
    at: [-28 + random() * 12, 0, 11 + random() * 10],
    yaw: random() * 6,
    scale: 0.7 + random() * 0.7,
  };
});

/** A pyramid of crates to knock over, some loose ones, and balls. */
const loose: Loose = [
  ...[0, 1, 2, 3].map((i): Loose[number] => ({ kind: "crate", at: [10 + i * 1.02, 0.45, 14] })),
  ...[0, 1, 2].map((i): Loose[number] => ({ kind: "crate", at: [10.5 + i * 1.02, 1.36, 14] })),
  ...[0, 1].map((i): Loose[number] => ({ kind: "crate", at: [11 + i * 1.02, 2.27, 14] })),
  { kind: "crate", at: [-8, 0.45, 6] },
  { kind: "crate", at: [-9, 0.6, -10], size: 0.6 },
  { kind: "crate", at: [7, 0.35, -9], size: 0.35 },
  { kind: "ball", at: [-4, 0.4, 12], size: 0.4 },
  { kind: "ball", at: [5, 0.5, 17], size: 0.5 },
  { kind: "ball", at: [-12, 0.7, 0], size: 0.7 },
  { kind: "ball", at: [13, 0.4, -6], size: 0.4 },
];

const { trunks, trees } = grove();
const { posts, lights } = lamps();

/** The plaza: fountain, stage, lookout, a walled garden, and things to push. */
export const plazaLevel = defineLevel({
  name: "plaza",
  bounds: { min: [-HALF, -HALF], max: [HALF, HALF] },
  spawns: [{ at: [0, 0, 12], yaw: Math.PI, radius: 3.5 }],
  portals: [{ at: [-16, 0, -16], yaw: Math.PI / 4, radius: 1.1, to: "meadow", spawn: "plaza" }],
  solids: [
    ...fountain,
    ...stage,
    ...terrace,
    ...lookout,
    ...gardenWalls,
    ...benches,
    ...outerWalls,
    ...trunks,
    ...posts,
  ],
  loose,
  decor: [...trees, ...lights, ...flowers],
});

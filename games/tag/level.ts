import { defineLevel, type LevelSource } from "roomkeep/shared";

type Solids = NonNullable<LevelSource["solids"]>;
type Decor = NonNullable<LevelSource["decor"]>;

/** Half the side of the arena, metres. */
const HALF = 20;
/** Places at the start of a round, on a ring with a free way to the middle. */
const START_PLACES = 12;
const START_RADIUS_M = 12;

/** A point at an angle, in degrees from +z, and a distance in metres from the middle. */
function polar(degrees: number, distance: number): [x: number, y: number, z: number] {
  const angle = (degrees / 180) * Math.PI;
  return [Math.sin(angle) * distance, 0, Math.cos(angle) * distance];
}

/** Place at which *it* begins: the low round dais in the middle, which is stepped on without a jump. */
export const DAIS_PLACE = { x: 0, y: 0.3, z: 0 } as const;
const dais: Solids = [
  { shape: "cylinder", at: [0, 0, 0], radius: 2.2, height: DAIS_PLACE.y, look: "marble" },
];

const outerWalls: Solids = [
  { shape: "box", at: [0, 0, -HALF], size: [HALF * 2, 1.8, 0.8], look: "brick" },
  { shape: "box", at: [0, 0, HALF], size: [HALF * 2, 1.8, 0.8], look: "brick" },
  { shape: "box", at: [-HALF, 0, 0], size: [0.8, 1.8, HALF * 2], look: "brick" },
  { shape: "box", at: [HALF, 0, 0], size: [0.8, 1.8, HALF * 2], look: "brick" },
];

/**
 * Cover to run round: high walls and pillars. All is at least 0.8 m thick, so that no touch goes through it.
 */
const cover: Solids = [
  { shape: "box", at: [7.5, 0, 0], size: [0.8, 2.2, 2.6], look: "brick" },
  { shape: "box", at: [-7.5, 0, 0], size: [0.8, 2.2, 2.6], look: "brick" },
  { shape: "box", at: [0, 0, 7.5], size: [2.6, 2.2, 0.8], look: "brick" },
  { shape: "box", at: [0, 0, -7.5], size: [2.6, 2.2, 0.8], look: "brick" },
  ...[30, 120, 210, 300].map((degrees): Solids[number] => ({
    shape: "cylinder",
    at: polar(degrees, 7),
    radius: 0.6,
    height: 2.4,
    look: "stone",
  })),
];

/** Hedges to jump over, and to hide behind. */
const hedges: Solids = [
  ...[60, 150, 240, 330].map((degrees, i): Solids[number] => ({
    shape: "box",
    at: polar(degrees, 8.2),
    size: i % 2 === 0 ? [0.8, 0.9, 2.2] : [2.2, 0.9, 0.8],
    look: "hedge",
  })),
  { shape: "box", at: [15.5, 0, 7.5], size: [5, 0.9, 0.8], look: "hedge" },
  { shape: "box", at: [-15.5, 0, -7.5], size: [5, 0.9, 0.8], look: "hedge" },
  { shape: "box", at: [-7.5, 0, 15.5], size: [0.8, 0.9, 5], look: "hedge" },
  { shape: "box", at: [7.5, 0, -15.5], size: [0.8, 0.9, 5], look: "hedge" },
];

/** A deck with ramps of steps at both ends: up the one, down the other. `sign` puts it north or south. */
function deck(sign: 1 | -1): Solids {
  return [
    { shape: "box", at: [0, 0, 17 * sign], size: [6, 1.2, 4.4], look: "wood" },
    ...[0, 1, 2].flatMap((step): Solids => {
      const size: [number, number, number] = [0.6, 0.3 * (step + 1), 4.4];
      const x = 4.5 - 0.6 * step;
      return [
        { shape: "box", at: [x, 0, 17 * sign], size, look: "wood" },
        { shape: "box", at: [-x, 0, 17 * sign], size, look: "wood" },
      ];
    }),
  ];
}

/** On the northern deck, at its left end, with a view of the whole arena. */
export const DECK_PLACE = { x: -2.25, y: 1.2, z: 16.4, yaw: Math.PI } as const;

/** Two corner towers with a ramp of steps, left by a jump. `sign` picks the corner. */
function tower(sign: 1 | -1): Solids {
  return [
    { shape: "box", at: [16.8 * sign, 0, 16.8 * sign], size: [5, 1.8, 5], look: "stone" },
    ...[0, 1, 2, 3, 4].map((step): Solids[number] => ({
      shape: "box",
      at: [17.6 * sign, 0, (11.3 + 0.6 * step) * sign],
      size: [2.4, 0.3 * (step + 1), 0.6],
      look: "stone",
    })),
  ];
}

const surroundings: Decor = [
  ...Array.from({ length: 28 }, (_, i): Decor[number] => ({
    kind: i % 3 === 0 ? "pine" : "tree",
    at: polar(i * 12.86, 31 + (i % 4) * 2),
    yaw: i,
    scale: 1 + (i % 3) * 0.25,
  })),
  { kind: "bush", at: [-17.5, 0, 17.5], scale: 1.3 },
  { kind: "bush", at: [17.5, 0, -17.5], scale: 1.3 },
];

/** The arena of tag: 40 by 40 metres with cover, hedges to jump, decks, towers, crates and balls. */
export const tagLevel = defineLevel({
  name: "tag",
  bounds: { min: [-HALF, -HALF], max: [HALF, HALF] },
  spawns: Array.from({ length: START_PLACES }, (_, i) => {
    const degrees = 15 + i * (360 / START_PLACES);
    return { at: polar(degrees, START_RADIUS_M), yaw: ((degrees + 180) / 180) * Math.PI, radius: 0.4 };
  }),
  solids: [...dais, ...outerWalls, ...cover, ...hedges, ...deck(1), ...deck(-1), ...tower(1), ...tower(-1)],
  loose: [
    { kind: "crate", at: [0, 0.45, 10.4] },
    { kind: "crate", at: [0.95, 0.45, 10.6] },
    { kind: "crate", at: [0.4, 1.36, 10.5] },
    { kind: "crate", at: [-10.5, 0.45, 0.2] },
    { kind: "crate", at: [-10.6, 0.45, -0.8] },
    { kind: "crate", at: [13.5, 0.6, -13], size: 0.6 },
    { kind: "crate", at: [-13.5, 0.6, 13], size: 0.6 },
    { kind: "ball", at: [10.5, 0.5, 0], size: 0.5 },
    { kind: "ball", at: [0, 0.5, -10.5], size: 0.5 },
  ],
  decor: surroundings,
});

import {
  ConeGeometry,
  CylinderGeometry,
  DodecahedronGeometry,
  IcosahedronGeometry,
  OctahedronGeometry,
} from "three";
import { type Level, seeded } from "../../../shared/index.ts";
import type { Batch } from "./batch.ts";

type Decor = Level["decor"][number];
/** Batches for decoration: lit pieces, and pieces that glow. */
export interface DecorBatches {
  lit: Batch;
  glow: Batch;
}

const crown = new IcosahedronGeometry(1, 1);
const needle = new ConeGeometry(1, 1, 8);
const stem = new CylinderGeometry(0.025, 0.035, 1, 3, 1, true);
const petal = new OctahedronGeometry(1, 1);
const dot = new OctahedronGeometry(1, 0);
const shade = new ConeGeometry(0.34, 0.26, 8);
const glass = new CylinderGeometry(0.2, 0.15, 0.38, 8);
const rock = new DodecahedronGeometry(1, 0);
const blade = new ConeGeometry(0.05, 0.34, 3, 1, true);
const CROWNS = [
  ["#7fbf5a", "#8fcc66", "#73b552"],
  ["#9ccc5e", "#acd66e", "#8fc055"],
  ["#f4a9b8", "#f9bfca", "#ee97aa"],
  ["#f2b661", "#f7c679", "#e8a650"],
];
const PETALS = ["#ff7b93", "#ffd166", "#fdf6ee", "#c792ea", "#ff9f68", "#7fc8ff"];

/** Builds one piece of decoration by its kind; unknown kinds are left out. */
export function buildDecor(piece: Decor, batches: DecorBatches): void {
  const random = seeded(Math.round(piece.at[0] * 131 + piece.at[2] * 71));
  if (piece.kind === "tree") tree(piece, batches.lit, random);
  else if (piece.kind === "pine") pine(piece, batches.lit);
  else if (piece.kind === "lamp") lamp(piece, batches);
  else if (piece.kind === "flower") flower(piece, batches.lit, random);
  else if (piece.kind === "rock") stone(piece, batches.lit, random);
  else if (piece.kind === "grass") tuft(piece, batches.lit, random);
  else if (piece.kind === "bush") bush(piece, batches.lit, random);
  else if (piece.kind === "crystal") crystal(piece, batches, random);
  else if (piece.kind === "torch") torch(piece, batches);
}

function tree({ at, yaw, scale: s }: Decor, batch: Batch, random: () => number) {
  const colors =
    CROWNS[random() < 0.55 ? 0 : random() < 0.45 ? 1 : random() < 0.7 ? 2 : 3] ?? CROWNS[0] ?? [];
  const blobs = [
    [0, 3.5, 0, 1.45],
    [0.95, 2.9, 0.2, 1.0],
    [-0.75, 3.0, 0.6, 1.05],
    [-0.1, 2.85, -0.95, 1.0],
    [0.25, 4.5, 0.1, 0.95],
  ] as const;
  for (const [i, [dx, y, dz, size]] of blobs.entries()) {
    const x = Math.cos(yaw) * dx + Math.sin(yaw) * dz;
    const z = Math.cos(yaw) * dz - Math.sin(yaw) * dx;
    batch.add(crown, colors[i % 3] ?? "#7fbf5a", {
      at: [at[0] + x * s, at[1] + y * s, at[2] + z * s],
      scale: [size * s, size * s * 0.9, size * s],
      yaw: yaw + i,
      pitch: i,
      jitter: 0.07,
    });
  }
}

function pine({ at, yaw, scale: s }: Decor, batch: Batch) {
  for (let i = 0; i < 4; i++) {
    const width = (1.55 - i * 0.33) * s;
    batch.add(needle, i % 2 ? "#5b9a62" : "#4f8d5a", {
      at: [at[0], at[1] + (1.9 + i * 0.95) * s, at[2]],
      scale: [width, 1.6 * s, width],
      yaw: yaw + i,
      jitter: 0.08,
    });
  }
}

function lamp({ at }: Decor, { lit, glow }: DecorBatches) {
  const [x, y, z] = at;
  glow.add(glass, "#fff0c2", { at: [x, y + 3.4, z], jitter: 0 });
  lit.add(shade, "#3f4c57", { at: [x, y + 3.72, z] });
  lit.add(petal, "#3f4c57", { at: [x, y + 3.88, z], scale: 0.06 });
  for (const side of [-1, 1]) {
    lit.add(stem, "#3f4c57", { at: [x + side * 0.19, y + 3.4, z], scale: [0.7, 0.42, 0.7] });
  }
  // A basket of flowers half-way up the post.
  for (let i = 0; i < 7; i++) {
    const angle = (i / 7) * Math.PI * 2;
    const where = [
      x + Math.sin(angle) * 0.26,
      y + 2.35 + (i % 2) * 0.08,
      z + Math.cos(angle) * 0.26,
    ] as const;
    lit.add(petal, i % 2 ? (PETALS[i % PETALS.length] ?? "#ff7b93") : "#6fae58", { at: where, scale: 0.15 });
  }
}

function flower({ at, yaw, scale: s }: Decor, batch: Batch, random: () => number) {
  const color = PETALS[Math.floor(random() * PETALS.length)] ?? "#ff7b93";
  const tall = (0.34 + random() * 0.25) * s;
  batch.add(stem, "#5f9f4f", { at: [at[0], at[1] + tall / 2, at[2]], scale: [1, tall, 1] });
  batch.add(dot, "#6fae58", { at: [at[0] + 0.08, at[1] + 0.1, at[2]], scale: [0.12 * s, 0.03, 0.06], yaw });
  for (let i = 0; i < 5; i++) {
    const angle = yaw + (i / 5) * Math.PI * 2;
    const where = [
      at[0] + Math.sin(angle) * 0.09 * s,
      at[1] + tall,
      at[2] + Math.cos(angle) * 0.09 * s,
    ] as const;
    batch.add(dot, color, { at: where, scale: [0.075 * s, 0.035 * s, 0.075 * s], jitter: 0.1 });
  }
  batch.add(dot, "#ffd75e", { at: [at[0], at[1] + tall + 0.03, at[2]], scale: 0.055 * s });
}

function stone({ at, yaw, scale: s }: Decor, batch: Batch, random: () => number) {
  const scale = [s * (0.8 + random() * 0.5), s * 0.6, s] as const;
  batch.add(rock, "#b9b3a6", { at: [at[0], at[1] + s * 0.2, at[2]], scale, yaw, jitter: 0.08 });
}

function tuft({ at, yaw, scale: s }: Decor, batch: Batch, random: () => number) {
  for (let i = 0; i < 3; i++) {
    const angle = yaw + i * 2.1;
    const where = [at[0] + Math.sin(angle) * 0.07, at[1] + 0.13 * s, at[2] + Math.cos(angle) * 0.07] as const;
    const lean = { pitch: (random() - 0.5) * 0.7, roll: (random() - 0.5) * 0.7 };
    batch.add(blade, i ? "#7fb955" : "#a5d272", { at: where, scale: s, yaw: angle, ...lean, jitter: 0.15 });
  }
}

function bush({ at, yaw, scale: s }: Decor, batch: Batch, random: () => number) {
  for (let i = 0; i < 3; i++) {
    const angle = yaw + i * 2.1;
    const size = (0.55 + random() * 0.2) * s;
    const where = [
      at[0] + Math.sin(angle) * 0.4 * s,
      at[1] + size * 0.7,
      at[2] + Math.cos(angle) * 0.4 * s,
    ] as const;
    batch.add(crown, i % 2 ? "#6fb05a" : "#7cbc63", { at: where, scale: size, yaw: angle, jitter: 0.1 });
  }
}

const shard = new ConeGeometry(0.22, 1, 5);
const GEMS = [
  ["#6fe3ff", "#a8f1ff"],
  ["#c89bff", "#e2caff"],
  ["#7dffc4", "#bcffe1"],
];

/** A cluster of glowing crystals. */
function crystal({ at, yaw, scale: s }: Decor, { lit, glow }: DecorBatches, random: () => number) {
  const [color = "#6fe3ff", bright = "#a8f1ff"] = GEMS[Math.floor(random() * GEMS.length)] ?? [];
  lit.add(rock, "#6a6478", { at: [at[0], at[1], at[2]], scale: [0.8 * s, 0.35 * s, 0.8 * s], yaw });
  for (let i = 0; i < 6; i++) {
    const angle = yaw + i * 1.05;
    const tall = (i === 0 ? 1.7 : 0.7 + random() * 0.6) * s;
    const out = i === 0 ? 0 : 0.32 * s;
    const where = [
      at[0] + Math.sin(angle) * out,
      at[1] + tall * 0.42,
      at[2] + Math.cos(angle) * out,
    ] as const;
    const lean = { pitch: Math.cos(angle) * out, roll: -Math.sin(angle) * out };
    glow.add(shard, i % 2 ? color : bright, { at: where, scale: [s, tall, s], ...lean, jitter: 0.25 });
  }
}

/** A torch on a pole. The game's view adds its light. */
function torch({ at }: Decor, { lit, glow }: DecorBatches) {
  const [x, y, z] = at;
  lit.add(stem, "#6b4a30", { at: [x, y + 0.9, z], scale: [2.6, 1.9, 2.6] });
  lit.add(shade, "#4d3a30", { at: [x, y + 1.85, z], scale: 0.6, pitch: Math.PI });
  glow.add(needle, "#ff9d3c", { at: [x, y + 2.15, z], scale: [0.16, 0.5, 0.16], jitter: 0.2 });
  glow.add(needle, "#ffe08a", { at: [x, y + 2.08, z], scale: [0.09, 0.34, 0.09], jitter: 0.1 });
}

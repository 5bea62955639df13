import {
  BoxGeometry,
  BufferAttribute,
  BufferGeometry,
  CylinderGeometry,
  IcosahedronGeometry,
  OctahedronGeometry,
  TorusGeometry,
} from "three";
import { type Solid, seeded } from "../../../shared/index.ts";
import type { Batch } from "./batch.ts";
import { type Animated, waterDisc } from "./water.ts";

const cube = new BoxGeometry(1, 1, 1);
const tube = new CylinderGeometry(1, 1, 1, 20);
const blob = new IcosahedronGeometry(1, 1);
const crag = new IcosahedronGeometry(1, 0);
const bulb = new OctahedronGeometry(1, 0);
const COLORS: Record<string, string> = {
  stone: "#d3c6b0",
  marble: "#f4ecdf",
  wood: "#c08a58",
  brick: "#cf8265",
  hedge: "#66a955",
  bench: "#b87b4b",
  bark: "#8d6142",
  iron: "#46545f",
  rock: "#a39a8c",
  cave: "#6f6a80",
  water: "#f4ecdf",
};

type Box = Extract<Solid, { shape: "box" }>;
type Cylinder = Extract<Solid, { shape: "cylinder" }>;

/** Draws a solid of a level by its `look`; an unknown look is plain stone. */
export function buildSolid(solid: Solid, batch: Batch): Animated | undefined {
  if (solid.shape === "cylinder") return cylinder(solid, batch);
  const color = COLORS[solid.look] ?? "#d3c6b0";
  if (solid.shape === "ramp") {
    batch.add(wedge(solid.rises), color, { at: solid.at, scale: solid.size });
    return undefined;
  }
  if (solid.look === "rock" || solid.look === "cave") boulder(solid, batch, color);
  else if (solid.look === "chest") chest(solid, batch);
  else if (solid.look === "bench") bench(solid, batch, color);
  else if (solid.look === "hedge") hedge(solid, batch, color);
  else if (solid.look === "wood") planks(solid, batch, color);
  else if (solid.look === "brick") wall(solid, batch, color);
  else block(solid, batch, color);
  return undefined;
}

function box(batch: Batch, color: string, at: readonly number[], size: readonly number[], jitter = 0.04) {
  const [x = 0, y = 0, z = 0] = at;
  const [w = 1, h = 1, d = 1] = size;
  batch.add(cube, color, { at: [x, y + h / 2, z], scale: [w, h, d], jitter });
}

function block({ at, size }: Box, batch: Batch, color: string) {
  box(batch, color, at, [size[0], size[1] - 0.1, size[2]]);
  box(batch, "#e9dfcc", [at[0], at[1] + size[1] - 0.1, at[2]], [size[0] + 0.06, 0.1, size[2] + 0.06]);
}

/** A ramp of side 1 around the centre of its base. */
function wedge(rises: Extract<Solid, { shape: "ramp" }>["rises"]): BufferGeometry {
  const corners = {
    a: [-0.5, 0, -0.5],
    b: [0.5, 0, -0.5],
    c: [0.5, 0, 0.5],
    d: [-0.5, 0, 0.5],
    e: [0.5, 1, 0.5],
    f: [-0.5, 1, 0.5],
  } as const;
  // Top, back and both sides of a ramp that rises along +z; the bottom is never visible.
  const faces = ["afe", "aeb", "dce", "def", "adf", "bec"];
  const points = faces.flatMap((face) =>
    [...face].flatMap((key) => [...corners[key as keyof typeof corners]]),
  );
  const geometry = new BufferGeometry();
  geometry.setAttribute("position", new BufferAttribute(new Float32Array(points), 3));
  const quarter = { "+z": 0, "+x": 1, "-z": 2, "-x": 3 }[rises];
  geometry.rotateY((quarter * Math.PI) / 2);
  geometry.computeVertexNormals();
  return geometry;
}

/** A rock: rough shapes around a box, so that a wall of rocks has no straight edge. */
function boulder({ at, size }: Box, batch: Batch, color: string) {
  const random = seeded(Math.round(at[0] * 11 + at[2] * 17 + size[0]));
  box(batch, color, at, size, 0.08);
  const [w, h, d] = size;
  const count = Math.min(40, Math.ceil(w * d * h * 0.16) + 3);
  for (let i = 0; i < count; i++) {
    const side = Math.floor(random() * 4);
    const u = random() - 0.5;
    const x = at[0] + (side < 2 ? u * w : (side === 2 ? 0.5 : -0.5) * w);
    const z = at[2] + (side < 2 ? (side === 0 ? 0.5 : -0.5) * d : u * d);
    const big = 0.35 + random() * 0.55;
    batch.add(crag, random() < 0.4 ? color : "#7d7890", {
      at: [x, at[1] + random() * h, z],
      scale: [big, big * 0.8, big],
      yaw: random() * 6,
      pitch: random() * 6,
      jitter: 0.1,
    });
  }
}

function wall({ at, size }: Box, batch: Batch, color: string) {
  box(batch, color, at, size, 0.02);
  const random = seeded(Math.round(at[0] * 7 + at[2] * 13));
  const along = size[0] > size[2];
  const length = along ? size[0] : size[2];
  const tint = ["#c4755a", "#d98f70", "#bd6c54", "#e0a080"];
  // Single bricks that stand out a little suggest a whole wall.
  for (let i = 0; i < length * size[1] * 1.1; i++) {
    const u = (random() - 0.5) * (length - 0.8);
    const y = at[1] + Math.floor(random() * (size[1] / 0.27 - 1)) * 0.27 + 0.05;
    const deep = (along ? size[2] : size[0]) + 0.05;
    const where = along ? [at[0] + u, y, at[2]] : [at[0], y, at[2] + u];
    box(batch, tint[i % 4] ?? color, where, along ? [0.55, 0.22, deep] : [deep, 0.22, 0.55]);
  }
  const cap = along ? [size[0] + 0.1, 0.16, size[2] + 0.22] : [size[0] + 0.22, 0.16, size[2] + 0.1];
  box(batch, "#f0e0c6", [at[0], at[1] + size[1] - 0.12, at[2]], cap);
}

function planks({ at, size }: Box, batch: Batch, color: string) {
  box(batch, "#9a6a43", at, [size[0], size[1] - 0.08, size[2]]);
  const count = Math.max(1, Math.round(size[2] / 0.5));
  const tint = [color, "#cb9765", "#b67f4e", "#c69060"];
  for (let i = 0; i < count; i++) {
    const z = at[2] - size[2] / 2 + ((i + 0.5) * size[2]) / count;
    const plank = [size[0] + 0.08, 0.1, size[2] / count - 0.03];
    box(batch, tint[i % 4] ?? color, [at[0], at[1] + size[1] - 0.1, z], plank);
  }
}

function hedge({ at, size }: Box, batch: Batch, color: string) {
  box(batch, color, at, [size[0], size[1] * 0.8, size[2]], 0.12);
  const random = seeded(Math.round(at[0] * 3 + at[2] * 5));
  const along = size[0] > size[2];
  const length = along ? size[0] : size[2];
  const blossoms = ["#ffb3c7", "#fff3f0", "#ffd166"];
  for (let u = -length / 2; u <= length / 2; u += 0.42) {
    const x = at[0] + (along ? u : 0);
    const z = at[2] + (along ? 0 : u);
    const y = at[1] + size[1] * 0.74;
    const round = 0.36 + random() * 0.1;
    batch.add(blob, random() < 0.5 ? color : "#74b85f", {
      at: [x, y, z],
      scale: round,
      yaw: random() * 6,
      jitter: 0.1,
    });
    if (random() < 0.5) continue;
    const side = (random() - 0.5) * 0.6;
    const flower = [x + (along ? 0 : side), y + 0.26, z + (along ? side : 0)] as const;
    batch.add(bulb, blossoms[Math.floor(random() * 3)] ?? "#fff3f0", { at: flower, scale: 0.07 });
  }
}

function chest({ at, size }: Box, batch: Batch) {
  const [w, h, d] = size;
  box(batch, "#8a5a34", at, [w, h * 0.6, d]);
  box(batch, "#a06b3f", [at[0], at[1] + h * 0.6, at[2]], [w * 1.04, h * 0.4, d * 1.03]);
  for (const side of [-0.36, 0.36]) {
    box(batch, "#d9b34a", [at[0], at[1], at[2] + side * d], [w * 1.08, h * 1.02, 0.1]);
  }
  box(batch, "#ffe08a", [at[0] + w * 0.52, at[1] + h * 0.45, at[2]], [0.06, 0.2, 0.16]);
}

function bench({ at, size }: Box, batch: Batch, color: string) {
  const [w, h, d] = size;
  const along = w > d;
  for (let i = -1; i <= 1; i++) {
    const offset = i * 0.23;
    const where = along
      ? [at[0], at[1] + h - 0.08, at[2] + offset]
      : [at[0] + offset, at[1] + h - 0.08, at[2]];
    box(batch, i ? color : "#c98d5c", where, along ? [w, 0.08, 0.2] : [0.2, 0.08, d]);
  }
  for (const side of [-1, 1]) {
    const leg = 0.38 * (along ? w : d) * side;
    const where = along ? [at[0] + leg, at[1], at[2]] : [at[0], at[1], at[2] + leg];
    box(batch, "#4d5963", where, along ? [0.12, h - 0.08, d * 0.85] : [w * 0.85, h - 0.08, 0.12]);
  }
}

function cylinder({ at, radius, height, look }: Cylinder, batch: Batch): Animated | undefined {
  const color = COLORS[look] ?? "#d3c6b0";
  const [x, y, z] = at;
  if (look === "bark") {
    const trunk = new CylinderGeometry(0.62, 1.15, 1, 8);
    batch.add(trunk, color, {
      at: [x, y + height * 0.62, z],
      scale: [radius, height * 1.25, radius],
      jitter: 0.12,
    });
    return undefined;
  }
  if (look === "rock") {
    const tall = height / 2;
    batch.add(crag, color, {
      at: [x, y + tall, z],
      scale: [radius * 1.12, tall * 1.12, radius * 1.12],
      yaw: x,
    });
    const moss = [x + radius * 0.5, y + tall * 0.7, z + radius * 0.4] as const;
    batch.add(crag, "#8f8a7c", { at: moss, scale: radius * 0.6, yaw: z, pitch: x });
    return undefined;
  }
  if (look === "hearth") {
    hearth(batch, at, radius);
    return undefined;
  }
  if (look === "water") {
    batch.add(tube, color, { at: [x, y + height / 2 - 0.05, z], scale: [radius, height - 0.1, radius] });
    rim(batch, x, y + height - 0.02, z, radius, "#fff8ec");
    return waterDisc(x, y + height - 0.03, z, radius - 0.12);
  }
  batch.add(tube, color, { at: [x, y + height / 2, z], scale: [radius, height, radius], smooth: radius < 1 });
  if (look === "marble") {
    rim(batch, x, y + height - 0.04, z, radius, "#fff8ec");
    if (radius > 0.5 && height > 2) bowl(batch, x, y + height, z, radius);
  }
  if (look === "iron")
    batch.add(tube, color, { at: [x, y + 0.12, z], scale: [radius * 2.1, 0.24, radius * 2.1] });
  return undefined;
}

/** A ring of stones around crossed logs. */
function hearth(batch: Batch, [x, y, z]: Cylinder["at"], radius: number) {
  for (let i = 0; i < 11; i++) {
    const angle = (i / 11) * Math.PI * 2;
    const where = [x + Math.sin(angle) * radius, y + 0.12, z + Math.cos(angle) * radius] as const;
    batch.add(crag, i % 3 ? "#9d968a" : "#857f76", {
      at: where,
      scale: 0.24 + (i % 4) * 0.02,
      yaw: i,
      pitch: i,
    });
  }
  for (let i = 0; i < 4; i++) {
    const log = {
      at: [x, y + 0.2, z],
      scale: [0.09, radius * 1.3, 0.09],
      yaw: i * 0.8,
      pitch: 1.25,
    } as const;
    batch.add(tube, i % 2 ? "#6b4a30" : "#7d573a", log);
  }
}

function rim(batch: Batch, x: number, y: number, z: number, radius: number, color: string) {
  const ring = new TorusGeometry(radius, Math.min(0.11, radius * 0.2), 6, 32);
  batch.add(ring, color, { at: [x, y, z], pitch: Math.PI / 2, smooth: true });
}

/** The bowl on a pillar of a fountain. */
function bowl(batch: Batch, x: number, y: number, z: number, radius: number) {
  const shell = new CylinderGeometry(2.3, 0.7, 0.6, 20);
  batch.add(shell, "#f7efe2", { at: [x, y - 0.35, z], scale: [radius, 1, radius] });
  batch.add(tube, "#8fe0f0", { at: [x, y - 0.06, z], scale: [radius * 2.1, 0.06, radius * 2.1] });
}

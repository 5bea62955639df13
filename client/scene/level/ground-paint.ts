import {
  CanvasTexture,
  CircleGeometry,
  Color,
  ConeGeometry,
  Group,
  Mesh,
  MeshLambertMaterial,
  PlaneGeometry,
  RingGeometry,
  SRGBColorSpace,
} from "three";
import { type Level, seeded, slopeAt, type Terrain } from "../../../shared/index.ts";
import { openBatch } from "./batch.ts";
import { terrainGeometry } from "./terrain-mesh.ts";

const GRASS = "#93c464";
const STONES = ["#ead6b4", "#e2cba5", "#f0dfc3", "#d9c19b", "#e8d2b4"];
const GROUT = "#c4a985";
/** Longest side of the painted ground, pixels. */
const TEXTURE_PX = 2048;

/** Paints a level's ground: grass, and what a view adds to it. Lengths in metres. */
export interface GroundPaint {
  /** A disc of cobbles in rings. */
  disc(x: number, z: number, radius: number): void;
  /** A straight paved path. */
  path(fromX: number, fromZ: number, toX: number, toZ: number, width: number): void;
  /** A soft patch of colour: soil under flowers, sand. */
  patch(x: number, z: number, radius: number, color: string): void;
}

/** The ground of a level, and the meadow and hills around it. */
export interface PaintedGround {
  readonly paint: GroundPaint;
  readonly group: Group;
}

/** Makes the grass of a level, to be painted on. */
export function layMeadow(level: Level): PaintedGround {
  const { terrain } = level;
  const area = terrain ? areaOf(terrain) : level.bounds;
  const { min, max } = area;
  const width = max[0] - min[0];
  const depth = max[1] - min[1];
  const scale = TEXTURE_PX / Math.max(width, depth);
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * scale);
  canvas.height = Math.round(depth * scale);
  const pen = canvas.getContext("2d");
  if (!pen) throw new Error("roomkeep: this browser has no 2D canvas.");
  pen.scale(scale, scale);
  pen.translate(-min[0], -min[1]);
  grass(pen, area);
  if (terrain) cliffs(pen, terrain);

  const texture = new CanvasTexture(canvas);
  texture.colorSpace = SRGBColorSpace;
  texture.anisotropy = 4;
  const material = new MeshLambertMaterial({ map: texture, vertexColors: terrain !== undefined });
  const floor = new Mesh(terrain ? terrainGeometry(terrain) : new PlaneGeometry(width, depth), material);
  if (!terrain) {
    floor.rotation.x = -Math.PI / 2;
    floor.position.set((min[0] + max[0]) / 2, 0, (min[1] + max[1]) / 2);
  }
  floor.receiveShadow = true;
  const group = new Group().add(floor);
  if (!level.indoors) group.add(farLand(Math.max(width, depth) / 2, terrain !== undefined));
  return { group, paint: brushes(pen) };
}

function areaOf({ originX, originZ, cellM, columns, heights }: Terrain): Level["bounds"] {
  const rows = heights.length / columns;
  return {
    min: [originX, originZ],
    max: [originX + (columns - 1) * cellM, originZ + (rows - 1) * cellM],
  };
}

/** Bare rock on steep slopes. */
function cliffs(pen: CanvasRenderingContext2D, terrain: Terrain) {
  const random = seeded(31);
  const { min, max } = areaOf(terrain);
  const slope = { x: 0, z: 0 };
  for (let x = min[0]; x < max[0]; x += 1.6) {
    for (let z = min[1]; z < max[1]; z += 1.6) {
      slopeAt(terrain, x, z, slope);
      const steep = Math.hypot(slope.x, slope.z) + (random() - 0.5) * 0.2;
      if (steep < 0.72) continue;
      pen.globalAlpha = Math.min(0.9, (steep - 0.6) * 1.6);
      pen.fillStyle = random() < 0.5 ? "#b3a58a" : "#a4977f";
      pen.beginPath();
      pen.ellipse(x, z, 1.2 + random(), 0.7 + random() * 0.6, random() * 3, 0, 7);
      pen.fill();
    }
  }
  pen.globalAlpha = 1;
}

function grass(pen: CanvasRenderingContext2D, { min, max }: Level["bounds"]) {
  const random = seeded(5);
  const blades = Math.min(24_000, Math.max(6500, (max[0] - min[0]) * (max[1] - min[1]) * 1.4));
  const tint = new Color();
  pen.fillStyle = GRASS;
  pen.fillRect(min[0], min[1], max[0] - min[0], max[1] - min[1]);
  for (let i = 0; i < blades; i++) {
    tint.set(GRASS).offsetHSL((random() - 0.5) * 0.05, (random() - 0.5) * 0.1, (random() - 0.5) * 0.11);
    pen.fillStyle = `#${tint.getHexString()}`;
    pen.globalAlpha = 0.35;
    const x = min[0] + random() * (max[0] - min[0]);
    const z = min[1] + random() * (max[1] - min[1]);
    const size = 0.12 + random() * random() * 1.3;
    pen.beginPath();
    pen.ellipse(x, z, size, size * 0.6, random() * 3, 0, 7);
    pen.fill();
  }
  pen.globalAlpha = 1;
}

/** Rings of terracotta at the rim and half-way. */
function ringColor(inner: number, radius: number, index: number): string | undefined {
  if (inner > radius - 1.35) return index % 2 ? "#cf8f6b" : "#d89d78";
  const middle = Math.abs(inner - radius * 0.56) < 0.42;
  return middle ? (index % 3 ? "#dba583" : "#f4e6cd") : undefined;
}

function brushes(pen: CanvasRenderingContext2D): GroundPaint {
  const random = seeded(9);
  const stone = () => STONES[Math.floor(random() * STONES.length)] ?? GROUT;
  return {
    disc(x, z, radius) {
      pen.fillStyle = GROUT;
      pen.beginPath();
      pen.arc(x, z, radius, 0, 7);
      pen.fill();
      for (let inner = 0.3; inner < radius - 0.5; inner += 0.82) {
        const count = Math.max(6, Math.round((inner * 6.3) / 1.05));
        const turn = random();
        for (let i = 0; i < count; i++) {
          const gap = 0.05 / (inner + 0.5);
          pen.fillStyle = ringColor(inner, radius, i) ?? stone();
          pen.beginPath();
          pen.arc(
            x,
            z,
            inner + 0.76,
            ((i + turn) / count) * 6.2832 + gap,
            ((i + 1 + turn) / count) * 6.2832 - gap,
          );
          pen.arc(
            x,
            z,
            inner,
            ((i + 1 + turn) / count) * 6.2832 - gap,
            ((i + turn) / count) * 6.2832 + gap,
            true,
          );
          pen.fill();
        }
      }
    },
    path(fromX, fromZ, toX, toZ, width) {
      const length = Math.hypot(toX - fromX, toZ - fromZ);
      pen.save();
      pen.translate(fromX, fromZ);
      pen.rotate(Math.atan2(toZ - fromZ, toX - fromX));
      pen.fillStyle = GROUT;
      pen.fillRect(0, -width / 2, length, width);
      const rows = Math.round(width / 0.8);
      for (let row = 0; row < rows; row++) {
        for (let along = -random(); along < length; along += 1.1) {
          pen.fillStyle = row === 0 || row === rows - 1 ? "#cfae82" : stone();
          pen.fillRect(along + 0.04, -width / 2 + (row * width) / rows + 0.04, 1.02, width / rows - 0.08);
        }
      }
      pen.restore();
    },
    patch(x, z, radius, color) {
      const fade = pen.createRadialGradient(x, z, radius * 0.5, x, z, radius);
      fade.addColorStop(0, color);
      fade.addColorStop(1, `${color}00`);
      pen.fillStyle = fade;
      pen.fillRect(x - radius, z - radius, radius * 2, radius * 2);
    },
  };
}

/** Meadow, hills and a far forest beyond the walls of the level. */
function farLand(half: number, hasTerrain: boolean): Mesh {
  const random = seeded(21);
  const batch = openBatch(22);
  // A terrain may be lower than the land around it, which therefore has a hole there.
  const plain = hasTerrain ? new RingGeometry(half * 0.98, half + 240, 40) : new CircleGeometry(260, 40);
  batch.add(plain, "#9ac76d", { at: [0, -0.08, 0], pitch: -Math.PI / 2, jitter: 0.03 });
  const hill = new ConeGeometry(1, 1, 9, 2);
  const pine = new ConeGeometry(1, 1, 6);
  for (let i = 0; i < 34; i++) {
    const angle = (i / 34) * Math.PI * 2 + random() * 0.2;
    const away = half * 2 + 12 + random() * 80;
    const wide = 22 + random() * 34;
    const at = [Math.sin(angle) * away, -2, Math.cos(angle) * away] as const;
    const color = away > half * 2 + 55 ? "#8fb7a8" : random() < 0.5 ? "#86b862" : "#79ab5e";
    batch.add(hill, color, {
      at: [at[0], wide * 0.16, at[2]],
      scale: [wide, wide * (0.4 + random() * 0.3), wide],
    });
  }
  for (let i = 0; i < 150; i++) {
    const angle = random() * Math.PI * 2;
    const away = half * 1.42 + 5 + random() * 38;
    const tall = 4 + random() * 6;
    const x = Math.sin(angle) * away;
    const z = Math.cos(angle) * away;
    const color = random() < 0.5 ? "#5f9a58" : "#6fa85c";
    batch.add(pine, color, {
      at: [x, tall / 2 + 0.4, z],
      scale: [tall * 0.34, tall, tall * 0.34],
      yaw: random() * 3,
    });
  }
  return batch.mesh(new MeshLambertMaterial({ vertexColors: true }));
}

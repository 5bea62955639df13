import { bakeTerrain, heightAt, valueNoise } from "roomkeep/shared";

/** Half the side of the part of the meadow that players walk on, metres. Hills stand all round it. */
export const HALF = 76;
/** Height of the pond's surface, metres. */
export const WATER_Y = -0.55;
/** Position and radius of the pond. Metres. */
export const POND = { x: 27, z: -20, radius: 15 } as const;
/** Flat places: the camp, the tower, and the two portals. x, z, radius, height in metres. */
const FLATS = [
  [0, 0, 13, 0.6],
  [-27, 22, 8, 1.6],
  [-46, -38, 7, 2.4],
  [8, 48, 7, 1.2],
] as const;

const broad = valueNoise(3, 34);
const fine = valueNoise(8, 11);

/** 0 below `from`, 1 above `to`, smooth between. */
export function ease(from: number, to: number, value: number): number {
  const t = Math.min(1, Math.max(0, (value - from) / (to - from)));
  return t * t * (3 - 2 * t);
}

/** Only + − × ÷ and square roots, so that every browser bakes the server's land. */
function shape(x: number, z: number): number {
  const far = Math.max(Math.abs(x), Math.abs(z));
  let y = (broad(x, z) - 0.32) * 8 + (fine(x, z) - 0.5) * 1.3;
  y = Math.max(y, -0.2);
  const pond = Math.sqrt((x - POND.x) * (x - POND.x) + (z - POND.z) * (z - POND.z));
  y += (-1.75 - y) * (1 - ease(POND.radius * 0.45, POND.radius * 1.5, pond));
  for (const [fx, fz, radius, height] of FLATS) {
    const away = Math.sqrt((x - fx) * (x - fx) + (z - fz) * (z - fz));
    y += (height - y) * (1 - ease(radius * 0.7, radius * 1.7, away));
  }
  return y + ease(HALF - 12, HALF + 14, far) * (11 + broad(x + 500, z) * 9);
}

/** The land of the meadow: rolling hills, a pond, a ring of higher ones round about. */
export const terrain = bakeTerrain({ min: [-100, -100], max: [100, 100], cellM: 2.5 }, shape);

/** Height of the land at a place, metres. */
export const landAt = (x: number, z: number) => heightAt(terrain, x, z);

import type { Terrain } from "./level.ts";

/** A slope in metres a metre: the ground's rise along x and along z. */
export interface Slope {
  x: number;
  z: number;
}

/**
 * Height of the ground at a place, metres: bilinear between the four heights around it; beyond the edge as at
 * the edge. Only exact operations, so that server and browsers agree to the bit.
 */
export function heightAt(terrain: Terrain, x: number, z: number): number {
  const { columns, cellM, heights } = terrain;
  const rows = heights.length / columns;
  const u = clamp((x - terrain.originX) / cellM, columns - 1);
  const v = clamp((z - terrain.originZ) / cellM, rows - 1);
  const c = Math.min(Math.floor(u), columns - 2);
  const r = Math.min(Math.floor(v), rows - 2);
  const at = r * columns + c;
  const near = mix(heights[at] ?? 0, heights[at + 1] ?? 0, u - c);
  const far = mix(heights[at + columns] ?? 0, heights[at + columns + 1] ?? 0, u - c);
  return mix(near, far, v - r);
}

/**
 * How the ground rises at a place, metres a metre along x and z. `out` is filled and returned, so that a step
 * allocates nothing.
 *
 * @example
 * const { x: rise } = slopeAt(terrain, deer.x, deer.z, slope);
 */
export function slopeAt(terrain: Terrain, x: number, z: number, out: Slope): Slope {
  const reach = terrain.cellM * 0.25;
  out.x = (heightAt(terrain, x + reach, z) - heightAt(terrain, x - reach, z)) / (2 * reach);
  out.z = (heightAt(terrain, x, z + reach) - heightAt(terrain, x, z - reach)) / (2 * reach);
  return out;
}

/** Corners of a terrain, and the distance between its heights, metres. */
export interface BakeOptions {
  readonly min: readonly [x: number, z: number];
  readonly max: readonly [x: number, z: number];
  readonly cellM: number;
}

/**
 * Makes a terrain from a function, rounded to centimetres. If the function keeps to + − × ÷ and `Math.sqrt`,
 * every machine bakes the same; `Math.sin` and its like may differ in the last bit from one browser to the
 * next.
 *
 * @example
 * const terrain = bakeTerrain({ min: [-40, -40], max: [40, 40], cellM: 2 }, (x, z) => (x * x + z * z) / 800);
 */
export function bakeTerrain(options: BakeOptions, height: (x: number, z: number) => number): Terrain {
  const { min, max, cellM } = options;
  const columns = Math.ceil((max[0] - min[0]) / cellM) + 1;
  const rows = Math.ceil((max[1] - min[1]) / cellM) + 1;
  const heights: number[] = [];
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) {
      heights.push(Math.round(height(min[0] + c * cellM, min[1] + r * cellM) * 100) / 100);
    }
  }
  return { originX: min[0], originZ: min[1], cellM, columns, heights };
}

/**
 * Smooth noise between 0 and 1 whose hills are about `sizeM` metres wide, for {@link bakeTerrain}. Exact on
 * every machine.
 *
 * @param seed any 32-bit integer
 * @example
 * const hills = valueNoise(7, 24);
 * const terrain = bakeTerrain({ min: [-50, -50], max: [50, 50], cellM: 2 }, (x, z) => 3 * hills(x, z));
 */
export function valueNoise(seed: number, sizeM: number): (x: number, z: number) => number {
  const corner = (c: number, r: number) => {
    let mixed = Math.imul(c, 0x27d4eb2d) ^ Math.imul(r, 0x165667b1) ^ Math.imul(seed, 0x9e3779b1);
    mixed = Math.imul(mixed ^ (mixed >>> 15), 0x85ebca6b);
    mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
    return ((mixed ^ (mixed >>> 16)) >>> 0) / 4_294_967_296;
  };
  return (x, z) => {
    const c = Math.floor(x / sizeM);
    const r = Math.floor(z / sizeM);
    const u = smooth(x / sizeM - c);
    const v = smooth(z / sizeM - r);
    return mix(mix(corner(c, r), corner(c + 1, r), u), mix(corner(c, r + 1), corner(c + 1, r + 1), u), v);
  };
}

const mix = (a: number, b: number, share: number) => a + (b - a) * share;
const smooth = (t: number) => t * t * (3 - 2 * t);
const clamp = (value: number, high: number) => (value < 0 ? 0 : value > high ? high : value);

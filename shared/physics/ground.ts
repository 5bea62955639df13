import type { Level, Solid } from "../level/level.ts";
import { heightAt, type Slope, slopeAt } from "../level/terrain.ts";

/** Side of a bucket, metres: a walker looks at the few solids of one to four buckets. */
const BUCKET_M = 4;
const NONE: readonly Solid[] = [];

/**
 * A level's solids sorted into square buckets, so that a walker looks at near ones only. Built once a level
 * and read-only afterwards; the server's step and the client's prediction use the same one.
 */
export interface Ground {
  /** Geometry that heights and solids are looked up in. */
  readonly level: Level;
  /** Solids whose footprint may touch the square of half side `reach` (metres) about x, z. */
  near(x: number, z: number, reach: number): readonly Solid[];
  /** Height of the bare ground, without solids, at a place. Metres; 0 where the level has no terrain. */
  height(x: number, z: number): number;
  /** How the bare ground rises at a place. `out` is filled and returned. */
  slope(x: number, z: number, out: Slope): Slope;
}

const halfWidth = (solid: Solid) => (solid.shape === "cylinder" ? solid.radius : solid.size[0] / 2);
const halfDepth = (solid: Solid) => (solid.shape === "cylinder" ? solid.radius : solid.size[2] / 2);

/**
 * Height of a solid above its lowest point, metres; of a ramp at its high end.
 *
 * @example
 * const topY = solid.at[1] + heightOf(solid);
 */
export function heightOf(solid: Solid): number {
  return solid.shape === "cylinder" ? solid.height : solid.size[1];
}

/** Height of a solid's upper side over a place, metres. Beside the solid it is that of the nearest edge. */
export function topAt(solid: Solid, x: number, z: number): number {
  const top = solid.at[1] + heightOf(solid);
  if (solid.shape !== "ramp") return top;
  const along = solid.rises.endsWith("x") ? 0 : 2;
  const length = solid.size[along];
  const from = (along === 0 ? x - solid.at[0] : z - solid.at[2]) / length + 0.5;
  const share = from < 0 ? 0 : from > 1 ? 1 : from;
  return solid.at[1] + solid.size[1] * (solid.rises.startsWith("+") ? share : 1 - share);
}

/**
 * Sorts the solids of a level by their places, so that a step or a ray looks at near ones only. A room has
 * its own as `this.ground`.
 *
 * @example
 * const ground = layGround(yard);
 * walk(walker, input, ground, 1 / TICK_HZ);
 */
export function layGround(level: Level): Ground {
  const columns = Math.ceil((level.bounds.max[0] - level.bounds.min[0]) / BUCKET_M) + 3;
  const column = (x: number) => Math.floor((x - level.bounds.min[0]) / BUCKET_M) + 1;
  const row = (z: number) => Math.floor((z - level.bounds.min[1]) / BUCKET_M) + 1;
  const buckets = new Map<number, Solid[]>();

  // Each bucket also holds what lies within one metre of it, so that one look-up serves any reach up to that.
  for (const solid of level.solids) {
    const [x, , z] = solid.at;
    const reachX = halfWidth(solid) + 1;
    const reachZ = halfDepth(solid) + 1;
    for (let r = row(z - reachZ); r <= row(z + reachZ); r++) {
      for (let c = column(x - reachX); c <= column(x + reachX); c++) {
        const key = r * columns + c;
        const bucket = buckets.get(key);
        if (bucket) bucket.push(solid);
        else buckets.set(key, [solid]);
      }
    }
  }
  const { terrain } = level;
  return {
    level,
    height: terrain ? (x, z) => heightAt(terrain, x, z) : () => 0,
    slope: terrain
      ? (x, z, out) => slopeAt(terrain, x, z, out)
      : (_x, _z, out) => {
          out.x = out.z = 0;
          return out;
        },
    near: (x, z, reach) => (reach <= 1 ? (buckets.get(row(z) * columns + column(x)) ?? NONE) : level.solids),
  };
}

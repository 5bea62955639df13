import type { Level, Solid } from "./level.ts";

/** Side of a bucket, metres: a walker looks at the few solids of one to four buckets. */
const BUCKET_M = 4;
const NONE: readonly Solid[] = [];

/**
 * A level's solids sorted into square buckets, so that a walker asks only about what is near. Built once a level
 * and read-only afterwards; the server's step and the client's prediction use the same one.
 */
export interface Ground {
  readonly level: Level;
  /** Solids whose footprint may touch the square of half side `reach` (metres) about x, z. */
  near(x: number, z: number, reach: number): readonly Solid[];
}

const halfWidth = (solid: Solid) => (solid.shape === "box" ? solid.size[0] / 2 : solid.radius);
const halfDepth = (solid: Solid) => (solid.shape === "box" ? solid.size[2] / 2 : solid.radius);

/** Height of a solid above its lowest point, metres. */
export function heightOf(solid: Solid): number {
  return solid.shape === "box" ? solid.size[1] : solid.height;
}

/** Sorts a level's solids for {@link Ground.near}. */
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
  return {
    level,
    near: (x, z, reach) => (reach <= 1 ? (buckets.get(row(z) * columns + column(x)) ?? NONE) : level.solids),
  };
}

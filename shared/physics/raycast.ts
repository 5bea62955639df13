import type { Solid } from "../level/level.ts";
import { type Ground, heightOf, topAt } from "./ground.ts";
import type { LAYER } from "./layers.ts";

/** A point or a direction. Metres. */
export interface Vec {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

/** Name of a layer: those of {@link LAYER}, and any that a game gives to its targets. */
export type LayerName = keyof typeof LAYER | (string & {});

/** Something upright that a ray may meet: an avatar, a deer. `y` is at its feet. */
export interface Target extends Vec {
  readonly id: string;
  readonly layer: LayerName;
  readonly radiusM: number;
  readonly heightM: number;
}

/** What a ray or an overlap met. */
export interface Hit extends Vec {
  readonly layer: LayerName;
  /** Of a target; undefined for the level itself. */
  readonly id: string | undefined;
  /** The piece of the level, undefined for a target and for bare ground. */
  readonly solid: Solid | undefined;
  /** From the origin of the ray, or the middle of the overlap, metres. */
  readonly distanceM: number;
}

/** What of a room is asked. */
export interface SpaceQueryOptions {
  /** Only what is in one of these layers; without it everything. */
  readonly layers?: readonly LayerName[];
  /** Those who may be met beside the level. */
  readonly targets?: Iterable<Target>;
  /** Id that is left out: the shooter's own. */
  readonly except?: string;
}

/** Step along a ray by which bare ground is looked for, metres. */
const GROUND_STEP_M = 0.5;

/**
 * The nearest thing that a ray meets: level (layer "solid") or target. Pure, so that a client may predict with the
 * same function; needs no physics.
 *
 * @param way direction of any length above 0
 * @param maxM how far the ray goes, metres
 * @example
 * const hit = castRay(ground, eye, aim, 40, { layers: ["solid", "creature"], targets: deer, except: me });
 * if (hit?.layer === "creature") wound(hit.id);
 */
export function castRay(
  ground: Ground,
  from: Vec,
  way: Vec,
  maxM: number,
  { layers, targets = [], except }: SpaceQueryOptions = {},
): Hit | undefined {
  const length = Math.sqrt(way.x * way.x + way.y * way.y + way.z * way.z);
  if (!(length > 0) || !Number.isFinite(length) || !(maxM > 0)) return undefined;
  const ray: Ray = { from, x: way.x / length, y: way.y / length, z: way.z / length };
  let best = maxM;
  let hit: Pick<Hit, "layer" | "id" | "solid"> | undefined;
  if (layers === undefined || layers.includes("solid")) {
    const along = groundAlong(ground, ray, best);
    if (along !== undefined) {
      best = along;
      hit = { layer: "solid", id: undefined, solid: undefined };
    }
    for (const solid of ground.level.solids) {
      const far = solidAlong(solid, ray, best);
      if (far === undefined) continue;
      best = far;
      hit = { layer: "solid", id: undefined, solid };
    }
  }
  for (const target of targets) {
    if (target.id === except || (layers && !layers.includes(target.layer))) continue;
    const far = cylinderAlong(target, target.radiusM, target.heightM, ray, best);
    if (far === undefined) continue;
    best = far;
    hit = { layer: target.layer, id: target.id, solid: undefined };
  }
  return (
    hit && {
      ...hit,
      distanceM: best,
      x: from.x + ray.x * best,
      y: from.y + ray.y * best,
      z: from.z + ray.z * best,
    }
  );
}

/**
 * Everything that touches a ball, nearest first: targets and solids, not the bare ground.
 *
 * @param radiusM radius of the ball, metres
 * @example
 * for (const { id } of overlap(ground, blast, 3, { layers: ["creature"], targets: mobs })) scare(id);
 */
export function overlap(
  ground: Ground,
  middle: Vec,
  radiusM: number,
  { layers, targets = [], except }: SpaceQueryOptions = {},
): Hit[] {
  const hits: Hit[] = [];
  const note = (layer: LayerName, id: string | undefined, solid: Solid | undefined, near: Vec) => {
    const distanceM = distance(middle, near);
    if (distanceM <= radiusM) hits.push({ layer, id, solid, distanceM, x: near.x, y: near.y, z: near.z });
  };
  if (layers === undefined || layers.includes("solid")) {
    for (const solid of ground.near(middle.x, middle.z, radiusM)) {
      note("solid", undefined, solid, nearestOf(solid, middle));
    }
  }
  for (const target of targets) {
    if (target.id === except || (layers && !layers.includes(target.layer))) continue;
    note(
      target.layer,
      target.id,
      undefined,
      nearestInCylinder(target, target.radiusM, target.heightM, middle),
    );
  }
  return hits.sort((a, b) => a.distanceM - b.distanceM);
}

interface Ray extends Vec {
  readonly from: Vec;
}

const distance = (a: Vec, b: Vec) =>
  Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) + (a.z - b.z) * (a.z - b.z));
const clamp = (value: number, low: number, high: number) => (value < low ? low : value > high ? high : value);

function groundAlong(ground: Ground, { from, x, y, z }: Ray, most: number): number | undefined {
  const above = (far: number) => from.y + y * far - ground.height(from.x + x * far, from.z + z * far);
  if (above(0) < 0) return undefined; // from below it lets through, like one's own feet on a slope
  if (ground.level.terrain === undefined) {
    const far = y < 0 ? from.y / -y : most;
    return far < most ? far : undefined;
  }
  for (let near = 0; near < most; near += GROUND_STEP_M) {
    let low = near;
    let high = Math.min(near + GROUND_STEP_M, most);
    if (above(high) >= 0) continue;
    for (let i = 0; i < 12; i++) {
      const middle = (low + high) / 2;
      if (above(middle) >= 0) low = middle;
      else high = middle;
    }
    return low;
  }
  return undefined;
}

function solidAlong(solid: Solid, ray: Ray, most: number): number | undefined {
  const [x, y, z] = solid.at;
  if (solid.shape === "cylinder") return cylinderAlong({ x, y, z }, solid.radius, solid.height, ray, most);
  const [width, height, depth] = solid.size;
  const span = { near: 0, far: most };
  cut(span, ray.from.x - x, ray.x, -width / 2, width / 2);
  cut(span, ray.from.y - y, ray.y, 0, height);
  cut(span, ray.from.z - z, ray.z, -depth / 2, depth / 2);
  if (solid.shape === "ramp" && span.near < span.far) {
    // Above the slope is outside: one more slab, open below.
    const over = (far: number) =>
      ray.from.y + ray.y * far - rampPlane(solid, ray.from.x + ray.x * far, ray.from.z + ray.z * far);
    const at = over(0);
    cut(span, at, over(1) - at, Number.NEGATIVE_INFINITY, 0);
  }
  return span.near < span.far ? span.near : undefined;
}

/** Height of the slope's plane, also beside the ramp, so that it is linear along a ray. */
function rampPlane({ at, size, rises }: Extract<Solid, { shape: "ramp" }>, x: number, z: number): number {
  const share = rises.endsWith("x") ? (x - at[0]) / size[0] : (z - at[2]) / size[2];
  return at[1] + size[1] * (0.5 + (rises.startsWith("+") ? share : -share));
}

/** Narrows a span of the ray to where a coordinate lies between two limits. */
function cut(
  span: { near: number; far: number },
  from: number,
  speed: number,
  low: number,
  high: number,
): void {
  if (speed === 0) {
    if (from < low || from > high) span.far = -1;
    return;
  }
  const a = (low - from) / speed;
  const b = (high - from) / speed;
  span.near = Math.max(span.near, Math.min(a, b));
  span.far = Math.min(span.far, Math.max(a, b));
}

function cylinderAlong(at: Vec, radius: number, height: number, ray: Ray, most: number): number | undefined {
  const span = { near: 0, far: most };
  cut(span, ray.from.y - at.y, ray.y, 0, height);
  const ox = ray.from.x - at.x;
  const oz = ray.from.z - at.z;
  const a = ray.x * ray.x + ray.z * ray.z;
  const c = ox * ox + oz * oz - radius * radius;
  if (a === 0) return c <= 0 && span.near < span.far ? span.near : undefined;
  const b = ox * ray.x + oz * ray.z;
  const root = b * b - a * c;
  if (root < 0) return undefined;
  span.near = Math.max(span.near, (-b - Math.sqrt(root)) / a);
  span.far = Math.min(span.far, (-b + Math.sqrt(root)) / a);
  return span.near < span.far ? span.near : undefined;
}

function nearestOf(solid: Solid, to: Vec): Vec {
  const [x, y, z] = solid.at;
  if (solid.shape === "cylinder") return nearestInCylinder({ x, y, z }, solid.radius, heightOf(solid), to);
  const nx = clamp(to.x, x - solid.size[0] / 2, x + solid.size[0] / 2);
  const nz = clamp(to.z, z - solid.size[2] / 2, z + solid.size[2] / 2);
  return { x: nx, y: clamp(to.y, y, topAt(solid, nx, nz)), z: nz };
}

function nearestInCylinder(at: Vec, radius: number, height: number, to: Vec): Vec {
  const dx = to.x - at.x;
  const dz = to.z - at.z;
  const away = Math.sqrt(dx * dx + dz * dz);
  const share = away > radius ? radius / away : 1;
  return { x: at.x + dx * share, y: clamp(to.y, at.y, at.y + height), z: at.z + dz * share };
}

import type { Solid } from "../level/level.ts";
import type { Ground } from "./ground.ts";

/** A point or a direction. Metres. */
export interface Vec {
  /** On the ground plane, metres. */
  readonly x: number;
  /** Upward, metres. */
  readonly y: number;
  /** On the ground plane, metres; yaw 0 looks along +z. */
  readonly z: number;
}

/** Size of an upright cylinder, metres. */
export interface UprightSize {
  readonly radiusM: number;
  readonly heightM: number;
}

/** A ray: a direction of length 1, and the point that it comes from. */
export interface Ray extends Vec {
  readonly from: Vec;
}

/** Step along a ray by which bare ground is searched, metres. */
const GROUND_STEP_M = 0.5;

/** The ray from a point along a direction of any length above 0; undefined for no or no finite direction. */
export function rayOf(from: Vec, direction: Vec): Ray | undefined {
  const { x, y, z } = direction;
  const length = Math.sqrt(x * x + y * y + z * z);
  if (!(length > 0) || !Number.isFinite(length)) return undefined;
  return { from, x: x / length, y: y / length, z: z / length };
}

/** Distance to the bare ground; undefined: none within `most`. */
export function groundDistance(ground: Ground, { from, x, y, z }: Ray, most: number): number | undefined {
  const above = (far: number) => from.y + y * far - ground.height(from.x + x * far, from.z + z * far);
  if (above(0) < 0) return undefined; // from below it is open, like for feet on a slope
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

/** Distance to a solid of the level; undefined: none within `most`. */
export function solidDistance(solid: Solid, ray: Ray, most: number): number | undefined {
  const [x, y, z] = solid.at;
  if (solid.shape === "cylinder")
    return uprightDistance({ x, y, z }, { radiusM: solid.radius, heightM: solid.height }, ray, most);
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
    if (!(from >= low && from <= high)) span.far = -1;
    return;
  }
  const a = (low - from) / speed;
  const b = (high - from) / speed;
  span.near = Math.max(span.near, Math.min(a, b));
  span.far = Math.min(span.far, Math.max(a, b));
}

/**
 * Distance to an upright cylinder, the shape of a pillar and of every target; 0 from within it. Undefined:
 * the ray does not hit it within `most`.
 *
 * @param at middle of its lower end
 */
export function uprightDistance(
  at: Vec,
  { radiusM: radius, heightM: height }: UprightSize,
  ray: Ray,
  most: number,
): number | undefined {
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

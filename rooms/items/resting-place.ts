import { type Ground, type Walker, walk } from "../../shared/index.ts";
import { STEP_UP_M, topAt, WALKER_HEIGHT_M } from "../../shared/internal.ts";

/** A point in the world, metres; `y` is where feet stand. */
export interface Point {
  readonly x: number;
  readonly y: number;
  readonly z: number;
}

const STAND_STILL = { moveX: 0, moveZ: 0, buttons: 0 };
const STEP_S = 1 / 20;
/** Who slides down the longest slope, or falls from the highest tower, rests by then. */
const STEPS_MAX = 200;
/** Places that are tried about one that is not free: up to five metres away. */
const TRIES = 60;
/** Metres before one's feet that something is dropped. */
const DROP_M = 0.8;

/** Whether somebody at one place reaches what lies at another. False where either is no place at all (NaN). */
export function inReach(from: Point, to: Point, reachM: number): boolean {
  return Math.hypot(from.x - to.x, from.y - to.y, from.z - to.z) <= reachM;
}

/**
 * Where a walker who is put at a place and stands still comes to rest: out of solids, within the level, on what bears.
 * What lies there is reached from there. Between solids that push to and fro it is the nearest free place about.
 */
export function restingPlace(ground: Ground, at: Point): Point {
  for (let i = 0; i <= TRIES; i++) {
    const rest = settle(ground, aside(at, i));
    if (isFree(ground, rest)) return rest;
  }
  return settle(ground, at);
}

/** Places about a place: the first is the place itself, the next a step away from it and from each other. */
export function aside({ x, y, z }: Point, i: number): Point {
  const away = 0.7 * Math.sqrt(i);
  return { x: x + Math.sin(i * 2.4) * away, y, z: z + Math.cos(i * 2.4) * away };
}

/** Where something lies that somebody drops: before their feet, or where they stand if that is out of their reach. */
export function dropPlace(ground: Ground, at: Point & { readonly yaw: number }, reachM: number): Point {
  const { x, y, z, yaw } = at;
  const ahead = restingPlace(ground, { x: x + Math.sin(yaw) * DROP_M, y, z: z + Math.cos(yaw) * DROP_M });
  return inReach(at, ahead, reachM) ? ahead : restingPlace(ground, at);
}

function settle(ground: Ground, { x, y, z }: Point): Point {
  const walker: Walker = { x, y, z, yaw: 0, vx: 0, vy: 0, vz: 0, grounded: false };
  for (let i = 0; i < STEPS_MAX; i++) {
    const from = { ...walker };
    walk(walker, STAND_STILL, ground, STEP_S);
    if (walker.grounded && walker.x === from.x && walker.y === from.y && walker.z === from.z) break;
  }
  return { x: walker.x, y: walker.y, z: walker.z };
}

/** Whether no solid is about the middle of who stands there. */
function isFree(ground: Ground, { x, y, z }: Point): boolean {
  return !ground.near(x, z, 1).some((solid) => {
    if (topAt(solid, x, z) <= y + STEP_UP_M || solid.at[1] >= y + WALKER_HEIGHT_M) return false;
    const [dx, dz] = [Math.abs(x - solid.at[0]), Math.abs(z - solid.at[2])];
    if (solid.shape === "cylinder") return dx * dx + dz * dz < solid.radius * solid.radius;
    return dx < solid.size[0] / 2 && dz < solid.size[2] / 2;
  });
}

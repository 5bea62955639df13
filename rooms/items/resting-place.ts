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
/** A walker on the longest slope, or under the highest tower, is at rest after so many steps. */
const STEPS_MAX = 200;
/** Places that are tried around one that is not free: up to five metres away. */
const PLACES_MAX = 60;
/** A dropped item lies so far in front of the player's feet, metres. */
const DROP_M = 0.8;

/** Whether a player at one place reaches an item at another. False where either is not finite. */
export function inReach(from: Point, to: Point, reachM: number): boolean {
  return Math.hypot(from.x - to.x, from.y - to.y, from.z - to.z) <= reachM;
}

/**
 * Where a walker who is put at a place and stands still comes to rest: outside of solids, within the level,
 * on firm ground, so that an item there is reached from there. Between solids that push the walker to and fro
 * it is the nearest free place.
 */
export function restingPlace(ground: Ground, at: Point): Point {
  for (let index = 0; index <= PLACES_MAX; index++) {
    const rest = standStill(ground, pointNear(at, index));
    if (isFree(ground, rest)) return rest;
  }
  return standStill(ground, at);
}

/**
 * Points on a spiral around a place: the first is the place itself, the next keep apart from it and each
 * other.
 */
export function pointNear({ x, y, z }: Point, index: number): Point {
  const radius = 0.7 * Math.sqrt(index);
  return { x: x + Math.sin(index * 2.4) * radius, y, z: z + Math.cos(index * 2.4) * radius };
}

/** The place of a dropped item: in front of the player, or under the player if that is out of reach. */
export function dropPlace(ground: Ground, at: Point & { readonly yaw: number }, reachM: number): Point {
  const { x, y, z, yaw } = at;
  const ahead = restingPlace(ground, { x: x + Math.sin(yaw) * DROP_M, y, z: z + Math.cos(yaw) * DROP_M });
  return inReach(at, ahead, reachM) ? ahead : restingPlace(ground, at);
}

function standStill(ground: Ground, { x, y, z }: Point): Point {
  const walker: Walker = { x, y, z, yaw: 0, vx: 0, vy: 0, vz: 0, grounded: false };
  for (let step = 0; step < STEPS_MAX; step++) {
    const before = { ...walker };
    walk(walker, STAND_STILL, ground, STEP_S);
    if (walker.grounded && walker.x === before.x && walker.y === before.y && walker.z === before.z) break;
  }
  return { x: walker.x, y: walker.y, z: walker.z };
}

/** Whether no solid covers the body of a walker at that place. */
function isFree(ground: Ground, { x, y, z }: Point): boolean {
  return !ground.near(x, z, 1).some((solid) => {
    if (topAt(solid, x, z) <= y + STEP_UP_M || solid.at[1] >= y + WALKER_HEIGHT_M) return false;
    const [dx, dz] = [Math.abs(x - solid.at[0]), Math.abs(z - solid.at[2])];
    if (solid.shape === "cylinder") return dx * dx + dz * dz < solid.radius * solid.radius;
    return dx < solid.size[0] / 2 && dz < solid.size[2] / 2;
  });
}

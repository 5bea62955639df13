import { type SchemaType, schema, t } from "@colyseus/schema";
import type { Solid } from "../level/level.ts";
import type { Slope } from "../level/terrain.ts";
import { type Ground, topAt } from "./ground.ts";

/** Walking speed, m/s. */
export const WALK_MPS = 3.4;
/** Running speed, m/s. */
export const RUN_MPS = 6.2;
/** Upward speed of a jump, m/s: about 1.1 m high. */
export const JUMP_MPS = 6;
/** Downward acceleration, m/s². */
export const GRAVITY_MPS2 = 16;
/** A walker is an upright cylinder of this radius and height, metres. */
export const WALKER_RADIUS_M = 0.35;
export const WALKER_HEIGHT_M = 1.7;
/** An obstacle of at most this height is stepped on without a jump, metres. */
export const STEP_UP_M = 0.42;
/**
 * Ground that rises more than this, metres a metre, is too steep to stand on: walkers slide down it. About 45
 * degrees.
 */
export const SLOPE_MAX = 1;
/** Speed of sliding down ground that is too steep, m/s. */
const SLIDE_MPS = 5;
/** How fast the velocity comes near the wanted one, m/s². */
const ACCELERATION_MPS2 = 32;
const AIR_CONTROL = 0.35;

/** Bits of the buttons in an input frame. */
export const BUTTON = { run: 1, jump: 2 } as const;

/** One input frame of a walker: a direction in the ground plane (each axis −127…127) and buttons. */
export const WalkInput = schema(
  {
    /** Along x, −127…127; 127 is full pace. */
    moveX: t.int8().default(0),
    /** Along z, −127…127. */
    moveZ: t.int8().default(0),
    /** Bits of {@link BUTTON}, and those of a game's own. */
    buttons: t.uint8().default(0),
  },
  "WalkInput",
);
export type WalkInput = SchemaType<typeof WalkInput>;

/**
 * How a room keeps a frame until its turn: Colyseus clones what was decoded. A whole schema instance, with
 * its change tracking, costs as much as all other work to receive a frame, and is not needed here.
 */
WalkInput.prototype.clone = function clone(this: WalkInput) {
  const { moveX, moveZ, buttons } = this;
  // A frame can take a field back: no key is pressed then.
  return { moveX: moveX ?? 0, moveZ: moveZ ?? 0, buttons: buttons ?? 0 } as typeof this;
};

/** The part of an avatar that {@link walk} reads and writes. */
export interface Walker {
  /** On the ground plane, metres. */
  x: number;
  /** Upward, metres: the feet. */
  y: number;
  /** On the ground plane, metres; yaw 0 looks along +z. */
  z: number;
  /** About y, radians; 0 looks along +z. */
  yaw: number;
  /** Speed along x, m/s. */
  vx: number;
  /** Speed upward, m/s; below 0 in a fall. */
  vy: number;
  /** Speed along z, m/s. */
  vz: number;
  /** True: it stands on ground or a solid, and may jump. */
  grounded: boolean;
}

/** The fields of {@link Walker}, for the client's reconciler. */
export const WALKER_FIELDS = ["x", "y", "z", "yaw", "vx", "vy", "vz", "grounded"] as const;

const clamp = (value: number, low: number, high: number) => (value < low ? low : value > high ? high : value);

/**
 * Moves a walker by one fixed step: accelerate toward the direction of the keys, jump, fall, climb steps,
 * slide along walls, stay in bounds. Pure and deterministic, so that the client's prediction and the server
 * agree to the bit; results are rounded to float32 because that is what the wire carries.
 *
 * @param walker changed in place
 * @param input one input frame; its direction is taken at full length at most, so a diagonal is no faster
 * @param speed factor on the walking and running speed, 1 as a rule
 * @param dt seconds, the room's fixed step
 * @example
 * export const step: Step = (walker, input, ground, dt) => walk(walker, input, ground, dt, 1.2);
 */
export function walk(
  walker: Walker,
  input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">,
  ground: Ground,
  dt: number,
  speed = 1,
): void {
  copy(walker, body);
  stride(body, input, ground, dt, speed);
  roundToWire(body);
  copy(body, walker);
}

/**
 * Scratch body of a step. An avatar notes each write: a field that is written on the way and ends as it was
 * would be sent, and the writes cost more than the step.
 */
const body: Walker = { x: 0, y: 0, z: 0, yaw: 0, vx: 0, vy: 0, vz: 0, grounded: true };

/** Writes the fields that differ. */
function copy(from: Walker, to: Walker): void {
  if (to.x !== from.x) to.x = from.x;
  if (to.y !== from.y) to.y = from.y;
  if (to.z !== from.z) to.z = from.z;
  if (to.yaw !== from.yaw) to.yaw = from.yaw;
  if (to.vx !== from.vx) to.vx = from.vx;
  if (to.vy !== from.vy) to.vy = from.vy;
  if (to.vz !== from.vz) to.vz = from.vz;
  if (to.grounded !== from.grounded) to.grounded = from.grounded;
}

function stride(
  walker: Walker,
  input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">,
  ground: Ground,
  dt: number,
  speed: number,
): void {
  const slides = slide(walker, ground);
  if (!slides) accelerate(walker, input, dt, speed);
  if (walker.grounded && !slides && input.buttons & BUTTON.jump) {
    walker.vy = JUMP_MPS;
    walker.grounded = false;
  }
  advance(walker, ground, dt);
  const near = ground.near(walker.x, walker.z, 1);
  for (const solid of near) pushOut(walker, solid);
  stayInside(walker, ground);
  fall(walker, near, ground, dt);
}

function accelerate(
  walker: Walker,
  input: Pick<WalkInput, "moveX" | "moveZ" | "buttons">,
  dt: number,
  speed: number,
) {
  const length = Math.sqrt(input.moveX * input.moveX + input.moveZ * input.moveZ);
  const top = (input.buttons & BUTTON.run ? RUN_MPS : WALK_MPS) * speed;
  const scale = length > 0 ? (Math.min(length, 127) / 127 / length) * top : 0;
  const wishX = input.moveX * scale;
  const wishZ = input.moveZ * scale;
  const reach = ACCELERATION_MPS2 * (walker.grounded ? 1 : AIR_CONTROL) * dt;
  const dx = wishX - walker.vx;
  const dz = wishZ - walker.vz;
  const gap = Math.sqrt(dx * dx + dz * dz);
  const share = gap <= reach ? 1 : reach / gap;
  walker.vx += dx * share;
  walker.vz += dz * share;
  if (length > 8) walker.yaw = Math.atan2(input.moveX, input.moveZ);
}

/** Filled and read within one call. */
const scratch: Slope = { x: 0, z: 0 };

/** Slides down ground that is too steep, for any keys. @returns true if it does */
function slide(walker: Walker, ground: Ground): boolean {
  if (!walker.grounded || ground.level.terrain === undefined) return false;
  // A walker on a rock or a bridge above the slope does not slide.
  if (walker.y > ground.height(walker.x, walker.z) + 0.01) return false;
  const { x, z } = ground.slope(walker.x, walker.z, scratch);
  const steep = Math.sqrt(x * x + z * z);
  if (steep <= SLOPE_MAX) return false;
  walker.vx = (-x / steep) * SLIDE_MPS;
  walker.vz = (-z / steep) * SLIDE_MPS;
  return true;
}

/**
 * Moves along the ground. Where it rises too steeply ahead, only the part of the way along the slope is
 * walked.
 */
function advance(walker: Walker, ground: Ground, dt: number) {
  const { x, z } = walker;
  walker.x += walker.vx * dt;
  walker.z += walker.vz * dt;
  if (ground.level.terrain === undefined || !blocks(walker, ground, x, z)) return;
  const slope = ground.slope(walker.x, walker.z, scratch);
  const steep = slope.x * slope.x + slope.z * slope.z;
  const into = walker.vx * slope.x + walker.vz * slope.z;
  if (steep > 0 && into > 0) {
    walker.vx -= (into * slope.x) / steep;
    walker.vz -= (into * slope.z) / steep;
  }
  walker.x = x + walker.vx * dt;
  walker.z = z + walker.vz * dt;
  // In a corner of two slopes even that leads up.
  if (!blocks(walker, ground, x, z)) return;
  walker.x = x;
  walker.z = z;
  walker.vx = walker.vz = 0;
}

/** Whether the ground where the walker would be now is above the feet, and too steep to come up from x, z. */
function blocks(walker: Walker, ground: Ground, x: number, z: number): boolean {
  const rise = ground.height(walker.x, walker.z) - Math.max(walker.y, ground.height(x, z));
  if (rise <= 0) return false;
  const dx = walker.x - x;
  const dz = walker.z - z;
  return rise > SLOPE_MAX * Math.sqrt(dx * dx + dz * dz);
}

/** Slides the walker out of one solid that is too high to step on. */
function pushOut(walker: Walker, solid: Solid) {
  if (topAt(solid, walker.x, walker.z) <= walker.y + STEP_UP_M) return;
  if (solid.at[1] >= walker.y + WALKER_HEIGHT_M) return;
  if (solid.shape === "cylinder") return pushOutOfDisc(walker, solid.at[0], solid.at[2], solid.radius);
  const halfX = solid.size[0] / 2;
  const halfZ = solid.size[2] / 2;
  const nearX = clamp(walker.x, solid.at[0] - halfX, solid.at[0] + halfX);
  const nearZ = clamp(walker.z, solid.at[2] - halfZ, solid.at[2] + halfZ);
  if (nearX !== walker.x || nearZ !== walker.z) return pushOutOfDisc(walker, nearX, nearZ, 0);
  // The centre is inside: leave by the nearest side.
  const outX = halfX - Math.abs(walker.x - solid.at[0]);
  const outZ = halfZ - Math.abs(walker.z - solid.at[2]);
  if (outX < outZ) walker.x += (outX + WALKER_RADIUS_M) * (walker.x < solid.at[0] ? -1 : 1);
  else walker.z += (outZ + WALKER_RADIUS_M) * (walker.z < solid.at[2] ? -1 : 1);
}

function pushOutOfDisc(walker: Walker, x: number, z: number, radius: number) {
  const dx = walker.x - x;
  const dz = walker.z - z;
  const distance = Math.hypot(dx, dz);
  const least = radius + WALKER_RADIUS_M;
  if (!(distance < least) || distance === 0) return;
  walker.x = x + (dx / distance) * least;
  walker.z = z + (dz / distance) * least;
  // Only the speed into the wall is lost; along it the walker slides.
  const into = (walker.vx * dx + walker.vz * dz) / distance;
  if (into >= 0) return;
  walker.vx -= (into * dx) / distance;
  walker.vz -= (into * dz) / distance;
}

function stayInside(walker: Walker, ground: Ground) {
  const { min, max } = ground.level.bounds;
  walker.x = clamp(walker.x, min[0] + WALKER_RADIUS_M, max[0] - WALKER_RADIUS_M);
  walker.z = clamp(walker.z, min[1] + WALKER_RADIUS_M, max[1] - WALKER_RADIUS_M);
}

function fall(walker: Walker, near: readonly Solid[], ground: Ground, dt: number) {
  const floor = floorUnder(walker, near, ground);
  const wasGrounded = walker.grounded;
  walker.vy -= GRAVITY_MPS2 * dt;
  walker.y += walker.vy * dt;
  // Stairs downward: keep the feet on the step instead of hopping.
  const sticks = wasGrounded && walker.vy <= 0 && walker.y - floor <= STEP_UP_M;
  if (walker.y > floor && !sticks) {
    walker.grounded = false;
    return;
  }
  walker.y = floor;
  walker.vy = 0;
  walker.grounded = true;
}

/** The highest top within stepping reach under the walker's footprint; at least the bare ground. */
function floorUnder(walker: Walker, near: readonly Solid[], ground: Ground): number {
  let floor = ground.height(walker.x, walker.z);
  for (const solid of near) {
    const top = topAt(solid, walker.x, walker.z);
    if (top > floor && top <= walker.y + STEP_UP_M && isOver(walker, solid)) floor = top;
  }
  return floor;
}

function isOver(walker: Walker, solid: Solid): boolean {
  // Narrower than the body, so that a walker does not stand on air beside an edge.
  const foot = WALKER_RADIUS_M * 0.6;
  const dx = Math.abs(walker.x - solid.at[0]);
  const dz = Math.abs(walker.z - solid.at[2]);
  if (solid.shape === "cylinder") return Math.hypot(dx, dz) < solid.radius + foot;
  return dx < solid.size[0] / 2 + foot && dz < solid.size[2] / 2 + foot;
}

function roundToWire(walker: Walker) {
  walker.x = Math.fround(walker.x);
  walker.y = Math.fround(walker.y);
  walker.z = Math.fround(walker.z);
  walker.yaw = Math.fround(walker.yaw);
  walker.vx = Math.fround(walker.vx);
  walker.vy = Math.fround(walker.vy);
  walker.vz = Math.fround(walker.vz);
}

import { MathUtils, type PerspectiveCamera, Vector3 } from "three";
import type { Ground, Portal, Solid } from "../../shared/index.ts";
import { topAt } from "../../shared/internal.ts";

/** Smallest and largest distance of the camera from the player, metres. */
const NEAR_M = 2.4;
const FAR_M = 16;
/** Height of the point that the camera looks at, above the feet, metres. */
const LOOK_AT_M = 1.35;
/** Thinner solids, such as posts and trunks, do not push the camera. Metres. */
const THIN_M = 0.6;
/**
 * Half the width of a portal's ring of stones, and its height, metres: a player who arrives stands close to
 * it.
 */
const RING_M = 2;
const RING_HEIGHT_M = 3.8;

/** The camera stays so far from a garland, metres. */
const GARLAND_M = 0.7;

/** A string between two places that sags in its middle, metres. */
export interface Garland {
  readonly from: readonly [number, number, number];
  readonly to: readonly [number, number, number];
  readonly sag: number;
}

/** A camera that follows a place, orbits it, and stays in front of walls. Angles in radians. */
export interface CameraRig {
  yaw: number;
  pitch: number;
  /** Wanted distance, metres; `zoom` keeps it in range. */
  distance: number;
  orbit(deltaYaw: number, deltaPitch: number): void;
  zoom(factor: number): void;
  /** Places the camera for a target at x, y (feet), z. */
  follow(x: number, y: number, z: number, dtS: number): void;
  /** The ground and walls to stay in front of. */
  ground: Ground | undefined;
  /** Strings of lights and pennants, which the camera does not hang in. */
  garlands: readonly Garland[];
}

/** Makes a {@link CameraRig} for a camera. */
export function rigCamera(camera: PerspectiveCamera): CameraRig {
  const look = new Vector3();
  const way = new Vector3();
  let shown = 0;
  const rig: CameraRig = {
    yaw: 0,
    pitch: 0.3,
    distance: 7.2,
    ground: undefined,
    garlands: [],
    orbit(deltaYaw, deltaPitch) {
      rig.yaw = (rig.yaw + deltaYaw) % (Math.PI * 2);
      rig.pitch = MathUtils.clamp(rig.pitch + deltaPitch, -0.15, 1.25);
    },
    zoom(factor) {
      rig.distance = MathUtils.clamp(rig.distance * factor, NEAR_M, FAR_M);
    },
    follow(x, y, z, dtS) {
      look.set(x, y + LOOK_AT_M, z);
      const flat = Math.cos(rig.pitch);
      way.set(-Math.sin(rig.yaw) * flat, Math.sin(rig.pitch), -Math.cos(rig.yaw) * flat);
      const free = clearOf(rig.garlands, look, way, freeDistance(rig.ground, look, way, rig.distance));
      // In at once, so that no wall is ever between; out slowly, so that a corner causes no jolt.
      shown = shown === 0 || free < shown ? free : shown + (free - shown) * (1 - Math.exp(-dtS * 5));
      camera.position.copy(look).addScaledVector(way, shown);
      const floor = rig.ground?.height(camera.position.x, camera.position.z) ?? 0;
      camera.position.y = Math.max(camera.position.y, floor + 0.25);
      camera.lookAt(look);
    },
  };
  return rig;
}

function freeDistance(ground: Ground | undefined, from: Vector3, way: Vector3, most: number): number {
  if (!ground) return most;
  let wanted = most;
  for (const portal of ground.level.portals) {
    const away = crossing(portal, from, way);
    if (away !== undefined) wanted = Math.min(wanted, Math.max(0.8, away - 0.5));
  }
  for (let away = 0.5; away < wanted; away += 0.25) {
    const x = from.x + way.x * away;
    const y = from.y + way.y * away;
    const z = from.z + way.z * away;
    // Over a hill the camera rises only a little.
    if (y < ground.height(x, z) - 0.5) return Math.max(0.8, away - 0.35);
    for (const solid of ground.near(x, z, 1)) {
      if (blocks(solid, x, y, z)) return Math.max(0.8, away - 0.35);
    }
  }
  return wanted;
}

/** The distance, or a shorter one at which no garland hangs before the lens. */
function clearOf(garlands: readonly Garland[], from: Vector3, way: Vector3, most: number): number {
  for (let away = most; away > 0.8; away -= 0.1) {
    const [x, y, z] = [from.x + way.x * away, from.y + way.y * away, from.z + way.z * away];
    if (!garlands.some((garland) => distanceTo(garland, x, y, z) < GARLAND_M)) return away;
  }
  return Math.min(most, 0.8);
}

/** How far a place is from a garland, looked at in steps of a few decimetres. */
function distanceTo({ from, to, sag }: Garland, x: number, y: number, z: number): number {
  const length = Math.hypot(to[0] - from[0], to[1] - from[1], to[2] - from[2]);
  const steps = Math.max(4, Math.ceil(length / 0.4));
  let nearest = Number.POSITIVE_INFINITY;
  for (let i = 0; i <= steps; i++) {
    const t = i / steps;
    const [px = 0, py = 0, pz = 0] = from.map((start, axis) => start + ((to[axis] ?? 0) - start) * t);
    // As it hangs: a parabola, lowest in the middle.
    const down = sag * 4 * t * (1 - t);
    nearest = Math.min(nearest, Math.hypot(px - x, py - down - y, pz - z));
  }
  return nearest;
}

/** How far along a line it passes through a portal's ring; undefined if it does not. */
function crossing({ at: [x, y, z], yaw }: Portal, from: Vector3, way: Vector3): number | undefined {
  const [nx, nz] = [Math.sin(yaw), Math.cos(yaw)];
  const toward = way.x * nx + way.z * nz;
  if (Math.abs(toward) < 0.05) return undefined;
  const away = ((x - from.x) * nx + (z - from.z) * nz) / toward;
  const aside = (from.x + way.x * away - x) * nz - (from.z + way.z * away - z) * nx;
  const up = from.y + way.y * away - y;
  return away > 0 && Math.abs(aside) < RING_M && up > -0.5 && up < RING_HEIGHT_M ? away : undefined;
}

/** Whether a point, with a hand's breadth of margin, is inside a solid. */
function blocks(solid: Solid, x: number, y: number, z: number): boolean {
  const margin = 0.2;
  if (y < solid.at[1] - margin || y > topAt(solid, x, z) + margin) return false;
  const dx = Math.abs(x - solid.at[0]);
  const dz = Math.abs(z - solid.at[2]);
  if (solid.shape === "cylinder") return solid.radius > THIN_M && Math.hypot(dx, dz) < solid.radius + margin;
  return dx < solid.size[0] / 2 + margin && dz < solid.size[2] / 2 + margin;
}

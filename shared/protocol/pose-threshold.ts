import { RoomkeepError } from "../errors.ts";
import type { Actor } from "../world/actor.ts";

/** Where something stands and which way it looks: metres and radians. */
export interface StandingPose {
  readonly x: number;
  readonly y: number;
  readonly z: number;
  readonly yaw: number;
}

/** How far a pose must differ from the one that was sent last to be sent. */
export interface PoseThreshold {
  /** Metres, in a straight line. Default 0.1. */
  readonly distanceM?: number;
  /** Radians, the short way round. Default 0.1. */
  readonly angleRad?: number;
}

/** A threshold that lets every difference through: for the last pose of a thing that came to rest. */
export const EXACT: PoseThreshold = { distanceM: 0, angleRad: 0 };

/**
 * Writes a pose to an actor if it differs enough from what the actor has, else leaves it: jitter sends
 * nothing, and a slow drift is sent once it adds up. What is written is the whole, exact pose.
 *
 * @returns true if it was written
 * @throws COMPONENT_INVALID if the pose is not finite
 * @example
 * writePose(crate, body.pose); // past 0.1 m or 0.1 rad
 * if (body.asleep) writePose(crate, body.pose, EXACT);
 */
export function writePose(actor: Actor, pose: StandingPose, threshold: PoseThreshold = {}): boolean {
  const { distanceM = 0.1, angleRad = 0.1 } = threshold;
  const dx = pose.x - actor.x;
  const dy = pose.y - actor.y;
  const dz = pose.z - actor.z;
  const distanceSq = dx * dx + dy * dy + dz * dz;
  const angle = angleBetween(pose.yaw, actor.yaw);
  // One sum for all four: it is not finite if one of them is not.
  if (!Number.isFinite(pose.x + pose.y + pose.z + pose.yaw)) {
    throw new RoomkeepError("COMPONENT_INVALID", `The pose of a ${actor.kind} is not finite.`);
  }
  if (distanceSq <= distanceM * distanceM && angle <= angleRad) return false;
  actor.x = pose.x;
  actor.y = pose.y;
  actor.z = pose.z;
  actor.yaw = pose.yaw;
  return true;
}

/** Radians between two headings the short way round: 0 to π. */
export function angleBetween(a: number, b: number): number {
  const turn = Math.abs(a - b) % (2 * Math.PI);
  return turn > Math.PI ? 2 * Math.PI - turn : turn;
}

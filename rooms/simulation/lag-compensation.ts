import type { Rewind, RewindView } from "@colyseus/core";
import type { Actor } from "../../shared/index.ts";

/** How far back a shooter is believed at most, ms. */
export const REWIND_MAX_MS = 300;

/** A point, metres. */
export interface Point {
  x: number;
  y: number;
  z: number;
}

/** Where actors stood in the page of a player. Good for one tick: ask anew in each. */
export interface Seen {
  /** Where the actor was shown to that player. */
  at(actor: Actor): Point;
}

/** A straight shot. */
export interface Shot {
  readonly from: Readonly<Point>;
  /** Direction, of any length above 0. */
  readonly along: Readonly<Point>;
  /** Metres. */
  readonly reachM: number;
}

/** How thick targets are: upright capsules from the ground, metres. */
export interface TargetSize {
  readonly radiusM: number;
  readonly heightM: number;
}

/** A target that a shot meets, and how far along it, metres. */
export interface Hit<A extends Actor> {
  readonly actor: A;
  readonly distanceM: number;
}

/**
 * What a player saw when the last input was sampled that the room has taken from them.
 *
 * @param rewind undefined: rewind is switched off, and all is where it is now
 */
export function seenBy(rewind: Rewind | undefined, sessionId: string): Seen {
  const view: RewindView | undefined = rewind?.lastSeenBy(sessionId);
  return {
    at: (actor) =>
      view === undefined
        ? { x: actor.x, y: actor.y, z: actor.z }
        : { x: view.value(actor, "x"), y: view.value(actor, "y"), z: view.value(actor, "z") },
  };
}

/** Where a shooter saw an actor, or null for an actor that was seen where it is. */
export type RecordedPose = readonly [x: number, y: number, z: number] | null;

/** The same poses, each noted for a recording. */
export function recordSeen(seen: Seen, note: (pose: RecordedPose) => void): Seen {
  return {
    at(actor) {
      const { x, y, z } = seen.at(actor);
      note(x === actor.x && y === actor.y && z === actor.z ? null : [x, y, z]);
      return { x, y, z };
    },
  };
}

/** Gives the poses of a recording, one after the other. */
export function replaySeen(poses: RecordedPose[]): Seen {
  return {
    at(actor) {
      const [x, y, z] = poses.shift() ?? [actor.x, actor.y, actor.z];
      return { x, y, z };
    },
  };
}

/**
 * The nearest target that a shot meets, each judged where the shooter saw it.
 *
 * @example
 * const hit = firstHit(this.seenBy(player), { from, along, reachM: 40 }, deer, { radiusM: 0.5, heightM: 1.4 });
 */
export function firstHit<A extends Actor>(
  seen: Seen,
  shot: Shot,
  targets: Iterable<A>,
  size: TargetSize,
): Hit<A> | undefined {
  let best: Hit<A> | undefined;
  for (const actor of targets) {
    const distanceM = meets(shot, seen.at(actor), size);
    if (distanceM !== undefined && distanceM < (best?.distanceM ?? Number.POSITIVE_INFINITY))
      best = { actor, distanceM };
  }
  return best;
}

/**
 * Where along a shot it comes nearest to the axis of an upright capsule, if that is near enough.
 *
 * @see Ericson, Real-Time Collision Detection (2005), section 5.1.9: closest points of two segments
 */
function meets(
  { from, along, reachM }: Shot,
  target: Point,
  { radiusM, heightM }: TargetSize,
): number | undefined {
  const length = Math.hypot(along.x, along.y, along.z);
  if (!(length > 0) || !(reachM > 0)) return undefined;
  const dir = { x: along.x / length, y: along.y / length, z: along.z / length };
  const low = target.y + radiusM;
  const axisM = Math.max(0, heightM - 2 * radiusM);
  const rx = from.x - target.x;
  const ry = from.y - low;
  const rz = from.z - target.z;
  const c = dir.x * rx + dir.y * ry + dir.z * rz;
  // The shot is a unit vector and the axis is upright, so that most of the general formula falls away.
  const slant = 1 - dir.y * dir.y;
  let s = slant > 1e-9 ? clamp((dir.y * ry - c) / slant, reachM) : 0;
  const t = clamp(dir.y * s + ry, axisM);
  s = clamp(dir.y * t - c, reachM);
  const gap = Math.hypot(rx + dir.x * s, ry + dir.y * s - t, rz + dir.z * s);
  return gap <= radiusM ? s : undefined;
}

function clamp(value: number, max: number): number {
  return value < 0 ? 0 : value > max ? max : value;
}

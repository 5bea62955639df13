import type { Rewind, RewindView } from "@colyseus/core";
import type { Actor } from "../../shared/index.ts";
import { rayOf, uprightDistance } from "../../shared/internal.ts";

/** Longest rewind, ms. */
export const REWIND_MAX_MS = 300;

/** A point, metres. */
export interface Point {
  x: number;
  y: number;
  z: number;
}

/** Poses of actors in the page of a player. Good for one tick: ask anew in each. */
export interface Seen {
  /** Position at which the actor was shown to that player. */
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

/** Size of targets: upright cylinders from the ground, metres. */
export interface TargetSize {
  readonly radiusM: number;
  readonly heightM: number;
}

/** A target that a shot hits, and the distance to its surface, metres. */
export interface Hit<A extends Actor> {
  readonly actor: A;
  readonly distanceM: number;
}

/**
 * The poses that a player saw when sampling the last input frame that the room has taken.
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

/** The position at which a shooter saw an actor, or null for an actor that was seen where it is. */
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
 * The nearest target that a shot hits, each judged where the shooter saw it. Targets have the shape that they
 * have for `castRay`: upright cylinders.
 *
 * @example
 * const shot = { from, along, reachM: 40 };
 * const hit = firstHit(this.seenBy(player), shot, deer, { radiusM: 0.5, heightM: 1.4 });
 */
export function firstHit<A extends Actor>(
  seen: Seen,
  { from, along, reachM }: Shot,
  targets: Iterable<A>,
  size: TargetSize,
): Hit<A> | undefined {
  const ray = rayOf(from, along);
  let best: Hit<A> | undefined;
  if (!ray || !(reachM > 0)) return best;
  for (const actor of targets) {
    const distanceM = uprightDistance(seen.at(actor), size, ray, best?.distanceM ?? reachM);
    if (distanceM !== undefined) best = { actor, distanceM };
  }
  return best;
}

import type { ChangeTree, Schema } from "@colyseus/schema";
import { Avatar, type PoseThreshold } from "../../../shared/index.ts";
import { angleBetween } from "../../../shared/internal.ts";
import { descriptorOf } from "../internals.ts";

/** Numbers of a pose: place, yaw, quaternion. */
const POSE = ["x", "y", "z", "yaw", "qx", "qy", "qz", "qw"] as const;
/** Patches after which an actor that did not change has come to rest. */
const REST_PATCHES = 4;
/** Patches over which the way decides whether an actor moves or creeps. */
const WINDOW_PATCHES = 4;
const bitsByClass = new WeakMap<object, number>();

type Pose = Record<(typeof POSE)[number], number>;

/**
 * Holds back the pose of one actor that moves by itself while it creeps or trembles: it goes out when it
 * differs by the threshold from what was sent, with every patch while the actor really moves, and exactly
 * once it has come to rest. The state keeps the exact pose, for rules, saves and recordings.
 */
export class PoseGate {
  /** Bits of the fields that are held back. */
  held = 0;
  readonly bits: number;
  readonly #actor: Pose;
  readonly #sent: Pose;
  readonly #before: Pose;
  #beforeAt: number;
  #changedAt: number;
  #isMoving = false;

  constructor(actor: Schema, bits: number, patch: number) {
    this.bits = bits;
    this.#actor = actor as Schema & Pose;
    this.#sent = copyOf(this.#actor);
    this.#before = copyOf(this.#actor);
    this.#beforeAt = this.#changedAt = patch;
  }

  /** The pose has changed. @returns whether it goes out with this patch */
  opens(patch: number, threshold: PoseThreshold): boolean {
    const hasRested = this.isAtRest(patch);
    this.#changedAt = patch;
    if (hasRested || patch - this.#beforeAt >= WINDOW_PATCHES) {
      this.#isMoving = !hasRested && differs(this.#actor, this.#before, threshold);
      this.#beforeAt = patch;
      Object.assign(this.#before, copyOf(this.#actor));
    }
    return this.#isMoving || differs(this.#actor, this.#sent, threshold);
  }

  /** Whether what is held back is to go out, for the actor has come to rest. */
  isAtRest(patch: number): boolean {
    return patch - this.#changedAt >= REST_PATCHES;
  }

  /** The pose goes out. @returns the bits that were held back */
  pass(): number {
    const { held } = this;
    this.held = 0;
    Object.assign(this.#sent, copyOf(this.#actor));
    return held;
  }
}

/** Bits of the pose of an actor; 0 for an avatar, whose owner predicts from the exact pose. */
export function poseBitsOf(actor: Schema, tree: ChangeTree): number {
  const type = actor.constructor;
  let bits = bitsByClass.get(type);
  if (bits === undefined) {
    const { names, tags } = descriptorOf(tree);
    const has = (name: string) => names.indexOf(name) >= 0;
    bits = 0;
    if (!(actor instanceof Avatar) && ["x", "y", "z", "yaw"].every(has)) {
      for (const name of POSE) {
        const index = names.indexOf(name);
        if (index >= 0 && index < 32 && tags[index] === undefined) bits |= 1 << index;
      }
    }
    bitsByClass.set(type, bits);
  }
  return bits;
}

function copyOf({ x, y, z, yaw, qx = 0, qy = 0, qz = 0, qw = 1 }: Pose): Pose {
  return { x, y, z, yaw, qx, qy, qz, qw };
}

function differs(a: Pose, b: Pose, { distanceM = 0.1, angleRad = 0.1 }: PoseThreshold): boolean {
  const [dx, dy, dz] = [a.x - b.x, a.y - b.y, a.z - b.z];
  if (!(dx * dx + dy * dy + dz * dz <= distanceM * distanceM)) return true;
  if (!(angleBetween(a.yaw, b.yaw) <= angleRad)) return true;
  if (a.qw === undefined) return false;
  // Half of the angle between two unit quaternions has their product as its cosine.
  const product = Math.abs(a.qx * b.qx + a.qy * b.qy + a.qz * b.qz + a.qw * b.qw);
  return !(product >= Math.cos(angleRad / 2) - 1e-9);
}

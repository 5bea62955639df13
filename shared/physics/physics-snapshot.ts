import type { Body, Quaternion, Vec3 } from "cannon-es";
import type { Space } from "./physics-space.ts";

/** A body as a snapshot keeps it: float64 pose and speeds in metres, radians and seconds. */
export interface BodySave {
  readonly id: string;
  readonly role: "loose" | "walker";
  readonly at: readonly number[];
  readonly turn: readonly number[];
  readonly velocity: readonly number[];
  readonly spin: readonly number[];
  /** Cannon's sleep state: 0 awake, 1 sleepy, 2 asleep; and the physics time at which it became sleepy. */
  readonly sleep: number;
  readonly sleepyAtS: number;
  /** Where it is put back when it falls out of the world. */
  readonly home?: readonly number[];
}

/**
 * All of a space that its next step depends on. The order of the bodies is part of it: the solver goes by it.
 */
export interface SpaceSave {
  readonly timeS: number;
  readonly steps: number;
  readonly bodies: readonly BodySave[];
}

/** Saves the bodies of a space. `keeps` selects the actors; default: all. */
export function saveSpace(space: Space, keeps: (id: string) => boolean = () => true): SpaceSave {
  const bodies = [...namesOf(space)]
    .filter(([, { id }]) => keeps(id))
    .sort(([a], [b]) => a.index - b.index)
    .map(([body, { id, role }]) => saveBody(body, id, role, space.loose.get(id)?.home));
  return { timeS: space.world.time, steps: space.world.stepnumber, bodies };
}

function* namesOf({ loose, walkers }: Space): Iterable<readonly [Body, Pick<BodySave, "id" | "role">]> {
  for (const [id, { body }] of loose) yield [body, { id, role: "loose" }];
  for (const [id, { body }] of walkers) yield [body, { id, role: "walker" }];
}

function saveBody(body: Body, id: string, role: BodySave["role"], home: Vec3 | undefined): BodySave {
  const save = {
    id,
    role,
    at: body.position.toArray(),
    turn: body.quaternion.toArray(),
    velocity: body.velocity.toArray(),
    spin: body.angularVelocity.toArray(),
    sleep: body.sleepState,
    sleepyAtS: body.timeLastSleepy,
  };
  return role === "loose" && home ? { ...save, home: home.toArray() } : save;
}

/**
 * Restores the bodies of a space from a save. Each must exist already, added in the order of the save.
 *
 * @throws TypeError if the save names a body that the space lacks, or is damaged
 */
export function loadSpace(space: Space, saved: SpaceSave): void {
  space.world.time = finite(saved.timeS);
  space.world.stepnumber = finite(saved.steps);
  for (const one of saved.bodies) {
    const entry = one.role === "walker" ? space.walkers.get(one.id) : space.loose.get(one.id);
    if (!entry) throw new TypeError(`There is no body of ${one.id}.`);
    loadBody(entry.body, one);
    if (one.home) setVector(space.loose.get(one.id)?.home, one.home);
  }
}

function loadBody(body: Body, saved: BodySave): void {
  setVector(body.position, saved.at);
  setVector(body.previousPosition, saved.at);
  setVector(body.interpolatedPosition, saved.at);
  setQuaternion(body.quaternion, saved.turn);
  setQuaternion(body.previousQuaternion, saved.turn);
  setVector(body.velocity, saved.velocity);
  setVector(body.angularVelocity, saved.spin);
  body.force.setZero();
  body.torque.setZero();
  body.sleepState = saved.sleep as Body["sleepState"];
  body.timeLastSleepy = finite(saved.sleepyAtS);
  body.wakeUpAfterNarrowphase = false;
  body.aabbNeedsUpdate = true;
  body.updateInertiaWorld();
}

function setVector(to: Vec3 | undefined, [x, y, z]: readonly number[]): void {
  to?.set(finite(x), finite(y), finite(z));
}

function setQuaternion(to: Quaternion, [x, y, z, w]: readonly number[]): void {
  to.set(finite(x), finite(y), finite(z), finite(w));
}

/** True for a saved body that {@link loadSpace} takes. */
export function isFiniteBody({ at, turn, velocity, spin, sleepyAtS, home = [] }: BodySave): boolean {
  return [...at, ...turn, ...velocity, ...spin, sleepyAtS, ...home].every(isNumber);
}

function isNumber(value: number | undefined): value is number {
  return typeof value === "number" && Number.isFinite(value);
}

function finite(value: number | undefined): number {
  if (isNumber(value)) return value;
  throw new TypeError("A body's number is missing or not finite.");
}

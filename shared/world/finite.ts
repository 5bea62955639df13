import type { Actor } from "./actor.ts";
import { FiniteValues } from "./finite-values.ts";

/** Where an actor stands: metres, radians. */
type Pose = Readonly<Pick<Actor, "x" | "y" | "z" | "yaw">>;

/** True for a place that the wire can carry. */
export function isFinitePose({ x, y, z, yaw }: Pose): boolean {
  return [x, y, z, yaw].every((value) => Number.isFinite(value) && Number.isFinite(Math.fround(value)));
}

/** Result of {@link mendActor}. */
export interface Mended {
  /** Name of the first field that was not finite. */
  readonly field: string;
  /** False: its class has no finite number for it. */
  readonly ok: boolean;
}

/**
 * Replaces numbers of an actor that are not finite by those of a new instance of its class; an actor whose
 * place is not finite is put at `home`. Undefined: all were finite.
 */
export function mendActor(actor: Actor, home: Pose): Mended | undefined {
  const values = new FiniteValues(actor);
  const field = values.broken();
  if (field === undefined) return undefined;
  const { x: ownX, y: ownY, z: ownZ } = actor;
  const isLost = !isFinitePose({ x: ownX, y: ownY, z: ownZ, yaw: 0 });
  values.putBack();
  const { x, y, z } = home;
  if (isLost) Object.assign(actor, { x: Math.fround(x), y: Math.fround(y), z: Math.fround(z) });
  return { field, ok: values.broken() === undefined };
}

import type { Solid } from "../level/level.ts";
import { type Ground, heightOf, topAt } from "./ground.ts";
import type { LAYER } from "./layers.ts";
import { groundDistance, rayOf, solidDistance, uprightDistance, type Vec } from "./ray-distance.ts";

export type { Vec } from "./ray-distance.ts";

/** Name of a layer: those of {@link LAYER}, and any that a game gives to its targets. */
export type LayerName = keyof typeof LAYER | (string & {});

/** An upright target of a ray: an avatar, a deer. `y` is at its feet. */
export interface Target extends Vec {
  /** Id of the actor, which the hit names. */
  readonly id: string;
  /** Layer that a ray must ask for to meet it. */
  readonly layer: LayerName;
  /** Radius of the upright cylinder that stands for it, metres. */
  readonly radiusM: number;
  /** Height of that cylinder above `y`, metres. */
  readonly heightM: number;
}

/** What a ray or an overlap hit: a target or a piece of the level, where, and how far away in metres. */
export interface Hit extends Vec {
  /** Layer of what was hit. */
  readonly layer: LayerName;
  /** Of a target; undefined for the level itself. */
  readonly id: string | undefined;
  /** The piece of the level, undefined for a target and for bare ground. */
  readonly solid: Solid | undefined;
  /** From the origin of the ray, or the middle of the overlap, metres. */
  readonly distanceM: number;
}

/** Which targets and layers a query takes into account. */
export interface SpaceQueryOptions {
  /** Only what is in one of these layers; without it everything. */
  readonly layers?: readonly LayerName[];
  /** What may be hit beside the level. */
  readonly targets?: Iterable<Target>;
  /** Id of a target that is left out: the shooter's own. */
  readonly except?: string;
}

/**
 * The nearest hit of a ray: level (layer "solid") or target. Pure, so that a client may predict with the
 * same function; needs no physics.
 *
 * @param way direction of any length above 0
 * @param maxM how far the ray goes, metres
 * @example
 * const hit = castRay(ground, eye, aim, 40, { layers: ["solid", "creature"], targets: deer, except: me });
 * if (hit?.layer === "creature") wound(hit.id);
 */
export function castRay(
  ground: Ground,
  from: Vec,
  way: Vec,
  maxM: number,
  { layers, targets = [], except }: SpaceQueryOptions = {},
): Hit | undefined {
  const ray = rayOf(from, way);
  if (!ray || !(maxM > 0)) return undefined;
  let best = maxM;
  let hit: Pick<Hit, "layer" | "id" | "solid"> | undefined;
  if (layers === undefined || layers.includes("solid")) {
    const along = groundDistance(ground, ray, best);
    if (along !== undefined) {
      best = along;
      hit = { layer: "solid", id: undefined, solid: undefined };
    }
    for (const solid of ground.level.solids) {
      const far = solidDistance(solid, ray, best);
      if (far === undefined) continue;
      best = far;
      hit = { layer: "solid", id: undefined, solid };
    }
  }
  for (const target of targets) {
    if (target.id === except || (layers && !layers.includes(target.layer))) continue;
    const far = uprightDistance(target, target, ray, best);
    if (far === undefined) continue;
    best = far;
    hit = { layer: target.layer, id: target.id, solid: undefined };
  }
  return (
    hit && {
      ...hit,
      distanceM: best,
      x: from.x + ray.x * best,
      y: from.y + ray.y * best,
      z: from.z + ray.z * best,
    }
  );
}

/**
 * Everything that touches a ball, nearest first: targets and solids, not the bare ground.
 *
 * @param radiusM radius of the ball, metres
 * @example
 * for (const { id } of overlap(ground, blast, 3, { layers: ["creature"], targets: mobs })) scare(id);
 */
export function overlap(
  ground: Ground,
  middle: Vec,
  radiusM: number,
  { layers, targets = [], except }: SpaceQueryOptions = {},
): Hit[] {
  const hits: Hit[] = [];
  const note = (layer: LayerName, id: string | undefined, solid: Solid | undefined, near: Vec) => {
    const distanceM = distance(middle, near);
    if (distanceM <= radiusM) hits.push({ layer, id, solid, distanceM, x: near.x, y: near.y, z: near.z });
  };
  if (layers === undefined || layers.includes("solid")) {
    for (const solid of ground.near(middle.x, middle.z, radiusM)) {
      note("solid", undefined, solid, nearestOf(solid, middle));
    }
  }
  for (const target of targets) {
    if (target.id === except || (layers && !layers.includes(target.layer))) continue;
    note(
      target.layer,
      target.id,
      undefined,
      nearestInCylinder(target, target.radiusM, target.heightM, middle),
    );
  }
  return hits.sort((a, b) => a.distanceM - b.distanceM);
}

const distance = (a: Vec, b: Vec) =>
  Math.sqrt((a.x - b.x) * (a.x - b.x) + (a.y - b.y) * (a.y - b.y) + (a.z - b.z) * (a.z - b.z));
const clamp = (value: number, low: number, high: number) => (value < low ? low : value > high ? high : value);

function nearestOf(solid: Solid, to: Vec): Vec {
  const [x, y, z] = solid.at;
  if (solid.shape === "cylinder") return nearestInCylinder({ x, y, z }, solid.radius, heightOf(solid), to);
  const nx = clamp(to.x, x - solid.size[0] / 2, x + solid.size[0] / 2);
  const nz = clamp(to.z, z - solid.size[2] / 2, z + solid.size[2] / 2);
  return { x: nx, y: clamp(to.y, y, topAt(solid, nx, nz)), z: nz };
}

function nearestInCylinder(at: Vec, radius: number, height: number, to: Vec): Vec {
  const dx = to.x - at.x;
  const dz = to.z - at.z;
  const away = Math.sqrt(dx * dx + dz * dz);
  const share = away <= radius ? 1 : radius / away;
  return { x: at.x + dx * share, y: clamp(to.y, at.y, at.y + height), z: at.z + dz * share };
}

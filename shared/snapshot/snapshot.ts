import type { Schema } from "@colyseus/schema";
import { RoomkeepError } from "../errors.ts";
import { Actor } from "../world/actor.ts";
import type { World } from "../world/world.ts";
import { canonicalJson, fnv1a64 } from "./hash.ts";
import {
  build,
  type ClassTable,
  classNamed,
  fillFromJson,
  type SchemaJson,
  schemaToJson,
  valueFromJson,
  valueToJson,
} from "./schema-json.ts";
import { isObject, versioned } from "./versioned.ts";

/** The parts of a room that a snapshot is taken of, and restored into. */
export interface SnapshotParts {
  /** The actor classes of the room, made by `classTable`. */
  readonly classes: ClassTable;
  /** The room's state: its own fields are saved too; the actors are saved once. */
  readonly state?: Schema;
  /**
   * Values beside the schema: bodies' float64 poses and velocities, the seed, the tick. Plain objects, lists
   * and values; saved exactly, and part of the hash.
   */
  readonly extras?: unknown;
  /** Which actors are saved, by id. Default: all. */
  readonly keeps?: (id: string) => boolean;
  /**
   * Checks each actor of a snapshot before it enters the world, and may change it; false leaves it out.
   * Default: all enter.
   */
  readonly admits?: (actor: Actor, id: string) => boolean;
}

/** A world as JSON: what {@link takeSnapshot} wrote, with its version, for `restoreSnapshot`. */
export interface WorldSnapshot {
  /** Number that the next id is made with, so that no id of before is given twice. */
  readonly nextId: number;
  /** Id, class name and values, in the order of spawning. */
  readonly actors: readonly (readonly [id: string, className: string, values: SchemaJson])[];
  /** The state's own fields without its actors; null: none were asked for. */
  readonly state: SchemaJson | null;
  /** What the caller gave besides; null: nothing. */
  readonly extras: unknown;
}

/** The format itself; what a game stores in it has versions of its own, by component or with `versioned`. */
const format = versioned<WorldSnapshot>({ name: "world snapshot", version: 1 });

/**
 * A world as versioned JSON.
 *
 * @throws SNAPSHOT_UNSUPPORTED if an actor's class is not in the table or holds what JSON cannot, with the
 *   path
 * @example
 * const saved = JSON.stringify(takeSnapshot(world, { classes, state: this.state, extras: { tick } }));
 */
export function takeSnapshot(
  world: World,
  parts: SnapshotParts,
): { readonly v: number; readonly data: WorldSnapshot } {
  const { classes, state, extras = null, keeps = () => true } = parts;
  const saved = [...world.query()].filter((actor) => keeps(world.idOf(actor) ?? ""));
  const actors = saved.map((actor) => {
    const { name } = actor.constructor;
    if (classes.get(name) !== actor.constructor) {
      throw new RoomkeepError("SNAPSHOT_UNSUPPORTED", `Actor class ${name} is not among the classes given.`);
    }
    return [world.idOf(actor) ?? "", name, schemaToJson(actor, classes)] as const;
  });
  const own = state === undefined ? null : schemaToJson(state, classes, ["actors"]);
  return format.wrap({ nextId: world.nextId, actors, state: own, extras: valueToJson(extras) });
}

/**
 * Makes a world what it was when the snapshot was taken: wholly, or not at all. Returns the extras.
 *
 * @param stored what `takeSnapshot` gave, or the same from JSON
 * @throws SNAPSHOT_NEWER if a newer version took it
 * @throws SNAPSHOT_CORRUPT if it is damaged
 * @throws ACTOR_UNKNOWN if it names a class that is not in the table
 * @example
 * const classes = classTable([Deer]);
 * const { tick } = restoreSnapshot(world, JSON.parse(saved), { classes }) as { tick: number };
 */
export function restoreSnapshot(
  world: World,
  stored: unknown,
  parts: Omit<SnapshotParts, "extras" | "keeps">,
): unknown {
  const { classes, state, admits = () => true } = parts;
  const snapshot = format.open(stored);
  return orCorrupt(() => {
    const { actors, extras } = readSnapshot(snapshot, parts);
    world.batch(() => {
      for (const actor of [...world.query()]) world.despawn(actor);
      for (const [id, actor] of actors) if (admits(actor, id)) world.spawn(actor, id);
    });
    if (state !== undefined && snapshot.state !== null) fillFromJson(state, snapshot.state, classes);
    world.nextId = snapshot.nextId;
    return extras;
  });
}

/**
 * Reads a snapshot as {@link restoreSnapshot} does, into no world, and returns the extras.
 *
 * @throws as `restoreSnapshot`
 */
export function checkSnapshot(stored: unknown, parts: Pick<SnapshotParts, "classes" | "state">): unknown {
  const snapshot = format.open(stored);
  return orCorrupt(() => readSnapshot(snapshot, parts).extras);
}

function readSnapshot(snapshot: WorldSnapshot, { classes, state }: Pick<SnapshotParts, "classes" | "state">) {
  const actors = readActors(snapshot, classes);
  const extras = valueFromJson(snapshot.extras);
  if (!Number.isSafeInteger(snapshot.nextId)) throw new TypeError("nextId is no whole number.");
  // Into a twin: what fits that will fit the state, which must not be left half filled.
  if (state !== undefined && snapshot.state !== null)
    fillFromJson(new (state.constructor as new () => Schema)(), snapshot.state, classes);
  return { actors, extras };
}

function readActors(snapshot: WorldSnapshot, classes: ClassTable): [string, Actor][] {
  if (!Array.isArray(snapshot.actors)) throw new TypeError("There is no list of actors.");
  return snapshot.actors.map((row: unknown) => {
    const [id, name, values] = Array.isArray(row) ? (row as unknown[]) : [];
    const actor = build(classNamed(classes, name), values, classes);
    if (typeof id !== "string" || !(actor instanceof Actor))
      throw new TypeError("A row of the actors is damaged.");
    return [id, actor];
  });
}

const NAMED = new Set(["SNAPSHOT_NEWER", "SNAPSHOT_CORRUPT", "ACTOR_UNKNOWN"]);

/** Values that a setter refuses are damage too; the refusal is the cause. */
function orCorrupt<T>(run: () => T): T {
  try {
    return run();
  } catch (cause) {
    if (cause instanceof RoomkeepError && NAMED.has(cause.code)) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RoomkeepError("SNAPSHOT_CORRUPT", `The snapshot does not fit: ${reason}`, { cause });
  }
}

/**
 * A hash of all that a snapshot holds; equal worlds have equal hashes, in whichever order their maps were
 * filled.
 *
 * @returns 16 hex digits
 * @example
 * if (hashState(world, parts) !== recorded) throw new Error(`Tick ${tick} differs.`);
 */
export function hashState(world: World, parts: SnapshotParts): string {
  return fnv1a64(canonicalJson(withoutOrder(takeSnapshot(world, parts).data)));
}

function withoutOrder(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOrder);
  if (!isObject(value)) return value;
  const rows = value.$ === "map" ? "entries" : "actors";
  const unordered = Object.fromEntries(Object.entries(value).map(([key, one]) => [key, withoutOrder(one)]));
  const list = unordered[rows];
  if (Array.isArray(list) && (rows === "entries" || "nextId" in value)) list.sort(byKey);
  return unordered;
}

function byKey(a: unknown, b: unknown): number {
  const [left, right] = [String((a as unknown[])[0]), String((b as unknown[])[0])];
  return left < right ? -1 : left > right ? 1 : 0;
}

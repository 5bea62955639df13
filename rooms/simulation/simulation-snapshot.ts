import { type Schema, TypeContext } from "@colyseus/schema";
import {
  type Actor,
  type Events,
  type GameEvent,
  hashState,
  type Random,
  RoomkeepError,
  restoreSnapshot,
  type Space,
  type Stored,
  type Triggers,
  takeSnapshot,
  type World,
  type WorldState,
} from "../../shared/index.ts";
import {
  type BodySave,
  checkSnapshot,
  type EventsSave,
  FiniteValues,
  isFiniteBody,
  loadSpace,
  mendActor,
  type SchemaClass,
  type SnapshotParts,
  type SpaceSave,
  saveSpace,
  type TriggersSave,
  valueFromJson,
  valueToJson,
} from "../../shared/internal.ts";
import type { Place } from "../ports/characters.ts";
import type { Systems } from "./systems.ts";

/** The parts of a simulation that its snapshot saves. */
interface Inside {
  readonly state: WorldState;
  readonly world: World;
  readonly systems: Pick<Systems<World>, "failing" | "setFailing" | "memories" | "setMemories">;
  readonly random: Random;
  readonly triggers: Triggers;
  readonly events: Events;
  readonly classes: readonly SchemaClass[] | undefined;
  readonly clock: { get(): number; set(tick: number): void };
  /** The place for an actor whose own was not finite. */
  home(): Place;
  space(): Space | undefined;
  /** Rebuilds the bodies in the order of a save. */
  rebuild(bodies: readonly BodySave[]): void;
}

/** State beside the schema. */
interface Extras {
  readonly tick: number;
  readonly random: number;
  /** Failures in a row by system; only where players are kept too: a new process tries every system again. */
  readonly failing: Readonly<Record<string, number>>;
  readonly space: SpaceSave | null;
  /** What systems remember, by name; absent where none does. */
  readonly memory?: Readonly<Record<string, unknown>>;
  /** Absent in saves from before they were kept. */
  readonly triggers?: TriggersSave;
  readonly events?: EventsSave;
}

/** An actor or field of a snapshot that was not finite, and was healed. */
export interface Healed {
  /** Id of the actor; empty for the state's own fields. */
  readonly id: string;
  readonly className: string;
  /** The first of its fields that were not finite. */
  readonly field: string;
  /** True: its class has no finite number for it, so the actor was left out. */
  readonly leftOut: boolean;
}

/** The actors that a snapshot covers. */
export interface SnapshotScope {
  /** Actors that are left out, by id, such as the avatars in a zone's save. A map or set of ids will do. */
  readonly without?: { has(id: string): boolean };
}

/** What of a simulation is not in its schema, as JSON. */
export type BesideSchema = unknown;

/** A simulation as JSON: taken, put back, compared. */
export interface SimulationSnapshot {
  /**
   * All that the next steps depend on, as versioned JSON: the world, the state's own fields, the bodies'
   * float64 poses, the tick, the state of the random generator, the visitors of the trigger volumes, the
   * history of the events and those that wait. Changes that `world.defer` holds are not: they are code. Take
   * one when none waits (`world.waiting` is 0).
   *
   * @throws SNAPSHOT_UNSUPPORTED if an actor holds what JSON cannot
   */
  snapshot(what?: SnapshotScope): Stored;
  /**
   * Continues from a snapshot. Walkers get their bodies back once `Simulation.addWalker` names their actors
   * or, for those that were added before, at once.
   *
   * @param onHealed given: actors whose numbers are not finite get those of their class and stand at the
   *   level's first spawn, or are left out, and it is called for each. Default: all is as it was, such
   *   numbers too
   * @throws SNAPSHOT_NEWER, SNAPSHOT_CORRUPT, ACTOR_UNKNOWN; nothing is changed then
   */
  restore(stored: unknown, onHealed?: (healed: Healed) => void): void;
  /** Throws the errors that {@link restore} would, and changes nothing. */
  checkSnapshot(stored: unknown): void;
  /** All of {@link snapshot} that is neither an actor nor a field of the state. */
  besideSchema(): BesideSchema;
  /**
   * Goes on from what {@link besideSchema} gave, with the actors and the state as they are: bodies and
   * volumes that an edit has taken away are left out.
   *
   * @throws TypeError if it is damaged
   */
  restoreBesideSchema(kept: BesideSchema): void;
  /**
   * Equal for equal worlds: 16 hex digits over all that {@link snapshot} keeps. Events that went are in it by
   * a digest.
   */
  hash(what?: SnapshotScope): string;
}

/** Snapshot, restore and hash of a simulation. */
export function openSimulationSnapshot(inside: Inside): SimulationSnapshot {
  const { state, world } = inside;
  const extrasOf = ({ without }: SnapshotScope, past: boolean): Extras => {
    const keeps = (id: string) => !without?.has(id);
    const space = inside.space();
    const memory = inside.systems.memories();
    return {
      tick: inside.clock.get(),
      random: inside.random.state,
      failing: without ? {} : inside.systems.failing(),
      space: space ? saveSpace(space, keeps) : null,
      triggers: inside.triggers.save(keeps),
      events: inJson(inside.events.save(past)),
      ...(Object.keys(memory).length > 0 && { memory }),
    };
  };
  const partsOf = (what: SnapshotScope, past: boolean): SnapshotParts => ({
    classes: classesOf(inside),
    state,
    keeps: (id) => !what.without?.has(id),
    extras: extrasOf(what, past),
  });
  const snapshot = (what: SnapshotScope = {}) => takeSnapshot(world, partsOf(what, true));
  return {
    snapshot,
    checkSnapshot(stored) {
      try {
        checkExtras(checkSnapshot(stored, { classes: classesOf(inside), state }));
      } catch (error) {
        throw orCorrupt(error);
      }
    },
    besideSchema: () => valueToJson(extrasOf({}, true)),
    restoreBesideSchema(kept) {
      const extras = checkExtras(valueFromJson(kept));
      const isThere = ({ id }: BodySave) => world.get(id) !== undefined;
      resume(inside, extras, (extras.space?.bodies ?? []).filter(isThere));
    },
    // A thousand events in each hash would cost more than all the rest: their digest stands for them.
    hash: (what = {}) => hashState(world, partsOf(what, false)),
    restore(stored, onHealed) {
      const before = snapshot();
      try {
        load(inside, stored, onHealed);
      } catch (error) {
        load(inside, before);
        throw orCorrupt(error);
      }
    },
  };
}

function load(inside: Inside, stored: unknown, onHealed?: (healed: Healed) => void): void {
  const { world, state } = inside;
  const healed = new Set<string>();
  const heal = (actor: Actor, id: string): boolean => {
    const mended = mendActor(actor, inside.home());
    if (mended === undefined) return true;
    healed.add(id);
    onHealed?.({ id, className: actor.constructor.name, field: mended.field, leftOut: !mended.ok });
    return mended.ok;
  };
  const extras = restoreSnapshot(world, stored, {
    classes: classesOf(inside),
    state,
    ...(onHealed && { admits: heal }),
  });
  const beside = checkExtras(extras);
  if (onHealed) healState(state, onHealed);
  // A healed actor gets a new body where it stands now.
  const bodies = (beside.space?.bodies ?? []).filter(
    (body) => !onHealed || (isFiniteBody(body) && !healed.has(body.id)),
  );
  resume(inside, beside, bodies);
}

function resume(inside: Inside, extras: Extras, bodies: readonly BodySave[]): void {
  const { tick, random, failing, memory, space, triggers, events } = extras;
  inside.clock.set(tick);
  inside.random.state = random;
  inside.systems.setFailing(failing ?? {});
  inside.systems.setMemories(memory ?? {});
  inside.triggers.load(triggers ?? {});
  inside.events.load(events ?? { seq: 0, digest: "", past: [], waiting: [] });
  inside.rebuild(bodies);
  const there = inside.space();
  if (space && there) loadSpace(there, { ...space, bodies });
}

function checkExtras(extras: unknown): Extras {
  const { tick, random } = extras as Extras;
  if (!Number.isSafeInteger(tick) || tick < 0 || !Number.isSafeInteger(random)) {
    throw new TypeError("The tick or the state of the chance is missing.");
  }
  return extras as Extras;
}

function healState(state: WorldState, onHealed: (healed: Healed) => void): void {
  const values = new FiniteValues(state);
  const field = values.broken();
  if (field === undefined) return;
  values.putBack();
  onHealed({ id: "", className: state.constructor.name, field, leftOut: false });
}

/** Leaves out events whose payload JSON cannot hold: those are between the rules of one process. */
function inJson(events: EventsSave): EventsSave {
  const fits = (event: GameEvent) => {
    try {
      valueToJson(event);
      return true;
    } catch {
      return false;
    }
  };
  const { past, waiting } = events;
  return { ...events, past: past.filter(fits), waiting: waiting.filter(({ event }) => fits(event)) };
}

function orCorrupt(error: unknown): unknown {
  if (error instanceof RoomkeepError) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new RoomkeepError("SNAPSHOT_CORRUPT", `The snapshot does not fit: ${reason}`, { cause: error });
}

/**
 * The classes that a snapshot may name. Of two with one name, which two games in one process may have, the
 * one that is used in this world is taken.
 */
function classesOf({ classes, state, world }: Inside): ReadonlyMap<string, SchemaClass> {
  const table = new Map<string, SchemaClass>();
  const known = classes ?? knownTo(state);
  for (const klass of known) table.set(klass.name, klass);
  if (!classes)
    for (const actor of world.query()) table.set(actor.constructor.name, actor.constructor as SchemaClass);
  return table;
}

/** By the encoders' own list, which a hot reload makes anew. */
function knownTo(state: WorldState): readonly SchemaClass[] {
  const { types } = TypeContext.cache(state.constructor as typeof Schema);
  return Object.values(types) as unknown as SchemaClass[];
}

import { type Schema, TypeContext } from "@colyseus/schema";
import {
  type BodySave,
  type Events,
  type EventsSave,
  type GameEvent,
  hashState,
  loadSpace,
  type Random,
  RoomkeepError,
  restoreSnapshot,
  type SchemaClass,
  type SnapshotParts,
  type Space,
  type SpaceSave,
  saveSpace,
  type Triggers,
  type TriggersSave,
  takeSnapshot,
  valueToJson,
  type World,
  type WorldState,
} from "../../shared/index.ts";
import type { Simulation, SnapshotScope } from "./simulation.ts";
import type { Systems } from "./systems.ts";

/** What a simulation shows of itself to be saved. */
interface Inside {
  readonly state: WorldState;
  readonly world: World;
  readonly systems: Pick<Systems<World>, "failing" | "setFailing">;
  readonly random: Random;
  readonly triggers: Triggers;
  readonly events: Events;
  readonly classes: readonly SchemaClass[] | undefined;
  readonly clock: { get(): number; set(tick: number): void };
  space(): Space | undefined;
  /** Makes the bodies anew in the order of a save. */
  rebuild(bodies: readonly BodySave[]): void;
}

/** What lives beside the schema. */
interface Extras {
  readonly tick: number;
  readonly random: number;
  /** Failures in a row by system; only where players are kept too: a new process tries every system again. */
  readonly failing: Readonly<Record<string, number>>;
  readonly space: SpaceSave | null;
  /** Absent in saves from before they were kept. */
  readonly triggers?: TriggersSave;
  readonly events?: EventsSave;
}

/** Snapshot, restore and hash of a simulation. */
export function openSimulationSnapshot(inside: Inside): Pick<Simulation, "snapshot" | "restore" | "hash"> {
  const { state, world } = inside;
  const partsOf = ({ without }: SnapshotScope, past: boolean): SnapshotParts => {
    const keeps = (id: string) => !without?.has(id);
    const space = inside.space();
    const extras: Extras = {
      tick: inside.clock.get(),
      random: inside.random.state,
      failing: without ? {} : inside.systems.failing(),
      space: space ? saveSpace(space, keeps) : null,
      triggers: inside.triggers.save(keeps),
      events: inJson(inside.events.save(past)),
    };
    return { classes: classesOf(inside), state, keeps, extras };
  };
  const snapshot = (what: SnapshotScope = {}) => takeSnapshot(world, partsOf(what, true));
  return {
    snapshot,
    // A thousand events in each hash would cost more than all the rest: their digest stands for them.
    hash: (what = {}) => hashState(world, partsOf(what, false)),
    restore(stored) {
      const before = snapshot();
      try {
        load(inside, stored);
      } catch (error) {
        load(inside, before);
        throw orCorrupt(error);
      }
    },
  };
}

function load(inside: Inside, stored: unknown): void {
  const { world, state } = inside;
  const { tick, random, failing, space, triggers, events } = restoreSnapshot(world, stored, {
    classes: classesOf(inside),
    state,
  }) as Extras;
  if (!Number.isSafeInteger(tick) || tick < 0 || !Number.isSafeInteger(random)) {
    throw new TypeError("The tick or the state of the chance is missing.");
  }
  inside.clock.set(tick);
  inside.random.state = random;
  inside.systems.setFailing(failing ?? {});
  inside.triggers.load(triggers ?? {});
  inside.events.load(events ?? { seq: 0, digest: "", past: [], waiting: [] });
  inside.rebuild(space?.bodies ?? []);
  const there = inside.space();
  if (space && there) loadSpace(there, space);
}

/** Events whose payload no JSON can hold stay behind: those are between the rules of one process. */
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
 * The classes that a snapshot may name. Of two with one name, which two games in one process may have, the one that
 * lives in this world is taken.
 */
function classesOf({ classes, state, world }: Inside): ReadonlyMap<string, SchemaClass> {
  const table = new Map<string, SchemaClass>();
  const known = classes ?? knownTo(state);
  for (const klass of known) table.set(klass.name, klass);
  if (!classes)
    for (const actor of world.query()) table.set(actor.constructor.name, actor.constructor as SchemaClass);
  return table;
}

const contexts = new WeakMap<object, readonly SchemaClass[]>();

function knownTo(state: WorldState): readonly SchemaClass[] {
  const root = state.constructor;
  let known = contexts.get(root);
  if (!known) {
    const { types } = new TypeContext(root as typeof Schema);
    known = Object.values(types) as unknown as SchemaClass[];
    contexts.set(root, known);
  }
  return known;
}

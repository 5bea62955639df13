import type { Actor, WorldState } from "../../shared/index.ts";
import type { SchemaClass } from "../../shared/internal.ts";
import type { BesideSchema } from "../simulation/simulation-snapshot.ts";
import {
  fillFields,
  type KeptFields,
  keepFields,
  type Lost,
  type StateClasses,
} from "./hot-reload-fields.ts";

/** The actors of a room that is replaced after an edit, and what lives beside them. JSON only. */
export interface KeptActors {
  /** By id, in the order of spawning: name and number of the class, and the fields. */
  readonly actors: Readonly<Record<string, KeptActor>>;
  /** Ids of those that the room placed when it opened: an edit may have added to them. */
  readonly placed: readonly string[];
  /** Tick, chance, bodies, volumes, events, what systems remember. */
  readonly beside: BesideSchema;
  /** Number of the next id that `spawn` makes. */
  readonly nextId: number;
}

interface KeptActor {
  readonly type: string;
  readonly number: number;
  readonly fields: KeptFields;
}

/** Keeps all actors of a state. */
export function keepActors(
  state: WorldState,
  { classes, lost }: { readonly classes: StateClasses; readonly lost: Lost },
): KeptActors["actors"] {
  const actors: Record<string, KeptActor> = {};
  state.actors.forEach((actor, id) => {
    const type = actor.constructor;
    actors[id] = {
      type: type.name,
      number: classes.numberOf(type),
      fields: keepFields(actor, classes, lost),
    };
  });
  return actors;
}

/** Where the actors of a room that was replaced are put. */
export interface RestoredActors {
  readonly state: WorldState;
  readonly classes: StateClasses;
  /** What the new room has placed when it opened. */
  readonly placed: ReadonlyMap<string, Actor>;
  /** Session ids of players, whose avatars are left to them. */
  readonly players: { has(id: string): boolean };
  readonly lost: Lost;
}

/**
 * Puts the actors back: into those that the new room has placed under the same id, else as new ones of the
 * class they had. What only the new room places stays.
 */
export function restoreActors(kept: KeptActors, options: RestoredActors): void {
  const { state, classes, placed, players, lost } = options;
  state.actors.clear();
  const former = new Set(kept.placed);
  for (const [id, actor] of placed) if (id in kept.actors || !former.has(id)) state.actors.set(id, actor);
  for (const [id, { type, number, fields }] of Object.entries(kept.actors)) {
    if (players.has(id)) continue;
    const known = placed.get(id);
    if (known) {
      fillFields(known, fields, classes, lost);
      continue;
    }
    // What the level placed and an edit has taken out of it.
    if (id.startsWith("loose-")) continue;
    const klass = classes.find(type, number);
    if (klass === undefined) {
      lost(`${id} ${type}`, new TypeError("The edited code has no such class."));
      continue;
    }
    state.actors.set(id, filled(klass, fields, classes, lost));
  }
}

function filled(klass: SchemaClass, fields: KeptFields, classes: StateClasses, lost: Lost): Actor {
  const actor = new (klass as new () => Actor)();
  fillFields(actor, fields, classes, lost);
  return actor;
}

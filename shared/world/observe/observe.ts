import { $values, type Schema } from "@colyseus/schema";
import type { Actor } from "../actor.ts";
import { fieldsOf, readField } from "../fields/schema-fields.ts";
import type { Entry, Query } from "../query.ts";
import { fieldAt } from "../write-tracking.ts";

/** A field that differs from what it was when the world last settled. */
export interface FieldChange {
  /** "x" for the actor's own, "health.hp" for a component's. */
  readonly field: string;
  readonly from: unknown;
  readonly to: unknown;
}

/** Callbacks of an observer, once for each change, when the world settles. */
export interface Observer<A extends Actor> {
  /**
   * The actor fits the query and did not at the last settling; also for those that fit when observing began.
   */
  enter?(actor: A, id: string): void;
  /**
   * Fields of the actor or its components differ, however often they were written. Collections are not
   * covered.
   */
  change?(actor: A, changes: readonly FieldChange[], id: string): void;
  /** The actor is gone or fits no longer. */
  leave?(actor: A, id: string): void;
}

/** One observer and the actors that it knows of. */
export class Watch<A extends Actor> {
  readonly query: Query<A>;
  readonly #observer: Observer<A>;
  readonly #present = new Set<Entry>();
  /** Actors that came or went since the last settling. */
  readonly pending = new Set<Entry>();

  constructor(query: Query<A>, observer: Observer<A>) {
    this.query = query;
    this.#observer = observer;
  }

  get wantsChanges(): boolean {
    return this.#observer.change !== undefined;
  }

  /**
   * Calls the observer for all that happened since the last settling; an error of a callback is reported, and
   * the rest go on.
   */
  tell(changed: readonly Entry[], changesOf: (entry: Entry) => readonly FieldChange[], fault: Fault): void {
    const pending = [...this.pending];
    this.pending.clear();
    for (const entry of pending) {
      if (this.query.has(entry) || !this.#present.delete(entry)) continue;
      guarded(fault, () => this.#observer.leave?.(entry.actor as A, entry.id));
    }
    const fresh = pending.filter((entry) => this.query.has(entry) && !this.#present.has(entry));
    for (const entry of fresh) {
      this.#present.add(entry);
      guarded(fault, () => this.#observer.enter?.(entry.actor as A, entry.id));
    }
    if (!this.wantsChanges) return;
    for (const entry of changed) {
      if (!this.#present.has(entry) || fresh.includes(entry)) continue;
      const changes = changesOf(entry);
      if (changes.length > 0)
        guarded(fault, () => this.#observer.change?.(entry.actor as A, changes, entry.id));
    }
  }
}

/** Receives an error of a deferred change or of an observer. */
export type Fault = (error: unknown) => void;

/** Runs a builder's function; an error goes to `fault` and no further. */
export function guarded(fault: Fault, run: () => void): void {
  try {
    run();
  } catch (error) {
    fault(error);
  }
}

/** The fields of an entry that differ now from what they were at the last settling. */
export function fieldChanges(entry: Entry): FieldChange[] {
  const changes: FieldChange[] = [];
  for (const { ref, index, from } of entry.changes) {
    const schema = ref as Schema;
    const to = schema[$values][index];
    const prefix = ref === entry.actor ? "" : pathTo(entry.actor, schema);
    const field = fieldAt(schema, index);
    if (Object.is(from, to) || prefix === undefined || field === undefined) continue;
    if (field.kind !== "value" && field.kind !== "ref") continue;
    changes.push({ field: prefix + field.name, from, to });
  }
  return changes;
}

/** "health." for a child of the actor, undefined for one that was replaced since. */
function pathTo(actor: Schema, child: Schema): string | undefined {
  for (const field of fieldsOf(actor.constructor)) {
    if (field.kind !== "ref") continue;
    const value = readField(actor, field.name);
    if (value === child) return `${field.name}.`;
  }
  return undefined;
}

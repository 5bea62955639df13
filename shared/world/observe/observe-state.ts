import { ArraySchema, CollectionSchema, MapSchema, Schema, SetSchema } from "@colyseus/schema";
import { fieldsOf, readField } from "../fields/schema-fields.ts";
import { type Fault, type FieldChange, guarded } from "./observe.ts";

/** Told once of all that changed since the last settling; "round.turn", "best.ann.points" are such fields. */
export type StateListener = (changes: readonly FieldChange[]) => void;

/** Observers of a state's own fields and collections. Made by {@link observeState}. */
export interface StateObservers {
  /**
   * Observes fields of the state, by name, with all that is in them; without names all but those left out.
   *
   * @returns how to stop
   */
  observe(listener: StateListener, fields?: readonly string[]): () => void;
  /** Tells what differs from the last settling. An observer that throws is reported, and the others go on. */
  settle(fault: Fault): void;
}

/**
 * Opens the observers of a state. Only what somebody observes is looked at, and only as it settles: however
 * often a field was written, its observers hear once what it was and what it is.
 *
 * - A child: `{ field: "round", from, to }` when it is another one, else its fields: `round.turn`.
 * - A map: an entry that came (`from` undefined), went (`to` undefined) or is another: `best.ann`; else its
 * fields.
 * - An array or a set: one change with the items before and after, where the items or their order differ; and
 * the   fields of items that stayed, under the place that they have now: `rows.2.points`.
 *
 * @param leftOut fields that are observed only by name
 * @example
 * const observers = observeState(room.state, ["actors"]);
 * observers.observe((changes) => changes.forEach(({ field, to }) => console.log(field, to)));
 * room.onStateChange(() => observers.settle(console.error));
 */
export function observeState(state: Schema, leftOut: readonly string[] = []): StateObservers {
  const all = fieldsOf(state.constructor).map(({ name }) => name);
  const watches = new Set<Watched>();
  return {
    observe(listener, fields = all.filter((name) => !leftOut.includes(name))) {
      const known = new Map(fields.map((name) => [name, mirrorOf(readField(state, name))]));
      const watched = { listener, known };
      watches.add(watched);
      return () => void watches.delete(watched);
    },
    settle(fault) {
      for (const { listener, known } of [...watches]) {
        const changes: FieldChange[] = [];
        for (const [name, before] of known)
          known.set(name, compare(name, before, readField(state, name), changes));
        if (changes.length > 0) guarded(fault, () => listener(changes));
      }
    },
  };
}

interface Watched {
  readonly listener: StateListener;
  /** What was seen at the last settling, by field. */
  readonly known: Map<string, unknown>;
}

/** What a schema child or a collection held when it was last looked at. */
class Mirror {
  readonly of: object;
  /** Of an array or a set. */
  readonly items: readonly unknown[] | undefined;
  /** By field or key; of an array by the item, as far as items are parts themselves. */
  readonly parts: ReadonlyMap<unknown, unknown>;

  constructor(of: object) {
    this.of = of;
    this.items = itemsOf(of);
    this.parts = new Map([...partsOf(of)].map(([key, , value]) => [key, mirrorOf(value)]));
  }
}

/** A plain value is its own mirror. */
const mirrorOf = (value: unknown): unknown => (isPart(value) ? new Mirror(value) : value);
const seenAs = (mirror: unknown): unknown => (mirror instanceof Mirror ? mirror.of : mirror);

function isPart(value: unknown): value is object {
  return value instanceof Schema || value instanceof MapSchema || itemsOf(value) !== undefined;
}

function itemsOf(value: unknown): unknown[] | undefined {
  const isList =
    value instanceof ArraySchema || value instanceof SetSchema || value instanceof CollectionSchema;
  return isList ? [...value.values()] : undefined;
}

/** Key in the mirror, name in the path, and value of each part of a value. */
function* partsOf(value: object): Iterable<readonly [key: unknown, name: string, value: unknown]> {
  if (value instanceof Schema) {
    for (const { name } of fieldsOf(value.constructor)) yield [name, name, readField(value, name)];
  } else if (value instanceof MapSchema) {
    for (const [key, one] of value.entries()) yield [key, String(key), one];
  } else {
    for (const [i, one] of (itemsOf(value) ?? []).entries()) if (isPart(one)) yield [one, String(i), one];
  }
}

/** Notes how a value differs from its mirror. @returns its new mirror */
function compare(path: string, before: unknown, now: unknown, changes: FieldChange[]): unknown {
  if (!(before instanceof Mirror) || before.of !== now || !isPart(now)) {
    if (!Object.is(seenAs(before), now)) changes.push({ field: path, from: seenAs(before), to: now });
    return isPart(now) ? new Mirror(now) : now;
  }
  const { length } = changes;
  const items = itemsOf(now);
  if (items && before.items && !isSame(before.items, items))
    changes.push({ field: path, from: before.items, to: items });
  const gone = new Set(before.parts.keys());
  for (const [key, name, value] of partsOf(now)) {
    gone.delete(key);
    // An item that has come is in the lists already.
    if (items && !before.parts.has(key)) continue;
    compare(`${path}.${name}`, before.parts.get(key), value, changes);
  }
  if (!items)
    for (const key of gone)
      if (before.parts.get(key) !== undefined)
        changes.push({
          field: `${path}.${String(key)}`,
          from: seenAs(before.parts.get(key)),
          to: undefined,
        });
  return changes.length === length ? before : new Mirror(now);
}

const isSame = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a.length === b.length && a.every((one, i) => Object.is(one, b[i]));

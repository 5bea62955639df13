import { $changes, $track, $values, type ChangeTree, OPERATION, Schema } from "@colyseus/schema";
import { type Field, fieldsOf, readField, writeField } from "./fields/schema-fields.ts";

/** Called just before each write to a watched instance; true holds the wire's record of it back. */
export interface WriteListener<O> {
  onWrite(owner: O, ref: Schema, index: number): boolean;
}

const $link = Symbol("roomkeep.link");
interface Link {
  readonly listener: WriteListener<unknown>;
  readonly owner: unknown;
}
/**
 * The link is stored on the change tree: it is at hand when a write is tracked, and is no field of an actor.
 */
type Linked = ChangeTree & { [$link]?: Link | undefined };
type Track = (tree: ChangeTree, index: number, operation?: OPERATION) => void;

const tracked = new WeakSet<object>();
const intercepted = new WeakSet<object>();

/**
 * Calls `listener` for every write to an instance and to its schema children, on the server and, as a decoder
 * writes through the same setters, in the browser. Writes inside collections are not seen.
 *
 * It rests on `$track`, which @colyseus/schema exposes "as an override point so downstream tools can
 * intercept per-field writes" (Schema.ts). Classes that no world uses are left as they are.
 */
export function watchWrites<O>(ref: Schema, listener: WriteListener<O>, owner: O): void {
  interceptTrack(ref.constructor as typeof Schema);
  setLink(ref, { listener: listener as WriteListener<unknown>, owner });
  for (const name of childFields(ref.constructor)) {
    const child = readField(ref, name);
    if (child instanceof Schema) watchWrites(child, listener, owner);
  }
}

/** Ends {@link watchWrites}. */
export function unwatchWrites(ref: Schema): void {
  setLink(ref, undefined);
  for (const name of childFields(ref.constructor)) {
    const child = readField(ref, name);
    if (child instanceof Schema) unwatchWrites(child);
  }
}

function setLink(ref: Schema, link: Link | undefined): void {
  const tree: Linked | undefined = ref[$changes];
  if (tree !== undefined) tree[$link] = link;
}

function interceptTrack(klass: typeof Schema): void {
  if (intercepted.has(klass)) return;
  intercepted.add(klass);
  for (const field of fieldsOf(klass)) if (field.optional) interceptAbsence(klass, field);
  const stock = klass[$track] as Track;
  // A class inherits the track of the one it extends.
  if (tracked.has(stock)) return;
  const track: Track = (tree, index, operation = OPERATION.ADD) => {
    const link = (tree as Linked)[$link];
    if (link?.listener.onWrite(link.owner, tree.ref, index)) return;
    stock(tree, index, operation);
  };
  tracked.add(track);
  Object.defineProperty(klass, $track, { value: track, writable: true, configurable: true });
}

/** A setter that is given undefined does not call `$track`: the listener is called ahead of it. */
function interceptAbsence(klass: typeof Schema, { name, index }: Field): void {
  const stock = setterOf(klass.prototype, name);
  const set = stock?.set;
  if (stock === undefined || set === undefined) return;
  Object.defineProperty(klass.prototype, name, {
    ...stock,
    set(this: Schema, value: unknown) {
      const link = (this[$changes] as Linked | undefined)?.[$link];
      const absent = value === undefined || value === null;
      if (absent && this[$values][index] !== undefined) link?.listener.onWrite(link.owner, this, index);
      set.call(this, value);
    },
  });
}

function setterOf(prototype: object, name: string): PropertyDescriptor | undefined {
  for (let at: object | null = prototype; at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found;
  }
  return undefined;
}

const children = new WeakMap<object, readonly string[]>();

/** Names of the fields that hold one schema child. */
function childFields(klass: object): readonly string[] {
  let names = children.get(klass);
  if (names === undefined) {
    names = fieldsOf(klass).flatMap((field) => (field.kind === "ref" ? [field.name] : []));
    children.set(klass, names);
  }
  return names;
}

/** A field by its wire index. */
export function fieldAt(ref: Schema, index: number): Field | undefined {
  const fields = fieldsOf(ref.constructor);
  const guess = fields[index];
  return guess?.index === index ? guess : fields.find((field) => field.index === index);
}

/**
 * What fields held before they were first written: enough to take the writes back, or to put them on the
 * wire.
 */
export class WriteJournal {
  readonly #values = new Map<Schema, Map<number, unknown>>();
  readonly #children: [ref: Schema, name: string, before: unknown][] = [];

  /**
   * Keeps what a field holds now, unless it was kept before. True if its wire record can wait for `commit`.
   */
  keep(ref: Schema, index: number): boolean {
    const field = fieldAt(ref, index);
    if (field === undefined) return false;
    if (field.kind !== "value") {
      // A child is announced before its fields: its record cannot wait.
      this.#children.push([ref, field.name, ref[$values][index]]);
      return false;
    }
    this.#keepValue(ref, index, ref[$values][index]);
    return true;
  }

  #keepValue(ref: Schema, index: number, before: unknown): void {
    let fields = this.#values.get(ref);
    if (fields === undefined) {
      fields = new Map();
      this.#values.set(ref, fields);
    }
    if (!fields.has(index)) fields.set(index, before);
  }

  /** Puts what differs from before on the wire; a field that came back to what it was sends nothing. */
  commit(): void {
    for (const [ref, fields] of this.#values) {
      for (const [index, before] of fields) {
        const now = ref[$values][index];
        if (now !== before || isDeleted(ref, index)) recordValue(ref, index);
      }
    }
  }

  /** Hands everything to the batch around this one. */
  mergeInto(outer: WriteJournal): void {
    for (const [ref, fields] of this.#values) {
      for (const [index, before] of fields) outer.#keepValue(ref, index, before);
    }
    outer.#children.push(...this.#children);
  }

  /** Takes all writes back. Plain values were never recorded for the wire, so they leave nothing there. */
  revert(reverted: (ref: Schema) => void): void {
    for (const [ref, name, before] of this.#children.reverse()) {
      writeField(ref, name, before);
      reverted(ref);
    }
    for (const [ref, fields] of this.#values) {
      for (const [index, before] of fields) {
        ref[$values][index] = before;
        if (isDeleted(ref, index)) recordValue(ref, index);
      }
      reverted(ref);
    }
  }
}

/** A field that was set to undefined is on the wire's records at once: only this cannot be held back. */
function isDeleted(ref: Schema, index: number): boolean {
  return ref[$changes]?.getChange(index) === OPERATION.DELETE;
}

function recordValue(ref: Schema, index: number): void {
  const now = ref[$values][index];
  if (now !== undefined && now !== null) ref[$changes]?.change(index, OPERATION.ADD);
}

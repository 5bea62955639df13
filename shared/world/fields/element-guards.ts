import {
  $changes,
  $values,
  ArraySchema,
  ChangeTree,
  CollectionSchema,
  MapSchema,
  Schema,
  SetSchema,
} from "@colyseus/schema";
import { type Field, fieldsOf, readField, type SchemaClass } from "./schema-fields.ts";
import { isGuarding } from "./unguarded.ts";

type Check = (value: unknown) => void;
const $check = Symbol("roomkeep.check");
type Checked = { [$check]?: Check };

/** Methods that put elements in, each with the first and the last of its arguments that are elements. */
type Writers = Readonly<Record<string, readonly [first: number, last: number]>>;

/** Collections of plain values whose elements are checked: they inherit from those of @colyseus/schema. */
const CHECKED = [
  checkedBy(MapSchema, { set: [1, 1] }),
  checkedBy(ArraySchema, {
    push: [0, Number.POSITIVE_INFINITY],
    unshift: [0, Number.POSITIVE_INFINITY],
    splice: [2, Number.POSITIVE_INFINITY],
    // Of a write by its index, such as `list[2] = 7`.
    $changeAt: [1, 1],
  }),
  checkedBy(SetSchema, { add: [0, 0] }),
  checkedBy(CollectionSchema, { add: [0, 0] }),
];

function checkedBy(klass: { readonly prototype: object }, writers: Writers) {
  const methods = Object.entries(writers).map(([name, [first, last]]) => {
    const write = Reflect.get(klass.prototype, name) as (...args: unknown[]) => unknown;
    const value = function (this: Checked, ...args: unknown[]): unknown {
      // All of them before the first: what is refused changes nothing.
      if (isGuarding()) for (let i = first; i <= last && i < args.length; i++) this[$check]?.(args[i]);
      return write.apply(this, args);
    };
    return [name, { configurable: true, writable: true, value }] as const;
  });
  return { klass: klass.prototype, checked: Object.create(klass.prototype, Object.fromEntries(methods)) };
}

const guarded = new WeakMap<object, Map<number, Check>>();

/** Checks what is put into the collections of plain values that a field of a class holds. */
export function guardElements(klass: SchemaClass, { name, index }: Field, check: Check): void {
  const stock = Object.getOwnPropertyDescriptor(klass.prototype, name);
  const write = stock?.set;
  // Fields of the class that it extends have their accessors there.
  if (stock === undefined || write === undefined) return;
  guarded.set(klass, (guarded.get(klass) ?? new Map<number, Check>()).set(index, check));
  Object.defineProperty(klass.prototype, name, {
    ...stock,
    set(this: Schema, value: unknown) {
      // What a decoder has read is the server's.
      const isOurs = this[$changes] instanceof ChangeTree;
      if (isOurs && isGuarding()) for (const element of elementsIn(value)) check(element);
      write.call(this, value);
      if (isOurs) guardCollection(this[$values][index], check);
    },
  });
}

/** Guards the collections that an instance, and those in it, held before their classes were guarded. */
export function adoptElements(ref: Schema): void {
  for (const { name, index, kind, child } of fieldsOf(ref.constructor)) {
    const held = kind === "value" ? undefined : readField(ref, name);
    if (held instanceof Schema) adoptElements(held);
    else if (child !== undefined) for (const one of elementsIn(held)) adoptElements(one as Schema);
    else guardCollection(held, checkOf(ref.constructor, index));
  }
}

function checkOf(klass: object, index: number): Check | undefined {
  for (let at: object | null = klass; at !== null; at = Object.getPrototypeOf(at)) {
    const check = guarded.get(at)?.get(index);
    if (check !== undefined) return check;
  }
  return undefined;
}

function guardCollection(held: unknown, check: Check | undefined): void {
  if (typeof held !== "object" || held === null || check === undefined) return;
  const stock = Object.getPrototypeOf(held);
  const kind = CHECKED.find(({ klass }) => klass === stock);
  if (kind !== undefined) Object.setPrototypeOf(held, kind.checked);
  Object.defineProperty(held, $check, { value: check, configurable: true, writable: true });
}

/** What a collection is made of, or is made from: an array, a map, an object. */
function elementsIn(value: unknown): Iterable<unknown> {
  if (typeof value !== "object" || value === null) return [];
  const { values } = value as { values?: unknown };
  return typeof values === "function" ? values.call(value) : Object.values(value);
}

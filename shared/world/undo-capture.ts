import {
  $changes,
  $values,
  ArraySchema,
  CollectionSchema,
  MapSchema,
  OPERATION,
  Schema,
  SetSchema,
} from "@colyseus/schema";
import { fieldsOf, readField, writeField } from "./fields/schema-fields.ts";
import { withoutGuards } from "./fields/unguarded.ts";

/**
 * Notes all that an instance holds, children and collections included, and returns a function that puts it
 * back through the public setters. For what a journal of writes cannot see: collections and what is in them.
 * What is put back may be sent again, as it finally is; a value from between never is.
 */
export function captureUndo(ref: Schema): () => void {
  const fields = fieldsOf(ref.constructor).map((field) => {
    const value = readField(ref, field.name);
    return { ...field, value, restore: captureValue(value) };
  });
  return () => {
    for (const { index, name, optional, value, restore } of fields) {
      if (readField(ref, name) !== value) writeField(ref, name, value);
      // The value is back, but a deletion may have been recorded while it was away.
      else if (optional && value !== undefined && ref[$changes]?.getChange(index) === OPERATION.DELETE) {
        ref[$values][index] = undefined;
        writeField(ref, name, value);
      }
      restore();
    }
  };
}

function captureValue(value: unknown): () => void {
  if (value instanceof MapSchema) {
    return captureItems(value, [...value.entries()], ([key, item]) => value.set(key, item));
  }
  if (value instanceof ArraySchema)
    return captureItems(value, [...value.entries()], ([, item]) => value.push(item));
  if (value instanceof SetSchema || value instanceof CollectionSchema) {
    return captureItems(value, [...value.entries()], ([, item]) => value.add(item));
  }
  return value instanceof Schema ? captureUndo(value) : () => {};
}

interface Clearable {
  clear(): void;
  entries(): Iterable<[unknown, unknown]>;
}

function captureItems<K>(
  collection: Clearable,
  before: readonly [K, unknown][],
  put: (entry: [K, unknown]) => void,
): () => void {
  const children = before.map(([, item]) => captureValue(item));
  return () => {
    const now = [...collection.entries()];
    const same = now.length === before.length && now.every(([key, item], i) => matches(before[i], key, item));
    if (!same) {
      collection.clear();
      // What was there comes back, whether it would be let in now or not.
      withoutGuards(() => {
        for (const entry of before) put(entry);
      });
    }
    for (const restore of children) restore();
  };
}

function matches(entry: readonly [unknown, unknown] | undefined, key: unknown, item: unknown): boolean {
  return entry !== undefined && entry[0] === key && entry[1] === item;
}

/** True if a class has fields that only {@link captureUndo} can put back: collections. */
export function needsUndo(klass: object): boolean {
  let needs = loose.get(klass);
  if (needs === undefined) {
    needs = fieldsOf(klass).some((field) => {
      if (field.kind === "map" || field.kind === "array" || field.kind === "set") return true;
      return field.kind === "ref" && field.child !== undefined && needsUndo(field.child);
    });
    loose.set(klass, needs);
  }
  return needs;
}

const loose = new WeakMap<object, boolean>();

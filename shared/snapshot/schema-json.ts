import { $values, ArraySchema, CollectionSchema, MapSchema, Schema, SetSchema } from "@colyseus/schema";
import { RoomkeepError } from "../errors.ts";
import { componentMeta, isComponent } from "../world/component.ts";
import { internalNames, isInternal } from "../world/fields/internal-fields.ts";
import { fieldsOf, readField, type SchemaClass, writeField } from "../world/fields/schema-fields.ts";
import { withoutGuards } from "../world/fields/unguarded.ts";
import { isObject } from "./versioned.ts";

/** Classes by the name under which snapshots know them. */
export type ClassTable = ReadonlyMap<string, SchemaClass>;

/**
 * A table of the classes that a world's actors may have, by class name.
 *
 * @throws ACTOR_INVALID if two share a name
 * @example
 * const classes = classTable([Avatar, Prop, Deer]);
 */
export function classTable(classes: readonly SchemaClass[]): ClassTable {
  const table = new Map<string, SchemaClass>();
  for (const klass of classes) {
    if (table.has(klass.name))
      throw new RoomkeepError("ACTOR_INVALID", `Two classes are named ${klass.name}.`);
    table.set(klass.name, klass);
  }
  return table;
}

/** Values of an instance as JSON: its fields by name; "$own" holds what is not synchronized. */
export type SchemaJson = Record<string, unknown>;

const TAG = "$";
const OWN = "$own";

/**
 * An instance as JSON that gives back exactly the same: NaN, −0, bigints, the order of maps and what is not
 * synchronized included.
 *
 * @param skip names of fields to leave out
 * @throws SNAPSHOT_UNSUPPORTED for functions, foreign class instances and optional collections, with the path
 */
export function schemaToJson(ref: Schema, table: ClassTable, skip: readonly string[] = []): SchemaJson {
  const json: SchemaJson = {};
  for (const field of fieldsOf(ref.constructor)) {
    if (skip.includes(field.name)) continue;
    const value = readField(ref, field.name);
    if (value === undefined && !field.optional) continue;
    if (field.optional && field.kind !== "value" && field.kind !== "ref")
      unsupported(`${ref.constructor.name}.${field.name}`);
    json[field.name] = toJson(value, table, field.child, `${ref.constructor.name}.${field.name}`);
  }
  // Fields marked `.noSync()` are no fields to @colyseus/schema.
  const own = internalNames(ref).flatMap((name) =>
    skip.includes(name) ? [] : [[name, readField(ref, name)] as const],
  );
  if (own.length > 0) json[OWN] = toJson(Object.fromEntries(own), table, undefined, ref.constructor.name);
  if (isComponent(ref.constructor as SchemaClass)) {
    const { version } = componentMeta(ref.constructor as SchemaClass).chain;
    return version === 1 ? json : { [TAG]: "v", v: version, data: json };
  }
  return json;
}

function toJson(value: unknown, table: ClassTable, declared: SchemaClass | undefined, path: string): unknown {
  if (typeof value === "number")
    return Number.isFinite(value) && !Object.is(value, -0) ? value : tagNumber(value);
  if (typeof value === "bigint") return { [TAG]: "bigint", is: String(value) };
  if (value === undefined) return { [TAG]: "undefined" };
  if (value === null || typeof value === "string" || typeof value === "boolean") return value;
  const inner = (one: unknown, key: unknown) => toJson(one, table, declared, `${path}.${String(key)}`);
  if (value instanceof MapSchema) {
    return { [TAG]: "map", entries: [...value.entries()].map(([key, one]) => [key, inner(one, key)]) };
  }
  if (value instanceof ArraySchema || Array.isArray(value)) return [...value].map(inner);
  if (value instanceof SetSchema || value instanceof CollectionSchema) return [...value.values()].map(inner);
  if (value instanceof Schema) return instanceToJson(value, table, declared, path);
  const prototype = typeof value === "object" ? Object.getPrototypeOf(value) : undefined;
  if ((prototype !== Object.prototype && prototype !== null) || TAG in (value as object)) {
    unsupported(path);
  }
  return Object.fromEntries(Object.entries(value as object).map(([key, one]) => [key, inner(one, key)]));
}

const tagNumber = (value: number) => ({ [TAG]: "number", is: Object.is(value, -0) ? "-0" : String(value) });

function instanceToJson(
  ref: Schema,
  table: ClassTable,
  declared: SchemaClass | undefined,
  path: string,
): unknown {
  const json = schemaToJson(ref, table);
  if (ref.constructor === declared) return json;
  if (table.get(ref.constructor.name) !== ref.constructor) {
    throw new RoomkeepError(
      "SNAPSHOT_UNSUPPORTED",
      `${path} is a ${ref.constructor.name}: add it to the classes.`,
    );
  }
  return { [TAG]: "class", is: ref.constructor.name, data: json };
}

/** Any JSON-like value, NaN, −0 and bigints included, as plain JSON. @throws SNAPSHOT_UNSUPPORTED */
export function valueToJson(value: unknown): unknown {
  return toJson(value, new Map(), undefined, "extras");
}

/** The inverse of {@link valueToJson}. */
export function valueFromJson(stored: unknown): unknown {
  return fromJson(stored, new Map(), undefined);
}

/**
 * Fills an instance with what {@link schemaToJson} made of another. Fields that the JSON lacks keep what they
 * have; what the class does not know any more is left out.
 *
 * @throws SNAPSHOT_NEWER if a component was stored by a newer version of it
 * @throws SNAPSHOT_CORRUPT or the setter's error for values that do not fit
 */
export function fillFromJson(ref: Schema, stored: unknown, table: ClassTable): void {
  const json = currentJson(ref, stored);
  for (const field of fieldsOf(ref.constructor)) {
    if (Object.hasOwn(json, field.name)) {
      fill(ref, field.name, json[field.name], table, field.child);
    }
  }
  const own = json[OWN] ?? {};
  if (!isObject(own)) corrupt(`${ref.constructor.name}.${OWN}`);
  for (const [name, value] of Object.entries(own)) {
    // A stored name must not replace a method, nor reach the prototype.
    if (name in Object.getPrototypeOf(ref) && !isInternal(ref.constructor, name))
      corrupt(`${ref.constructor.name}.${name}`);
    fill(ref, name, value, table);
  }
}

function currentJson(ref: Schema, stored: unknown): SchemaJson {
  if (!isObject(stored)) corrupt(ref.constructor.name);
  const klass = ref.constructor as SchemaClass;
  if (!isComponent(klass)) return stored;
  const { chain } = componentMeta(klass);
  return chain.open(stored[TAG] === "v" ? stored : { v: 1, data: stored }) as SchemaJson;
}

function fill(ref: Schema, name: string, stored: unknown, table: ClassTable, child?: SchemaClass): void {
  const holder = readField(ref, name);
  const path = `${ref.constructor.name}.${name}`;
  const element = (one: unknown) => fromJson(one, table, child);
  if (holder instanceof MapSchema) {
    const entries = isObject(stored) && stored[TAG] === "map" ? stored.entries : undefined;
    if (!Array.isArray(entries)) corrupt(path);
    holder.clear();
    const elements = entries.map(([key, one]) => [String(key), element(one)] as const);
    withoutGuards(() => {
      for (const [key, one] of elements) holder.set(key, one);
    });
  } else if (holder instanceof ArraySchema) {
    holder.clear();
    const elements = listOf(stored, path).map(element);
    withoutGuards(() => void holder.push(...elements));
  } else if (holder instanceof SetSchema || holder instanceof CollectionSchema) {
    holder.clear();
    const elements = listOf(stored, path).map(element);
    withoutGuards(() => {
      for (const one of elements) holder.add(one);
    });
  } else write(ref, name, element(stored));
}

function write(ref: Schema, name: string, value: unknown): void {
  withoutGuards(() => writeField(ref, name, value));
  // Setters take −0 and 0 for the same and leave what is there.
  const field = fieldsOf(ref.constructor).find((one) => one.name === name);
  if (Object.is(value, -0) && field !== undefined) ref[$values][field.index] = -0;
}

function listOf(stored: unknown, path: string): unknown[] {
  if (!Array.isArray(stored)) corrupt(path);
  return stored;
}

function fromJson(stored: unknown, table: ClassTable, declared: SchemaClass | undefined): unknown {
  if (Array.isArray(stored)) return stored.map((one) => fromJson(one, table, declared));
  if (!isObject(stored)) return stored;
  switch (stored[TAG]) {
    case "number":
      return Number(stored.is);
    case "bigint":
      return BigInt(String(stored.is));
    case "undefined":
      return undefined;
    case "class":
      return build(classNamed(table, stored.is), stored.data, table);
    default:
      if (declared !== undefined) return build(declared, stored, table);
      return Object.fromEntries(
        Object.entries(stored).map(([key, one]) => [key, fromJson(one, table, undefined)]),
      );
  }
}

/** A new instance of a class, filled. */
export function build(klass: SchemaClass, stored: unknown, table: ClassTable): Schema {
  const ref = new (klass as new () => Schema)();
  fillFromJson(ref, stored, table);
  return ref;
}

/** The class of a name. @throws ACTOR_UNKNOWN */
export function classNamed(table: ClassTable, name: unknown): SchemaClass {
  if (typeof name !== "string") corrupt("the name of a class");
  const klass = table.get(name);
  if (klass !== undefined) return klass;
  throw new RoomkeepError("ACTOR_UNKNOWN", `The snapshot names the class ${name}, which was not given.`);
}

function unsupported(path: string): never {
  throw new RoomkeepError("SNAPSHOT_UNSUPPORTED", `${path} holds what a snapshot cannot keep.`);
}

function corrupt(path: string): never {
  throw new RoomkeepError("SNAPSHOT_CORRUPT", `The snapshot is damaged at ${path}.`);
}

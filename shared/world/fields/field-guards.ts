import { $changes, ChangeTree, type Schema } from "@colyseus/schema";
import { RoomkeepError } from "../../errors.ts";
import { Avatar } from "../actor.ts";
import { guardElements } from "./element-guards.ts";
import { INTEGERS } from "./field-limits.ts";
import { guardInternal, internalTypes } from "./internal-fields.ts";
import { fieldsOf, type SchemaClass } from "./schema-fields.ts";
import { isGuarding } from "./unguarded.ts";

const guarded = new WeakSet<object>();
/** Written by every step of a walk, and looked at in every tick. */
const HOT: ReadonlyMap<object, readonly string[]> = new Map([[Avatar, ["grounded"]]]);

/**
 * Refuses what the fields of a class cannot hold as it is written: integers out of the range of their wire
 * type, what is no boolean, any wrong value of an `internal` field, and any wrong element of a synchronized
 * collection of plain values, which @colyseus/schema finds out when it encodes, for all clients at once.
 * Other wrong types of synchronized fields it refuses itself, and a float costs nothing here: no step pays
 * for the check.
 *
 * Components have limits of their own, and are left out.
 */
export function guardClass(klass: SchemaClass): void {
  if (guarded.has(klass)) return;
  guarded.add(klass);
  for (const field of fieldsOf(klass)) {
    const { name, kind, wire, element } = field;
    const isGuarded = kind === "value" && (wire === "boolean" || wire in INTEGERS);
    if (isGuarded && !HOT.get(klass)?.includes(name)) guardField(klass, name, checkOf(klass, name, wire));
    if (element !== undefined) guardElements(klass, field, checkOf(klass, `${name}[]`, element));
  }
  guardInternals(klass);
}

/** The part of {@link guardClass} that components need as well. */
export function guardInternals(klass: SchemaClass): void {
  const checks = internalTypes(klass).map(([name, type]) => {
    const check = checkOf(klass, name, type);
    // "Never" is infinity, and goes on no wire. NaN is none.
    return [
      name,
      (ref: Schema, value: unknown) => {
        if (isGuarding() && !isInfinite(value) && !isUndone(ref, value)) check(value);
      },
    ] as const;
  });
  guardInternal(klass, new Map(checks));
}

function guardField(klass: SchemaClass, name: string, check: (value: unknown) => void): void {
  const stock = Object.getOwnPropertyDescriptor(klass.prototype, name);
  const write = stock?.set;
  // Fields of the class that it extends have their accessors there.
  if (stock === undefined || write === undefined) return;
  Object.defineProperty(klass.prototype, name, {
    ...stock,
    set(this: Schema, value: unknown) {
      // What a decoder has read is the server's; null takes a value back, as undefined does.
      if (value !== null && isGuarding() && this[$changes] instanceof ChangeTree && !isUndone(this, value))
        check(value);
      write.call(this, value);
    },
  });
}

/** A number of an avatar that is none is put back in its tick, with all else that was written beside it. */
const isUndone = (ref: Schema, value: unknown): boolean => Number.isNaN(value) && ref instanceof Avatar;
const isInfinite = (value: unknown): boolean =>
  typeof value === "number" && Math.abs(value) === Number.POSITIVE_INFINITY;

function checkOf(klass: SchemaClass, name: string, type: string): (value: unknown) => void {
  if (type === "string" || type === "boolean") return (value) => checkType(klass, name, value, type);
  if (type.startsWith("big")) return (value) => checkType(klass, name, value, "bigint");
  const range = INTEGERS[type];
  if (range === undefined)
    return (value) => {
      checkType(klass, name, value, "number");
      if (Number.isNaN(value)) invalid(klass, name, "must be a number", value);
    };
  const [min, max] = range;
  return (value) => {
    if (value === undefined) return;
    const isFit = Number.isInteger(value) && (value as number) >= min && (value as number) <= max;
    if (!isFit) invalid(klass, name, `must be a whole number from ${min} to ${max}`, value);
  };
}

function checkType(klass: SchemaClass, name: string, value: unknown, type: string): void {
  if (value !== undefined && typeof value !== type) invalid(klass, name, `must be a ${type}`, value);
}

function invalid(klass: SchemaClass, name: string, rule: string, value: unknown): never {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value).slice(0, 40);
  throw new RoomkeepError("FIELD_INVALID", `${klass.name}.${name} ${rule}; got ${shown}.`);
}

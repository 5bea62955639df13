import { $changes, ChangeTree, type Schema } from "@colyseus/schema";
import { RoomkeepError } from "../../errors.ts";
import { Avatar } from "../actor.ts";
import { INTEGERS } from "./field-limits.ts";
import { guardInternal, internalTypes } from "./internal-fields.ts";
import { fieldsOf, type SchemaClass } from "./schema-fields.ts";

const guarded = new WeakSet<object>();
/** Written by every step of a walk, and looked at in every tick. */
const HOT: ReadonlyMap<object, readonly string[]> = new Map([[Avatar, ["grounded"]]]);
let isLoading = false;

/**
 * Refuses what the fields of a class cannot hold as it is written: integers out of the range of their wire
 * type, what is no boolean, and any wrong value of an `internal` field. Other wrong types of synchronized
 * fields are refused by
 * @colyseus/schema itself, and a float costs nothing here: no step pays for the check.
 *
 * Components have limits of their own, and are left out.
 */
export function guardClass(klass: SchemaClass): void {
  if (guarded.has(klass)) return;
  guarded.add(klass);
  for (const { name, kind, wire } of fieldsOf(klass)) {
    const isGuarded = kind === "value" && (wire === "boolean" || wire in INTEGERS);
    if (isGuarded && !HOT.get(klass)?.includes(name)) guardField(klass, name, checkOf(klass, name, wire));
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
        if (!isLoading && !isInfinite(value) && !isUndone(ref, value)) check(value);
      },
    ] as const;
  });
  guardInternal(klass, new Map(checks));
}

/**
 * Writes what was stored as it is: an earlier version may have let it in, and a save that is refused helps
 * nobody.
 */
export function withoutGuards(write: () => void): void {
  const outer = isLoading;
  isLoading = true;
  try {
    write();
  } finally {
    isLoading = outer;
  }
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
      if (value !== null && !isLoading && this[$changes] instanceof ChangeTree && !isUndone(this, value))
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

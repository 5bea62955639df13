import { $changes, ChangeTree, type FieldBuilder, type Schema } from "@colyseus/schema";
import { RoomkeepError } from "../../errors.ts";
import { type Field, fieldsOf, type SchemaClass } from "./schema-fields.ts";

/** Limits of a number: both ends are included. */
export interface NumberLimits {
  readonly min?: number;
  readonly max?: number;
  /** Whole numbers only; integer wire types ask for it by themselves. */
  readonly integer?: boolean;
}

/** Limits of a text. Lengths are in UTF-16 units, as `length` counts. */
export interface TextLimits {
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly oneOf?: readonly string[];
}

/** The limits that a field's value may have, by its type. */
export type LimitsOf<V> = V extends number ? NumberLimits : V extends string ? TextLimits : never;
/** Limits by field. */
export type Limits<F> = {
  readonly [K in keyof F]?: F[K] extends FieldBuilder<infer V, boolean, boolean> ? LimitsOf<V> : never;
};

export const INTEGERS: Readonly<Record<string, readonly [number, number]>> = {
  int8: [-128, 127],
  uint8: [0, 255],
  int16: [-32_768, 32_767],
  uint16: [0, 65_535],
  int32: [-2_147_483_648, 2_147_483_647],
  uint32: [0, 4_294_967_295],
  int64: [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  uint64: [0, Number.MAX_SAFE_INTEGER],
};
/** Longest text of a field without `maxLength`. */
const TEXT_MAX = 65_535;

/**
 * Makes every write to a field of a component class check the value first.
 *
 * Instances that a decoder built are left alone: the server has checked them, and a float32 may come back a
 * hair beyond the limit that its float64 kept to.
 */
export function guardLimits(name: string, klass: SchemaClass, limits: object): void {
  const all = limits as Readonly<Record<string, NumberLimits & TextLimits>>;
  for (const field of fieldsOf(klass)) {
    const stock = Object.getOwnPropertyDescriptor(klass.prototype, field.name);
    const write = stock?.set;
    if (stock === undefined || write === undefined) continue;
    const check = checkOf(`${name}.${field.name}`, field, all[field.name] ?? {});
    Object.defineProperty(klass.prototype, field.name, {
      ...stock,
      set(this: Schema, value: unknown) {
        if (this[$changes] instanceof ChangeTree) check(value);
        write.call(this, value);
      },
    });
  }
  const unknown = Object.keys(all).find((key) => !fieldsOf(klass).some((field) => field.name === key));
  if (unknown !== undefined)
    invalid(`${name}.${unknown}`, "is limited, but there is no such field", undefined);
}

function checkOf(place: string, field: Field, limits: NumberLimits & TextLimits): (value: unknown) => void {
  const check = checkByWire(place, field.wire, limits);
  if (!field.optional) return check;
  return (value) => {
    if (value !== undefined) check(value);
  };
}

function checkByWire(
  place: string,
  wire: string,
  limits: NumberLimits & TextLimits,
): (value: unknown) => void {
  if (wire === "string") return (value) => checkText(place, value, limits);
  if (wire === "boolean" || wire.startsWith("big")) {
    const wanted = wire === "boolean" ? "boolean" : "bigint";
    return (value) => {
      if (typeof value !== wanted) invalid(place, `must be a ${wanted}`, value);
    };
  }
  const range = INTEGERS[wire];
  const min = limits.min ?? range?.[0] ?? Number.NEGATIVE_INFINITY;
  const max = limits.max ?? range?.[1] ?? Number.POSITIVE_INFINITY;
  const integer = limits.integer ?? range !== undefined;
  return (value) => checkNumber(place, value, min, max, integer);
}

function checkNumber(place: string, value: unknown, min: number, max: number, integer: boolean): void {
  if (typeof value !== "number" || !Number.isFinite(value)) invalid(place, "must be a finite number", value);
  else if (!(value >= min)) invalid(place, `must be at least ${min}`, value);
  else if (!(value <= max)) invalid(place, `must be at most ${max}`, value);
  else if (integer && !Number.isInteger(value)) invalid(place, "must be a whole number", value);
}

function checkText(place: string, value: unknown, limits: TextLimits): void {
  const { minLength = 0, maxLength = TEXT_MAX, oneOf } = limits;
  if (typeof value !== "string") invalid(place, "must be a text", value);
  else if (value.length < minLength) invalid(place, `must have at least ${minLength} characters`, value);
  else if (value.length > maxLength) invalid(place, `must have at most ${maxLength} characters`, value);
  else if (oneOf !== undefined && !oneOf.includes(value))
    invalid(place, `must be one of ${oneOf.join(", ")}`, value);
}

function invalid(place: string, rule: string, value: unknown): never {
  const shown = typeof value === "string" ? JSON.stringify(value.slice(0, 40)) : String(value).slice(0, 40);
  throw new RoomkeepError("COMPONENT_INVALID", `${place} ${rule}; got ${shown}.`);
}

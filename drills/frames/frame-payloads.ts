import { z } from "zod";
import { itemMessages, itemRequest } from "../../shared/protocol/item-messages.ts";
import { roomMessages } from "../../shared/protocol/messages.ts";
import type { Random } from "../../shared/random.ts";

/** The part of a JSON schema that this drill reads. */
interface Shape {
  readonly type?: string;
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, Shape>>;
  readonly required?: readonly string[];
  readonly items?: Shape;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly format?: string;
  readonly pattern?: string;
}

/** Messages of the meadow, as its room declares them. */
const meadowMessages = {
  pick: z.strictObject({ request: itemRequest, id: z.string().min(1).max(64) }),
  shoot: z.strictObject({ yaw: z.number().min(-7).max(7), pitch: z.number().min(-1.5).max(1.5) }),
};

const shapesOf = (messages: Readonly<Record<string, z.ZodType>>) =>
  new Map(
    Object.entries(messages).map(([type, schema]) => [
      type,
      z.toJSONSchema(schema, { io: "input" }) as Shape,
    ]),
  );

/** Messages of each room, by type. */
export const SHAPES: Readonly<Record<string, ReadonlyMap<string, Shape>>> = {
  plaza: shapesOf(roomMessages),
  meadow: shapesOf({ ...roomMessages, ...itemMessages, ...meadowMessages }),
};

/** Random numbers, and names for the payloads. */
export interface Source {
  readonly random: Random;
  /** Ids and names that are in the rooms. */
  readonly known: readonly string[];
}

/** One of a list. */
export const pick = <T>(list: readonly T[], random: Random): T =>
  list[Math.floor(random() * list.length)] as T;
/** A whole number from `low` to `high`, both included. */
export const whole = (low: number, high: number, random: Random) =>
  low + Math.floor(random() * (high - low + 1));

/** A payload that fits its schema. */
export function wellFormed(shape: Shape, source: Source): unknown {
  const { random } = source;
  if (shape.enum) return pick(shape.enum, random);
  switch (shape.type) {
    case "object":
      return Object.fromEntries(
        Object.entries(shape.properties ?? {})
          .filter(([name]) => shape.required?.includes(name) || random() < 0.5)
          .map(([name, child]) => [name, wellFormed(child, source)]),
      );
    case "array":
      return Array.from({ length: whole(0, Math.min(shape.maxItems ?? 4, 4), random) }, () =>
        wellFormed(shape.items ?? {}, source),
      );
    case "boolean":
      return random() < 0.5;
    case "integer":
    case "number":
      return numberOf(shape, random);
    default:
      return textOf(shape, source);
  }
}

function numberOf({ type, minimum = 0, maximum = 2 ** 31 - 1 }: Shape, random: Random): number {
  // Small ones are what most rules are about.
  const most = random() < 0.7 ? Math.min(maximum, minimum + 10) : Math.min(maximum, 2 ** 40);
  return type === "integer" ? whole(minimum, most, random) : minimum + random() * (most - minimum);
}

function textOf({ format, pattern, maxLength = 64 }: Shape, { random, known }: Source): string {
  if (pattern === undefined && random() < 0.5 && known.length > 0)
    return pick(known, random).slice(0, maxLength);
  if (format === "uuid" || random() < 0.3) return uuidOf(random);
  const length = random() < 0.1 ? maxLength : whole(1, Math.min(maxLength, 20), random);
  return Array.from({ length }, () => String.fromCharCode(whole(33, 126, random))).join("");
}

function uuidOf(random: Random): string {
  const digits = Array.from({ length: 32 }, () => whole(0, 15, random).toString(16)).join("");
  return digits.replace(/^(.{8})(.{4}).(.{3}).(.{3})(.{12})$/, "$1-$2-4$3-a$4-$5");
}

/** Values that the SDK would not send. */
const STRANGE: readonly ((random: Random) => unknown)[] = [
  () => Number.NaN,
  () => Number.POSITIVE_INFINITY,
  () => Number.NEGATIVE_INFINITY,
  () => -0,
  () => 2 ** 53 + 2,
  () => 1e308,
  () => -1,
  () => 0.5,
  () => null,
  () => undefined,
  () => true,
  () => "",
  () => "\0",
  () => "\ud800",
  () => "\u202e<b>",
  () => "__proto__",
  () => [],
  () => ({}),
  () => ({ constructor: { prototype: {} } }),
  (random) => "x".repeat(whole(100, 3_500, random)),
  (random) => nested(whole(1, 400, random)),
  (random) => (random() - 0.5) * 10 ** whole(0, 40, random),
];

function nested(depth: number): unknown {
  let inner: unknown = 0;
  for (let i = 0; i < depth; i++) inner = i % 2 ? [inner] : { a: inner };
  return inner;
}

/** A payload with one fault: another value somewhere, a field more or less, or something else entirely. */
export function mutated(payload: unknown, random: Random): unknown {
  const strange = pick(STRANGE, random)(random);
  if (typeof payload !== "object" || payload === null || random() < 0.1) return strange;
  const copy: unknown = structuredClone(payload);
  const names = Object.keys(copy as object);
  const name = pick(names, random);
  if (name === undefined || random() < 0.15)
    Reflect.set(copy as object, `extra${whole(0, 9, random)}`, strange);
  else if (random() < 0.2) Reflect.deleteProperty(copy as object, name);
  else Reflect.set(copy as object, name, mutated(Reflect.get(copy as object, name), random));
  return copy;
}

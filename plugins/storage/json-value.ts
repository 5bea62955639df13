import { RoomkeepError } from "roomkeep/shared";
import type { Collection } from "./collection.ts";

/** Deepest nesting of arrays and objects. */
const DEPTH_MAX = 32;
/** Half of a character that takes two: the database takes no such text. */
const HALF = /\p{Surrogate}/u;
/** Longest part of a path or reason in a message. */
const SHOWN_MAX = 200;

/** A value as it is written. */
export interface JsonValue {
  /** What is written: as the schema made it. */
  readonly value: unknown;
  readonly text: string;
  readonly bytes: number;
}

/**
 * Checks a value by its collection: JSON, not too deep or too large, and by the schema.
 *
 * @throws VALUE_INVALID it is no JSON value, or does not fit the schema
 * @throws VALUE_TOO_LARGE
 */
export function readValue(collection: Collection, given: unknown): JsonValue {
  // Before the schema, which may go as deep as the value does.
  measure(collection, given);
  const parsed = collection.value.safeParse(given);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(issue?.path.join(".") ?? "", issue?.message ?? "does not fit");
  }
  return { value: parsed.data, ...measure(collection, parsed.data) };
}

function measure({ name, maxBytes }: Collection, value: unknown): { text: string; bytes: number } {
  const zeros = zerosIn(value, 0, "");
  const text = JSON.stringify(value);
  const bytes = Buffer.byteLength(text) + zeros;
  if (bytes > maxBytes)
    throw new RoomkeepError(
      "VALUE_TOO_LARGE",
      `The value has ${bytes} bytes; one of "${name}" has at most ${maxBytes}.`,
    );
  return { text, bytes };
}

/**
 * Refuses what is no JSON value, or would be another one when it is read again.
 *
 * @returns digits by which the text grows in the database, which writes 1e-300 with all its zeros
 */
function zerosIn(value: unknown, depth: number, path: string): number {
  if (value === null || typeof value === "boolean") return 0;
  if (typeof value === "string") {
    if (value.includes("\0") || HALF.test(value)) throw invalid(path, "a text holds what no text may");
    return 0;
  }
  if (typeof value === "number") {
    if (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)))
      throw invalid(path, "a number is finite, and a whole one at most 2^53 - 1");
    return Number(String(value).split("e-")[1] ?? 0);
  }
  if (typeof value !== "object") throw invalid(path, "this is no JSON value");
  if (depth === DEPTH_MAX) throw invalid("", `a value is nested at most ${DEPTH_MAX} deep`);
  if (Array.isArray(value)) {
    let zeros = 0;
    for (let i = 0; i < value.length; i++) zeros += zerosIn(value[i], depth + 1, `${path}.${i}`);
    return zeros;
  }
  const kind: unknown = Object.getPrototypeOf(value);
  if (kind !== Object.prototype && kind !== null) throw invalid(path, "this is no JSON value");
  let zeros = 0;
  for (const [key, inner] of Object.entries(value)) {
    if (key === "__proto__" || key.includes("\0") || HALF.test(key))
      throw invalid(path, "an object has a key that it may not have");
    // JSON leaves it out.
    if (inner !== undefined) zeros += zerosIn(inner, depth + 1, `${path}.${key}`);
  }
  return zeros;
}

function invalid(path: string, reason: string): RoomkeepError {
  const where = path.replace(/^\./, "").slice(0, SHOWN_MAX);
  return new RoomkeepError("VALUE_INVALID", `${where || "value"}: ${reason.slice(0, SHOWN_MAX)}`);
}

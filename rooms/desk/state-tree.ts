import { setImmediate as nextTurn } from "node:timers/promises";
import { ArraySchema, CollectionSchema, MapSchema, Schema, SetSchema } from "@colyseus/schema";
import { type Refusal, refuse } from "../../shared/index.ts";
import { fieldsOf, internalNames, readField } from "../../shared/internal.ts";

/** Children of one part, and parts altogether, that one answer has. */
const CHILDREN_MAX = 200;
const PARTS_MAX = 3_000;
const DEPTH_MAX = 6;
const TEXT_MAX = 400;
/** Finds in one answer, and how long one search may keep the room from its tick, ms. */
const FOUND_MAX = 100;
const SLICE_MS = 4;
/** Parts that one search looks at. */
const LOOKED_AT_MAX = 500_000;

/** Stands for a value that only its owner, or nobody, is sent. */
export const MASKED = { $: "secret" } as const;

/** A part of a room's state, as JSON that a page can show. */
export interface StatePart {
  /** JSON pointer (RFC 6901) of the part. */
  readonly path: string;
  /**
   * Objects of schema classes say their class as `$class`. What is left out is
   * `{ "$": "more", "count": 12 }`, what is secret `{ "$": "secret" }`.
   */
  readonly value: unknown;
  /** Values that are secret, and parts that were left out. */
  readonly masked: number;
  readonly left: number;
}

/** A name or value that a search has found. */
export interface Found {
  readonly path: string;
  /** The beginning of it. */
  readonly value: string;
}

/** A child of a part: its name, and whether it is a secret. */
type Child = readonly [name: string, value: unknown, isSecret: boolean];

/** Whether values have children of their own, and which. */
function childrenOf(value: unknown): Iterable<Child> | undefined {
  if (value instanceof Schema) return fieldsIn(value);
  if (value instanceof MapSchema || value instanceof Map) return entriesOf(value.entries());
  if (value instanceof SetSchema || value instanceof CollectionSchema || value instanceof Set)
    return listed(value.values());
  if (value instanceof ArraySchema || Array.isArray(value)) return listed(value.values());
  if (typeof value === "object" && value !== null && isPlain(value)) return entriesOf(Object.entries(value));
  return undefined;
}

function* fieldsIn(ref: Schema): Iterable<Child> {
  for (const { name, viewed } of fieldsOf(ref.constructor)) yield [name, readField(ref, name), viewed];
  for (const name of internalNames(ref)) yield [name, readField(ref, name), true];
}

function* entriesOf(entries: Iterable<readonly [unknown, unknown]>): Iterable<Child> {
  for (const [key, value] of entries) yield [String(key), value, false];
}

function* listed(values: Iterable<unknown>): Iterable<Child> {
  let at = 0;
  for (const value of values) yield [String(at++), value, false];
}

const isPlain = (value: object) => [Object.prototype, null].includes(Object.getPrototypeOf(value));

/**
 * A part of a state as JSON, cut where it is too large to look at.
 *
 * @param path a JSON pointer; empty: all of it
 * @param secrets false: what not every client is sent is masked
 */
export function readStatePart(state: unknown, path: string, secrets: boolean): StatePart | Refusal {
  let value = state;
  let isSecret = false;
  for (const name of namesOf(path)) {
    const child = childNamed(value, name);
    if (child === undefined) return refuse("STATE_PATH_UNKNOWN", `The state has nothing at ${path}.`);
    value = child[1];
    isSecret ||= child[2];
  }
  const count = { parts: 0, masked: 0, left: 0 };
  const shown = isSecret && !secrets ? mask(count) : show(value, secrets, 0, count);
  return { path, value: shown, masked: count.masked, left: count.left };
}

interface Count {
  parts: number;
  masked: number;
  left: number;
}

function mask(count: Count): typeof MASKED {
  count.masked += 1;
  return MASKED;
}

function show(value: unknown, secrets: boolean, depth: number, count: Count): unknown {
  count.parts += 1;
  const children = childrenOf(value);
  if (children === undefined) return plain(value);
  const shown: [string, unknown][] = value instanceof Schema ? [["$class", value.constructor.name]] : [];
  let left = 0;
  for (const [name, child, isSecret] of children) {
    const isOver = depth >= DEPTH_MAX || shown.length >= CHILDREN_MAX || count.parts >= PARTS_MAX;
    if (isOver) left += 1;
    else if (isSecret && !secrets) shown.push([name, mask(count)]);
    else shown.push([name, show(child, secrets, depth + 1, count)]);
  }
  count.left += left;
  const more = left > 0 ? { $: "more", count: left } : undefined;
  if (value instanceof ArraySchema || Array.isArray(value))
    return [...shown.map(([, one]) => one), ...(more ? [more] : [])];
  return Object.fromEntries(more ? [...shown, ["…", more]] : shown);
}

/** A value without children, as JSON has it. */
function plain(value: unknown): unknown {
  if (typeof value === "string")
    return value.length > TEXT_MAX ? `${value.slice(0, TEXT_MAX)}… (${value.length})` : value;
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (typeof value === "boolean" || value === null) return value;
  if (value === undefined) return null;
  return String(value).slice(0, TEXT_MAX);
}

/** The names of a JSON pointer. */
function namesOf(path: string): string[] {
  if (path === "" || path === "/") return [];
  return path
    .replace(/^\//, "")
    .split("/")
    .map((name) => name.replaceAll("~1", "/").replaceAll("~0", "~"));
}

const pointerOf = (name: string) => `/${name.replaceAll("~", "~0").replaceAll("/", "~1")}`;

function childNamed(value: unknown, wanted: string): Child | undefined {
  for (const child of childrenOf(value) ?? []) if (child[0] === wanted) return child;
  return undefined;
}

/**
 * Looks for names and values that contain a text, whether in capitals or not. It lets the room tick
 * meanwhile; what is masked is not looked at.
 *
 * @returns what was found, and whether all was looked at
 */
export async function findInState(
  state: unknown,
  text: string,
  secrets: boolean,
): Promise<{ readonly found: readonly Found[]; readonly isWhole: boolean }> {
  const wanted = text.toLowerCase();
  const found: Found[] = [];
  let lookedAt = 0;
  let until = performance.now() + SLICE_MS;
  for (const [path, name, value] of walk(state, "", secrets)) {
    if (found.length >= FOUND_MAX || lookedAt >= LOOKED_AT_MAX) return { found, isWhole: false };
    lookedAt += 1;
    const isLeaf = childrenOf(value) === undefined;
    const shown = isLeaf ? String(plain(value)) : "";
    if (name.toLowerCase().includes(wanted) || (isLeaf && shown.toLowerCase().includes(wanted)))
      found.push({ path, value: isLeaf ? shown.slice(0, 80) : labelOf(value) });
    if (performance.now() < until) continue;
    await nextTurn();
    until = performance.now() + SLICE_MS;
  }
  return { found, isWhole: true };
}

const labelOf = (value: unknown) => (value instanceof Schema ? value.constructor.name : "…");

function* walk(
  value: unknown,
  path: string,
  secrets: boolean,
): Iterable<readonly [path: string, name: string, value: unknown]> {
  for (const [name, child, isSecret] of childrenOf(value) ?? []) {
    if (isSecret && !secrets) continue;
    const at = `${path}${pointerOf(name)}`;
    yield [at, name, child];
    yield* walk(child, at, secrets);
  }
}

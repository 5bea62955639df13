import {
  ArraySchema,
  CollectionSchema,
  type Encoder,
  MapSchema,
  Schema,
  SetSchema,
  type TypeContext,
} from "@colyseus/schema";
import { fieldsOf } from "../../shared/internal.ts";
import { nextRefIdOf, refIdOf, setRefId, treeOf } from "./internals.ts";

/**
 * By which numbers the wire refers to the parts of a state: what the decoder of a connected client knows.
 * JSON, for the room that takes over in a hot reload.
 */
export interface RefIds {
  /** No part had this number or a higher one. */
  readonly next: number;
  /** Path, number of the class among those of the state (-1: a collection), and number of the part. */
  readonly parts: readonly (readonly [path: string, type: number, id: number])[];
}

/** Takes the numbers of all parts of an encoder's state. */
export function takeRefIds(encoder: Encoder): RefIds {
  const parts = [...partsOf(encoder.state as Schema, "")].map(
    ([path, ref]) => [path, typeOf(ref, encoder.context), refIdOf(ref)] as const,
  );
  return { next: nextRefIdOf(encoder), parts };
}

/**
 * Numbers the parts of a state anew, before an encoder has it: a part with the path and class of an earlier
 * one is that one for every client that stayed connected. The rest gets numbers that no client knows, because
 * a decoder fills whatever it has under a number, be it of another class.
 *
 * @returns the number that the next part gets
 */
export function giveRefIds(state: Schema, context: TypeContext, { next, parts }: RefIds): number {
  const known = new Map(parts.map(([path, type, id]) => [`${type} ${path}`, id]));
  const taken = new Set<number>();
  let free = next;
  for (const [path, ref] of partsOf(state, "")) {
    const former = known.get(`${typeOf(ref, context)} ${path}`);
    // One part that stood in two places may be two parts now.
    const id = former === undefined || taken.has(former) ? free++ : former;
    taken.add(id);
    setRefId(ref, id);
  }
  return free;
}

const typeOf = (ref: object, context: TypeContext): number =>
  context.getTypeId(ref.constructor as typeof Schema) ?? -1;

function* partsOf(value: unknown, path: string): Iterable<[path: string, part: object]> {
  const part = treeOf(value)?.refTarget;
  if (part === undefined) return;
  yield [path, part];
  for (const [key, child] of childrenOf(value)) yield* partsOf(child, `${path}/${key}`);
}

function* childrenOf(value: unknown): Iterable<[string, unknown]> {
  if (value instanceof Schema) {
    for (const { name, kind } of fieldsOf(value.constructor))
      if (kind !== "value") yield [name, Reflect.get(value, name)];
  } else if (value instanceof MapSchema || value instanceof ArraySchema) {
    for (const [key, child] of value.entries()) yield [String(key), child];
  } else if (value instanceof SetSchema || value instanceof CollectionSchema) {
    for (const [i, child] of [...value.values()].entries()) yield [String(i), child];
  }
}

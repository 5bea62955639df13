import type { ChangeTree } from "@colyseus/schema";
import { descriptorOf } from "./internals.ts";

/** Encodes the value of a field. */
type ValueEncoder = (bytes: Uint8Array, value: unknown, it: { offset: number }) => void;

/** The fields of an actor's class. */
export interface ActorLayout {
  readonly names: readonly string[];
  readonly encoders: readonly (ValueEncoder | undefined)[];
  /** Bits of the fields that may wait until their ring is due. */
  readonly continuous: number;
  /** Bits of the fields named x and z. */
  readonly position: number;
}

const CONTINUOUS = new Set(["number", "float32", "float64"]);
const layouts = new WeakMap<object, ActorLayout>();

/** Continuous are floats and quantised numbers among the first 32 fields that everybody may see. */
export function layoutOf(tree: ChangeTree): ActorLayout {
  const descriptor = descriptorOf(tree);
  let layout = layouts.get(descriptor);
  if (layout !== undefined) return layout;
  const { names, types, tags, encoders } = descriptor;
  let continuous = 0;
  let position = 0;
  types.slice(0, 32).forEach((type: unknown, i) => {
    const quantized = typeof type === "object" && type !== null && "quantized" in type;
    if (names[i] === "x" || names[i] === "z") position |= 1 << i;
    if (tags[i] === undefined && encoders[i] && (quantized || CONTINUOUS.has(String(type))))
      continuous |= 1 << i;
  });
  layout = { names, encoders, continuous, position };
  layouts.set(descriptor, layout);
  return layout;
}

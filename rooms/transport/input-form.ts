import type { Metadata } from "@colyseus/schema";
import { RoomkeepError } from "../../shared/index.ts";
import { fieldsOf } from "../../shared/internal.ts";
import { numberEnd } from "./schema-numbers.ts";

/** First byte of a field: this operation ("set") plus the field's index. The SDK sends no other operation. */
const SET = 128;
/** Most fields of a schema. */
const FIELDS_MAX = 63;
/** Checks of a field's value, beside its length. */
const [ANY, BOOLEAN, FLOAT32, FLOAT64, NUMBER, QUANTIZED] = [0, 1, 2, 3, 4, 5] as const;

/** Length of each wire type in bytes, and the check of its value. */
const WIRES: Readonly<Record<string, readonly [bytes: number, check: number]>> = {
  boolean: [1, BOOLEAN],
  int8: [1, ANY],
  uint8: [1, ANY],
  int16: [2, ANY],
  uint16: [2, ANY],
  int32: [4, ANY],
  uint32: [4, ANY],
  int64: [8, ANY],
  uint64: [8, ANY],
  float32: [4, FLOAT32],
  float64: [8, FLOAT64],
  number: [1, NUMBER],
};
interface Quantized {
  readonly wire: string;
  readonly span: number;
  readonly wrap: boolean;
}

/**
 * The form of an input class on the wire. The SDK sends the fields that changed since the last frame, or all
 * after a join: each at most once, in the order of their indexes, set to a number of its type. A frame
 * without fields means that nothing changed.
 */
export class InputForm {
  /** Bytes by field index; 0: there is no such field. */
  private readonly bytes = new Uint8Array(FIELDS_MAX + 1);
  private readonly checks = new Uint8Array(FIELDS_MAX + 1);
  /** Highest code of a quantized field. */
  private readonly highest = new Float64Array(FIELDS_MAX + 1);

  /** @throws INPUT_SCHEMA_INVALID */
  constructor(type: object & { readonly name?: string }) {
    const metadata = (type as { [Symbol.metadata]?: Metadata })[Symbol.metadata];
    for (const { index, name, wire: kind } of fieldsOf(type)) {
      const quantized = quantizedOf(metadata?.[index]?.type);
      const wire = WIRES[quantized?.wire ?? kind];
      if (wire === undefined) {
        throw new RoomkeepError(
          "INPUT_SCHEMA_INVALID",
          `${type.name}.${name} cannot be part of an input: its fields are t.boolean(), t.number(), t.int8() to t.uint64(), ` +
            "t.float32(), t.float64() or t.quantized(). Text, children and collections belong into messages.",
        );
      }
      this.bytes[index] = wire[0];
      this.checks[index] = quantized ? QUANTIZED : wire[1];
      if (quantized) this.highest[index] = quantized.wrap ? quantized.span - 1 : quantized.span;
    }
  }

  /** Whether the bytes from `from` to the end of the frame have this form. Allocates nothing. */
  fits(frame: Uint8Array, from: number): boolean {
    let last = -1;
    for (let at = from; at < frame.length; ) {
      const index = (frame[at++] ?? 0) - SET;
      // Another operation than "set" gives an index below zero or above all fields.
      if (index <= last) return false;
      const end = this.valueEnd(frame, at, index);
      if (end < 0) return false;
      at = end;
      last = index;
    }
    return true;
  }

  /** End of the field value that begins here; -1: it is no valid value, or is cut off. */
  private valueEnd(frame: Uint8Array, at: number, index: number): number {
    const bytes = this.bytes[index] ?? 0;
    const check = this.checks[index] ?? ANY;
    if (check === NUMBER) return numberEnd(frame, at);
    const end = at + bytes;
    if (bytes === 0 || end > frame.length) return -1;
    if (check === ANY) return end;
    return isValue(frame, end, bytes, check, this.highest[index] ?? 0) ? end : -1;
  }
}

const forms = new WeakMap<object, InputForm>();

/**
 * The form of an input class, computed once a class.
 *
 * @throws INPUT_SCHEMA_INVALID if a field is neither a number nor a boolean
 */
export function inputFormOf(type: object): InputForm {
  let form = forms.get(type);
  if (form === undefined) {
    form = new InputForm(type);
    forms.set(type, form);
  }
  return form;
}

/** Checks a value that ends before `end`, beside its length. */
function isValue(frame: Uint8Array, end: number, bytes: number, check: number, highest: number): boolean {
  const top = frame[end - 1] ?? 0;
  const second = frame[end - 2] ?? 0;
  if (check === BOOLEAN) return top <= 1;
  // An exponent of ones only is an infinity or NaN.
  if (check === FLOAT32) return (top & 0x7f) !== 0x7f || (second & 0x80) === 0;
  if (check === FLOAT64) return (top & 0x7f) !== 0x7f || (second & 0xf0) !== 0xf0;
  let code = 0;
  for (let i = 1; i <= bytes; i++) code = code * 256 + (frame[end - i] ?? 0);
  return code <= highest;
}

function quantizedOf(type: unknown): Quantized | undefined {
  const isQuantized = typeof type === "object" && type !== null && "quantized" in type;
  return isQuantized ? (type.quantized as Quantized) : undefined;
}

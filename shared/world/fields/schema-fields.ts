import { type Metadata, Schema } from "@colyseus/schema";

/** A class of schema instances: an actor's, a component's, a state's. */
export type SchemaClass<T extends Schema = Schema> = (new (
  ...args: never
) => T) & {
  readonly name: string;
  readonly prototype: T;
};

/** How a field holds its value: a plain value, one schema child, or a collection. */
export type FieldKind = "value" | "ref" | "map" | "array" | "set";

/** A synchronized field of a schema class, as read from its metadata. */
export interface Field {
  readonly index: number;
  readonly name: string;
  readonly kind: FieldKind;
  /** Wire type of a plain value: "float32", "string", … or "quantized". */
  readonly wire: string;
  /** Class of the child or of the collection's elements; undefined for plain values. */
  readonly child: SchemaClass | undefined;
  /** Wire type of the elements of a collection of plain values; undefined for all else. */
  readonly element: string | undefined;
  /** True for fields that may be undefined. */
  readonly optional: boolean;
  /** True for fields that not every client is sent. */
  readonly viewed: boolean;
}

const COLLECTIONS: Readonly<Record<string, FieldKind>> = {
  map: "map",
  array: "array",
  set: "set",
  collection: "set",
  stream: "set",
};
const known = new WeakMap<object, readonly Field[]>();

/**
 * The synchronized fields of a schema class, parents first, in wire order. Cached by class.
 *
 * @example
 * fieldsOf(Actor).map((field) => field.name); // ["kind", "x", "y", "z", "yaw"]
 */
export function fieldsOf(klass: object): readonly Field[] {
  const cached = known.get(klass);
  if (cached !== undefined) return cached;
  const metadata = (klass as { [Symbol.metadata]?: Metadata })[Symbol.metadata];
  const fields: Field[] = [];
  for (const key in metadata) {
    const entry = metadata[Number(key)];
    if (entry !== undefined) fields.push(describe(entry));
  }
  fields.sort((a, b) => a.index - b.index);
  known.set(klass, fields);
  return fields;
}

function describe(entry: Metadata[number]): Field {
  const { index, name, type, optional = false, tag } = entry;
  const common = { index, name, optional, viewed: tag !== undefined, element: undefined };
  if (typeof type === "string") return { ...common, kind: "value", wire: type, child: undefined };
  if (typeof type === "function") return { ...common, kind: "ref", wire: "ref", child: asClass(type) };
  const [shape = "quantized", element] = Object.entries(type)[0] ?? [];
  const kind = COLLECTIONS[shape] ?? "value";
  if (kind === "value") return { ...common, kind, wire: shape, child: asClass(element) };
  const plain = typeof element === "string" ? element : undefined;
  return { ...common, kind, wire: kind, child: asClass(element), element: plain };
}

function asClass(type: unknown): SchemaClass | undefined {
  return typeof type === "function" && Schema.is(type as never) ? (type as SchemaClass) : undefined;
}

/** Reads a field of any schema instance by name. */
export function readField(ref: Schema, name: string): unknown {
  return (ref as unknown as Record<string, unknown>)[name];
}

/** Writes a field of any schema instance by name, through its setter. */
export function writeField(ref: Schema, name: string, value: unknown): void {
  (ref as unknown as Record<string, unknown>)[name] = value;
}

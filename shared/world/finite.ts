import { $values, Schema } from "@colyseus/schema";
import type { Actor } from "./actor.ts";
import { type Field, fieldsOf, readField, type SchemaClass, writeField } from "./schema-fields.ts";

/** Wire types of numbers; bigints are always finite. */
const NUMBERS = /^(number|quantized|u?int(8|16|32|64)|float(32|64))$/;

/** A field that holds a plain value. */
interface Plain {
  readonly name: string;
  /** Place among the synchronized values; −1 for a field that is never on the wire. */
  readonly index: number;
  readonly isNumber: boolean;
  readonly isFloat32: boolean;
  readonly optional: boolean;
}

/**
 * The plain fields of an instance and of its schema children, as they were when all of their numbers were last finite.
 * A number on the wire must be finite there; one of the room's own (`internal`) may be infinite, but not NaN.
 *
 * @example
 * const values = new FiniteValues(avatar);
 * values.keep();
 * move(avatar);
 * if (values.keep() !== undefined) values.putBack();
 */
export class FiniteValues {
  readonly #ref: Schema;
  readonly #plain: readonly Plain[];
  readonly #kept: unknown[] = [];
  readonly #childNames: readonly string[];
  readonly #children: (FiniteValues | undefined)[] = [];

  constructor(ref: Schema) {
    this.#ref = ref;
    const fields = fieldsOf(ref.constructor);
    this.#plain = [...fields.filter(({ kind }) => kind === "value").map(plainOf), ...internalsOf(ref)];
    this.#childNames = fields.filter(({ kind }) => kind === "ref").map(({ name }) => name);
  }

  /** Keeps the values if every number is finite, else nothing. Allocates nothing. @returns a field that is not */
  keep(): string | undefined {
    const broken = this.broken();
    if (broken === undefined) this.#keepAll();
    return broken;
  }

  /** Name of the first field that is not finite. */
  broken(): string | undefined {
    const plain = this.#plain;
    for (let i = 0; i < plain.length; i++) {
      const field = plain[i] as Plain;
      if (!isSound(field, this.#read(field), this.#kept[i])) return field.name;
    }
    for (let i = 0; i < this.#childNames.length; i++) {
      const broken = this.#child(i)?.broken();
      if (broken !== undefined) return `${this.#childNames[i]}.${broken}`;
    }
    return undefined;
  }

  /** Writes what was kept over what differs. What was never kept gets its class's numbers where its own are not finite. */
  putBack(): void {
    const fresh = this.#kept.length < this.#plain.length ? freshOf(this.#ref) : undefined;
    for (const [i, field] of this.#plain.entries()) {
      const now = this.#read(field);
      const kept = this.#kept[i];
      if (fresh === undefined) {
        if (!Object.is(now, kept)) writeField(this.#ref, field.name, kept);
      } else if (!isSound(field, now, kept)) writeField(this.#ref, field.name, readField(fresh, field.name));
    }
    for (let i = 0; i < this.#childNames.length; i++) this.#child(i)?.putBack();
  }

  #keepAll(): void {
    const plain = this.#plain;
    for (let i = 0; i < plain.length; i++) this.#kept[i] = this.#read(plain[i] as Plain);
    for (let i = 0; i < this.#childNames.length; i++) {
      const child = this.#child(i);
      if (child !== undefined) child.#keepAll();
    }
  }

  #read({ index, name }: Plain): unknown {
    return index >= 0 ? this.#ref[$values][index] : readField(this.#ref, name);
  }

  /** The child that the field holds now: it may be another than before. */
  #child(i: number): FiniteValues | undefined {
    const held = readField(this.#ref, this.#childNames[i] ?? "");
    const known = this.#children[i];
    if (known === undefined ? held === undefined : known.#ref === held) return known;
    const child = held instanceof Schema ? new FiniteValues(held) : undefined;
    this.#children[i] = child;
    return child;
  }
}

function plainOf({ name, index, wire, optional }: Field): Plain {
  return { name, index, isNumber: NUMBERS.test(wire), isFloat32: wire === "float32", optional };
}

/** Fields that are never on the wire are plain properties of the instance. */
function internalsOf(ref: Schema): Plain[] {
  return Object.entries(ref)
    .filter(([, value]) => typeof value !== "object" && typeof value !== "function")
    .map(([name, value]) => {
      return { name, index: -1, isNumber: typeof value === "number", isFloat32: false, optional: true };
    });
}

function isSound({ isNumber, index, isFloat32, optional }: Plain, value: unknown, kept: unknown): boolean {
  if (!isNumber) return true;
  if (index < 0) return !Number.isNaN(value);
  // A field without a default has no value before its first write.
  if (value === undefined) return optional || kept === undefined;
  // What 32 bits cannot hold would be infinite for every client.
  return Number.isFinite(isFloat32 ? Math.fround(value as number) : value);
}

function freshOf(ref: Schema): Schema {
  return new (ref.constructor as SchemaClass as new () => Schema)();
}

/** Where an actor stands: metres, radians. */
type Pose = Readonly<Pick<Actor, "x" | "y" | "z" | "yaw">>;

/** True for a place that the wire can carry. */
export function isFinitePose({ x, y, z, yaw }: Pose): boolean {
  return [x, y, z, yaw].every((value) => Number.isFinite(value) && Number.isFinite(Math.fround(value)));
}

/** What {@link mendActor} did. */
export interface Mended {
  /** Name of the first field that was not finite. */
  readonly field: string;
  /** False: its class has no finite number for it. */
  readonly ok: boolean;
}

/**
 * Gives the numbers of an actor that are not finite those of a new instance of its class; one whose place is not finite
 * stands at `home` then. Undefined: all were finite.
 */
export function mendActor(actor: Actor, home: Pose): Mended | undefined {
  const values = new FiniteValues(actor);
  const field = values.broken();
  if (field === undefined) return undefined;
  const { x: ownX, y: ownY, z: ownZ } = actor;
  const isLost = !isFinitePose({ x: ownX, y: ownY, z: ownZ, yaw: 0 });
  values.putBack();
  const { x, y, z } = home;
  if (isLost) Object.assign(actor, { x: Math.fround(x), y: Math.fround(y), z: Math.fround(z) });
  return { field, ok: values.broken() === undefined };
}

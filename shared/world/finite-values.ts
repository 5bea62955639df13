import { $changes, $values, Schema } from "@colyseus/schema";
import { internalNames } from "./fields/internal-fields.ts";
import { type Field, fieldsOf, readField, type SchemaClass, writeField } from "./fields/schema-fields.ts";

/** Wire types of numbers; bigints are always finite. */
const NUMBERS = /^(number|quantized|u?int(8|16|32|64)|float(32|64))$/;

/**
 * The synchronized fields of a class, by how they are checked. A field's place is its index among the values
 * of an instance.
 */
interface Layout {
  readonly numbers: readonly Field[];
  readonly numberPlaces: readonly number[];
  /** Plain values that are no numbers: text, flags. */
  readonly others: readonly Field[];
  readonly otherPlaces: readonly number[];
  /** Schema children. */
  readonly children: readonly Field[];
}
const layouts = new WeakMap<object, Layout>();

/** A field that is never on the wire, and its value at the last check that found all finite. */
interface Internal {
  readonly name: string;
  readonly isNumber: boolean;
  kept: unknown;
}

/**
 * The plain fields of an instance and of its schema children, as they were when all of their numbers were
 * last finite. A number on the wire must be finite; an `internal` one may be infinite, but not NaN.
 *
 * Each avatar is checked several times a tick: values are read by index, and only changed ones are examined.
 *
 * @example
 * const values = new FiniteValues(avatar);
 * values.keep();
 * move(avatar);
 * if (values.keep() !== undefined) values.putBack();
 */
export class FiniteValues {
  private readonly ref: Schema;
  private readonly layout: Layout;
  private readonly numbers: unknown[];
  private readonly others: unknown[];
  private readonly internals: readonly Internal[];
  private readonly children: (FiniteValues | undefined)[] = [];
  private isKept = false;

  constructor(ref: Schema) {
    this.ref = ref;
    this.layout = layoutOf(ref.constructor);
    this.numbers = this.layout.numbers.map(() => undefined);
    this.others = this.layout.others.map(() => undefined);
    this.internals = internalsOf(ref);
  }

  /**
   * Keeps the values if every number is finite, else nothing. Allocates nothing.
   *
   * @returns a field that is not finite
   */
  keep(): string | undefined {
    const broken = this.broken();
    if (broken === undefined) {
      this.keepSynchronized();
      this.keepInternals();
    }
    return broken;
  }

  /**
   * As {@link keep}, between two patches: where no write was noted since the last patch, only fields that are
   * never on the wire are examined. Does not see a write that a patch has sent meanwhile.
   */
  keepWritten(): string | undefined {
    if (this.isWritten()) return this.keep();
    const broken = this.brokenInternal();
    if (broken === undefined) this.keepInternals();
    return broken;
  }

  /** Name of the first field that is not finite. */
  broken(): string | undefined {
    return this.brokenNumber() ?? this.brokenInternal();
  }

  private brokenNumber(): string | undefined {
    const values = this.ref[$values];
    const { numbers, numberPlaces, children } = this.layout;
    const kept = this.numbers;
    for (let i = 0; i < numberPlaces.length; i++) {
      const value = values[numberPlaces[i] as number];
      // What was kept is sound, and NaN equals nothing.
      if (value === kept[i]) continue;
      if (!isSound(numbers[i] as Field, value, kept[i])) return (numbers[i] as Field).name;
    }
    for (let i = 0; i < children.length; i++) {
      const broken = this.child(i)?.brokenNumber();
      if (broken !== undefined) return `${children[i]?.name}.${broken}`;
    }
    return undefined;
  }

  private brokenInternal(): string | undefined {
    const internals = this.internals;
    for (let i = 0; i < internals.length; i++) {
      const { name, isNumber } = internals[i] as Internal;
      if (isNumber && Number.isNaN(readField(this.ref, name))) return name;
    }
    const { children } = this.layout;
    for (let i = 0; i < children.length; i++) {
      const broken = this.child(i)?.brokenInternal();
      if (broken !== undefined) return `${children[i]?.name}.${broken}`;
    }
    return undefined;
  }

  /**
   * Whether a field may have changed since the last patch, by the instance's own or a child's change record.
   */
  private isWritten(): boolean {
    const tree = this.ref[$changes];
    if (!this.isKept || tree === undefined || (tree.dirtyLow | tree.dirtyHigh) !== 0) return true;
    for (let i = 0; i < this.layout.children.length; i++) if (this.child(i)?.isWritten()) return true;
    return false;
  }

  /**
   * Restores the kept values where they differ. A field that was never kept and is not finite gets the number
   * of a new instance of its class.
   */
  putBack(): void {
    const { numbers, others, children } = this.layout;
    if (this.isKept) {
      for (const [i, { name }] of numbers.entries()) this.write(name, this.numbers[i]);
      for (const [i, { name }] of others.entries()) this.write(name, this.others[i]);
      for (const { name, kept } of this.internals) this.write(name, kept);
    } else this.mendOwn();
    for (let i = 0; i < children.length; i++) this.child(i)?.putBack();
  }

  private write(name: string, value: unknown): void {
    if (!Object.is(readField(this.ref, name), value)) writeField(this.ref, name, value);
  }

  private mendOwn(): void {
    const fresh = new (this.ref.constructor as SchemaClass as new () => Schema)();
    const { numbers } = this.layout;
    const broken = [
      ...numbers.filter((field) => !isSound(field, readField(this.ref, field.name), undefined)),
      ...this.internals.filter(({ name, isNumber }) => isNumber && Number.isNaN(readField(this.ref, name))),
    ];
    for (const { name } of broken) writeField(this.ref, name, readField(fresh, name));
  }

  private keepSynchronized(): void {
    const values = this.ref[$values];
    const { numberPlaces, otherPlaces, children } = this.layout;
    copyChanged(values, numberPlaces, this.numbers);
    copyChanged(values, otherPlaces, this.others);
    this.isKept = true;
    for (let i = 0; i < children.length; i++) this.child(i)?.keepSynchronized();
  }

  private keepInternals(): void {
    const internals = this.internals;
    for (let i = 0; i < internals.length; i++) {
      const internal = internals[i] as Internal;
      internal.kept = readField(this.ref, internal.name);
    }
    for (let i = 0; i < this.layout.children.length; i++) this.child(i)?.keepInternals();
  }

  /** The child that the field holds now: it may be another than before. */
  private child(i: number): FiniteValues | undefined {
    const held = this.ref[$values][this.layout.children[i]?.index ?? -1];
    const known = this.children[i];
    if (known === undefined ? held === undefined : known.ref === held) return known;
    const child = held instanceof Schema ? new FiniteValues(held) : undefined;
    this.children[i] = child;
    return child;
  }
}

function layoutOf(type: object): Layout {
  let layout = layouts.get(type);
  if (layout === undefined) {
    const fields = fieldsOf(type);
    const plain = fields.filter(({ kind }) => kind === "value");
    const numbers = plain.filter(({ wire }) => NUMBERS.test(wire));
    const others = plain.filter(({ wire }) => !NUMBERS.test(wire));
    const children = fields.filter(({ kind }) => kind === "ref");
    layout = { numbers, numberPlaces: placesOf(numbers), others, otherPlaces: placesOf(others), children };
    layouts.set(type, layout);
  }
  return layout;
}

const placesOf = (fields: readonly Field[]): number[] => fields.map(({ index }) => index);

/** Fields that are never on the wire. */
function internalsOf(ref: Schema): Internal[] {
  return internalNames(ref)
    .map((name) => [name, readField(ref, name)] as const)
    .filter(([, value]) => typeof value !== "object" && typeof value !== "function")
    .map(([name, value]) => ({ name, isNumber: typeof value === "number", kept: undefined }));
}

function copyChanged(values: readonly unknown[], places: readonly number[], kept: unknown[]): void {
  for (let i = 0; i < places.length; i++) {
    const value = values[places[i] as number];
    if (value !== kept[i]) kept[i] = value;
  }
}

/** Whether a field that is a number on the wire may have this value. */
function isSound({ wire, optional }: Field, value: unknown, kept: unknown): boolean {
  // A field without a default has no value before its first write.
  if (value === undefined) return optional || kept === undefined;
  // What 32 bits cannot hold would be infinite for every client.
  return Number.isFinite(wire === "float32" ? Math.fround(value as number) : value);
}

import type { FieldBuilder, Schema } from "@colyseus/schema";

/** The parts of a field's builder that its type hides; documented there as reachable by name. */
interface AnyBuilder {
  readonly _type: unknown;
  readonly _default: unknown;
  readonly _hasDefault: boolean;
  default(value: unknown): unknown;
}

/** Stands for an internal field while a class is asked for the names of its own. */
class Marker {
  readonly builder: AnyBuilder;
  constructor(builder: AnyBuilder) {
    this.builder = builder;
  }
}
let isAsking = false;

/**
 * Lets a class that has the field tell its name: `schema()` keeps nothing of a field that is not synchronized
 * but how its default is made.
 */
export function tellName<F extends FieldBuilder<never, boolean, boolean>>(field: F): F {
  const builder = field as unknown as AnyBuilder;
  const stock = builder.default.bind(builder);
  builder.default = (value) => stock(() => (isAsking ? new Marker(builder) : made(value)));
  // A plain value without one is undefined until it is written: as a default that tells the name.
  if (builder._hasDefault || typeof builder._type === "string") builder.default(builder._default);
  return field;
}

/** As `schema()` makes a default: by a function, by a clone, or as it is. */
function made(value: unknown): unknown {
  if (typeof value === "function") return value();
  const { clone } = (value ?? {}) as { clone?: () => unknown };
  return typeof clone === "function" ? clone.call(value) : value;
}

/** Names and types of a class's own internal fields that hold plain values. */
export function internalTypes(klass: object): readonly (readonly [name: string, type: string])[] {
  const ask = Object.hasOwn(klass, "_getDefaultValues") ? Reflect.get(klass, "_getDefaultValues") : undefined;
  if (typeof ask !== "function") return [];
  isAsking = true;
  try {
    return Object.entries(ask() as object).flatMap(([name, value]) => {
      const type = value instanceof Marker ? value.builder._type : undefined;
      return typeof type === "string" ? [[name, type] as const] : [];
    });
  } finally {
    isAsking = false;
  }
}

const $values = Symbol("roomkeep.internal");
type Kept = Schema & { [$values]?: Record<string, unknown> };
const guarded = new WeakMap<object, readonly string[]>();

/**
 * Checks each write to an internal field of a class. What instances held before is theirs still, unchecked.
 */
export function guardInternal(
  klass: { readonly prototype: object },
  checks: ReadonlyMap<string, (ref: Schema, value: unknown) => void>,
): void {
  guarded.set(klass, [...checks.keys()]);
  for (const [name, check] of checks) {
    Object.defineProperty(klass.prototype, name, {
      configurable: true,
      enumerable: false,
      get(this: Kept) {
        return this[$values]?.[name];
      },
      set(this: Kept, value: unknown) {
        // Of a component that is made as the default of a class which is asked.
        if (value instanceof Marker) return;
        check(this, value);
        valuesOf(this)[name] = value;
      },
    });
  }
}

function valuesOf(ref: Kept): Record<string, unknown> {
  const known = ref[$values];
  if (known !== undefined) return known;
  const values = {};
  Object.defineProperty(ref, $values, { value: values });
  return values;
}

/** Names of all that an instance holds beside its synchronized fields. */
export function internalNames(ref: Schema): string[] {
  const kept = (ref as Kept)[$values];
  return kept === undefined ? Object.keys(ref) : [...Object.keys(kept), ...Object.keys(ref)];
}

/** Whether a name is that of a guarded internal field of a class. */
export function isInternal(klass: object, name: string): boolean {
  for (let at: object | null = klass; at !== null; at = Object.getPrototypeOf(at))
    if (guarded.get(at)?.includes(name)) return true;
  return false;
}

/** Puts what an instance holds in plain properties, because it is older than the guard, behind the guard. */
export function adoptInternal(ref: Schema): void {
  for (const [name, value] of Object.entries(ref)) {
    if (!isInternal(ref.constructor, name)) continue;
    Reflect.deleteProperty(ref, name);
    Reflect.set(ref, name, value);
  }
}

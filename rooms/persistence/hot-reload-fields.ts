import { type Schema, TypeContext } from "@colyseus/schema";
import {
  fieldsOf,
  fillFromJson,
  internalNames,
  type SchemaClass,
  schemaToJson,
} from "../../shared/internal.ts";

/** The fields of an instance as JSON, each by itself: an edit may make one of them unreadable. */
export type KeptFields = readonly Record<string, unknown>[];

/** Told of a field that is not kept. */
export type Lost = (field: string, error: unknown) => void;

/** Classes that a state may hold, by name and by their numbers on the wire. */
export interface StateClasses {
  readonly byName: ReadonlyMap<string, SchemaClass>;
  numberOf(type: object): number;
  /** The class of a name; of two games' classes of one name the one with the number that it had before. */
  find(name: string, number: number): SchemaClass | undefined;
}

/** The classes of a state, those that stand in it before others of their name. */
export function classesOf(state: Schema, living: Iterable<object> = []): StateClasses {
  const { types, schemas } = new TypeContext(state.constructor as typeof Schema);
  const byName = new Map<string, SchemaClass>();
  for (const type of [...Object.values(types), ...living]) {
    const { name } = type as SchemaClass;
    byName.set(name, type as SchemaClass);
  }
  return {
    byName,
    numberOf: (type) => schemas.get(type as typeof Schema) ?? -1,
    find(name, number) {
      const same = types[number];
      return (same?.name === name ? (same as unknown as SchemaClass) : undefined) ?? byName.get(name);
    },
  };
}

/**
 * Keeps the fields of an instance, those that are never on the wire too; one that JSON cannot hold is left
 * out.
 */
export function keepFields(
  ref: Schema,
  { byName }: StateClasses,
  lost: Lost,
  skip: readonly string[] = [],
): KeptFields {
  const names = [...fieldsOf(ref.constructor).map(({ name }) => name), ...internalNames(ref)];
  return names.flatMap((name) => {
    if (skip.includes(name)) return [];
    const others = names.filter((other) => other !== name);
    return attempt(lost, `${ref.constructor.name}.${name}`, () => [schemaToJson(ref, byName, others)]) ?? [];
  });
}

/** Fills an instance of the edited class; what does not fit it any more stays as the class makes it. */
export function fillFields(ref: Schema, kept: KeptFields, { byName }: StateClasses, lost: Lost): void {
  for (const one of kept) {
    const [name = ""] = Object.keys(one);
    attempt(lost, `${ref.constructor.name}.${name}`, () => fillFromJson(ref, one, byName));
  }
}

function attempt<T>(lost: Lost, field: string, work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    lost(field, error);
    return undefined;
  }
}

import {
  type BuilderInitProps,
  type FieldBuilder,
  type InferSchemaInstanceType,
  type Schema,
  type SchemaWithExtends,
  schema,
  t,
} from "@colyseus/schema";
import { RoomkeepError } from "../errors.ts";
import { type Upgrade, type Versioned, versioned } from "../snapshot/versioned.ts";
import { Actor } from "./actor.ts";
import { guardClass, guardInternals } from "./fields/field-guards.ts";
import { guardLimits, type Limits } from "./fields/field-limits.ts";
import { fieldsOf, readField, type SchemaClass } from "./fields/schema-fields.ts";
import type { Writer } from "./writer.ts";

/** The fields of a component: plain values made with `t.*`. Collections belong to the actor itself. */
export type ComponentFields = Record<string, FieldBuilder<unknown, boolean, boolean>>;

/** Name, fields, limits and versions of a component. */
export interface ComponentOptions<F extends ComponentFields> {
  /** Unique among the components of a game; snapshots store it. */
  readonly name: string;
  readonly fields: F;
  /** Limits of the fields' values, beside their wire types. */
  readonly limits?: Limits<F>;
  /**
   * Who may write it beside the room's own code, by `world.write` and by players' messages. Default: nobody.
   */
  readonly writers?: readonly Exclude<Writer, "room">[];
  /** Grows by one whenever stored values change their meaning. Default 1. */
  readonly version?: number;
  /** `upgrades[n]` turns stored values of version n into version n + 1. */
  readonly upgrades?: Readonly<Record<number, Upgrade>>;
}

/** Name, upgrades and limits of a component class, as the framework keeps them. */
export interface ComponentMeta {
  readonly name: string;
  readonly writers: readonly Writer[];
  /** How stored values of any version are read. */
  readonly chain: Versioned<Record<string, unknown>>;
}

/** A schema class whose fields are `F`, with each field's value checked as it is written. */
export interface ComponentClass<F extends ComponentFields = ComponentFields>
  extends SchemaWithExtends<F, typeof Schema> {
  /** Makes a component; fields that are not given have their defaults. */
  new (props?: Partial<BuilderInitProps<F>>): InferSchemaInstanceType<F>;
  /** For `instanceof`. */
  readonly prototype: InferSchemaInstanceType<F>;
  /** Name that the component was defined with; snapshots and writes name it. */
  readonly name: string;
  /** Only for the compiler, which reads the type of a component off it; undefined at run time. */
  readonly "~type": InferSchemaInstanceType<F>;
}

/** Any class that {@link defineComponent} made. */
export type AnyComponent = SchemaClass & { readonly "~type": Schema };
/** An instance of a component class. */
export type ComponentOf<C extends AnyComponent> = C["~type"];

const metas = new WeakMap<object, ComponentMeta>();

/**
 * Declares a component: a typed child of an actor, sent to every client that sees the actor. A value of a
 * wrong type fails when it compiles; a wrong type or a value out of its limits fails as it is written, and
 * nothing is changed.
 *
 * @throws COMPONENT_INVALID from the definition if a default breaks a limit, later from each bad write
 * @throws SNAPSHOT_UNSUPPORTED if an upgrade from an earlier version is missing
 * @example
 * export const Health = defineComponent({
 *   name: "Health",
 *   fields: { hp: t.uint16().default(100) },
 *   limits: { hp: { min: 0, max: 100 } },
 *   version: 1,
 * });
 */
export function defineComponent<F extends ComponentFields>(options: ComponentOptions<F>): ComponentClass<F> {
  const { name, version = 1, upgrades = {} } = options;
  const klass = schema(options.fields, name) as unknown as ComponentClass<F>;
  for (const field of fieldsOf(klass)) {
    if (field.kind === "value") continue;
    throw new RoomkeepError(
      "COMPONENT_INVALID",
      `${name}.${field.name}: a component holds plain values; put the ${field.kind} on the actor.`,
    );
  }
  guardLimits(name, klass, options.limits ?? {});
  guardInternals(klass);
  const { writers = [] } = options;
  metas.set(klass, { name, writers, chain: versioned({ name: `component ${name}`, version, upgrades }) });
  new klass();
  return klass;
}

/**
 * The metadata of a component class.
 *
 * @throws COMPONENT_UNKNOWN if `defineComponent` did not make it
 */
export function componentMeta(klass: SchemaClass): ComponentMeta {
  const meta = metas.get(klass);
  if (meta !== undefined) return meta;
  throw new RoomkeepError("COMPONENT_UNKNOWN", `${klass.name} was not made by defineComponent.`);
}

/** True for classes that {@link defineComponent} made. */
export function isComponent(klass: SchemaClass | undefined): klass is SchemaClass {
  return klass !== undefined && metas.has(klass);
}

/** Components and fields of an actor, as {@link defineActor} takes them. */
export type ActorParts = Record<string, AnyComponent | FieldBuilder<unknown, boolean, boolean>>;

/** Components, own fields and class name of a kind of actor. */
export interface ActorOptions<C extends ActorParts, F extends ActorParts> {
  /** A class for each component, or `t.ref(Class).optional()` for one that comes and goes. */
  readonly components?: C;
  /** The actor's own fields: values and collections. */
  readonly fields?: F;
  /** Class name, as snapshots store it. Default: the kind with a capital. */
  readonly name?: string;
}

type Part<P> = P extends AnyComponent
  ? P["~type"]
  : P extends FieldBuilder<infer V, boolean, boolean>
    ? V
    : never;
/** An actor with parts `P`. */
export type ActorWith<P extends ActorParts> = Actor & { -readonly [K in keyof P]: Part<P[K]> };

/** An actor class that {@link defineActor} made. */
export interface ActorClass<A = Actor> {
  /** Makes an actor; fields that are not given have their defaults. It is in no world until it is spawned. */
  new (props?: Partial<Omit<A, keyof Schema>>): A;
  /** For `instanceof`. */
  readonly prototype: A;
  /** Kind that the class was defined with; snapshots name it. */
  readonly name: string;
  /** Only for the compiler, which reads the type of an actor off it; undefined at run time. */
  readonly "~type": A;
}

/**
 * Declares an actor class composed of components. `kind` is set on each instance.
 *
 * Declare classes at the top of a module, not in a room: @colyseus/schema numbers them when the first encoder
 * of a kind of state is made (TypeContext.cache) and does not know on the wire what is declared later.
 *
 * @throws COMPONENT_UNKNOWN if one of the components was not made by `defineComponent`
 * @example
 * export const Deer = defineActor("deer", {
 *   components: { health: Health },
 *   fields: { herd: t.uint8().default(0) },
 * });
 * const deer = new Deer({ x: 3, herd: 2 });
 * deer.health.hp -= 10;
 */
export function defineActor<
  C extends ActorParts = Record<never, never>,
  F extends ActorParts = Record<never, never>,
>(kind: string, options: ActorOptions<C, F> = {}): ActorClass<ActorWith<C & F>> {
  const name = options.name ?? kind.charAt(0).toUpperCase() + kind.slice(1);
  // The kind is a field of Actor already; `noSync` sets the default alone and declares nothing a second time.
  const parts = { ...options.components, ...options.fields, kind: t.string().default(kind).noSync() };
  const klass = schema(parts, name, Actor as unknown as typeof Schema) as unknown as ActorClass<
    ActorWith<C & F>
  >;
  for (const key of Object.keys(options.components ?? {})) {
    const field = fieldsOf(klass).find((one) => one.name === key);
    if (isComponent(field?.child)) continue;
    throw new RoomkeepError(
      "COMPONENT_UNKNOWN",
      `${name}.${key} is no component: make it with defineComponent.`,
    );
  }
  guardClass(klass);
  return klass;
}

/**
 * The component of a class on an actor, or undefined if it has none now.
 *
 * @throws COMPONENT_UNKNOWN if `defineComponent` did not make the class
 * @example
 * const health = componentOf(target, Health);
 * if (health) health.hp -= 10;
 */
export function componentOf<C extends AnyComponent>(actor: Actor, klass: C): ComponentOf<C> | undefined {
  const name = componentField(actor.constructor, klass);
  return name === undefined ? undefined : (readField(actor, name) as ComponentOf<C> | undefined);
}

const places = new WeakMap<object, Map<object, string | undefined>>();

/** Name of the field of an actor class that holds a component class, or undefined. Cached. */
export function componentField(actorClass: object, klass: SchemaClass): string | undefined {
  let fields = places.get(actorClass);
  if (fields === undefined) {
    fields = new Map();
    places.set(actorClass, fields);
  }
  if (!fields.has(klass)) {
    componentMeta(klass);
    fields.set(
      klass,
      fieldsOf(actorClass).find((field) => field.child === klass && field.kind === "ref")?.name,
    );
  }
  return fields.get(klass);
}

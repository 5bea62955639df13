export * from "./actor.ts";
export { CellBroadphase } from "./broadphase.ts";
export {
  type ActorClass,
  type ActorOptions,
  type ActorParts,
  type ActorWith,
  type AnyComponent,
  type ComponentClass,
  type ComponentFields,
  type ComponentOf,
  type ComponentOptions,
  componentOf,
  defineActor,
  defineComponent,
} from "./component.ts";
export * from "./constants.ts";
export * from "./errors.ts";
export type { HistorySave } from "./event-history.ts";
export * from "./events.ts";
export type { SchemaClass } from "./fields.ts";
export { FiniteValues, isFinitePose, type Mended, mendActor } from "./finite.ts";
export * from "./grid.ts";
export * from "./ground.ts";
export * from "./hash.ts";
export * from "./item-messages.ts";
export * from "./items.ts";
export * from "./layers.ts";
export * from "./level.ts";
export type { Limits, NumberLimits, TextLimits } from "./limits.ts";
export * from "./messages.ts";
export type { Fault, FieldChange, Observer } from "./observe.ts";
export * from "./portals.ts";
export type { Query, QueryOptions } from "./query.ts";
export * from "./random.ts";
export * from "./roles.ts";
export { type ClassTable, classTable, type SchemaJson, valueToJson } from "./schema-json.ts";
export * from "./seat-watch.ts";
export * from "./snapshot.ts";
export * from "./space.ts";
export * from "./space-query.ts";
export * from "./space-save.ts";
export * from "./terrain.ts";
export * from "./threshold.ts";
export * from "./triggers.ts";
export { type Stored, type Upgrade, type Versioned, type VersionedOptions, versioned } from "./versioned.ts";
export * from "./walk.ts";
export { type ActorRef, createWorld, type World, type WorldOptions } from "./world.ts";

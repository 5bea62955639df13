export {
  backoffMs,
  endsWithin,
  type KeyedQueue,
  keyedQueue,
  type RetryOptions,
  retry,
  sleep,
  type TimeoutOptions,
  withTimeout,
} from "./async.ts";
export * from "./constants.ts";
export * from "./errors.ts";
export { type InventoryRules, type InventoryTransaction, openInventory } from "./items/inventory.ts";
export { fitsSlot, type SlotRules } from "./items/slots.ts";
export type { Amount, Offer, PriceList, Stack } from "./items/stacks.ts";
export * from "./level/level.ts";
export * from "./level/portals.ts";
export * from "./level/terrain.ts";
export { CellBroadphase } from "./physics/broadphase.ts";
export * from "./physics/ground.ts";
export * from "./physics/layers.ts";
export * from "./physics/physics-snapshot.ts";
export * from "./physics/physics-space.ts";
export { rayOf, type UprightSize, uprightDistance } from "./physics/ray-distance.ts";
export * from "./physics/raycast.ts";
export * from "./physics/triggers.ts";
export * from "./physics/walk.ts";
export type { HistorySave } from "./protocol/event-history.ts";
export * from "./protocol/events.ts";
export * from "./protocol/item-messages.ts";
export * from "./protocol/items.ts";
export * from "./protocol/liveness-watch.ts";
export * from "./protocol/messages.ts";
export * from "./protocol/pose-threshold.ts";
export * from "./random.ts";
export * from "./snapshot/hash.ts";
export { type ClassTable, classTable, type SchemaJson, valueToJson } from "./snapshot/schema-json.ts";
export * from "./snapshot/snapshot.ts";
export {
  type Stored,
  type Upgrade,
  type Versioned,
  type VersionedOptions,
  versioned,
} from "./snapshot/versioned.ts";
export * from "./world/actor.ts";
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
} from "./world/component.ts";
export type { Limits, NumberLimits, TextLimits } from "./world/field-limits.ts";
export * from "./world/field-visibility.ts";
export { isFinitePose, type Mended, mendActor } from "./world/finite.ts";
export { FiniteValues } from "./world/finite-values.ts";
export type { Fault, FieldChange, Observer } from "./world/observe.ts";
export type { Query, QueryOptions } from "./world/query.ts";
export type { SchemaClass } from "./world/schema-fields.ts";
export * from "./world/spatial-hash.ts";
export { type ActorRef, createWorld, type World, type WorldOptions } from "./world/world.ts";

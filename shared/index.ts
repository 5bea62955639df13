export { CLOSE, COLORS, TICK_HZ } from "./constants.ts";
export { ERROR_CODES, type ErrorCode, type Refusal, RoomkeepError, readErrorCode, refuse } from "./errors.ts";
export {
  defineLevel,
  type Level,
  type LevelSource,
  type Portal,
  readLevel,
  type Solid,
  type Terrain,
  type TriggerVolume,
} from "./level/level.ts";
export { bakeTerrain, heightAt, slopeAt, valueNoise } from "./level/terrain.ts";
export { defineGameState, GameState, Seat } from "./lobby/game-state.ts";
export { settingsOf } from "./lobby/settings.ts";
export { type Ground, heightOf, layGround } from "./physics/ground.ts";
export type { Space } from "./physics/physics-space.ts";
export { castRay, type Hit, overlap, type Target, type Vec } from "./physics/raycast.ts";
export { isWithin, openTriggers, type Triggers, type Visitor } from "./physics/triggers.ts";
export { BUTTON, RUN_MPS, WALK_MPS, type Walker, WalkInput, walk } from "./physics/walk.ts";
export { DRAWING, type StrokeBatch, strokeBatch } from "./protocol/drawing.ts";
export { createEvents, defineEvent, type EventKind, type Events } from "./protocol/events.ts";
export type { GameEvent } from "./protocol/game-event.ts";
export { itemRequest, type TradeView } from "./protocol/item-messages.ts";
export {
  Carrier,
  countInBag,
  Drop,
  ItemStack,
  type ItemTemplate,
  type ItemTemplates,
  Pile,
  Shop,
  Ware,
  wears,
} from "./protocol/items.ts";
export { type PartyView, type ServerMessages, shownText } from "./protocol/messages.ts";
export { EXACT, type PoseThreshold, writePose } from "./protocol/pose-threshold.ts";
export { type Random, seeded } from "./random.ts";
export { classTable } from "./snapshot/schema-json.ts";
export { hashState, restoreSnapshot, takeSnapshot, type WorldSnapshot } from "./snapshot/snapshot.ts";
export { type Stored, type Upgrade, type Versioned, versioned } from "./snapshot/versioned.ts";
export { Actor, Avatar, Prop, WorldState } from "./world/actor.ts";
export type { ActorPool } from "./world/actor-pool.ts";
export { type ActorClass, type ComponentClass, defineActor, defineComponent } from "./world/component.ts";
export { fixed, internal, own, showOwn } from "./world/fields/field-visibility.ts";
export type { Observer } from "./world/observe/observe.ts";
export type { Query } from "./world/query.ts";
export { createSpatialHash, type SpatialHash } from "./world/spatial-hash.ts";
export { type ActorRef, createWorld, type World } from "./world/world.ts";

// Names that the framework's other parts use. Not published: builders have ./index.ts.

export { backoffMs, endsWithin, keyedQueue, retry, withTimeout } from "./async.ts";
export {
  AUTOSAVE_MS,
  CHAT_MAX,
  CODE_ALPHABET,
  CODE_LENGTH,
  CODE_LENGTH_MAX,
  COMMAND_MAX,
  DEFAULT_PORT,
  EMOTES,
  INTERPOLATION_MS,
  NAME_MAX,
  PARTY_INVITE_S,
  PARTY_KEEP_S,
  PARTY_MAX,
  RECONNECT_S,
  REPORT_MAX,
  REPORT_REASONS,
  SHAPES,
  ZONE_SAVE_MS,
} from "./constants.ts";
export { type InventoryTransaction, openInventory, type Purses } from "./items/inventory.ts";
export {
  type ExchangeSide,
  exchange,
  inOneOf,
  mintAll,
  moveAll,
  payPrice,
  takeAll,
  takeWhatFits,
} from "./items/item-moves.ts";
export { fitsSlot, type SlotRules } from "./items/slots.ts";
export type { Amount, Offer, PriceList, Stack } from "./items/stacks.ts";
export { PortalEntered, portalVolumes } from "./level/portals.ts";
export { isGameState, seatClassOf } from "./lobby/game-state.ts";
export { topAt } from "./physics/ground.ts";
export {
  type BodySave,
  isFiniteBody,
  loadSpace,
  type SpaceSave,
  saveSpace,
} from "./physics/physics-snapshot.ts";
export { openSpace } from "./physics/physics-space.ts";
export { rayOf, uprightDistance } from "./physics/ray-distance.ts";
export type { TriggersSave } from "./physics/triggers.ts";
export { STEP_UP_M, WALKER_FIELDS, WALKER_HEIGHT_M } from "./physics/walk.ts";
export type { DispatchedKind, EventsSave } from "./protocol/events.ts";
export { itemMessages, type TradeEnd, type TradeSide } from "./protocol/item-messages.ts";
export { BAG_SLOTS, EQUIPMENT_SLOTS } from "./protocol/items.ts";
export { type ListedRoom, watchLiveness } from "./protocol/liveness-watch.ts";
export {
  announcement,
  type ChatLine,
  type DeliveryOutcome,
  type EventMessage,
  type PartyMember,
  playerName,
  roomMessages,
  type SanctionMessage,
  type SeatReservation,
  type TravelMessage,
} from "./protocol/messages.ts";
export { angleBetween } from "./protocol/pose-threshold.ts";
export { canonicalJson, fnv1a64 } from "./snapshot/hash.ts";
export { fillFromJson, schemaToJson, valueFromJson, valueToJson } from "./snapshot/schema-json.ts";
export { checkSnapshot, type SnapshotParts } from "./snapshot/snapshot.ts";
export { type AnyComponent, componentMeta, isComponent } from "./world/component.ts";
export { mayWrite } from "./world/component-writes.ts";
export { adoptElements } from "./world/fields/element-guards.ts";
export { guardClass } from "./world/fields/field-guards.ts";
export { adoptInternal, internalNames } from "./world/fields/internal-fields.ts";
export { fieldsOf, readField, type SchemaClass } from "./world/fields/schema-fields.ts";
export { withoutGuards } from "./world/fields/unguarded.ts";
export { isFinitePose, mendActor } from "./world/finite.ts";
export { FiniteValues } from "./world/finite-values.ts";
export type { FieldChange } from "./world/observe/observe.ts";
export { observeState, type StateListener, type StateObservers } from "./world/observe/observe-state.ts";
export type { Writer } from "./world/writer.ts";

export type { ApplyAnswer, Ask } from "./answers.ts";
export { CellSerializer, type CellStats } from "./cell-serializer.ts";
export { COMMON_COMMANDS, type CommandedRoom, LOOSE_THINGS } from "./commands.ts";
export * from "./console.ts";
export type { GameCard, Listing } from "./game-card.ts";
export type { Rate } from "./guard.ts";
export { DEFAULT_RINGS, type InterestOptions, type Ring } from "./interest.ts";
export type { ItemUse } from "./item-asks.ts";
export type { Deed, ItemDesk } from "./item-desk.ts";
export type { Goal } from "./journey.ts";
export { announce } from "./letters.ts";
export { OUTBOX_LIMITS, type OutboxLimits } from "./outbox.ts";
export type { Player } from "./player.ts";
export type * from "./ports.ts";
export * from "./recorder.ts";
export { openRehearsal, type Rehearsal, type RerunResult, rerun } from "./rehearsal.ts";
export * from "./rewind.ts";
export type { ItemOptions, RoomItems } from "./room-items.ts";
export {
  openSimulation,
  type RoomContext,
  type Simulation,
  type SimulationOptions,
  type SnapshotScope,
  type SystemInRoom,
} from "./simulation.ts";
export { StableSerializer } from "./stable-serializer.ts";
export * from "./systems.ts";
export { PHASES, type Phase, type TickProfile, type TickTiming } from "./tick.ts";
export type { Unsaved } from "./unsaved.ts";
export { WorldRoom } from "./world-room.ts";
export type { ZoneFormat } from "./zone-saves.ts";

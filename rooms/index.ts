export type { GameListing, RoomListing } from "./game-listing.ts";
export { GameRoom } from "./game-room.ts";
export type { ItemUse } from "./items/item-messages.ts";
export type { ItemAction, ItemRequests } from "./items/item-requests.ts";
export type { ItemOptions, RoomItems } from "./items/room-items.ts";
export { COMMON_COMMANDS, type CommandedRoom, LOOSE_THINGS } from "./messaging/commands.ts";
export * from "./messaging/console.ts";
export { announce } from "./messaging/direct-messages.ts";
export type { RateLimit } from "./messaging/message-guard.ts";
export type { Unsaved } from "./persistence/unsaved-states.ts";
export type { ZoneFormat } from "./persistence/zone-saves.ts";
export type { Player, RoomPlayer } from "./player.ts";
export type * from "./ports/ports.ts";
export { openReplay, type Replay, type RerunResult, rerun } from "./replay.ts";
export { DEFAULT_RINGS, type InterestOptions, type Ring } from "./replication/interest.ts";
export { InterestSerializer, type InterestStats } from "./replication/interest-serializer.ts";
export { StableSerializer } from "./replication/stable-serializer.ts";
export type { ApplyAnswer, Ask } from "./simulation/async-results.ts";
export * from "./simulation/lag-compensation.ts";
export * from "./simulation/recorder.ts";
export {
  openSimulation,
  type RoomContext,
  type Simulation,
  type SimulationOptions,
  type SystemInRoom,
} from "./simulation/simulation.ts";
export type { SnapshotScope } from "./simulation/simulation-snapshot.ts";
export * from "./simulation/systems.ts";
export { PHASES, type Phase, type TickProfile, type TickTiming } from "./simulation/tick-clock.ts";
export { BACKPRESSURE_LIMITS, type BackpressureLimits } from "./transport/backpressure.ts";
export type { Goal } from "./travel/portal.ts";
export { WorldRoom } from "./world-room.ts";

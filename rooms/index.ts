export { CellSerializer, type CellStats } from "./cell-serializer.ts";
export type { GameCard, Listing } from "./game-card.ts";
export type { Rate } from "./guard.ts";
export { DEFAULT_RINGS, type InterestOptions, type Ring } from "./interest.ts";
export type { Goal } from "./journey.ts";
export { OUTBOX_LIMITS, type OutboxLimits } from "./outbox.ts";
export type { Player } from "./player.ts";
export type * from "./ports.ts";
export {
  openSimulation,
  type RoomContext,
  type RoomSystem,
  type Simulation,
  type SimulationOptions,
} from "./simulation.ts";
export { StableSerializer } from "./stable-serializer.ts";
export * from "./systems.ts";
export { PHASES, type Phase, type TickProfile, type TickTiming } from "./tick.ts";
export { WorldRoom } from "./world-room.ts";

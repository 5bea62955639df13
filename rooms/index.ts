export type { Rate } from "./guard.ts";
export type { Player } from "./player.ts";
export type * from "./ports.ts";
export * from "./systems.ts";
export { PHASES, type Phase, type TickProfile, type TickTiming } from "./tick.ts";
export { type GameCard, type Listing, WorldRoom } from "./world-room.ts";

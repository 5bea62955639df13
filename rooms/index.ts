export { type BotAction, type Bots, defineBots, type SeatView } from "./bots/bot.ts";
export type { CheatDetectionOptions, CheatSuspected } from "./cheat-detection/cheat-detection.ts";
export type { CheatSignal } from "./cheat-detection/cheat-signals.ts";
export type { GameListing } from "./game-listing.ts";
export { GameRoom } from "./game-room.ts";
export type { ItemUse } from "./items/item-messages.ts";
export type { ItemAction } from "./items/item-requests.ts";
export type { RoomItems } from "./items/room-items.ts";
export { defineLobby } from "./lobby/lobby.ts";
export type { Channel } from "./messaging/channel.ts";
export { type Argument, type Caller, type Command, defineCommand } from "./messaging/console.ts";
export { openWordFilter } from "./messaging/obscenity.ts";
export type { Whereabouts } from "./messaging/people.ts";
export type { RateLimit } from "./messaging/rate-limit.ts";
export type { ZoneFormat } from "./persistence/zone-saves.ts";
export { type Phase, type PhaseControls, phaseMessage } from "./phases/phase.ts";
export { definePhases } from "./phases/phases.ts";
export type { Player, RoomPlayer } from "./player.ts";
export {
  type PluginMessage,
  type PluginOf,
  type PluginRoom,
  pluginMessage,
  type RoomPart,
  type RoomPlugins,
} from "./plugins.ts";
export type { Claim, Identity, Place, Role } from "./ports/characters.ts";
export type { Booked, Stack } from "./ports/items.ts";
export type { Log, PlaySessionEnding, Ports } from "./ports/ports.ts";
export { openReplay, type Replay, rerun } from "./replay.ts";
export type { InterestOptions } from "./replication/visibility/interest.ts";
export type { ApplyAnswer, Ask } from "./simulation/async-results.ts";
export { openRecorder, type Recorder } from "./simulation/recorder.ts";
export type { RoomContext, Simulation, SystemInRoom } from "./simulation/simulation.ts";
export { createSystems, defineSystem, type System, type SystemContext } from "./simulation/systems.ts";
export type { TickProfile, TickTiming } from "./simulation/tick-clock.ts";
export { measureRoundTrip, roundTripMs } from "./transport/round-trips.ts";
export type { Goal } from "./travel/portal.ts";
export { WorldRoom } from "./world-room.ts";

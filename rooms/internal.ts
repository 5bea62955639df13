// Names that the framework's other parts use. Not published: builders have ./index.ts.

export type { GameListing, RoomListing } from "./game-listing.ts";
export type { Unsaved } from "./persistence/unsaved-states.ts";
export { type CharacterPort, type CharacterState, CLAIM_WAIT_MS } from "./ports/characters.ts";
export type { Amount, Death, ItemPort, Offer, OwnContainer, PileLeft, PriceList } from "./ports/items.ts";
export type {
  AuditPort,
  CommandGiven,
  EventPort,
  JoinAttempt,
  KeptEvent,
  PlaySessionPort,
  RecordedRoom,
  RecordingPort,
} from "./ports/ports.ts";
export type { SeatPort } from "./ports/seats.ts";
export type { ZoneClaim, ZonePort, ZoneSaved } from "./ports/zones.ts";
export { PHASES, type Phase } from "./simulation/tick-clock.ts";
export { limitSocket, SOCKET_OPTIONS } from "./transport/socket-limits.ts";
export { orJoinError } from "./travel/join-error.ts";

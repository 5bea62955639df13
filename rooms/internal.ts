// Names that the framework's other parts use. Not published: builders have ./index.ts.

export type { RoomListing } from "./game-listing.ts";
export { matchKey, readMatch, SORT_BY } from "./match-options.ts";
export { ROLES } from "./messaging/console.ts";
export { isObsceneName } from "./messaging/obscenity.ts";
export type { Unsaved } from "./persistence/unsaved-states.ts";
export { refusingPlugins } from "./plugins.ts";
export { type CharacterPort, type CharacterState, CLAIM_WAIT_MS } from "./ports/characters.ts";
export { CHEAT_ACTIONS, type CheatFlag, type CheatPort } from "./ports/cheats.ts";
export type { Death, ItemPort, OwnContainer, PileLeft } from "./ports/items.ts";
export type { MatchClaim, MatchPort, MatchSave, MatchSeat } from "./ports/matches.ts";
export type {
  AccountLimitPort,
  AuditPort,
  CommandGiven,
  EventFilter,
  EventPort,
  JoinAttempt,
  KeptEvent,
  RecordedRoom,
  RecordingPort,
  StoredEvent,
} from "./ports/ports.ts";
export { readRequest } from "./ports/request-id.ts";
export type { ReturnPort, Stay } from "./ports/returns.ts";
export type { SeatPort } from "./ports/seats.ts";
export type { SignInPort, SignInRoom } from "./ports/sign-ins.ts";
export type { ZoneClaim, ZonePort, ZoneSaved } from "./ports/zones.ts";
export { PHASES, type Phase } from "./simulation/tick-clock.ts";
export { FAST_PATHS, type FastPath, readFastPaths } from "./transport/fast-path/fast-path-names.ts";
export { useFastPaths } from "./transport/fast-path/fast-paths.ts";
export { checkTransportInternals } from "./transport/internals.ts";
export { SENT } from "./transport/send-budget.ts";
export { limitSocket, RECEIVED, SOCKET_OPTIONS } from "./transport/socket-limits.ts";
export { orJoinError } from "./travel/join-error.ts";
export { onceAtATime } from "./travel/room-finder.ts";
export { HELD } from "./viewers/delay-line.ts";
export { readViewerKind, type ViewerKind } from "./viewers/viewer-kind.ts";
export { REFUSALS, readViewerLimits } from "./viewers/viewer-limits.ts";
export { waitingPlaceOf } from "./viewers/viewer-places.ts";
export { VIEWING } from "./viewers/viewers.ts";

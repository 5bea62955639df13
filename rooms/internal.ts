// Names that the framework's other parts use. Not published: builders have ./index.ts.

export type { DeskAnswer } from "./desk/desk.ts";
export { type LevelPicture, levelPicture } from "./desk/picture.ts";
export { Scrub, type ScrubFrames, type ScrubSpan } from "./desk/scrub.ts";
export { Scrubs } from "./desk/scrubs.ts";
export type { RoomListing } from "./game-listing.ts";
export { SETTINGS, type SettingsWatch, watchOf } from "./live-settings.ts";
export { matchKey, readMatch, SORT_BY } from "./match-options.ts";
export { ROLES } from "./messaging/console.ts";
export { isObsceneName } from "./messaging/obscenity.ts";
export { openPeopleReach, type PeopleReach } from "./messaging/people.ts";
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
export type { KeepReason, KeptRecording, KeptRecordingPort } from "./ports/recording-archive.ts";
export type { PlayerReport, ReportedLine, ReportPort } from "./ports/reports.ts";
export { readRequest } from "./ports/request-id.ts";
export type { ReturnPort, Stay } from "./ports/returns.ts";
export {
  type LiveSanction,
  type RoomSanction,
  SANCTION_KINDS,
  type SanctionedPerson,
  type SanctionedRoom,
  type SanctionKind,
  type SanctionPort,
} from "./ports/sanctions.ts";
export type { SeatPort } from "./ports/seats.ts";
export type { SignInPort, SignInRoom } from "./ports/sign-ins.ts";
export type { ZoneClaim, ZonePort, ZoneSaved } from "./ports/zones.ts";
export type { RerunRoom } from "./rerun/rerun-room.ts";
export type { RoomFault } from "./simulation/faults.ts";
export { readRecording } from "./simulation/ring/ring-lines.ts";
export { RING } from "./simulation/ring/ring-totals.ts";
export { PHASES, type Phase } from "./simulation/tick-clock.ts";
export { type JoinOutcome, noteRefusedJoin, type TravelOutcome } from "./telemetry/join-outcomes.ts";
export { type TraceAttributes, type Tracing, traceContext, traced, useTracing } from "./telemetry/tracing.ts";
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

import type { GameEvent } from "../../shared/index.ts";
import type { Recorder } from "../simulation/recorder.ts";
import type { AccountLimitPort } from "./account-limits.ts";
import type { CharacterPort, Identity, Role } from "./characters.ts";
import type { CheatPort } from "./cheats.ts";
import type { ItemPort } from "./items.ts";
import type { ReturnPort } from "./returns.ts";
import type { SeatPort } from "./seats.ts";
import type { SignInPort } from "./sign-ins.ts";
import type { ZonePort } from "./zones.ts";

export type * from "./account-limits.ts";
export type * from "./characters.ts";
export { CLAIM_WAIT_MS, TRANSFER_MS } from "./characters.ts";
export type * from "./cheats.ts";
export type * from "./items.ts";
export type * from "./returns.ts";
export type * from "./seats.ts";
export type * from "./sign-ins.ts";
export type * from "./zones.ts";

/** How a play session ended; `lost` is written for those of a process that died. */
export type PlaySessionEnding = "left" | "taken-over" | "fenced" | "signed-out" | "lost";

/** Room, game and address of a join. */
export interface JoinAttempt {
  readonly game: string;
  /** Only when the client named the room. */
  readonly roomId: string | undefined;
  /** Address of the client; empty when it is not known. */
  readonly address: string;
}

/** An event of a room, as the database keeps it. */
export interface KeptEvent {
  /** Name of the game, id of the room, and the zone if it has one. */
  readonly game: string;
  readonly roomId: string;
  readonly zone: string | undefined;
  readonly event: GameEvent;
}

/** Storage of events marked `keep`. */
export interface EventPort {
  /** Queues an event for the next write. Never throws, never waits; a failed write is logged. */
  keep(event: KeptEvent): void;
}

/** A command above a player's that was given in a room. */
export interface CommandGiven {
  /** Session id of the player, or the name of an operator. */
  readonly caller: string;
  readonly role: Role;
  /** Of the player who gave it. */
  readonly account: string | undefined;
  readonly character: string | undefined;
  /** Name of the game, and id of the room. */
  readonly game: string;
  readonly roomId: string;
  readonly line: string;
  /** "done", the code of the refusal, or "failed": it threw. */
  readonly outcome: string;
}

/** The audit log. */
export interface AuditPort {
  /**
   * Writes an entry down. Whoever gave the command is answered when it stands.
   * @throws DATABASE_UNAVAILABLE it is not written yet; it will be when the database is back
   */
  note(given: CommandGiven): Promise<void>;
}

/** Records rooms, if this process does. */
export interface RecordingPort {
  /** Records a room from now on. @returns how to stop */
  begin(room: RecordedRoom): () => void;
}

/** A room to be recorded. */
export interface RecordedRoom {
  readonly roomName: string;
  readonly roomId: string;
  record(recorder: Recorder): void;
}

/** Structured log lines; a pino logger fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/**
 * The services of a process that its rooms use. Colyseus constructs the rooms, so the process passes them
 * through the room definition's options; `server/services.ts` makes the real ones.
 */
export interface Ports {
  readonly characters: CharacterPort;
  readonly events: EventPort;
  readonly audit: AuditPort;
  readonly cheats: CheatPort;
  readonly zones: ZonePort;
  readonly items: ItemPort;
  readonly log: Log;
  readonly seats: SeatPort;
  readonly signIns: SignInPort;
  readonly returns: ReturnPort;
  readonly accountLimits: AccountLimitPort;
  /** The page that this process serves. `build`: of its script; empty: not known. */
  readonly page: { readonly build: string };
  /**
   * Counts a room of this process.
   *
   * @returns to be called when it has closed
   * @throws ROOMS_FULL
   */
  openRoom(): () => void;
  /** Letters of a room's code. */
  readonly codeLength: number;
  /** Undefined: rooms are not recorded. */
  readonly recordings?: RecordingPort | undefined;
  /**
   * Lets a client in by its join ticket, which is used up.
   * @throws TICKET_INVALID, TICKET_USED, TICKET_EXPIRED, TICKET_ELSEWHERE, TOKEN_REVOKED, TOKEN_OUTDATED
   */
  verify(ticket: string | undefined, attempt: JoinAttempt): Promise<Identity>;
}

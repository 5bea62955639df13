import type { GameEvent } from "../../shared/index.ts";
import type { Recorder } from "../simulation/recorder.ts";
import type { AccountLimitPort } from "./account-limits.ts";
import type { CharacterPort, Identity, Role } from "./characters.ts";
import type { CheatPort } from "./cheats.ts";
import type { ItemPort } from "./items.ts";
import type { MatchPort } from "./matches.ts";
import type { KeptRecordingPort } from "./recording-archive.ts";
import type { ReportPort } from "./reports.ts";
import type { ReturnPort } from "./returns.ts";
import type { SanctionPort } from "./sanctions.ts";
import type { SeatPort } from "./seats.ts";
import type { SignInPort } from "./sign-ins.ts";
import type { ZonePort } from "./zones.ts";

export type * from "./account-limits.ts";
export type * from "./characters.ts";
export { CLAIM_WAIT_MS, TRANSFER_MS } from "./characters.ts";
export type * from "./cheats.ts";
export type * from "./items.ts";
export type * from "./matches.ts";
export type * from "./recording-archive.ts";
export type * from "./reports.ts";
export type * from "./returns.ts";
export type * from "./sanctions.ts";
export type * from "./seats.ts";
export type * from "./sign-ins.ts";
export type * from "./zones.ts";

/** How a play session ended; `lost` is written for those of a process that died. */
export type PlaySessionEnding = "left" | "taken-over" | "fenced" | "signed-out" | "banned" | "lost";

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

/** Which kept events are read; all that is given has to fit. */
export interface EventFilter {
  readonly game?: string | undefined;
  readonly roomId?: string | undefined;
  readonly zone?: string | undefined;
  /** Name of the kind of event. */
  readonly name?: string | undefined;
  readonly actor?: string | undefined;
  /** From this moment on, and before that one, by the database's clock. */
  readonly since?: Date | undefined;
  readonly until?: Date | undefined;
  /** `cursor` of the last event of the page before. */
  readonly before?: string | undefined;
  /** 1 to 1,000; default 100. */
  readonly limit?: number | undefined;
}

/** An event as it was kept. */
export interface StoredEvent extends KeptEvent {
  readonly id: string;
  /** When it was written. */
  readonly at: Date;
  /** Where the next page goes on. */
  readonly cursor: string;
}

/** Where events marked `keep` go. */
export interface EventPort {
  /**
   * Reads kept events, the newest first, those that this process has just kept too. In a room ask by
   * `onAnswer`.
   *
   * @throws DATABASE_UNAVAILABLE
   * @throws EVENT_FILTER_INVALID a limit, date or cursor that is none
   */
  read(filter: EventFilter): Promise<readonly StoredEvent[]>;
  /**
   * Queues an event for the next write. Never throws, never waits; what cannot be written is told in the log.
   */
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
  /** For whoever looks for a fault; not shown by default. */
  debug(fields: object, message: string): void;
  /** What an operator may want to know. */
  info(fields: object, message: string): void;
  /** Something went wrong and was mended, or will be. */
  warn(fields: object, message: string): void;
  /** Something was lost, or somebody has to act. */
  error(fields: object, message: string): void;
  /** The same log with fields in each line. */
  child(fields: object): Log;
}

/**
 * The services of a process that its rooms use. Colyseus constructs the rooms, so the process passes them
 * through the room definition's options; `server/services.ts` makes the real ones.
 */
export interface Ports {
  /** Loads and saves characters under leases. */
  readonly characters: CharacterPort;
  /** Keeps events that say `keep`. */
  readonly events: EventPort;
  /** Writes down privileged commands. */
  readonly audit: AuditPort;
  /** Keeps flags of suspected players. */
  readonly cheats: CheatPort;
  /** Loads and saves the worlds of zones under leases. */
  readonly zones: ZonePort;
  /** Loads and saves lasting matches under leases. */
  readonly matches: MatchPort;
  /** Books items and coins. */
  readonly items: ItemPort;
  /** Of the process; the room's own has its id in each line. */
  readonly log: Log;
  /** Counts reserved seats that nobody has taken yet. */
  readonly seats: SeatPort;
  /** Tells which sign-ins of players have ended. */
  readonly signIns: SignInPort;
  /** Tells what moderators have given, and keeps it in force. */
  readonly sanctions: SanctionPort;
  /** Takes reports about players. */
  readonly reports: ReportPort;
  /** Makes and reads the tokens that open a room again under its code. */
  readonly returns: ReturnPort;
  /** Counts what an account may do in all rooms of all processes together. */
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
  /** The other processes. `others`: how many take rooms now. */
  readonly cluster: { others(): number };
  /** Keeps the last seconds of rooms. */
  readonly kept: KeptRecordingPort;
  /**
   * Lets a client in by its join ticket, which is used up.
   * @throws TICKET_INVALID, TICKET_USED, TICKET_EXPIRED, TICKET_ELSEWHERE, TOKEN_REVOKED, TOKEN_OUTDATED
   */
  verify(ticket: string | undefined, attempt: JoinAttempt): Promise<Identity>;
}

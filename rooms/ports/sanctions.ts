import type { Role } from "./characters.ts";

/** What a moderator may do to a player. */
export const SANCTION_KINDS = ["warn", "mute", "kick", "ban"] as const;

/** One of {@link SANCTION_KINDS}. */
export type SanctionKind = (typeof SANCTION_KINDS)[number];

/** A sanction that concerns somebody in a room. */
export interface LiveSanction {
  readonly id: string;
  readonly kind: SanctionKind;
  /** Undefined: it is of the whole account, or of all who come from an address. */
  readonly characterId: string | undefined;
  /** Of a mute. */
  readonly chat: boolean;
  readonly voice: boolean;
  readonly reason: string;
  /** Undefined: it has no end. By the clock of this process. */
  readonly endsAt: Date | undefined;
}

/** Whom sanctions are looked up of. */
export interface SanctionedPerson {
  readonly accountId: string;
  readonly characterId: string;
  /** Empty when it is not known. */
  readonly address: string;
}

/** A room, as far as sanctions are concerned. */
export interface SanctionedRoom {
  /** Players and viewers. */
  people(): Iterable<SanctionedPerson>;
  /** All that is in force now, of each of them; undefined: nobody has asked for that person. */
  apply(of: (person: SanctionedPerson) => readonly LiveSanction[] | undefined): void;
}

/** A sanction that a moderator gives in a room. */
export interface RoomSanction {
  readonly kind: "mute" | "kick";
  readonly accountId: string;
  readonly minutes: number | undefined;
  readonly reason: string;
  /** Account and role of the moderator; undefined: an operator without an account. */
  readonly by: { readonly accountId: string; readonly role: Role } | undefined;
}

/** Sanctions, as a room sees them. The database decides; what one process gives holds in all. */
export interface SanctionPort {
  /**
   * Tells the room what is in force, whenever it has changed in any process: at once by a message, and at
   * most ten seconds later where that is lost. @returns the way to stop
   */
  watch(room: SanctionedRoom): () => void;
  /**
   * What is in force of somebody who comes in.
   *
   * @throws BANNED
   * @throws DATABASE_UNAVAILABLE no answer within 5 s
   */
  atJoin(person: SanctionedPerson): Promise<readonly LiveSanction[]>;
  /** A warning was read. Never throws. */
  read(accountId: string, sanctionId: string): Promise<void>;
  /** Writes a sanction down, and tells all processes. Never throws; a failed write is logged. */
  give(wish: RoomSanction): Promise<void>;
  /** Lifts the mutes of an account. Never throws. */
  unmute(accountId: string, by: RoomSanction["by"]): Promise<void>;
  /** Asks the database now. */
  look(): void;
  /** How a player may object; empty. */
  readonly appeal: string;
}

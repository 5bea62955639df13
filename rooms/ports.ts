/**
 * What a room needs of its process, as types. Colyseus constructs the rooms, so the process hands them these through
 * the room definition's options; `server/boot.ts` makes the real ones. Tests may boot the real ones too
 * (`roomkeep/testing`).
 */

/** Structured log lines; a pino logger fits. */
export interface Log {
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Where a character last stood in a zone: metres, yaw in radians. */
export interface Place {
  x: number;
  y: number;
  z: number;
  yaw: number;
}

/** The part of a character that is saved as a versioned snapshot. */
export interface CharacterState {
  v: 1;
  /** Last place by zone name, so that tomorrow everybody is where they left. */
  places: Record<string, Place>;
  /** Whatever a game keeps with the character: JSON values. */
  stats: Record<string, unknown>;
}

/** A character as it was loaded. */
export interface CharacterSheet {
  readonly id: string;
  readonly accountId: string;
  readonly name: string;
  /** Index into COLORS. */
  readonly color: number;
  /** Index into SHAPES. */
  readonly shape: number;
  readonly coins: number;
  readonly state: CharacterState;
}

/** The right to write a character: who holds it may save it, and nobody else. */
export interface Claim {
  readonly sheet: CharacterSheet;
  /** Grows at each acquisition; a write with an older one changes nothing. */
  readonly epoch: number;
}

/** Why a holder must let a character go. */
export type LetGoReason = "taken-over" | "fenced";

/** Who claims a character. */
export interface Holder {
  readonly roomId: string;
  /**
   * Called when another login takes over (save and release, then resolve) or when the lease was lost (drop the copy
   * and kick; a save would be refused).
   */
  letGo(reason: LetGoReason): Promise<void>;
}

/** Characters under their lease. Only the database's clock decides who owns one. */
export interface CharacterPort {
  /**
   * Claims and loads in one statement. A live character is asked to be let go first (newest login wins).
   * @throws RoomkeepError CHARACTER_CLAIMED, CHARACTER_MISSING, DATABASE_UNAVAILABLE
   */
  claim(characterId: string, holder: Holder): Promise<Claim>;
  /** Saves and renews the lease. "fenced": another owner has it, this copy must be dropped. */
  save(claim: Claim, state: CharacterState): Promise<"saved" | "fenced">;
  /** Saves and gives the lease up in one statement. */
  release(claim: Claim, state: CharacterState): Promise<"saved" | "fenced">;
  /** Gives the lease up without saving: for a join that failed. */
  abandon(claim: Claim): Promise<void>;
}

/** Who a token belongs to. */
export interface Identity {
  readonly accountId: string;
  readonly characterId: string;
}

/** Everything a room gets of its process. */
export interface Ports {
  readonly characters: CharacterPort;
  readonly log: Log;
  /** @throws RoomkeepError TOKEN_INVALID */
  verify(token: string | undefined): Promise<Identity>;
}

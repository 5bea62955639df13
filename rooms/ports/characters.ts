import type { ViewerKind } from "../viewers/viewer-kind.ts";

/**
 * State of a character beside its row: a versioned snapshot that rooms change and save as a whole. Coins and
 * items are not in it; those are the database's.
 */
export interface CharacterState {
  v: 1;
  /** Pose of the character in each zone, by the zone's name. */
  places: Record<string, Place>;
  /** State of games: health, experience, flags. JSON only. */
  stats: Record<string, unknown>;
}

/** A pose in a zone: metres, y up, yaw in radians about y. */
export interface Place {
  /** On the ground plane, metres. */
  x: number;
  /** Upward, metres. */
  y: number;
  /** On the ground plane, metres; yaw 0 looks along +z. */
  z: number;
  /** About y, radians; 0 looks along +z. */
  yaw: number;
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
  /** 0 to 2^53 - 1. */
  readonly coins: number;
  readonly state: CharacterState;
}

/** The right to write one character, for as long as its lease is renewed. Keep it beside the avatar. */
export interface Claim {
  /** The character as it was loaded by this claim. Not kept up to date. */
  readonly sheet: CharacterSheet;
  /** Grows at each acquisition; a write under an older one is fenced. */
  readonly epoch: number;
  /** The version of the state last saved under this claim. The port moves it on. */
  version: number;
}

/** How a write under a claim ended. `fenced`: another owner has the character; drop the copy, never retry. */
export type SaveOutcome = "saved" | "fenced";

/** Characters, as a room sees them. The process renews the leases of all claims by itself. */
export interface CharacterPort {
  /**
   * Claims and loads a character in one statement. If it is live elsewhere its owner is asked to save and
   * release.
   * @throws CHARACTER_MISSING no such character
   * @throws CHARACTER_CLAIMED it was not released within {@link CLAIM_WAIT_MS}
   * @throws STATE_INVALID the stored state cannot be read; it was left as it is
   * @throws ROOM_CLOSED this process is shutting down
   * @throws DATABASE_UNAVAILABLE no answer within 5 s; nothing is held
   */
  claim(characterId: string, holder: { roomId: string }): Promise<Claim>;
  /**
   * Saves the state and renews the lease. Saves of one claim run in the order of their calls.
   * @throws STATE_INVALID the state has a number that is not finite, or a value that JSON cannot hold
   * @throws DATABASE_UNAVAILABLE no answer; the claim stays good and the save may be tried again
   */
  save(claim: Claim, state: CharacterState): Promise<SaveOutcome>;
  /**
   * Saves and gives the character up in one statement. After a failure it may be tried again. Throws as
   * `save`.
   */
  release(claim: Claim, state: CharacterState): Promise<SaveOutcome>;
  /** The claim of a character that this process has, for a room that takes over after its code was edited. */
  held(characterId: string, epoch: number): Claim | undefined;
  /**
   * Keeps a last save on the local disk, synced, when `release` could not reach the database. It is written
   * when the database is back, here or at the next start, unless the character was claimed by then. False:
   * there is no disk for it.
   *
   * @throws STATE_INVALID as `save`
   */
  keep(claim: Claim, state: CharacterState): Promise<boolean>;
  /**
   * Saves the character and hands it over to the holder of the returned ticket, within {@link TRANSFER_MS};
   * until then no other claim succeeds. This copy is frozen from the call on: let the player go. After a
   * failure it may be tried again and gives the same ticket. With `to` the ticket is good for that room only.
   * Null: fenced, drop the copy. Throws as `save`.
   */
  transfer(claim: Claim, state: CharacterState, to?: { roomId: string }): Promise<string | null>;
  /**
   * Claims a character that is on its way here. With `back` its former room takes it back, when the other
   * cannot be reached.
   * @throws TRANSFER_INVALID the ticket is of another journey or another room, was used, or ran out
   * @throws STATE_INVALID, ROOM_CLOSED, DATABASE_UNAVAILABLE as `claim`
   */
  claimTransfer(
    characterId: string,
    ticket: string,
    holder: { roomId: string; back?: boolean },
  ): Promise<Claim>;
  /** Gives the character up without saving: for a join that failed after its claim. */
  abandon(claim: Claim): Promise<void>;
  /**
   * Calls the listener once for each claim that was lost, however it was noticed (a renewal, a save, 9 s
   * without a renewal): freeze the avatar and close its client. Returns how to stop.
   */
  onFenced(listener: (characterId: string, epoch: number) => void): () => void;
  /** Stops renewing, waits for saves under way and frees the remaining claims, unsaved. */
  close(): Promise<void>;
}

/** How long, in ms, a claim waits for a live character: the whole lease and a little. */
export const CLAIM_WAIT_MS = 10_500;

/** How long, in ms, a character that travels is kept for the holder of its ticket. */
export const TRANSFER_MS = 10_000;

/** The role of an account. It comes from the database only: a role in join options counts for nothing. */
export type Role = "player" | "moderator" | "operator" | "admin";

/** The account and character that a join ticket let in. */
export interface Identity {
  /** Whoever signed in. */
  readonly accountId: string;
  /** Whom they play. */
  readonly characterId: string;
  /** Of the account, as the database had it when the ticket was used. */
  readonly role: Role;
  /** The sign-in of the ticket. Undefined in a seat that an earlier version gave. */
  readonly signInId?: string | undefined;
  /** Address of the client; empty when it is not known. */
  readonly address: string;
  /** Of the seat: Colyseus's matchmaker gives it this id. */
  readonly sessionId?: string;
  /** Of a player who comes back: the room that their return token names. */
  readonly wasIn?: string | undefined;
  /** Of a client that has no seat; undefined: a player. */
  readonly as?: ViewerKind | undefined;
  /** Name of the character. Undefined in a seat that an earlier version gave. */
  readonly name?: string | undefined;
  /** The trace that the join is of, for the process of the room. */
  readonly trace?: string | undefined;
  /** Set by the room that sent the player here; a client cannot set it. */
  readonly journey?: Journey;
}

/**
 * Content of a traveller's seat. Made by the room that sends the player, read by the one that receives them.
 */
export interface Journey {
  /** Of the hand-over: see {@link CharacterPort.transfer}. Never shown to a client. */
  readonly ticket: string;
  readonly from: Origin & { readonly sessionId: string };
  /** Name of the spawn to appear at; undefined: the first. */
  readonly spawn?: string;
  /** Where to appear instead, on the way back. */
  readonly at?: Place;
  /**
   * True: the room itself moved to another process. The way back then leads to `origin`, where there is one.
   */
  readonly carried?: boolean;
  readonly origin?: Origin;
}

/** The room and place that a traveller came from, for the way back. */
export interface Origin {
  readonly game: string;
  readonly roomId: string;
  readonly place: Place;
}

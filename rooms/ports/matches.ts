import type { SaveOutcome } from "./characters.ts";

/** A lasting match that a room has open: the right to save it for as long as its lease is renewed. */
export interface MatchClaim {
  /** Code of the room. */
  readonly code: string;
  /** Grows at each claim; a save under an older one is fenced. */
  readonly epoch: number;
}

/** A seat of a lasting match, for lists and for who may come in. */
export interface MatchSeat {
  /** Null: a bot's. */
  readonly accountId: string | null;
  readonly characterId: string | null;
  readonly name: string;
  readonly hasTurn: boolean;
}

/** What is stored of a lasting match. */
export interface MatchSave {
  /** JSON text. It is sealed: hidden hands are in it. */
  readonly content: string;
  readonly phase: string;
  /** True: it has ended, and its code leads nowhere any more. */
  readonly over: boolean;
  /** Days without a change after which a match that is not over is deleted. */
  readonly days: number;
  readonly seats: readonly MatchSeat[];
}

/** The room that a lasting match is to be open in. */
export interface MatchHolder {
  readonly game: string;
  readonly roomId: string;
  /** Called with the content of the last save; not for a match that was handed over. */
  open(content: string): void;
}

/**
 * Matches that outlive their rooms. One room in the whole cluster has a match: it claims it under a lease of
 * ten seconds that its process renews, and every save names the claim.
 */
export interface MatchPort {
  /** Whether a match has the code, open, closed or over. @throws DATABASE_UNAVAILABLE */
  isKept(code: string): Promise<boolean>;
  /**
   * Opens the match of a code.
   *
   * @returns undefined: there is none
   * @throws MATCH_OVER it has ended
   * @throws MATCH_SEALED its save cannot be opened, and is left as it is; the log says why
   * @throws ROOM_OPEN another room has it
   * @throws ROOM_CLOSED this process is shutting down
   * @throws DATABASE_UNAVAILABLE
   */
  claim(code: string, holder: MatchHolder): Promise<MatchClaim | undefined>;
  /** The first save of a match. @throws ROOM_OPEN the code has one. @throws DATABASE_UNAVAILABLE */
  begin(
    of: { readonly code: string; readonly game: string; readonly hidden: boolean },
    save: MatchSave,
  ): Promise<MatchClaim>;
  /** Saves and renews. @throws DATABASE_UNAVAILABLE try again later */
  save(claim: MatchClaim, save: MatchSave): Promise<SaveOutcome>;
  /** Saves, if there is something to save, and closes the match. Throws as `save`. */
  release(claim: MatchClaim, save: MatchSave | undefined): Promise<SaveOutcome>;
  /** Leaves the match to the next room of this process that claims it: for a hot reload. */
  handOver(claim: MatchClaim): void;
  /** Calls the listener once for each claim that was lost: close the room unsaved. Returns how to stop. */
  onFenced(listener: (code: string, epoch: number) => void): () => void;
}

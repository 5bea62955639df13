import type { Identity } from "./characters.ts";

/** Seats that are reserved and not taken yet, counted over all processes. A character has one at most. */
export interface SeatPort {
  /**
   * Counts a seat, before a room is looked for. The earlier seat of the character is freed at once, wherever
   * it is.
   *
   * @throws SEATS_LIMITED the account or the address has as many as it may have
   */
  take(identity: Identity, sessionId: string): Promise<void>;
  /** False: this process takes no new players now. */
  isOpen(): boolean;
  /**
   * The room has reserved the seat. False: a newer join of the character replaced it meanwhile. Never throws.
   */
  confirm(identity: Identity, sessionId: string, roomId: string): Promise<boolean>;
  /** The seat is taken: it counts no more. Never throws. */
  end(identity: Identity, sessionId: string): Promise<void>;
}

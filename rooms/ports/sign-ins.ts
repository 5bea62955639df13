/** A room, as far as sign-ins are concerned. */
export interface SignInRoom {
  /** Ids of the sign-ins of its players. */
  signIns(): Iterable<string>;
  /** Some have ended, maybe of other rooms: their characters are let go. */
  ended(signInIds: ReadonlySet<string>): void;
}

/** Sign-ins, as a room sees them: a seat is good for as long as the sign-in that it was taken with. */
export interface SignInPort {
  /** Tells the room of sign-ins that have ended, whichever process ended them. @returns the way to stop */
  watch(room: SignInRoom): () => void;
  /** Whether a sign-in has not ended. True while the database is away. Never throws. */
  isGood(signInId: string): Promise<boolean>;
}

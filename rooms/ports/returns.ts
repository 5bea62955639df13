/** A stay in a room, as its player shows it to come back when the room is gone. */
export interface Stay {
  /** Name of the game. */
  readonly game: string;
  readonly roomId: string;
  /** True: the room was on no list. */
  readonly hidden: boolean;
  /** Whom the room was for, if it was an instance. */
  readonly instance?: string | undefined;
  readonly characterId: string;
}

/** Tokens by which those who were together in a room open it again under its code. */
export interface ReturnPort {
  sign(stay: Stay): string;
  /** Undefined: not of this server, or too old. */
  read(token: string | undefined): Stay | undefined;
}

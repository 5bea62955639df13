/** A value of a property. */
export type MatchValue = string | number | boolean;

/** Somebody of a ticket, with the rating of the queue's ladder. */
export interface TicketPlayer {
  /** Account. */
  readonly id: string;
  readonly mu: number;
  readonly sigma: number;
  /** Set of roles that the player offers, a bit each in the order of `rolesOf`; ignored without roles. */
  readonly roles: number;
}

/** Somebody who waits alone, or a party that waits together. Made by `ticketOf`. */
export interface MatchTicket {
  readonly id: string;
  /** Seconds since it came. */
  readonly waitedS: number;
  readonly players: readonly TicketPlayer[];
  /** Equal for tickets that may meet: the values of all properties that are "same". */
  readonly same: string;
  /** Set of values that it takes, of each property that is "any". */
  readonly any: readonly number[];
  /** Value of each property that is "near". */
  readonly near: readonly number[];
  /** Of each region, ms; Infinity: not measured. */
  readonly latency: readonly number[];
}

/** Free places of a running match. */
export interface Opening {
  /** Id of the match. */
  readonly match: string;
  readonly same: string;
  readonly any: readonly number[];
  readonly near: readonly number[];
  /** Index of its region; undefined: the queue has none. */
  readonly region: number | undefined;
  /** Mean rating of those who are in. */
  readonly rating: number;
  /** Of each team: places as `slotsOf` has them, and who is in it. */
  readonly teams: readonly { readonly free: readonly number[]; readonly players: readonly string[] }[];
}

/** Somebody's place in a proposal. */
export interface ProposedSeat {
  readonly player: string;
  readonly ticket: string;
  /** Null: the place has no role. */
  readonly role: string | null;
}

/** Tickets that are to play together. */
export interface Proposal {
  /** Id of the running match that they complete; undefined: a new one. */
  readonly match: string | undefined;
  readonly tickets: readonly string[];
  /** By team, in the order of the queue's. */
  readonly teams: readonly (readonly ProposedSeat[])[];
  readonly region: string | undefined;
  /** The values of its properties; of a "near" one the mean. */
  readonly properties: Readonly<Record<string, MatchValue>>;
  /** Highest less lowest mean rating of its teams. */
  readonly difference: number;
}

import type { SeatReservation } from "../../shared/internal.ts";

/** A player on the way out of a room, from the moment at which the avatar stands still. */
export interface Departure {
  /** Name of the game that it leads to. */
  readonly game: string;
  /** The place's name for players. */
  readonly to: string;
  state: DepartureState;
}

/**
 * How far a hand-over is, as the room that is left knows it. The numbers are the steps of docs/travel.md;
 * after step 7 there is no departure, because the player is out of the room. `returning` is what follows when
 * step 4, 5 or 6 fails.
 *
 * | state | steps | owner of the character |
 * |---|---|---|
 * | frozen | 1 freeze, 2 find | this room |
 * | handing-over | 3 hand over | this room or the ticket: the database's answer says which |
 * | seating | 4 seat | the ticket |
 * | following | 5 follow, 6 claim | the ticket, then the new room |
 * | returning | – | the ticket, until this room has used it |
 */
export type DepartureState =
  | { readonly at: "frozen" }
  | { readonly at: "handing-over" }
  | { readonly at: "seating"; readonly ticket: string }
  | {
      readonly at: "following";
      readonly ticket: string;
      /** Seat that the page goes to. */
      readonly seat: SeatReservation;
      /** Ends the wait for the arrival. */
      readonly wait: NodeJS.Timeout;
    }
  | { readonly at: "returning"; readonly ticket: string };

const FROZEN: DepartureState = { at: "frozen" };
const HANDING_OVER: DepartureState = { at: "handing-over" };

/** Step 1: the avatar stands still from now on. */
export function freeze(game: string, to: string): Departure {
  return { game, to, state: FROZEN };
}

/** Step 3 begins: the hand-over goes to the database. */
export function beginHandOver(departure: Departure): void {
  departure.state = HANDING_OVER;
}

/** Step 3 failed: the room owns the character as before. */
export function failHandOver(departure: Departure): void {
  departure.state = FROZEN;
}

/** Step 3 is done: the character belongs to the holder of the ticket, who needs a seat. */
export function receiveTicket(departure: Departure, ticket: string): void {
  departure.state = { at: "seating", ticket };
}

/**
 * Step 4 is done: the page has a seat to go to. False: the character is being taken back, and the seat stays
 * empty.
 */
export function receiveSeat(
  departure: Departure,
  seat: SeatReservation,
  wait: () => NodeJS.Timeout,
): boolean {
  const { state } = departure;
  if (state.at !== "seating") return false;
  departure.state = { at: "following", ticket: state.ticket, seat, wait: wait() };
  return true;
}

/**
 * Step 4, 5 or 6 failed. Returns the ticket to take the character back by, and the seat that stays empty;
 * undefined if nothing is to be done.
 */
export function beginReturn(
  departure: Departure,
): { readonly ticket: string; readonly seat: SeatReservation | undefined } | undefined {
  const { state } = departure;
  if (state.at !== "seating" && state.at !== "following") return undefined;
  endWait(departure);
  departure.state = { at: "returning", ticket: state.ticket };
  return { ticket: state.ticket, seat: state.at === "following" ? state.seat : undefined };
}

/** Ends the wait for the arrival. */
export function endWait({ state }: Departure): void {
  if (state.at === "following") clearTimeout(state.wait);
}

/** The ticket that the character is reserved for; undefined: this room still owns it, as far as it knows. */
export function ticketOf(departure: Departure | undefined): string | undefined {
  return departure && "ticket" in departure.state ? departure.state.ticket : undefined;
}

/**
 * True from the moment at which the hand-over went to the database, which saves the character: no other save
 * is made.
 */
export function isHandedOver(departure: Departure | undefined): boolean {
  return departure !== undefined && departure.state.at !== "frozen";
}

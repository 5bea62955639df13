import { matchMaker, type Presence } from "@colyseus/core";
import type { Avatar, Level, Refusal } from "../../shared/index.ts";
import type { SeatReservation, TravelMessage } from "../../shared/internal.ts";
import type { Player } from "../player.ts";
import type { CharacterPort, Journey, Log } from "../ports/ports.ts";
import type { Departure } from "./departure.ts";

/** A party member who stays behind when others go, and why. */
export interface Behind {
  readonly name: string;
  readonly refusal: Refusal;
}

/** The party members who go along with a player, and those who cannot. */
export interface Companions<A extends Avatar> {
  readonly along: Player<A>[];
  readonly behind: Behind[];
}

/** The part of a room that travel uses. */
export interface TravelHost<A extends Avatar> {
  readonly players: ReadonlyMap<string, Player<A>>;
  readonly roomId: string;
  readonly roomName: string;
  readonly presence: Presence;
  readonly characters: CharacterPort;
  readonly log: Log;
  level(): Level;
  zone(): string | undefined;
  /** Longest wait for an arrival, ms. */
  waitMs(): number;
  /** Takes a player out of the room; saves nothing. */
  remove(sessionId: string): void;
  companions(player: Player<A>): Companions<A>;
  /** The party or character that an instance is for which the player opens. */
  instanceKey(player: Player<A>): string;
}

/** A player on the way, with their departure: a later departure of the same player is another object. */
export interface Traveller<A extends Avatar> {
  readonly player: Player<A>;
  readonly departure: Departure;
}

/** The arrival, as a traveller's seat holds it. */
export type Arrive = (player: Player) => Omit<Journey, "ticket" | "from">;

/** True while the room has this player, and not another one under the same session. */
export function isHere<A extends Avatar>(
  { players }: Pick<TravelHost<A>, "players">,
  player: Player<A>,
): boolean {
  return players.get(player.sessionId) === player;
}

/** Reports the state of the hand-over to the page of a player. */
export function tellTravel({ client }: Player, message: TravelMessage): void {
  client.send("travel", message);
}

/** Frees the seat of a traveller who does not come. */
export async function freeSeat({ roomId, sessionId }: SeatReservation): Promise<void> {
  await matchMaker.remoteRoomCall(roomId, "freeSeat" as never, [sessionId]).catch(() => {
    // The room has closed, and its seats with it.
  });
}

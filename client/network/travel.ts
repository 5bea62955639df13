import type { Signal } from "@preact/signals";
import { CLOSE, type SeatReservation, type TravelMessage } from "roomkeep/shared";
import type { GameRoom } from "./predict.ts";

/** How long the fade stays after the arrival, ms: the new place is built under it. */
const UNVEIL_MS = 350;

/** What {@link followTravel} needs of the session. */
export interface Traveller {
  /** Name of the place that one is on the way to; empty. */
  readonly journey: Signal<string>;
  /** Takes a seat. */
  take(seat: SeatReservation): Promise<GameRoom>;
  /** The new room is the room from now on. */
  enter(room: GameRoom): void;
  /** The new room was not reached, and the old one is left. */
  strand(seat: SeatReservation): void;
}

/** Goes where a room sends its player. */
export interface Follower {
  /** True when a connection that closed with this code was left behind on a journey. */
  left(code: number): boolean;
}

/** Listens to what a room says of journeys, and follows. */
export function followTravel(room: GameRoom, { journey, take, enter, strand }: Traveller): Follower {
  let underWay = false;
  let closed = false;

  const go = async (seat: SeatReservation) => {
    if (underWay) return;
    underWay = true;
    try {
      enter(await take(seat));
      setTimeout(() => {
        journey.value = "";
      }, UNVEIL_MS);
    } catch {
      underWay = false;
      // The room that we left takes us back, and says why; if it is closed, the other one has us.
      if (closed) {
        journey.value = "";
        strand(seat);
      } else room.send("travel.back", {});
    }
  };
  room.onMessage("travel", (message: TravelMessage) => {
    if (message.phase === "stayed") journey.value = "";
    else journey.value = message.to || "…";
    if (message.phase === "go") void go(message.seat);
  });
  return {
    left(code) {
      closed = true;
      const behind = underWay && code === CLOSE.TRAVELLED;
      if (!behind) journey.value = "";
      return behind;
    },
  };
}

import { CLOSE } from "../../shared/index.ts";
import type { SeatReservation, TravelMessage } from "../../shared/internal.ts";
import type { AnyRoom } from "../room/joined-room.ts";

/** Called back about the hand-overs of one room. */
export interface TravelEvents {
  /** The room begins to hand its player over. `to`: name of the other place, for people. */
  leaving(to: string): void;
  /** The hand-over failed: the player stays in this room. */
  stayed(): void;
  /** The reserved seat in the new room is taken. */
  arrived(room: AnyRoom): void;
  /** The new room could not be joined, and the old one is closed. */
  stranded(seat: SeatReservation): void;
}

/** Follows the hand-overs of a room. */
export interface TravelFollower {
  /** Notes that the room's connection is closed. @returns true when a hand-over closed it */
  closed(code: number): boolean;
}

/** Listens to the hand-overs of a room and takes the seats that they reserve. */
export function followTravel(
  room: AnyRoom,
  takeSeat: (seat: SeatReservation) => Promise<AnyRoom>,
  events: TravelEvents,
): TravelFollower {
  let taking = false;
  let isClosed = false;

  const follow = async (seat: SeatReservation) => {
    if (taking) return;
    taking = true;
    try {
      events.arrived(await takeSeat(seat));
    } catch {
      taking = false;
      // The old room takes its player back and says why. If it is closed, the character belongs to the new
      // one.
      if (isClosed) events.stranded(seat);
      else room.send("travel.back", {});
    }
  };
  room.onMessage("travel", (message: TravelMessage) => {
    if (message.phase === "stayed") events.stayed();
    else events.leaving(message.to || "…");
    if (message.phase === "go") void follow(message.seat);
  });
  return {
    closed(code) {
      isClosed = true;
      return taking && code === CLOSE.TRAVELLED;
    },
  };
}

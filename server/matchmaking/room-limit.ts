import { RoomkeepError } from "../../shared/index.ts";

/** How many rooms this process has, those that open right now included. */
export interface RoomLimit {
  /**
   * Counts a room that opens. @returns what to call when it has closed
   * @throws ROOMS_FULL
   */
  open(): () => void;
  isFull(): boolean;
}

/** @param max rooms that may be open at a time */
export function openRoomLimit(max: number): RoomLimit {
  let rooms = 0;
  return {
    open() {
      if (rooms >= max) throw new RoomkeepError("ROOMS_FULL");
      rooms++;
      let open = true;
      return () => {
        if (open) rooms--;
        open = false;
      };
    },
    isFull: () => rooms >= max,
  };
}

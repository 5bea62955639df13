import { RoomkeepError } from "../../shared/index.ts";

/** Number of rooms of this process, those included that are opening. */
export interface RoomLimit {
  /**
   * Counts a room that opens. @returns a function to call when it has closed
   * @throws ROOMS_FULL
   */
  open(): () => void;
  isFull(): boolean;
}

/**
 * Opens the limit of rooms of a process.
 * @param max rooms that may be open at a time
 */
export function openRoomLimit(max: () => number): RoomLimit {
  let rooms = 0;
  return {
    open() {
      if (rooms >= max()) throw new RoomkeepError("ROOMS_FULL");
      rooms++;
      let open = true;
      return () => {
        if (open) rooms--;
        open = false;
      };
    },
    isFull: () => rooms >= max(),
  };
}

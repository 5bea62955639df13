import { RoomkeepError } from "../shared/index.ts";

/**
 * A part of a room that exists once the room has opened.
 *
 * @param name name of the part for builders
 * @throws ROOM_NOT_OPEN before
 */
export function present<T>(part: T | undefined, name: string): T {
  if (part === undefined)
    throw new RoomkeepError("ROOM_NOT_OPEN", `"${name}" is there once the room opens: use it in onOpen.`);
  return part;
}

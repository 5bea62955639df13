import { CaveRoom } from "../rooms/meadow/cave-room.ts";
import { MeadowRoom } from "../rooms/meadow/room.ts";
import { PlazaRoom } from "../rooms/plaza/room.ts";
import { TagRoom } from "../rooms/tag/room.ts";

/** The sample games, by the name under which clients join them. */
export const games = {
  plaza: PlazaRoom,
  tag: TagRoom,
  meadow: MeadowRoom,
  cave: CaveRoom,
};

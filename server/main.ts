import { CaveRoom } from "../games/meadow/cave-room.ts";
import { MeadowRoom } from "../games/meadow/room.ts";
import { PlazaRoom } from "../games/plaza/room.ts";
import { TagRoom } from "../games/tag/room.ts";

/** The sample games, by the name under which clients join them. */
export const games = {
  plaza: PlazaRoom,
  tag: TagRoom,
  meadow: MeadowRoom,
  cave: CaveRoom,
};

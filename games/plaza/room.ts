import { WorldRoom } from "roomkeep/rooms";
import { plazaLevel } from "./level.ts";
import { PlazaState } from "./state.ts";

/**
 * A social space for a hundred and more: walk, talk, push things about. Players return to where they left.
 */
export class PlazaRoom extends WorldRoom<PlazaState> {
  static override readonly listing = {
    label: "Plaza",
    description: "Stroll, chat and push crates with everybody who is here.",
    maxPlayers: 150,
  };
  static override readonly level = plazaLevel;
  override state = new PlazaState();
  override zone = "plaza";
}

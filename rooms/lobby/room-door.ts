import type { RoomPlayer } from "../player.ts";

/** What joins and messages meet of a lobby: who was kicked stays out, who does something is there. */
export interface RoomDoor<P extends RoomPlayer> {
  /** A player did something. */
  heard(player: P): void;
  /** @throws KICKED the account was kicked */
  refuseAccount(id: string): void;
  /** @throws KICKED the token is of somebody who was kicked */
  refuseToken(token: string): void;
}

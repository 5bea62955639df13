import { matchMaker } from "@colyseus/core";
import type { Identity, Ports, WorldRoom } from "../rooms/index.ts";
import { orJoinError } from "../rooms/join-error.ts";
import type { GameEntry } from "./api/rooms.ts";

/** A game's room class. */
export type GameClass = (new () => WorldRoom) & Pick<typeof WorldRoom, "card">;
/** Rooms by the name under which clients join them. */
export type Games = Record<string, GameClass>;

/** Tells Colyseus of the games: each with this process's ports and its sign-in. */
export function defineGames(games: Games, ports: Ports): GameEntry[] {
  return Object.entries(games).map(([game, Game]) => {
    matchMaker.defineRoomType(game, withSignIn(Game, ports), { ports });
    return { game, ...Game.card };
  });
}

/** Colyseus calls the static `onAuth` unbound, so it closes over the ports. */
function withSignIn(Game: GameClass, ports: Ports): GameClass {
  const Signed = class extends (Game as new () => WorldRoom) {
    static async onAuth(token: string | undefined): Promise<Identity> {
      return orJoinError(ports.verify(token));
    }
  };
  Object.defineProperty(Signed, "name", { value: Game.name });
  return Signed as unknown as GameClass;
}

import type { GameRoom, WorldRoom } from "../rooms/index.ts";

/**
 * A game's room class: extends `GameRoom` or `WorldRoom`, with a static `listing`, and is constructed by
 * Colyseus without arguments.
 */
export type GameClass = (new () => GameRoom) &
  Pick<typeof GameRoom, "listing" | "items"> &
  Partial<Pick<typeof WorldRoom, "level" | "bots">>;
/** Rooms by the name under which clients join them. */
export type Games = Record<string, GameClass>;

import type { Room } from "colyseus.js";
import type { GameState, WorldState } from "../../shared/index.ts";

/** A room of roomkeep as the page sees it; `S` is its state. */
export type JoinedRoom<S extends object = WorldState> = Room<unknown, S>;

/** The state of a room of any kind: a world has actors, a game without one has seats. */
export interface AnyState {
  readonly actors?: WorldState["actors"];
  readonly seats?: GameState["seats"];
}

/** A room of any kind, as the stores of the page know it. */
export type AnyRoom = JoinedRoom<AnyState>;

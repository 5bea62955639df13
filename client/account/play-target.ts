import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { readRoomCode } from "../network/room-code.ts";
import type { GameViews } from "../view.ts";

/** What the Play button joins: the room of an invitation, else any room of a game. */
export interface PlayTarget {
  /** Code of the room in the page's address, until it was used; empty. */
  readonly invitation: Signal<string>;
  /** Name of the game. */
  readonly game: Signal<string>;
  /** The game that stands behind the join form; empty while it is not known where an invitation leads. */
  readonly shownGame: ReadonlySignal<string>;
  /** The game of the invitation's room is known now. */
  foundGame(game: string): void;
}

/** Reads the target out of the page's address: `?room=Q7KX`, `?game=meadow`. */
export function readPlayTarget(views: GameViews, problem: Signal<string>): PlayTarget {
  const address = new URLSearchParams(location.search);
  const room = address.get("room");
  const code = readRoomCode(room ?? "") ?? "";
  if (room && !code) problem.value = `"${room.slice(0, 12)}" is not a room code. A code looks like Q7KX.`;
  const games = Object.keys(views);
  const wanted = address.get("game");
  const game = wanted && games.includes(wanted) ? wanted : (games[0] ?? "");
  const invitation = signal(code);
  const chosen = signal(game);
  // In a page of one game there is no other.
  const invited = signal(games.length === 1 ? game : "");
  return {
    invitation,
    game: chosen,
    shownGame: computed(() => (invitation.value ? invited.value : chosen.value)),
    foundGame: (found) => {
      if (games.includes(found)) invited.value = found;
    },
  };
}

import { computed, type ReadonlySignal, type Signal, signal } from "@preact/signals";
import { readRoomCode } from "../network/room-code.ts";
import type { MatchOptions } from "../network/room-join.ts";
import { wantedRole } from "../places/place.ts";
import type { GameViews } from "../view.ts";

/** What the Play button joins: the room of an invitation, else any room of a game. */
export interface PlayTarget {
  /** Code of the room in the page's address, until it was used; empty. */
  readonly invitation: Signal<string>;
  /** True: the address leads to a room to watch it, by `as=spectator`. */
  readonly watches: boolean;
  /** Name of the game. */
  readonly game: Signal<string>;
  /**
   * What the address says beside these: which rooms of its game, by the options in the game's `matchBy`. None
   * of another game.
   */
  matchOf(game: string): MatchOptions;
  /** The game that stands behind the join form; empty while it is not known where an invitation leads. */
  readonly shownGame: ReadonlySignal<string>;
  /** The game of the invitation's room is known now. */
  foundGame(game: string): void;
}

/** What the page itself reads of its address. */
const OURS: ReadonlySet<string> = new Set(["room", "game", "as"]);
/** Most options, and the longest name and text of one. */
const OPTIONS_MAX = 8;
const TEXT_MAX = 64;

/** Reads the target out of the page's address: `?room=Q7KX`, `?game=meadow`, `?game=quiz&mode=hard`. */
export function readPlayTarget(views: GameViews, problem: Signal<string>): PlayTarget {
  const address = new URLSearchParams(location.search);
  const room = address.get("room");
  const code = readRoomCode(room ?? "") ?? "";
  if (room && !code) problem.value = `"${room.slice(0, 12)}" is not a room code. A code looks like Q7KX.`;
  const games = Object.keys(views);
  const wanted = address.get("game");
  const game = wanted && games.includes(wanted) ? wanted : (games[0] ?? "");
  const match = readMatch(address);
  const invitation = signal(code);
  const chosen = signal(game);
  // In a page of one game there is no other.
  const invited = signal(games.length === 1 ? game : "");
  return {
    invitation,
    watches: wantedRole() === "spectator",
    game: chosen,
    shownGame: computed(() => (invitation.value ? invited.value : chosen.value)),
    matchOf: (name) => (name === game ? match : {}),
    foundGame: (found) => {
      if (games.includes(found)) invited.value = found;
    },
  };
}

function readMatch(address: URLSearchParams): MatchOptions {
  const options = [...address].filter(
    ([name, text]) => !OURS.has(name) && name.length <= TEXT_MAX && text.length <= TEXT_MAX,
  );
  return Object.fromEntries(options.slice(0, OPTIONS_MAX));
}

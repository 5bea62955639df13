import { type Signal, signal } from "@preact/signals";
import { readRoomCode } from "../network/room-code.ts";
import type { MatchOptions } from "../network/room-join.ts";
import type { GameViews } from "../view.ts";

/** What the Play button joins: the room of an invitation, else any room of a game. */
export interface PlayTarget {
  /** Code of the room in the page's address, until it was used; empty. */
  readonly invitation: Signal<string>;
  /** Name of the game. */
  readonly game: Signal<string>;
  /**
   * What the address says beside these: which rooms of its game, by the options in the game's `matchBy`. None
   * of another game.
   */
  matchOf(game: string): MatchOptions;
}

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
  return {
    invitation: signal(code),
    game: signal(game),
    matchOf: (name) => (name === game ? match : {}),
  };
}

function readMatch(address: URLSearchParams): MatchOptions {
  const options = [...address].filter(
    ([name, text]) => !["room", "game"].includes(name) && name.length <= TEXT_MAX && text.length <= TEXT_MAX,
  );
  return Object.fromEntries(options.slice(0, OPTIONS_MAX));
}

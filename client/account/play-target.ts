import { type Signal, signal } from "@preact/signals";
import { readRoomCode } from "../network/room-code.ts";
import type { GameViews } from "../view.ts";

/** What the Play button joins: the room of an invitation, else any room of a game. */
export interface PlayTarget {
  /** Code of the room in the page's address, until it was used; empty. */
  readonly invitation: Signal<string>;
  /** Name of the game. */
  readonly game: Signal<string>;
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
  return { invitation: signal(code), game: signal(game) };
}

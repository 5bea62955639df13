import { GameRoom, type WorldRoom } from "../rooms/index.ts";
import { readViewerLimits } from "../rooms/internal.ts";
import { type Level, RoomkeepError } from "../shared/index.ts";
import type { GameClass, Games } from "./game-class.ts";

/**
 * Looks at one room of each game, which never opens, and follows the portals of their levels.
 *
 * @throws GAME_INVALID, STATE_UNTRACKED
 * @throws PORTAL_UNKNOWN if one leads to no game, or to a spawn that the level there does not name
 */
export function checkGames(games: Games): void {
  checkPortals(new Map(Object.entries(games).map(([game, Game]) => [game, checkGame(game, Game)])));
}

/**
 * A game that sets itself up in an `onCreate` of its own is looked at when a room opens.
 *
 * @returns the level that its rooms open with
 */
function checkGame(game: string, Game: GameClass): Level | undefined {
  if (typeof Game !== "function" || !(Game.prototype instanceof GameRoom)) {
    const text = `"${game}" is no room class: export a class that extends WorldRoom or GameRoom.`;
    throw new RoomkeepError("GAME_INVALID", text);
  }
  readViewerLimits(Game.listing);
  if (Game.prototype.onCreate !== GameRoom.prototype.onCreate) return Game.level;
  const room = makeOne(game, Game);
  room.check();
  return (room as unknown as Partial<Pick<WorldRoom, "level">>).level;
}

function makeOne(game: string, Game: GameClass): GameRoom {
  try {
    return new Game();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new RoomkeepError("GAME_INVALID", `No room of "${game}" can be made: ${reason}`, { cause });
  }
}

function checkPortals(levels: ReadonlyMap<string, Level | undefined>): void {
  for (const [game, level] of levels) {
    for (const [i, { to, spawn }] of (level?.portals ?? []).entries()) {
      if (to === "back") continue; // to the room that the player came from
      const where = `Portal ${i} of the level "${level?.name}" (${game}) leads to`;
      const problem = problemOf(levels, to, spawn);
      if (problem) throw new RoomkeepError("PORTAL_UNKNOWN", `${where} ${problem}`);
    }
  }
}

function problemOf(
  levels: ReadonlyMap<string, Level | undefined>,
  to: string,
  spawn: string | undefined,
): string | undefined {
  if (!levels.has(to)) return `"${to}", which is no game here. There are: ${[...levels.keys()].join(", ")}.`;
  const isNamed = spawn === undefined || levels.get(to)?.spawns.some(({ name }) => name === spawn);
  return isNamed ? undefined : `the spawn "${spawn}" of "${to}", which has none of this name.`;
}

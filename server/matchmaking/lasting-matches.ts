import { type AuthContext, type IRoomCache, matchMaker } from "@colyseus/core";
import type { Identity } from "../../rooms/index.ts";
import { onceAtATime, orJoinError, type ReturnPort, readViewerKind } from "../../rooms/internal.ts";
import { RoomkeepError } from "../../shared/index.ts";
import type { Matches } from "../persistence/matches.ts";
import type { Matchmaking } from "./bounded-joins.ts";

/** What opening a closed match needs. */
export interface ReopeningParts {
  readonly matches: Pick<Matches, "find" | "hasSeat">;
  readonly returns: Pick<ReturnPort, "sign">;
}

/** A game's room class, with the sign-in that `defineGames` adds. */
interface SignedGame {
  onAuth(ticket: string | undefined, options: unknown, context: AuthContext): Promise<Identity>;
}

/** A way into matchmaking that opens the match of a code, and leaves the join to the next. */
export function reopenMatches(parts: ReopeningParts): Matchmaking {
  return async (_method, code, options = {}, context?: AuthContext) =>
    (context && (await reopen(parts, code, options, context))) as never;
}

/**
 * Opens the room of a match anew for one of its players, in the process that placement chooses; of several
 * who come at once, one opens it.
 *
 * @returns undefined: no match has the code
 * @throws MATCH_OVER it has ended
 * @throws MATCH_CLOSED the player has no seat in it
 */
async function reopen(
  { matches, returns }: ReopeningParts,
  code: string,
  options: object,
  context: AuthContext,
): Promise<IRoomCache | undefined> {
  const match = await matches.find(code);
  const Game = match && (matchMaker.getRoomClass(match.game) as unknown as SignedGame | undefined);
  if (!match || !Game) return undefined;
  // Nobody hears of a match without a good ticket for its code.
  const { accountId, characterId } = await Game.onAuth(context.token, options, context);
  if (match.over) throw new RoomkeepError("MATCH_OVER");
  const mayOpen = readViewerKind(options) !== "spectator" && (await matches.hasSeat(code, accountId));
  if (!mayOpen) throw new RoomkeepError("MATCH_CLOSED");
  const { game, hidden } = match;
  const returnToken = returns.sign({ game, roomId: code, hidden, instance: undefined, characterId });
  const find = async () => (await matchMaker.driver.findOne({ roomId: code })) ?? undefined;
  return orJoinError(
    onceAtATime(matchMaker.presence, `match:${code}`, find, () =>
      matchMaker.createRoom(game, { returnToken }),
    ),
  );
}

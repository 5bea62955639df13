import { type AuthContext, type IRoomCache, matchMaker } from "@colyseus/core";
import type { Identity } from "../../rooms/index.ts";
import {
  matchKey,
  orJoinError,
  REFUSALS,
  type RoomListing,
  readMatch,
  readViewerKind,
  readViewerLimits,
  type ViewerKind,
} from "../../rooms/internal.ts";
import { RoomkeepError, readErrorCode } from "../../shared/index.ts";
import type { GameClass } from "../game-class.ts";
import type { Matchmaking } from "./bounded-joins.ts";
import { isOfSilence } from "./silent-rooms.ts";

/** What a viewer asks for. */
interface ViewerJoin {
  readonly as: ViewerKind;
  readonly options: object;
  readonly context: AuthContext;
}

/**
 * Lets viewers into rooms that Colyseus's matchmaking would not lead them to: those that are full of players.
 * A screen opens a room, or joins one by its code; a spectator opens none.
 */
export function admitViewers(ask: Matchmaking): Matchmaking {
  return async (method, name, options, context?: AuthContext) => {
    const as = readViewerKind(options);
    if (as === undefined || !context || method === "reconnect") return ask(method, name, options, context);
    const join = { as, options: options ?? {}, context };
    if (method === "joinById") return orJoinError(roomOf(name).then((room) => watchRoom(room, join)));
    if (!gameOf(name)) return ask(method, name, options, context);
    await orJoinError(refuseClosed(name, as));
    if (as === "screen" && method !== "join") return ask("create", name, options, context);
    return orJoinError(watchAny(name, join));
  };
}

const gameOf = (name: string) => matchMaker.getRoomClass(name) as unknown as SignedGame | undefined;

/** A game's room class, with the sign-in that `defineGames` adds. */
interface SignedGame extends Pick<GameClass, "listing"> {
  onAuth(ticket: string | undefined, options: unknown, context: AuthContext): Promise<Identity>;
}

const limitsOf = (game: string) => readViewerLimits(gameOf(game)?.listing ?? {});

async function refuseClosed(game: string, as: ViewerKind): Promise<void> {
  if (limitsOf(game).max[as] === 0) throw new RoomkeepError(REFUSALS[as].closed);
}

const hasPlace = (room: IRoomCache, as: ViewerKind) =>
  ((room.metadata as RoomListing | undefined)?.watching?.[as] ?? 0) < limitsOf(room.name).max[as];

/** Nobody hears of a room, not even that it is full, without a good ticket for it. */
async function watchRoom(room: IRoomCache, { as, options, context }: ViewerJoin) {
  const identity = await gameOf(room.name)?.onAuth(context.token, options, context);
  await refuseClosed(room.name, as);
  const full = new RoomkeepError(REFUSALS[as].full);
  if (!hasPlace(room, as)) throw full;
  const since = performance.now();
  try {
    return await matchMaker.reserveSeatFor(room, options, identity);
  } catch (error) {
    if (await isOfSilence(error, since)) throw new RoomkeepError("ROOM_SILENT");
    // Somebody was quicker.
    throw isFull(error) ? full : error;
  }
}

/** Colyseus's own refusal has no code. */
const isFull = (error: unknown) =>
  readErrorCode(error instanceof Error ? error.message : "").code === "ROOM_FULL";

/** The public room with the most players that has a place for a viewer. */
async function watchAny(game: string, join: ViewerJoin) {
  const { as, options } = join;
  const { matchBy } = gameOf(game)?.listing ?? {};
  const match = matchBy && matchKey(matchBy, readMatch(matchBy, options));
  const rooms = (await matchMaker.query({ name: game, private: false })).filter(
    ({ metadata }) => !matchBy || (metadata as RoomListing | undefined)?.match === match,
  );
  const open = rooms.filter((room) => hasPlace(room, as)).sort((a, b) => b.clients - a.clients);
  const [best] = open;
  if (best) return watchRoom(best, join);
  if (rooms.length > 0) throw new RoomkeepError(REFUSALS[as].full);
  throw new RoomkeepError("ROOM_UNKNOWN", "Nobody plays this now; there is nothing to watch.");
}

async function roomOf(roomId: string): Promise<IRoomCache> {
  const room = await matchMaker.driver.findOne({ roomId });
  if (!room) throw new RoomkeepError("ROOM_UNKNOWN");
  return room;
}

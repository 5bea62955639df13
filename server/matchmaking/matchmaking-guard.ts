import { type AuthContext, ErrorCode as ColyseusCode, matchMaker, ServerError } from "@colyseus/core";
import type { Ports } from "../../rooms/index.ts";
import { noteRefusedJoin, orJoinError, readViewerKind, traced } from "../../rooms/internal.ts";
import { ERROR_CODES, RoomkeepError, readErrorCode } from "../../shared/index.ts";
import { addressKey, openRateLimit, type RateLimit } from "../accounts/rate-limit.ts";
import type { Matchmaking } from "./bounded-joins.ts";

/** Codes that lead nowhere an address may try in a minute. */
const MISSES = 300;

/**
 * Counts the tries of an address that lead to no room: each before it is made, and taken back when there is
 * one.
 */
export const openMisses = (): RateLimit => openRateLimit(MISSES, 60);

/** What the guard of the matchmaker needs. */
export interface MatchmakingParts extends Pick<Ports, "verify" | "log"> {
  readonly misses: RateLimit;
  /** Opens the room of a match that outlived it; undefined: the code has none. */
  readonly reopen: Matchmaking;
  /** Colyseus's way into matchmaking, bounded in time. */
  readonly invoke: Matchmaking;
}

type Ask = (name: string, options: object | undefined, context: AuthContext | undefined) => Promise<unknown>;

/**
 * Guards the matchmaker's methods. Codes cannot be tried without end, and to whoever has no ticket for it a
 * room is as good as none: it is not told whether there is one. What is refused for a reason that is not
 * meant for players is told without it.
 */
export function guardMatchmaking(parts: MatchmakingParts): void {
  matchMaker.controller.invokeMethod = (method, name, options, context?: AuthContext) =>
    traced(
      "roomkeep.join.seat",
      () => ({ method }),
      () => answer(method, name, options, context),
    );
  const answer: Matchmaking = (method, name, options, context?: AuthContext) => {
    const stock: Ask = (...args) => parts.invoke(method, ...args);
    const ask =
      method === "joinById" ? byTicket(parts, stock) : method === "reconnect" ? byToken(stock) : stock;
    const isByRoom = ask !== stock;
    return tellSafely(
      parts,
      isByRoom ? countMiss(parts, ask, name, options, context) : ask(name, options, context),
    );
  };
}

/** Spends a miss before the try; whoever got in gets it back. */
async function countMiss(
  { misses }: MatchmakingParts,
  ask: Ask,
  ...asked: Parameters<Ask>
): Promise<unknown> {
  const key = addressKey(String(asked[2]?.ip ?? ""));
  await orJoinError(misses.spend(key));
  try {
    const seat = await ask(...asked);
    await misses.refund(key);
    return seat;
  } catch (error) {
    // It led to a room, which is full or closing, by a ticket that was good; or nobody could look.
    if (/^(ROOM|SEATS|ZONE)_(?!UNKNOWN)|_UNAVAILABLE$/.test(codeOf(error) ?? "")) await misses.refund(key);
    throw error;
  }
}

/** Colyseus looks for the room first, and asks for the ticket only where there is one. */
function byTicket({ verify, reopen }: MatchmakingParts, ask: Ask): Ask {
  return async (roomId, options, context) => {
    const open = await matchMaker.driver.findOne({ roomId });
    const room = open ?? (context && (await orJoinError(reopen("joinById", roomId, options, context))));
    // A viewer may come into a room that is full, and is asked for the ticket there.
    if (!room || (room.locked && readViewerKind(options) === undefined)) {
      const attempt = { game: room?.name ?? "", roomId, address: context?.ip ?? "" };
      await orJoinError(verify(context?.token, attempt));
    }
    return ask(roomId, options, context);
  };
}

/** A room that is gone, and one that never gave the token, are alike; but who was kicked hears of it. */
function byToken(ask: Ask): Ask {
  return (roomId, options, context) =>
    ask(roomId, options, context).catch((cause) => {
      if (/_UNAVAILABLE$|^KICKED$/.test(codeOf(cause) ?? "")) throw cause;
      const text = `SEAT_EXPIRED: ${ERROR_CODES.SEAT_EXPIRED}`;
      throw new ServerError(ColyseusCode.MATCHMAKE_EXPIRED, text, { cause });
    });
}

const codeOf = (error: unknown) => (error instanceof Error ? readErrorCode(error.message).code : undefined);

/** Colyseus tells the text of any error; those that have no code for players are ours to log. */
async function tellSafely({ log }: MatchmakingParts, answer: Promise<unknown>): Promise<never> {
  try {
    return (await answer) as never;
  } catch (error) {
    const isTold = codeOf(error) !== undefined || isOfMatchmaker(error);
    noteRefusedJoin(isTold ? error : new Error(`JOIN_FAILED: ${ERROR_CODES.JOIN_FAILED}`));
    if (isTold) throw error;
    log.error({ err: error }, "a request to the matchmaker failed");
    const failed = new RoomkeepError("JOIN_FAILED", undefined, { cause: error });
    return orJoinError(Promise.reject(failed));
  }
}

/**
 * Its own refusals have a number of its own; those of errors that it met have one for all, or that of the
 * error.
 */
function isOfMatchmaker(error: unknown): boolean {
  const { code } = error as { code?: unknown };
  return (
    error instanceof ServerError &&
    typeof code === "number" &&
    code >= 520 &&
    code !== ColyseusCode.MATCHMAKE_UNHANDLED
  );
}

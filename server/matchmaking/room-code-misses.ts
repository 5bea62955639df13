import { type AuthContext, matchMaker } from "@colyseus/core";
import { orJoinError } from "../../rooms/internal.ts";
import { addressKey, openRateLimit, type RateLimit } from "../accounts/rate-limit.ts";

/** Unknown room codes that an address may try in a minute. */
const MISSES = 300;
/** Matchmaking methods that name a room, and the matchmaker's text for an unknown one. */
const BY_ROOM = new Set(["joinById", "reconnect"]);
const MISSED = /not found|has been disposed/i;

/**
 * Opens the limit of unknown room codes by address. Each try is counted before it is made, and refunded when
 * the room exists.
 */
export const openMisses = (): RateLimit => openRateLimit(MISSES, 60);

const invokeMethod = matchMaker.controller.invokeMethod;

/** Applies the limit to the matchmaking methods that name a room. */
export function limitMisses(misses: RateLimit): void {
  matchMaker.controller.invokeMethod = async (method, name, options, context?: AuthContext) => {
    const ask = () => invokeMethod.call(matchMaker.controller, method, name, options, context);
    if (!BY_ROOM.has(method)) return ask();
    const key = addressKey(String(context?.ip ?? ""));
    await orJoinError(misses.spend(key));
    let missed = false;
    try {
      return await ask();
    } catch (error) {
      missed = error instanceof Error && MISSED.test(error.message);
      throw error;
    } finally {
      if (!missed) await misses.refund(key);
    }
  };
}

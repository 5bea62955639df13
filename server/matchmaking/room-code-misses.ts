import type { AuthContext } from "@colyseus/core";
import { orJoinError } from "../../rooms/internal.ts";
import { addressKey, openRateLimit, type RateLimit } from "../accounts/rate-limit.ts";
import type { Matchmaking } from "./bounded-joins.ts";

/** Codes that lead nowhere an address may try in a minute. */
const MISSES = 300;
/** By which the matchmaker is told a room, and what it says when there is none. */
const BY_ROOM = new Set(["joinById", "reconnect"]);
const MISSED = /not found|has been disposed/i;

/** Counts the tries of an address that lead to no room: each before it is made, and taken back when there is one. */
export const openMisses = (): RateLimit => openRateLimit(MISSES, 60);

/** Bounds how many rooms that are not there an address may ask the matchmaker for. */
export function limitMisses(invoke: Matchmaking, misses: RateLimit): Matchmaking {
  return async (method, name, options, context?: AuthContext) => {
    const ask = () => invoke(method, name, options, context);
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

import { isIPv6 } from "node:net";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { AccountLimitPort } from "../../rooms/internal.ts";
import { type Refusal, RoomkeepError, refuse } from "../../shared/index.ts";

/** A rate limit with a count for each key. */
export interface RateLimit {
  /**
   * Counts one.
   * @throws RATE_LIMITED with the seconds to wait
   */
  spend(key: string): Promise<void>;
  /** Takes one back where only failures count. */
  refund(key: string): Promise<void>;
}

/** The error RATE_LIMITED with the time to wait, `ms`, in whole seconds. */
export function rateLimited(ms: number): RoomkeepError {
  const retryAfterS = Math.max(1, Math.ceil(ms / 1000));
  const text = `Too many of these just now; try again in ${retryAfterS} s.`;
  return new RoomkeepError("RATE_LIMITED", text, { retryAfterS });
}

/** How many are allowed: asked at each use where it may change. */
export type Points = number | (() => number);

/** The number that holds now. */
export const pointsNow = (points: Points): number => (typeof points === "number" ? points : points());

/**
 * Opens a rate limit of this process alone.
 * @param points how many are allowed within `seconds`
 */
export function openRateLimit(points: Points, seconds: number): RateLimit {
  const bucket = new RateLimiterMemory({ points: pointsNow(points), duration: seconds });
  return {
    async spend(key) {
      bucket.points = pointsNow(points);
      try {
        await bucket.consume(key);
      } catch (refused) {
        if (refused instanceof Error) throw refused;
        throw rateLimited((refused as { msBeforeNext: number }).msBeforeNext);
      }
    },
    async refund(key) {
      await bucket.reward(key);
    },
  };
}

/** Window of the limit of chat, seconds. */
const CHAT_WINDOW_S = 20;
/** Limits that are open at once; far more than games have message types. */
const LIMITS_MAX = 1_000;

/**
 * Opens the limits of accounts, over all rooms and processes: chat with whispers and party lines together,
 * and the message types for which a game declares one.
 *
 * @param open opens a limit of so many within so many seconds, counted by all processes together
 * @param lines of chat in {@link CHAT_WINDOW_S}
 */
export function openAccountLimits(
  open: (name: string, points: Points, seconds: number) => RateLimit,
  lines: Points,
): AccountLimitPort {
  const chat = open("account-chat", lines, CHAT_WINDOW_S);
  const limits = new Map<string, RateLimit>();
  return {
    countLine: (accountId) => refusalOf(chat.spend(accountId)),
    count(name, accountId, { most, withinS }) {
      // By its numbers too: an edit of them opens a new limit.
      const key = `account:${name}:${most}:${withinS}`;
      let limit = limits.get(key);
      if (limit === undefined) {
        if (limits.size >= LIMITS_MAX) limits.clear();
        limit = open(key, most, withinS);
        limits.set(key, limit);
      }
      return refusalOf(limit.spend(accountId));
    },
  };
}

async function refusalOf(spent: Promise<void>): Promise<Refusal | undefined> {
  try {
    await spent;
    return undefined;
  } catch (error) {
    if (error instanceof RoomkeepError) return refuse(error.code, error.message);
    throw error;
  }
}

/** Rate limit key of an address. For IPv6 it is the /64 network, because one customer has a whole one. */
export function addressKey(address: string): string {
  if (!isIPv6(address)) return address;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return mapped;
  const [head = "", tail = ""] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  const rest = tail === "" ? [] : tail.split(":");
  const all = address.includes("::")
    ? [...groups, ...Array(Math.max(0, 8 - groups.length - rest.length)).fill("0"), ...rest]
    : groups;
  return `${all
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(":")}::/64`;
}

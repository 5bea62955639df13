import { isIPv6 } from "node:net";
import { RateLimiterMemory } from "rate-limiter-flexible";
import type { ChatLimitPort } from "../../rooms/internal.ts";
import { RoomkeepError, refuse } from "../../shared/index.ts";

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

/**
 * Opens a rate limit of this process alone.
 * @param points how many are allowed within `seconds`
 */
export function openRateLimit(points: number, seconds: number): RateLimit {
  const bucket = new RateLimiterMemory({ points, duration: seconds });
  return {
    async spend(key) {
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
export const CHAT_WINDOW_S = 20;

/** Limits the chat of accounts: room, whispers and party together. */
export function openChatLimit(limit: RateLimit): ChatLimitPort {
  return {
    async count(accountId) {
      try {
        await limit.spend(accountId);
        return undefined;
      } catch (error) {
        if (error instanceof RoomkeepError) return refuse(error.code, error.message);
        throw error;
      }
    },
  };
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

import type { AccountLimit } from "../ports/account-limits.ts";

/**
 * A rate limit, as a token bucket: `perSecond` messages are added each second, at most `burst` are saved up.
 */
export interface RateLimit {
  /** How many a second, in the long run; 0.2 is one in five seconds. */
  perSecond: number;
  /** How many at once, after a pause: the size of the token bucket. */
  burst: number;
  /**
   * How often the account may in all rooms of this game, whatever process has them: a new connection, another
   * character or another room begins with nothing saved up. The action of such a message runs a moment later,
   * when the count is known.
   */
  account?: AccountLimit;
}

/**
 * Rate limits of the messages of every room: chat, party, travel, console. A game adds its own as
 * `rateLimits`.
 */
export const MESSAGE_RATE_LIMITS: Readonly<Record<string, RateLimit>> = {
  chat: { perSecond: 1, burst: 5 },
  whisper: { perSecond: 1, burst: 5 },
  "party.say": { perSecond: 1, burst: 5 },
  emote: { perSecond: 2, burst: 6 },
  siblings: { perSecond: 1, burst: 5 },
  "travel.sibling": { perSecond: 0.5, burst: 3 },
  "travel.back": { perSecond: 1, burst: 3 },
  "party.invite": { perSecond: 0.5, burst: 6 },
  report: { perSecond: 0.05, burst: 3, account: { most: 10, withinS: 3_600 } },
  "sanction.read": { perSecond: 1, burst: 5 },
  command: { perSecond: 2, burst: 10 },
  complete: { perSecond: 10, burst: 20 },
  "trade.ask": { perSecond: 0.5, burst: 4 },
};

/** What is counted by account too, over all rooms and processes, as chat. */
export const COUNTED_BY_ACCOUNT: ReadonlySet<string> = new Set(["chat", "whisper", "party.say"]);

/** Rate limit of a message type that has none of its own. */
export const OTHER_MESSAGES: RateLimit = { perSecond: 10, burst: 20 };

/** Types with a bucket of their own; further ones share one. */
const BUCKETS_MAX = 64;

/** The token buckets of one client, by message type. */
export class TokenBuckets {
  readonly #buckets = new Map<string, { tokens: number; at: number; told: boolean }>();

  /**
   * Takes tokens, one as a rule. False: the rate limit is reached.
   *
   * @param at milliseconds, of a clock that never goes back
   */
  take(type: string, limit: RateLimit, at: number, tokens = 1): boolean {
    const key = this.#keyOf(type);
    let bucket = this.#buckets.get(key);
    if (!bucket) {
      bucket = { tokens: limit.burst, at, told: false };
      this.#buckets.set(key, bucket);
    }
    bucket.tokens = Math.min(limit.burst, bucket.tokens + ((at - bucket.at) / 1000) * limit.perSecond);
    bucket.at = at;
    // A full bucket lets one through, whatever it counts for.
    if (!(bucket.tokens >= Math.min(tokens, limit.burst))) return false;
    bucket.tokens -= tokens;
    bucket.told = false;
    return true;
  }

  /** True once each time that a bucket is found empty: whoever floods is told so one time. */
  isNews(type: string): boolean {
    const bucket = this.#buckets.get(this.#keyOf(type));
    if (bucket === undefined || bucket.told) return false;
    bucket.told = true;
    return true;
  }

  /** A client must not grow the map by inventing names. */
  #keyOf(type: string): string {
    return this.#buckets.has(type) || this.#buckets.size < BUCKETS_MAX ? type : "*";
  }
}

import {
  openRateLimit,
  type Points,
  pointsNow,
  type RateLimit,
  rateLimited,
} from "../accounts/rate-limit.ts";
import { type RedisClient, scriptOf } from "./redis/redis-client.ts";

/** KEYS: the bucket. ARGV: points, ms. Answers the time to wait, ms; −1: allowed. */
const spend = scriptOf(`
  local spent = redis.call('INCR', KEYS[1])
  if spent == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[2]) end
  return spent > tonumber(ARGV[1]) and redis.call('PTTL', KEYS[1]) or -1`);
/** KEYS: the bucket. */
const refund = scriptOf(`
  if tonumber(redis.call('GET', KEYS[1]) or 0) > 0 then redis.call('DECR', KEYS[1]) end
  return 0`);

/**
 * A rate limit of all processes together, in windows that begin with the first use. While Redis is away each
 * process counts by itself.
 *
 * @param name of the limit, in Redis's keys
 * @param points how many are allowed within `seconds`
 */
export function openSharedLimit(link: RedisClient, name: string, points: Points, seconds: number): RateLimit {
  const alone = openRateLimit(points, seconds);
  const bucket = (key: string) => [`roomkeep:limit:${name}:${key}`];
  return {
    async spend(key) {
      const args = [String(pointsNow(points)), String(seconds * 1000)];
      const waitMs = await link.run<number>(spend, bucket(key), args).catch(() => undefined);
      if (waitMs === undefined) return alone.spend(key);
      if (waitMs >= 0) throw rateLimited(waitMs);
    },
    async refund(key) {
      await link.run(refund, bucket(key), []).catch(() => alone.refund(key));
    },
  };
}

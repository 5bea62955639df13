import type { Load, Member } from "./member.ts";
import { type RedisClient, scriptOf } from "./redis/redis-client.ts";
import { forgetAllOf, removeOf } from "./room-driver-scripts.ts";

/** Last heartbeats by Redis's own clock, and the loads that came with them. */
const NAMES = "local beats, loads = prefix .. 'roomkeep:beats', prefix .. 'roomkeep:loads'";
const CLOCK = `${NAMES}; local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)`;

/** ARGV: process, load. Answers: whether it was listed, the clock, all beats, all loads. */
export const beat = scriptOf(`${CLOCK}
  local was = redis.call('ZSCORE', beats, ARGV[1])
  redis.call('ZADD', beats, now, ARGV[1])
  redis.call('HSET', loads, ARGV[1], ARGV[2])
  return { was and 1 or 0, tostring(now), redis.call('ZRANGE', beats, 0, -1, 'WITHSCORES'),
    redis.call('HGETALL', loads) }`);

/** ARGV: process. Takes it off the list, with its rooms. */
export const leave = scriptOf(`${NAMES}
  redis.call('ZREM', beats, ARGV[1])
  redis.call('HDEL', loads, ARGV[1])
  ${removeOf}`);

/**
 * ARGV: process, ms. As `leave`, unless the process has sent a heartbeat within that time: answers 1 if it is
 * off the list.
 */
export const sweep = scriptOf(`${CLOCK}
  local at = redis.call('ZSCORE', beats, ARGV[1])
  if at and now - at < tonumber(ARGV[2]) then return 0 end
  redis.call('ZREM', beats, ARGV[1])
  redis.call('HDEL', loads, ARGV[1])
  ${forgetAllOf}
  return 1`);

const readLoads = scriptOf(`${NAMES} return redis.call('HGETALL', loads)`);

/**
 * Lists the processes with a heartbeat, and those that died a moment ago. For programs outside the cluster.
 */
export async function listMembers(link: RedisClient): Promise<Member[]> {
  // By a script, whose answer is a flat list in every version of the protocol.
  const flat = await link.run<string[]>(readLoads, [], []);
  const members: Member[] = [];
  for (let i = 0; i + 1 < flat.length; i += 2)
    members.push({ processId: flat[i] as string, ...(JSON.parse(flat[i + 1] as string) as Load) });
  return members;
}

import {
  ACCOUNT_SEATS,
  CONFIRMED_MS,
  LOOKING_MS,
  type WaitingSeat,
  type WaitingSeats,
} from "../matchmaking/waiting-seats.ts";
import { type RedisClient, scriptOf } from "./redis/redis-client.ts";

const CLOCK = "local t = redis.call('TIME'); local now = t[1] * 1000 + math.floor(t[2] / 1000)";
/** A character's seat, and when the seats of its account and address run out. */
const KEYS_OF = `local seat = prefix .. 'roomkeep:seat:' .. ARGV[1]
  local function lists(account, address)
    local keys = { prefix .. 'roomkeep:seats:account:' .. account }
    if address ~= '' then keys[2] = prefix .. 'roomkeep:seats:address:' .. address end
    return keys
  end
  local was = redis.call('HMGET', seat, 'session', 'room', 'account', 'address')`;
const FORGET = "for _, list in ipairs(lists(was[3], was[4])) do redis.call('ZREM', list, ARGV[1]) end";

/**
 * ARGV: character, account, address, session, ms, limits of account and address. Answers 1 (account) or 2
 * (address) with the ms to wait, or 0 with the earlier seat.
 */
const take = scriptOf(`${CLOCK} ${KEYS_OF}
  local until_ = now + tonumber(ARGV[5])
  for i, list in ipairs(lists(ARGV[2], ARGV[3])) do
    redis.call('ZREMRANGEBYSCORE', list, '-inf', now)
    local own = redis.call('ZSCORE', list, ARGV[1]) and 1 or 0
    if redis.call('ZCARD', list) - own >= tonumber(ARGV[5 + i]) then
      return { i, redis.call('ZRANGE', list, 0, 0, 'WITHSCORES')[2] - now }
    end
  end
  if was[1] then ${FORGET} end
  for _, list in ipairs(lists(ARGV[2], ARGV[3])) do
    redis.call('ZADD', list, until_, ARGV[1])
    redis.call('PEXPIRE', list, ARGV[5])
  end
  redis.call('DEL', seat)
  redis.call('HSET', seat, 'session', ARGV[4], 'account', ARGV[2], 'address', ARGV[3])
  redis.call('PEXPIRE', seat, ARGV[5])
  return { 0, was[1], was[2] }`);

/** ARGV: character, session, room, ms. Answers 0 if the character has another seat. */
const confirm = scriptOf(`${CLOCK} ${KEYS_OF}
  if not was[1] then return 1 end
  if was[1] ~= ARGV[2] then return 0 end
  redis.call('HSET', seat, 'room', ARGV[3])
  redis.call('PEXPIRE', seat, ARGV[4])
  for _, list in ipairs(lists(was[3], was[4])) do redis.call('ZADD', list, now + tonumber(ARGV[4]), ARGV[1]) end
  return 1`);

/** ARGV: character, session or an empty text for any. Answers the seat that was removed. */
const drop = scriptOf(`${KEYS_OF}
  if not was[1] or (ARGV[2] ~= '' and was[1] ~= ARGV[2]) then return {} end
  ${FORGET}
  redis.call('DEL', seat)
  return { was[1], was[2] }`);

/** Waiting seats of a cluster, counted in Redis by its clock. `addressMax`: seats of an address. */
export function openSharedSeats(link: RedisClient, addressMax: number): WaitingSeats {
  const limits = [String(ACCOUNT_SEATS), String(addressMax)];
  return {
    async take({ characterId, accountId, address }, sessionId) {
      const args = [characterId, accountId, address, sessionId, String(LOOKING_MS), ...limits];
      const [which, first, room] = await link.run<[0 | 1 | 2, string | number | null, string | null]>(
        take,
        [],
        args,
      );
      if (which !== 0) return { limited: which === 1 ? "account" : "address", waitMs: Number(first) };
      return { earlier: seatOf(first as string | null, room) };
    },
    async confirm(characterId, sessionId, roomId) {
      const args = [characterId, sessionId, roomId, String(CONFIRMED_MS)];
      return (await link.run<0 | 1>(confirm, [], args)) === 1;
    },
    async drop(characterId, sessionId = "") {
      const [session, room] = await link.run<(string | null)[]>(drop, [], [characterId, sessionId]);
      return seatOf(session, room);
    },
  };
}

function seatOf(
  sessionId: string | null | undefined,
  roomId: string | null | undefined,
): WaitingSeat | undefined {
  return sessionId ? { sessionId, roomId: roomId ?? undefined } : undefined;
}

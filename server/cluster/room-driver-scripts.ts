import { scriptOf } from "./redis/redis-client.ts";

/**
 * Listings of rooms in Redis: each as JSON in one hash, and its id in the index sets of its game, of its
 * process, and of the open rooms of its game, ordered by players. Each script is one atomic step.
 */
export const ROOMS = "roomkeep:rooms";
const KEYS = `
  local rooms = prefix .. '${ROOMS}'
  local function game(name) return prefix .. 'roomkeep:rooms-of:' .. name end
  local function open(name) return prefix .. 'roomkeep:open:' .. name end
  -- A listing may lack a process.
  local function host(process)
    return prefix .. 'roomkeep:rooms-at:' .. (type(process) == 'string' and process or '')
  end
  local function forget(id)
    local text = redis.call('HGET', rooms, id)
    if not text then return 0 end
    local room = cjson.decode(text)
    redis.call('HDEL', rooms, id)
    redis.call('SREM', game(room.name), id)
    redis.call('ZREM', open(room.name), id)
    redis.call('SREM', host(room.processId), id)
    return 1
  end
  local function read(ids)
    if #ids == 0 then return {} end
    local texts = {}
    -- A call takes only so many arguments.
    for from = 1, #ids, 1000 do
      local part = redis.call('HMGET', rooms, unpack(ids, from, math.min(from + 999, #ids)))
      for _, text in ipairs(part) do if text then texts[#texts + 1] = text end end
    end
    return texts
  end
`;

/**
 * ARGV: room id, JSON, game, process, clients, "1" if it is open, and what may be listed under its id:
 * "none", "own" (or none) or "any". Answers 1 if it is listed.
 */
export const put = scriptOf(`${KEYS}
  local was = redis.call('HGET', rooms, ARGV[1])
  if was and ARGV[7] == 'none' then return 0 end
  local at = was and ARGV[7] == 'own' and cjson.decode(was).processId
  if type(at) == 'string' and at ~= ARGV[4] then return 0 end
  -- Under another game or process it must not be found any more. As a rule the text tells that neither changed.
  local function says(field, value) return string.find(was, '"' .. field .. '":"' .. value .. '"', 1, true) end
  if was and not (says('name', ARGV[3]) and says('processId', ARGV[4])) then forget(ARGV[1]) end
  redis.call('HSET', rooms, ARGV[1], ARGV[2])
  redis.call('SADD', game(ARGV[3]), ARGV[1])
  redis.call('SADD', host(ARGV[4]), ARGV[1])
  if ARGV[6] == '1' then redis.call('ZADD', open(ARGV[3]), ARGV[5], ARGV[1])
  else redis.call('ZREM', open(ARGV[3]), ARGV[1]) end
  return 1`);

/**
 * ARGV: room id, and its process or "" for whichever. A process that stood still closes its rooms late: by
 * then another one may have a room under the same code. Answers 1 if it was listed.
 */
export const remove = scriptOf(`${KEYS}
  local text = redis.call('HGET', rooms, ARGV[1])
  if text and ARGV[2] ~= '' and cjson.decode(text).processId ~= ARGV[2] then return 0 end
  return forget(ARGV[1])`);

/** ARGV: process. Takes all its rooms off the list. A part of scripts. */
export const forgetAllOf = `${KEYS}
  local ids = redis.call('SMEMBERS', host(ARGV[1]))
  for _, id in ipairs(ids) do forget(id) end
  redis.call('DEL', host(ARGV[1]))`;

/** ARGV: process. Answers how many rooms it had. */
export const removeOf = scriptOf(`${forgetAllOf} return #ids`);

/** ARGV: game, first, last. Answers listings of its open rooms, the fullest first. */
export const openRooms = scriptOf(`${KEYS}
  return read(redis.call('ZREVRANGE', open(ARGV[1]), ARGV[2], ARGV[3]))`);

/** ARGV: game. Answers all its listings. */
export const roomsOf = scriptOf(`${KEYS} return read(redis.call('SMEMBERS', game(ARGV[1])))`);

/** ARGV: process. Answers all its listings. */
export const roomsAt = scriptOf(`${KEYS} return read(redis.call('SMEMBERS', host(ARGV[1])))`);

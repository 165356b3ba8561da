/** The same fair turns as `fair.ts`, as Redis takes them: each script one step, over all instances. */
import { script } from "./connection.ts";

/**
 * KEYS: what all keys of the line begin with. ARGV: this instance, its lease, the lease of what
 * survives an instance, spots on a lane, lanes, the channel that grants are told on.
 *
 * `taken`: `lane id` with the end of its lease. `owners`: who has somebody waiting, by tag; the
 * number in front of the name keeps equal tags in the order of arrival. `line:…`: `instance id` of
 * each who waits. `rested`: tags above the last one served. An id that survives begins with `+`.
 */
const HEAD = `
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local line, me, lease, long = KEYS[1], ARGV[1], ARGV[2], ARGV[3]
local limit, lanes, channel = tonumber(ARGV[4]), ARGV[5], ARGV[6]
local function exact(number) return string.format('%.17g', number) end
local function leaseOf(id) return now + (string.sub(id, 1, 1) == '+' and long or lease) end
local living = {}
local function lives(instance)
  if living[instance] == nil then
    living[instance] = redis.call('EXISTS', 'falgate:live:' .. instance) == 1
  end
  return living[instance]
end
local function rest(member, owner, tag)
  redis.call('ZREM', line .. 'owners', member)
  redis.call('HDEL', line .. 'members', owner)
  redis.call('HDEL', line .. 'weights', owner)
  if tag then redis.call('ZADD', line .. 'rested', exact(tag), owner) end
end
local function enter(id, owner, weight)
  local member = redis.call('HGET', line .. 'members', owner)
  if not member then
    member = string.format('%015d:', redis.call('INCR', line .. 'arrivals')) .. owner
    local latest = tonumber(redis.call('GET', line .. 'latest') or 0)
    local tag = math.max(latest, tonumber(redis.call('ZSCORE', line .. 'rested', owner) or 0))
    redis.call('HSET', line .. 'members', owner, member)
    redis.call('ZADD', line .. 'owners', exact(tag), member)
    redis.call('ZREM', line .. 'rested', owner)
  end
  redis.call('HSET', line .. 'weights', owner, weight)
  redis.call('RPUSH', line .. 'line:' .. owner, me .. ' ' .. id)
end
local function freeLane(counts)
  local free, least
  for lane in string.gmatch(lanes, '%S+') do
    local count = counts[lane] or 0
    if count < limit and (not least or count < least) then free, least = lane, count end
  end
  return free
end
local function serve()
  local mine, counts = {}, {}
  redis.call('ZREMRANGEBYSCORE', line .. 'taken', '-inf', now)
  for _, member in ipairs(redis.call('ZRANGE', line .. 'taken', 0, -1)) do
    local lane = string.match(member, '^%S+')
    counts[lane] = (counts[lane] or 0) + 1
  end
  local lane = freeLane(counts)
  while lane do
    local first = redis.call('ZRANGE', line .. 'owners', 0, 0, 'WITHSCORES')
    if #first == 0 then break end
    local member, tag = first[1], tonumber(first[2])
    local owner = string.sub(member, 17)
    local waiter = redis.call('LPOP', line .. 'line:' .. owner)
    local instance, id = string.match(waiter or '', '^(%S+) (%S+)$')
    if not waiter then
      rest(member, owner, tag)
    elseif lives(instance) then
      redis.call('ZADD', line .. 'taken', leaseOf(id), lane .. ' ' .. id)
      counts[lane] = (counts[lane] or 0) + 1
      redis.call('SET', line .. 'latest', exact(tag))
      tag = tag + 1 / tonumber(redis.call('HGET', line .. 'weights', owner) or 1)
      if redis.call('LLEN', line .. 'line:' .. owner) == 0 then
        rest(member, owner, tag)
      else
        redis.call('ZADD', line .. 'owners', exact(tag), member)
      end
      if instance == me then
        table.insert(mine, id)
        table.insert(mine, lane)
      else
        redis.call('HSET', line .. 'granted:' .. instance, id, lane)
        redis.call('PEXPIRE', line .. 'granted:' .. instance, long)
        redis.call('PUBLISH', channel, me .. ' ' .. line .. instance .. ' ' .. id .. ' ' .. lane)
      end
      lane = freeLane(counts)
    end
  end
  redis.call('ZREMRANGEBYSCORE', line .. 'rested', '-inf', redis.call('GET', line .. 'latest') or 0)
  return mine
end
`;

/** ARGV more: id, owner, weight. Every script gives the turns that it has given to this instance. */
export const ENTER = script(`${HEAD}
enter(ARGV[7], ARGV[8], ARGV[9])
return serve()
`);

/** ARGV more: id, owner. It may have been served meanwhile. */
export const LEAVE = script(`${HEAD}
local id, owner = ARGV[7], ARGV[8]
redis.call('LREM', line .. 'line:' .. owner, 1, me .. ' ' .. id)
local member = redis.call('HGET', line .. 'members', owner)
if member and redis.call('LLEN', line .. 'line:' .. owner) == 0 then
  rest(member, owner, redis.call('ZSCORE', line .. 'owners', member))
end
redis.call('HDEL', line .. 'granted:' .. me, id)
for lane in string.gmatch(lanes, '%S+') do redis.call('ZREM', line .. 'taken', lane .. ' ' .. id) end
return serve()
`);

/** ARGV more: `lane id`. */
export const GIVE_BACK = script(`${HEAD}
redis.call('ZREM', line .. 'taken', ARGV[7])
redis.call('HDEL', line .. 'granted:' .. me, string.match(ARGV[7], '%S+$'))
return serve()
`);

/** ARGV more: `lane id` of each that has its spot. The turns that were not heard of are among those given. */
export const RENEW_LINE = script(`${HEAD}
for index = 7, #ARGV do
  redis.call('ZADD', line .. 'taken', leaseOf(string.match(ARGV[index], '%S+$')), ARGV[index])
end
local mine = serve()
for _, word in ipairs(redis.call('HGETALL', line .. 'granted:' .. me)) do
  table.insert(mine, word)
end
redis.call('DEL', line .. 'granted:' .. me)
return mine
`);

/** ARGV more: id, owner and weight of each that waits here. Those that Redis does not know enter anew. */
export const ENTER_AGAIN = script(`${HEAD}
for index = 7, #ARGV, 3 do
  local id, owner = ARGV[index], ARGV[index + 1]
  local known = redis.call('HEXISTS', line .. 'granted:' .. me, id) == 1
  for lane in string.gmatch(lanes, '%S+') do
    known = known or redis.call('ZSCORE', line .. 'taken', lane .. ' ' .. id)
  end
  redis.call('LREM', line .. 'line:' .. owner, 1, me .. ' ' .. id)
  if not known then enter(id, owner, ARGV[index + 2]) end
end
return serve()
`);

/** ARGV more: owners of whom somebody waits here. Gives everybody's standing, and those owners' lines. */
export const STANDINGS = script(`${HEAD}
local all, lines = {}, {}
local first = redis.call('ZRANGE', line .. 'owners', 0, -1, 'WITHSCORES')
for index = 1, #first, 2 do
  local owner = string.sub(first[index], 17)
  local weight = redis.call('HGET', line .. 'weights', owner) or '1'
  local count = redis.call('LLEN', line .. 'line:' .. owner)
  table.insert(all, { owner, first[index + 1], weight, count })
end
for index = 7, #ARGV do
  table.insert(lines, redis.call('LRANGE', line .. 'line:' .. ARGV[index], 0, -1))
end
return { all, lines }
`);

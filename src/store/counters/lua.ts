/** What Redis does for the counters, each script as one step. Redis's clock decides, never a process's. */
import { script } from "./connection.ts";

/** Milliseconds, with their fraction. */
const NOW = `
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
`;

/**
 * The moments of the calls in the window, the newest first. A clock that was set back would keep
 * callers out for as long as it was set back: the window begins anew.
 */
export const HIT = script(`${NOW}
local key, limit, window = KEYS[1], tonumber(ARGV[1]), tonumber(ARGV[2])
local newest = redis.call('LINDEX', key, 0)
if newest and tonumber(newest) > now then redis.call('DEL', key) end
local oldest = redis.call('LINDEX', key, -1)
while oldest and tonumber(oldest) <= now - window do
  redis.call('RPOP', key)
  oldest = redis.call('LINDEX', key, -1)
end
local count = redis.call('LLEN', key)
local allowed = 0
if count < limit then
  redis.call('LPUSH', key, string.format('%.3f', now))
  redis.call('PEXPIRE', key, math.ceil(window))
  count = count + 1
  allowed = 1
end
local remaining = math.max(0, limit - count)
local retry, reset = 0, 0
if remaining == 0 then
  retry = tonumber(redis.call('LINDEX', key, limit - 1) or now) + window - now
end
reset = tonumber(redis.call('LINDEX', key, 0) or now) + window - now
return { allowed, remaining, math.ceil(retry), math.ceil(reset) }
`);

/** Places are members with the moment at which their lease ends. */
export const SEIZE = script(`${NOW}
redis.call('ZREMRANGEBYSCORE', KEYS[1], '-inf', now)
if redis.call('ZCARD', KEYS[1]) >= tonumber(ARGV[2]) then return 0 end
redis.call('ZADD', KEYS[1], now + ARGV[3], ARGV[1])
redis.call('PEXPIRE', KEYS[1], ARGV[3])
return 1
`);

/** ARGV: the lease, then places that are held, whether Redis still knows them or not. */
export const LEASE = script(`${NOW}
for index = 2, #ARGV do redis.call('ZADD', KEYS[1], now + ARGV[1], ARGV[index]) end
redis.call('PEXPIRE', KEYS[1], ARGV[1])
return 1
`);

/**
 * KEYS: a budget's `spent` and `held`, the amount of each hold, the end of each hold's lease. A hold
 * whose lease has ended holds nothing more but is remembered: whoever settles it late is heard.
 */
const BUDGET = `${NOW}
local budget, amounts, leases = KEYS[1], KEYS[2], KEYS[3]
local function put(id, amount, lease)
  local before = tonumber(redis.call('HGET', amounts, id) or 0)
  redis.call('HSET', amounts, id, amount)
  redis.call('HINCRBY', budget, 'held', string.format('%.0f', amount - before))
  redis.call('ZADD', leases, now + lease, id)
end
local function keep(ttl)
  for _, key in ipairs({ budget, amounts, leases }) do redis.call('PEXPIRE', key, ttl) end
end
for _, id in ipairs(redis.call('ZRANGEBYSCORE', leases, '-inf', now)) do
  put(id, 0, 0)
  redis.call('ZREM', leases, id)
end
`;

/**
 * ARGV: id, amount, most, lease, ttl, what is spent or nothing. KEYS: besides, since when Redis
 * remembers. Gives 1 held, 0 refused, -1 not known, and for how many milliseconds Redis remembers.
 */
export const HOLD = script(`${BUDGET}
redis.call('SETNX', KEYS[4], string.format('%.0f', now))
local age = math.floor(now - redis.call('GET', KEYS[4]))
local id, amount, most = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local spent = redis.call('HGET', budget, 'spent')
if not spent then
  if ARGV[6] == '' then return { -1, age } end
  spent = ARGV[6]
  redis.call('HSET', budget, 'spent', spent)
end
local others = tonumber(redis.call('HGET', budget, 'held') or 0)
  - tonumber(redis.call('HGET', amounts, id) or 0)
keep(ARGV[5])
if tonumber(spent) + others + amount > most then return { 0, age } end
put(id, amount, ARGV[4])
keep(ARGV[5])
return { 1, age }
`);

/** ARGV: id, what it has cost. Where the books would have to be asked, they know of it. */
export const SETTLE = script(`${BUDGET}
if not redis.call('HGET', amounts, ARGV[1]) then return 0 end
put(ARGV[1], 0, 0)
redis.call('HDEL', amounts, ARGV[1])
redis.call('ZREM', leases, ARGV[1])
if redis.call('HEXISTS', budget, 'spent') == 1 then
  redis.call('HINCRBY', budget, 'spent', ARGV[2])
end
return 1
`);

/**
 * ARGV: ttl, whether Redis has forgotten this instance, then id, amount and lease of each hold.
 * Gives the ids that another instance has settled: they are held no more.
 */
export const RENEW = script(`${BUDGET}
local known = redis.call('HEXISTS', budget, 'spent') == 1 and ARGV[2] == '0'
local gone = {}
for index = 3, #ARGV, 3 do
  local id = ARGV[index]
  if known and not redis.call('HGET', amounts, id) then
    table.insert(gone, id)
  else
    put(id, tonumber(ARGV[index + 1]), ARGV[index + 2])
  end
end
keep(ARGV[1])
return gone
`);

/**
 * KEYS: this instance's sign of life, and since when Redis remembers. ARGV: the lease. Gives whether
 * the sign was still there.
 */
export const LIVE = script(`${NOW}
local known = redis.call('EXISTS', KEYS[1])
redis.call('SET', KEYS[1], 1, 'PX', ARGV[1])
redis.call('SETNX', KEYS[2], string.format('%.0f', now))
return known
`);

-- Takes all limits of one provider for one attempt, or none, and says how long to wait. The rules are those of book.py.
-- Time is Redis's own, so that no worker's clock matters. Seconds throughout.
-- KEYS state places minute hour quotas workers
-- ARGV interval minute hour day month concurrent place patience lasts again worker burst earn rests
-- Returns verdict, seconds, probe, workers, left of the day, left of the month (-1: there is no such quota), now.

local STATE, PLACES, QUOTAS, WORKERS = KEYS[1], KEYS[2], KEYS[5], KEYS[6]
local interval, per_day, per_month = tonumber(ARGV[1]), tonumber(ARGV[4]), tonumber(ARGV[5])
local concurrent, place, patience, lasts = tonumber(ARGV[6]), ARGV[7], tonumber(ARGV[8]), tonumber(ARGV[9])
local again, burst, earn, rests = ARGV[10] == '1', tonumber(ARGV[12]), tonumber(ARGV[13]), tonumber(ARGV[14])
local windows = { { KEYS[3], tonumber(ARGV[2]), 60 }, { KEYS[4], tonumber(ARGV[3]), 3600 } }
local PIECES, GRACE, DAY, CLOCK_JUMPED = 60, 2, 86400, 7200

local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6

local function fixed(number) return string.format('%.6f', number) end
local function whole(number) return string.format('%.0f', number) end

redis.call('ZADD', WORKERS, now, ARGV[11])
redis.call('ZREMRANGEBYSCORE', WORKERS, '-inf', now - 60)
redis.call('EXPIRE', WORKERS, 60)
local workers = redis.call('ZCARD', WORKERS)

-- The civil date of a day since 1970, and back: the algorithms of Howard Hinnant's "chrono-compatible low-level dates".
local function civil(days)
  local z = days + 719468
  local era = math.floor(z / 146097)
  local doe = z - era * 146097
  local yoe = math.floor((doe - math.floor(doe / 1460) + math.floor(doe / 36524) - math.floor(doe / 146096)) / 365)
  local doy = doe - (365 * yoe + math.floor(yoe / 4) - math.floor(yoe / 100))
  local mp = math.floor((5 * doy + 2) / 153)
  local month = mp < 10 and mp + 3 or mp - 9
  return yoe + era * 400 + (month <= 2 and 1 or 0), month, doy - math.floor((153 * mp + 2) / 5) + 1
end

local function day_of(at)
  return string.format('%04d-%02d-%02d', civil(math.floor(at / DAY)))
end

local function month_of(at)
  return string.sub(day_of(at), 1, 7)
end

local function next_day(at) return (math.floor(at / DAY) + 1) * DAY end

local function next_month(at)
  local month = month_of(at)
  repeat at = next_day(at) until month_of(at) ~= month
  return at
end

local function used(period) return tonumber(redis.call('HGET', QUOTAS, period) or 0) end

local function left(limit, period)
  return limit > 0 and math.max(0, limit - used(period)) or -1
end

local function answer(verdict, seconds, probe)
  return { verdict, fixed(seconds), probe and 1 or 0, workers,
    left(per_day, day_of(now)), left(per_month, month_of(now)), fixed(now) }
end

local state = {}
local fields = redis.call('HGETALL', STATE)
for i = 1, #fields, 2 do state[fields[i]] = tonumber(fields[i + 1]) end
for _, name in ipairs({ 'next_at', 'hold_until', 'open_until' }) do
  state[name] = state[name] or 0
  if state[name] > now + CLOCK_JUMPED and name ~= 'hold_until' then state[name] = 0 end
end

-- The first moment from `at` on at which the window has room.
local function room_in_window(window, at)
  local key, limit, span = window[1], window[2], window[3]
  local piece, this = math.floor(at * PIECES / span), math.floor(now * PIECES / span)
  local sum, inside, counts = 0, {}, {}
  local pairs_ = redis.call('HGETALL', key)
  for i = 1, #pairs_, 2 do
    local n = tonumber(pairs_[i])
    if n < this - PIECES or n > this + 10 * PIECES then -- gone by, or the clock jumped
      redis.call('HDEL', key, pairs_[i])
    elseif n >= piece - PIECES then
      inside[#inside + 1], counts[n] = n, tonumber(pairs_[i + 1])
      sum = sum + counts[n]
    end
  end
  table.sort(inside)
  for _, oldest in ipairs(inside) do
    if sum < limit then break end
    sum = sum - counts[oldest]
    at = math.max(at, (oldest + PIECES + 1) * span / PIECES)
  end
  return at
end

local function earliest(at)
  at = math.max(at, state.next_at)
  repeat
    local before = at
    for _, window in ipairs(windows) do
      if window[2] > 0 then at = room_in_window(window, at) end
    end
    if per_day > 0 and used(day_of(at)) >= per_day then at = next_day(at) end
    if per_month > 0 and used(month_of(at)) >= per_month then at = next_month(at) end
  until at == before
  return at
end

if state.open_until > now then return answer('dark', state.open_until - now) end
local saved = state.retries or burst
if again and saved < 1 then return answer('spent', 0) end
redis.call('ZREMRANGEBYSCORE', PLACES, '-inf', fixed(now))
if redis.call('ZCARD', PLACES) >= concurrent then return answer('full', 0) end
local at = earliest(math.max(now, state.hold_until))
if at - now > patience then return answer('late', at - now) end

local probe = state.open_until > 0
if probe then redis.call('HSET', STATE, 'open_until', fixed(now + rests)) end
saved = again and saved - 1 or math.min(burst, saved + earn)
redis.call('HSET', STATE, 'next_at', fixed(at + interval), 'retries', fixed(saved))
redis.call('EXPIRE', STATE, DAY)
redis.call('ZADD', PLACES, fixed(at + lasts + GRACE), place)
redis.call('EXPIRE', PLACES, math.ceil(at - now + lasts) + 60)
for _, window in ipairs(windows) do
  if window[2] > 0 then
    redis.call('HINCRBY', window[1], whole(math.floor(at * PIECES / window[3])), 1)
    redis.call('EXPIRE', window[1], 2 * window[3])
  end
end
if per_day > 0 then redis.call('HINCRBY', QUOTAS, day_of(at), 1) end
if per_month > 0 then redis.call('HINCRBY', QUOTAS, month_of(at), 1) end
if per_day > 0 or per_month > 0 then redis.call('EXPIRE', QUOTAS, 40 * DAY) end
return answer('go', at - now, probe)

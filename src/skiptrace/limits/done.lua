-- Ends one attempt: frees its place and notes how the provider fared. The rules are those of book.py.
-- KEYS state places health
-- ARGV place went hold left probe calls_needed window failed rests milliseconds

local STATE, PLACES, HEALTH = KEYS[1], KEYS[2], KEYS[3]
local place, went, hold, left, probe = ARGV[1], ARGV[2], tonumber(ARGV[3]), ARGV[4], ARGV[5] == '1'
local calls_needed, span, failed_share, rests = tonumber(ARGV[6]), tonumber(ARGV[7]), tonumber(ARGV[8]), tonumber(ARGV[9])

local t = redis.call('TIME')
local now = tonumber(t[1]) + tonumber(t[2]) / 1e6
local function fixed(number) return string.format('%.6f', number) end

redis.call('ZREM', PLACES, place)
if hold > 0 and now + hold > tonumber(redis.call('HGET', STATE, 'hold_until') or 0) then
  redis.call('HSET', STATE, 'hold_until', fixed(now + hold))
end
if left ~= '' then redis.call('HSET', STATE, 'left', left) end
redis.call('EXPIRE', STATE, 86400)
if went == 'untold' then
  if probe then redis.call('HSET', STATE, 'open_until', fixed(now)) end
  return
end

local bad = went == 'badly'
if probe then
  redis.call('HSET', STATE, 'open_until', bad and fixed(now + rests) or '0')
  redis.call('DEL', HEALTH)
  return
end
if tonumber(redis.call('HGET', STATE, 'open_until') or 0) > 0 then return end

local piece = math.floor(now / (span / 6))
redis.call('HINCRBY', HEALTH, piece .. ':calls', 1)
redis.call('HINCRBY', HEALTH, piece .. ':bad', bad and 1 or 0)
redis.call('HINCRBY', HEALTH, piece .. ':ms', ARGV[10])
redis.call('EXPIRE', HEALTH, math.ceil(2 * span))
local calls, failed = 0, 0
local fields = redis.call('HGETALL', HEALTH)
for i = 1, #fields, 2 do
  local n, what = string.match(fields[i], '^(%d+):(%a+)$')
  if tonumber(n) <= piece - 7 then
    redis.call('HDEL', HEALTH, fields[i])
  elseif what == 'calls' then
    calls = calls + fields[i + 1]
  elseif what == 'bad' then
    failed = failed + fields[i + 1]
  end
end
if bad and calls >= calls_needed and failed >= failed_share * calls then
  redis.call('HSET', STATE, 'open_until', fixed(now + rests))
end

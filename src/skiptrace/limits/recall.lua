-- Raises quotas to what the ledger knows was sent, after Redis was emptied or before it was asked for the first time.
-- KEYS quotas
-- ARGV period count, and again

for i = 1, #ARGV, 2 do
  if tonumber(redis.call('HGET', KEYS[1], ARGV[i]) or 0) < tonumber(ARGV[i + 1]) then
    redis.call('HSET', KEYS[1], ARGV[i], ARGV[i + 1])
  end
end
redis.call('EXPIRE', KEYS[1], 40 * 86400)

"""What cache/slots.py asks of the server, each in one step."""

# KEYS: holders (token to end of lease), places in order, places by token, waiters (token to end of lease).
# ARGV: limit, holder's lease ms, waiter's lease ms; then for each slot that is asked for: token, level,
# microseconds to the deadline or "", microseconds without service. The server's clock: no skew.
# Answer: how many come before the first of them that has to wait; then for each 1, if it is taken, or 0.
TAKE = """
local H, L, P, W = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local limit, lease, patience = tonumber(ARGV[1]), tonumber(ARGV[2]), tonumber(ARGV[3])
local time = redis.call('time')
local us = time[1] * 1000000 + time[2]
local now = math.floor(us / 1000)
local function forget(token)
  local place = redis.call('hget', P, token)
  if place then redis.call('zrem', L, place) end
  redis.call('hdel', P, token)
  redis.call('zrem', W, token)
end
redis.call('zremrangebyscore', H, '-inf', now)
local waiting = redis.call('zcard', L)
if waiting ~= redis.call('hlen', P) or waiting ~= redis.call('zcard', W) then
  redis.call('del', L, P, W) -- one of them was evicted: a place without a token would be in the way for ever
end
for _, dead in ipairs(redis.call('zrangebyscore', W, '-inf', now)) do forget(dead) end
for i = 4, #ARGV, 4 do
  local token, due, since = ARGV[i], tonumber(ARGV[i + 2]), us - ARGV[i + 3]
  local before = redis.call('hget', P, token)
  forget(token)
  if not redis.call('zscore', H, token) then
    -- Calls take their time: nobody may fall behind another by asking again.
    if before then since = math.min(since, tonumber(string.sub(before, 19, 34))) end
    due = due and math.floor((us + due) / 1000000 + 0.5) or 9999999999
    local place = string.format('%06d:%010.0f:%016.0f:%s', 500000 + ARGV[i + 1], due, since, token)
    redis.call('zadd', L, 0, place)
    redis.call('hset', P, token, place)
    redis.call('zadd', W, now + patience, token)
  end
end
local answer, before = {0}, nil
for i = 4, #ARGV, 4 do
  local token = ARGV[i]
  local place = redis.call('hget', P, token)
  local ahead = place and redis.call('zrank', L, place) - limit + redis.call('zcard', H)
  if place and ahead < 0 then
    forget(token)
    redis.call('zadd', H, now + lease, token)
  elseif place then
    before = math.min(before or ahead, ahead)
  end
  answer[#answer + 1] = (not place or ahead < 0) and 1 or 0
end
answer[1] = before or 0
for _, key in ipairs(KEYS) do redis.call('pexpire', key, math.max(lease, patience) * 10) end
return answer"""
RENEW = """
local time = redis.call('time')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local ends = redis.call('zscore', KEYS[1], ARGV[1])
if not ends or tonumber(ends) < now then return 0 end
redis.call('zadd', KEYS[1], now + tonumber(ARGV[2]), ARGV[1])
for _, key in ipairs(KEYS) do redis.call('pexpire', key, tonumber(ARGV[2]) * 10) end
return 1"""
LEAVE = """
for _, token in ipairs(ARGV) do
  local place = redis.call('hget', KEYS[3], token)
  if place then redis.call('zrem', KEYS[2], place) end
  redis.call('zrem', KEYS[1], token)
  redis.call('hdel', KEYS[3], token)
  redis.call('zrem', KEYS[4], token)
end
return 1"""

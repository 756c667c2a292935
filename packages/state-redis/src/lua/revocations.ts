import type { Script } from "../client.ts";
import { script } from "./script.ts";

/**
 * Writes a revocation down and publishes it. Of those that name the same tokens the widest is kept, for the longest time that any asks for.
 *
 * KEYS: meta (e: what tells this store from one that lost everything; q: the number of the latest change), revoked (name to
 * "issuedBefore until"), changes (names by number of change), ends (names by when they may be forgotten).
 * ARGV: name, issued before ("inf" for all), until, a fresh mark for `e`, channel, how many there may be. Answers the number of the change.
 */
export const revokeScript: Script = script(`
local meta, revoked, changes, ends = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local name, before, until_ = ARGV[1], tonumber(ARGV[2]), tonumber(ARGV[3])
local now = clock(nil)
for _, over in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', text(now), 'LIMIT', 0, 100)) do
  redis.call('HDEL', revoked, over)
  redis.call('ZREM', changes, over)
  redis.call('ZREM', ends, over)
end
local known = redis.call('HGET', revoked, name)
if known then
  local wide, long = string.match(known, '^([^ ]+) ([^ ]+)$')
  before = math.max(before, tonumber(wide))
  until_ = math.max(until_, tonumber(long))
elseif redis.call('HLEN', revoked) >= tonumber(ARGV[6]) then
  return redis.error_reply('FULL revocations')
end
local time = redis.call('TIME')
-- Numbers of changes are instants, so that a store which lost some never gives one twice.
local change = math.max(time[1] * 1000000 + time[2], tonumber(redis.call('HGET', meta, 'q') or '0') + 1)
local value = text(before) .. ' ' .. text(until_)
redis.call('HSETNX', meta, 'e', ARGV[4])
redis.call('HSET', meta, 'q', text(change))
redis.call('HSET', revoked, name, value)
redis.call('ZADD', changes, text(change), name)
redis.call('ZADD', ends, text(until_), name)
for _, key in ipairs(KEYS) do keep(key, until_ - now + 3600000) end
redis.call('PUBLISH', ARGV[5], value .. ' ' .. name)
return text(change)
`);

/**
 * What has changed since a change, at most so much of it; all, where the store is another or went back.
 *
 * KEYS: meta, revoked, changes. ARGV: the mark that was known and the number that was read up to, at most how many, the highest number that
 * was ever seen.
 * Answers: mark, whether it begins anew, then name, value and number of each change.
 */
export const changesScript: Script = script(`
local mark = redis.call('HGET', KEYS[1], 'e') or ''
local latest = tonumber(redis.call('HGET', KEYS[1], 'q') or '0')
local from = '(' .. ARGV[2]
local anew = 0
if mark ~= ARGV[1] or latest < tonumber(ARGV[4]) then
  from = '-inf'
  anew = 1
end
local answer = { mark, anew }
local found = redis.call('ZRANGEBYSCORE', KEYS[3], from, '+inf', 'WITHSCORES', 'LIMIT', 0, tonumber(ARGV[3]))
for i = 1, #found, 2 do
  answer[#answer + 1] = found[i]
  answer[#answer + 1] = redis.call('HGET', KEYS[2], found[i]) or ''
  answer[#answer + 1] = found[i + 1]
end
return answer
`);

/** KEYS: one id. ARGV: how long it is remembered, in milliseconds. Answers 1 where it was not there. */
export const onceScript: Script = script(`
return redis.call('SET', KEYS[1], '1', 'NX', 'PX', ARGV[1]) and 1 or 0
`);

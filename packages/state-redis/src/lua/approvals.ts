import type { Script } from "../client.ts";
import { script } from "./script.ts";

/** KEYS, of all three: questions (id to text), answers (id to text), open (ids by when they were asked), ends (ids by their end). */

/**
 * KEYS, after those: bindings (`b` and a binding to the id that stands for it, `i` and an id to its binding), the ids of one caller by their end.
 * ARGV: id, text, asked, until, how many there may be, binding, the id that stands no more, how many of one caller. Answers what it came to first:
 * "done"; "stands", with the texts of the question that stands and of its answer; "many" of the caller; "asked" where there is one of that id.
 */
export const askScript: Script = script(`
local questions, answers, open, ends, bindings, mine = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local now = clock(nil)
for _, over in ipairs(redis.call('ZRANGEBYSCORE', ends, '-inf', text(now), 'LIMIT', 0, 100)) do
  redis.call('HDEL', questions, over)
  redis.call('HDEL', answers, over)
  redis.call('ZREM', open, over)
  redis.call('ZREM', ends, over)
  local binding = redis.call('HGET', bindings, 'i' .. over)
  if binding then
    redis.call('HDEL', bindings, 'i' .. over)
    if redis.call('HGET', bindings, 'b' .. binding) == over then redis.call('HDEL', bindings, 'b' .. binding) end
  end
end
local standing = redis.call('HGET', bindings, 'b' .. ARGV[6])
if standing and standing ~= ARGV[7] and tonumber(redis.call('ZSCORE', ends, standing) or '-inf') > now then
  return {'stands', redis.call('HGET', questions, standing), redis.call('HGET', answers, standing) or ''}
end
if redis.call('HEXISTS', questions, ARGV[1]) == 1 then return {'asked'} end
local count = 0
for _, id in ipairs(redis.call('ZRANGE', mine, 0, -1)) do
  local isOver = tonumber(redis.call('ZSCORE', ends, id) or '-inf') <= now
  if isOver or redis.call('HEXISTS', answers, id) == 1 then redis.call('ZREM', mine, id) else count = count + 1 end
end
if count >= tonumber(ARGV[8]) then return {'many'} end
if redis.call('ZCARD', ends) >= tonumber(ARGV[5]) then return redis.error_reply('FULL questions') end
redis.call('HSET', questions, ARGV[1], ARGV[2])
redis.call('ZADD', open, ARGV[3], ARGV[1])
redis.call('ZADD', ends, ARGV[4], ARGV[1])
redis.call('ZADD', mine, ARGV[4], ARGV[1])
redis.call('HSET', bindings, 'b' .. ARGV[6], ARGV[1], 'i' .. ARGV[1], ARGV[6])
for _, key in ipairs(KEYS) do keep(key, tonumber(ARGV[4]) - now + 3600000) end
return {'done'}
`);

/** ARGV: id, text. Answers 1 where it is the first answer to a question that is still open. */
export const answerScript: Script = script(`
local questions, answers, open, ends = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local until_ = tonumber(redis.call('ZSCORE', ends, ARGV[1]) or '-inf')
local now = clock(nil)
if until_ <= now or redis.call('HEXISTS', questions, ARGV[1]) == 0 then return 0 end
if redis.call('HSETNX', answers, ARGV[1], ARGV[2]) == 0 then return 0 end
redis.call('ZREM', open, ARGV[1])
keep(answers, until_ - now + 3600000)
return 1
`);

/** ARGV: "get" and an id, or "list" and at most how many. Answers the text of each question and of its answer, or "". */
export const askedScript: Script = script(`
local questions, answers, open, ends = KEYS[1], KEYS[2], KEYS[3], KEYS[4]
local now = clock(nil)
local found = {}
local function add(id)
  if tonumber(redis.call('ZSCORE', ends, id) or '-inf') <= now then return end
  found[#found + 1] = redis.call('HGET', questions, id)
  found[#found + 1] = redis.call('HGET', answers, id) or ''
end
if ARGV[1] == 'get' then
  add(ARGV[2])
else
  local most = tonumber(ARGV[2])
  local ids = redis.call('ZRANGE', open, 0, -1)
  for _, id in ipairs(ids) do
    if #found >= 2 * most then break end
    add(id)
  end
end
return found
`);

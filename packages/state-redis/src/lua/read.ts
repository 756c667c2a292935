import type { Script } from "../client.ts";
import { script } from "./script.ts";

/**
 * Reads what one decision needs of a partition.
 *
 * KEYS: meta, who, own, calls, all, labels, then one a limit, then one a proof.
 * ARGV[1], JSON: `time` where the server's is not to be taken, `calls` ("none", "own", "anyone"), `who`, 22 characters that stand
 *   for the caller, `last`, `labels`, `flight`,
 *   `limits`: list of { kind: "open" | "count" | "sum", amount, duration }, `proofs`: how many.
 * Answers: now, version of the calls, version of the labels, what is forgotten before, calls (text, text of the answer or ""), labels
 *   (field, value), one list a limit, one flag a proof. Numbers as texts.
 */
export const readScript: Script = script(`
local meta, who, own, calls, all, labels = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local asked = cjson.decode(ARGV[1])
local now = math.max(clock(asked.time), tonumber(redis.call('HGET', meta, 't') or '-inf'))

local version, forgotten, ids = '', '', {}
if asked.calls == 'own' then
  version = redis.call('HGET', who, 'v') or ''
  forgotten = redis.call('HGET', who, 'f') or ''
  for i, id in ipairs(redis.call('ZRANGEBYSCORE', own, '(' .. text(now - asked.last), '+inf')) do ids[i] = asked.who .. id end
elseif asked.calls == 'anyone' then
  version = redis.call('HGET', meta, 'v') or ''
  forgotten = redis.call('HGET', meta, 'f') or ''
  ids = redis.call('ZRANGEBYSCORE', all, '(' .. text(now), '+inf')
end
local found = {}
for first = 1, #ids, 500 do
  local fields = {}
  for i = first, math.min(first + 499, #ids) do
    fields[#fields + 1] = 'c' .. ids[i]
    fields[#fields + 1] = 'a' .. ids[i]
  end
  local values = redis.call('HMGET', calls, unpack(fields))
  for i = 1, #values, 2 do
    if values[i] then
      found[#found + 1] = values[i]
      found[#found + 1] = values[i + 1] or ''
    end
  end
end

local labelsVersion, held = '', {}
if asked.labels then
  labelsVersion = redis.call('HGET', who, 'l') or ''
  held = redis.call('HGETALL', labels)
end

local taken = {}
for i, limit in ipairs(asked.limits) do
  local key = KEYS[6 + i]
  local of = {}
  if limit.kind == 'open' then
    of[1] = redis.call('ZCOUNT', key, '(' .. text(now - asked.flight), '+inf')
  else
    local since = '(' .. text(now - limit.duration)
    if limit.kind == 'sum' then
      of = redis.call('ZRANGEBYSCORE', key, since, '+inf', 'WITHSCORES')
    else
      of[1] = redis.call('ZCOUNT', key, since, '+inf')
      if of[1] > 0 then
        local room = math.min(of[1], math.floor(limit.amount) - 1)
        of[2] = redis.call('ZREVRANGE', key, 0, 0, 'WITHSCORES')[2]
        if room < of[1] and room >= 0 then of[3] = redis.call('ZREVRANGE', key, room, room, 'WITHSCORES')[2] end
      end
    end
  end
  taken[i] = of
end

local spent = {}
for i = 1, asked.proofs do spent[i] = redis.call('EXISTS', KEYS[6 + #asked.limits + i]) end

return { text(now), version, labelsVersion, forgotten, found, held, taken, spent }
`);

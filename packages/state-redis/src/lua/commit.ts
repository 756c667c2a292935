import type { Script } from "../client.ts";
import { script } from "./script.ts";

/**
 * Moves a partition on by one event, all at once or not at all.
 *
 * KEYS: meta, who, own, calls, all, labels, then one a limit that is taken from or given back to, then one a proof.
 * ARGV[1], JSON:
 *   `time` where the server's is not to be taken; `at`, the instant of the event; `id` of the call; `who`, 22 characters that stand for its
 *   caller; `token`, unique to this commit.
 *   `held`: what must be as it was read: `calls`, `anyone` (whose version `calls` is), `labels`, `mayBeStale`; `stale`, how old a decision
 *   to let something through may be.
 *   `limits`: list of { kind, amount, duration, take (absent where it gives back) }; `proofs`: how many; `proofTtl`.
 *   `call`: { kind: "asked", until } or { kind: "answered", completed }, with its text in ARGV[2].
 *   `labels`: list of { label, since, duration, until (absent where the call is in flight) }; `ends`: whether the call has ended.
 *   `window` of calls, `flight`, `ttl` of what is kept, `labelsTtl`, `most`: { calls, takes, labels }.
 * Answers "committed" or "conflict"; an error that begins with FULL where there is no room.
 */
export const commitScript: Script = script(`
local meta, who, own, calls, all, labels = KEYS[1], KEYS[2], KEYS[3], KEYS[4], KEYS[5], KEYS[6]
local event = cjson.decode(ARGV[1])
local latest = tonumber(redis.call('HGET', meta, 't') or '-inf')
local now = math.max(clock(event.time), latest)
local at = event.at

-- What was decided on.
local held = event.held
if held then
  if held.mayBeStale == false and now - at > event.stale then return 'conflict' end
  if held.calls and (redis.call('HGET', held.anyone and meta or who, 'v') or '') ~= held.calls then return 'conflict' end
  if held.labels and (redis.call('HGET', who, 'l') or '') ~= held.labels then return 'conflict' end
end
for i, limit in ipairs(event.limits) do
  if limit.take then
    local key = KEYS[6 + i]
    local taken = 0
    if limit.kind == 'open' then
      taken = redis.call('ZCOUNT', key, '(' .. text(at - event.flight), '+inf')
    elseif limit.kind == 'count' then
      taken = redis.call('ZCOUNT', key, '(' .. text(at - limit.duration), '+inf')
    else
      for _, member in ipairs(redis.call('ZRANGEBYSCORE', key, '(' .. text(at - limit.duration), '+inf')) do
        taken = taken + tonumber(string.match(member, '^[^ ]+'))
      end
    end
    if taken + limit.take > limit.amount then return 'conflict' end
    if redis.call('ZCARD', key) >= event.most.takes then return redis.error_reply('FULL takes of a limit') end
  end
end
for i = 1, event.proofs do
  if redis.call('EXISTS', KEYS[6 + #event.limits + i]) == 1 then return 'conflict' end
end

-- Labels: those whose time is over go, those of calls that were lost end, and so do those of a call that has ended.
local flying = 'o' .. #event.id .. ':' .. event.id
local kept, changed, count = {}, false, 0
local function last(label, until_, rest)
  local known = kept['e' .. label]
  if until_ > at and not (known and known.until_ >= until_) then kept['e' .. label] = { until_ = until_, rest = rest } end
end
local before = redis.call('HGETALL', labels)
for i = 1, #before, 2 do
  local field, value = before[i], before[i + 1]
  if string.sub(field, 1, 1) == 'e' then
    local until_, rest = string.match(value, '^([^ ]+) (.*)$')
    last(string.sub(field, 2), tonumber(until_), rest)
  else
    local since, duration, rest = string.match(value, '^([^ ]+) ([^ ]+) (.*)$')
    local length, start = string.match(field, '^o(%d+):()')
    local label = string.sub(field, start + tonumber(length))
    if tonumber(since) <= at - event.flight then
      last(label, tonumber(since) + event.flight + tonumber(duration), since .. ' ' .. duration .. ' ' .. rest)
    elseif event.ends and string.sub(field, 1, #flying) == flying then
      last(label, at + tonumber(duration), since .. ' ' .. duration .. ' ' .. rest)
      changed = true
    else
      kept[field] = { value = value }
    end
  end
end
for _, label in ipairs(event.labels) do
  local rest = text(label.since) .. ' ' .. text(label.duration) .. ' ' .. event.id
  changed = true
  if label['until'] then last(label.label, label['until'], rest) else kept[flying .. label.label] = { value = rest } end
end
if #before > 0 or changed then
  local fields = {}
  for field, each in pairs(kept) do
    fields[#fields + 1] = field
    fields[#fields + 1] = each.value or (text(each.until_) .. ' ' .. each.rest)
    count = count + 1
  end
  if count > event.most.labels then return redis.error_reply('FULL labels of a caller') end
  redis.call('DEL', labels)
  for first = 1, #fields, 1000 do redis.call('HSET', labels, unpack(fields, first, math.min(first + 999, #fields))) end
  if count > 0 then keep(labels, event.labelsTtl) end
  if changed then redis.call('HSET', who, 'l', event.token) end
end

-- Takes, and what is given back.
for i, limit in ipairs(event.limits) do
  local key = KEYS[6 + i]
  if not limit.take then
    redis.call('ZREM', key, event.id)
  else
    local span = limit.kind == 'open' and event.flight or limit.duration
    -- A decision that is as old as one may be looks further back than this one.
    redis.call('ZREMRANGEBYSCORE', key, '-inf', text(at - span - event.stale))
    -- One that is taken at once is given back by its call; the others are told apart by their commits.
    local member = event.id
    if limit.kind == 'count' then member = event.token elseif limit.kind == 'sum' then member = text(limit.take) .. ' ' .. event.token end
    redis.call('ZADD', key, text(at), member)
    keep(key, span + event.stale + 60000)
  end
end
for i = 1, event.proofs do redis.call('SET', KEYS[6 + #event.limits + i], '1', 'PX', text(event.proofTtl)) end

-- The call, or what came of it.
local function forget(key, before)
  if before > tonumber(redis.call('HGET', key, 'f') or '-inf') then redis.call('HSET', key, 'f', text(before)) end
end
local call = event.call
if call then
  local member = event.who .. event.id
  local isNew = call.kind == 'asked'
  if isNew then
    redis.call('HSET', calls, 'c' .. member, ARGV[2])
    redis.call('ZADD', own, text(at), event.id)
    redis.call('ZADD', all, text(call['until']), member)
  elseif redis.call('HEXISTS', calls, 'c' .. member) == 1 then
    isNew = redis.call('HSETNX', calls, 'a' .. member, ARGV[2]) == 1
    if isNew and call.completed then redis.call('ZADD', own, text(at), event.id) end
    if isNew then redis.call('ZADD', all, text(at + event.window), member) end
  elseif call.completed then
    -- That it was completed cannot be said of a call which was lost and forgotten.
    isNew = true
    forget(who, at)
    forget(meta, at)
  end
  if isNew then
    redis.call('HSET', who, 'v', event.token)
    redis.call('HSET', meta, 'v', event.token)
  end

  local function drop(each)
    redis.call('HDEL', calls, 'c' .. each, 'a' .. each)
    redis.call('ZREM', all, each)
  end
  if redis.call('ZREMRANGEBYSCORE', own, '-inf', text(at - event.window)) > 0 then forget(who, at - event.window) end
  local over = redis.call('ZRANGEBYSCORE', all, '-inf', text(at), 'LIMIT', 0, 100)
  for _, each in ipairs(over) do drop(each) end
  if #over > 0 then forget(meta, at - event.window) end
  local surplus = redis.call('ZCARD', own) - event.most.calls
  if surplus > 0 then
    local oldest = redis.call('ZRANGE', own, 0, surplus - 1, 'WITHSCORES')
    for i = 1, #oldest, 2 do
      drop(event.who .. oldest[i])
      redis.call('ZREM', own, oldest[i])
    end
    forget(who, tonumber(oldest[#oldest]))
    forget(meta, tonumber(oldest[#oldest]))
  end
  for _, key in ipairs({ own, calls, all }) do keep(key, event.ttl) end
end

redis.call('HSET', meta, 't', text(math.max(latest, at)))
keep(meta, event.ttl)
if redis.call('EXISTS', who) == 1 then keep(who, event.ttl) end
return 'committed'
`);

import { createHash } from "node:crypto";
import type { Script } from "../client.ts";

/** A script with what all of them share before it. */
export function script(body: string): Script {
  const text = `${shared}\n${body}`;
  return { text, sha: createHash("sha1").update(text).digest("hex") };
}

/**
 * `text(n)` writes a number so that it reads as the same number. `clock(given)` is the server's time in milliseconds, unless one is
 * given. `keep(key, ttl)` makes a key last so many milliseconds from now, and never shortens what others ask of it.
 */
const shared = `
local function text(n) return string.format('%.17g', n) end
local function clock(given)
  if given ~= nil then return given end
  local time = redis.call('TIME')
  return time[1] * 1000 + math.floor(time[2] / 1000)
end
local function keep(key, ttl)
  if redis.call('PTTL', key) < ttl then redis.call('PEXPIRE', key, text(math.ceil(ttl))) end
end`;

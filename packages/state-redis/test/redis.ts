import { hasRedisServer } from "../src/local.ts";

/** Whether what needs a real server can be tested. Where not it says so; under CI=true it throws. */
export function hasRedis(): boolean {
  if (hasRedisServer()) return true;
  const what = "there is no `redis-server` on the path, so what needs a real one is not tested";
  if (process.env["CI"] === "true") throw new Error(what);
  console.warn(`SKIPPED: ${what}`);
  return false;
}

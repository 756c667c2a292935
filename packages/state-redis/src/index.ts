export type { RedisClient, Reply, Script } from "./client.ts";
export { type RedisDriverOptions, redisDriver } from "./driver.ts";
export { fromIoredis, type IoredisLike, type IoredisSubscriber } from "./ioredis.ts";
export { fromNodeRedis, type NodeRedisLike, type NodeRedisSubscriber, type ScriptOptions } from "./node-redis.ts";
export type { RedisBounds } from "./partition.ts";
export { StoreError } from "./within.ts";

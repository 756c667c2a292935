export { type RedisApprovalsOptions, redisApprovals } from "./approvals.ts";
export type { RedisClient, Reply, Script } from "./client.ts";
export { type RedisDriverOptions, redisDriver } from "./driver.ts";
export { fromIoredis, type IoredisLike, type IoredisSubscriber } from "./ioredis.ts";
export { fromNodeRedis, type NodeRedisLike, type NodeRedisSubscriber, type ScriptOptions } from "./node-redis.ts";
export type { StoreNotice, WhenAway } from "./notice.ts";
export type { RedisBounds } from "./partition.ts";
export { type RedisRevocationsOptions, redisRevocations } from "./revocations.ts";
export { StoreError } from "./within.ts";

import type { StateDriver, Windows } from "@mcpolicy/core";
import type { RedisClient } from "./client.ts";
import { type AppendingDriver, lastKnown } from "./last-known.ts";
import type { Naming } from "./names.ts";
import type { StoreNotice, WhenAway } from "./notice.ts";
import { commitPart, type Reach, type RedisBounds, readPart, type Version } from "./partition.ts";

export interface RedisDriverOptions extends Naming {
  readonly client: RedisClient;
  /** How far back the policy looks: `policy.windows`. */
  readonly windows: Windows;
  /** Milliseconds that any command may take; 1,000 unless said. */
  readonly timeout?: number;
  /**
   * How long the host lets a call be in flight, in milliseconds; 600,000 unless said. What one takes at once is given back then, if its
   * instance died. A host must give calls up earlier.
   */
  readonly flight?: number;
  readonly bounds?: RedisBounds;
  /** What is done while the store is away: `deny` unless said. */
  readonly away?: WhenAway;
  /** Hears when the store goes away, and when it is back. */
  readonly notice?: (notice: StoreNotice) => void;
  /** Epoch milliseconds, in place of the server's clock: for tests. */
  readonly clock?: () => number;
}

/**
 * Keeps state in Redis or Valkey, for all instances that name the same policy. A decision is read, made and committed against what was
 * read, by scripts that each run as one step; each tenant's state is one slot of a cluster. Any failure, and any command that takes too
 * long, rejects with a StoreError: then nothing is let through.
 */
export function redisDriver(options: RedisDriverOptions): StateDriver {
  const { bounds = {} } = options;
  const reach: Reach = {
    client: options.client,
    policy: options.policy,
    ...(options.prefix === undefined ? {} : { prefix: options.prefix }),
    timeout: options.timeout ?? 1_000,
    flight: options.flight ?? 600_000,
    bounds: { calls: 10_000, takes: 100_000, labels: 10_000, ...bounds },
    clock: options.clock,
  };
  let { windows } = options;
  const driver: AppendingDriver = {
    read: (need) => readPart(reach, need),
    commit: (read, event) => commitPart(reach, read.need, read.version as Version, event, windows),
    async append(need, event) {
      await commitPart(reach, need, undefined, event, windows);
    },
    lookBack(wider) {
      windows = wider;
    },
  };
  const { away = "deny", notice = () => {} } = options;
  if (away === "deny") return driver;
  return lastKnown(driver, {
    bound: away.lastKnown,
    pause: reach.timeout,
    windows: () => ({ ...windows, flight: reach.flight }),
    notice,
    elapsed: () => performance.now(),
  });
}

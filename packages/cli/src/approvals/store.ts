import type { Approvals, Revocations } from "@mcpolicy/core";
import { folderApprovals } from "@mcpolicy/mcp/approvals";
import { given } from "../given.ts";

/** Where questions stand: a folder of this machine, or the Redis or Valkey in which instances keep their state. */
export type StorePlace =
  | { readonly kind: "folder"; readonly folder: string }
  | { readonly kind: "redis"; readonly url: string; readonly name: string; readonly prefix?: string | undefined };

/** An open store, and how to let go of it. */
export interface OpenStore {
  readonly approvals: Approvals;
  /** Those that stand beside the questions; undefined where none do. */
  readonly revocations: Pick<Revocations, "isRevoked"> | undefined;
  readonly close: () => Promise<void>;
}

/** What a command may take, and a connection, in milliseconds: whoever answers waits that long at most. */
const TIMEOUT = 5_000;

/** Throws a `SettingsError` where others can write to the folder. */
export async function openStore(place: StorePlace): Promise<OpenStore> {
  if (place.kind === "folder") {
    return { approvals: folderApprovals({ folder: place.folder }), revocations: undefined, close: async () => {} };
  }
  const [{ Redis }, { fromIoredis, redisApprovals, redisRevocations }] = await Promise.all([
    import("ioredis"),
    import("@mcpolicy/state-redis"),
  ]);
  const redis = new Redis(place.url, { maxRetriesPerRequest: 1, connectTimeout: TIMEOUT });
  const common = {
    client: fromIoredis(redis),
    policy: place.name,
    timeout: TIMEOUT,
    ...given({ prefix: place.prefix }),
  };
  const revocations = redisRevocations(common);
  return {
    approvals: redisApprovals(common),
    revocations,
    async close() {
      await revocations.close?.();
      redis.disconnect();
    },
  };
}

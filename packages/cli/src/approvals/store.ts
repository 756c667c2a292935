import { resolve } from "node:path";
import type { Approvals } from "@mcpolicy/core";
import { folderApprovals } from "@mcpolicy/mcp/approvals";
import type { Command } from "commander";
import { UsageError } from "../exit-codes.ts";
import type { Session } from "../session.ts";

/** The flags that say where questions stand. */
export interface StoreFlags {
  readonly approvals?: string;
  readonly redis?: string;
  readonly redisName?: string;
  readonly redisPrefix?: string;
}

/** Adds them to a command. */
export function withStoreFlags(command: Command): Command {
  return command
    .option("--approvals <folder>", "the folder that `policy proxy --approvals` asks in")
    .option(
      "--redis <variable>",
      "the environment variable that holds the URL of the Redis or Valkey that instances share",
    )
    .option("--redis-name <name>", "what their state is kept under there")
    .option("--redis-prefix <prefix>", "before all keys; `mcpolicy` unless said");
}

/** An open store, and how to let go of it. */
export interface OpenStore {
  readonly approvals: Approvals;
  readonly close: () => Promise<void>;
}

/** The store that the flags name. Throws a UsageError where they do not name one, or a `SettingsError` where it cannot be used. */
export async function openStore(session: Session, flags: StoreFlags): Promise<OpenStore> {
  const { approvals: folder, redis: variable, redisName, redisPrefix } = flags;
  if ((folder === undefined) === (variable === undefined)) {
    throw new UsageError(
      "where do the questions stand? give --approvals FOLDER, or --redis VARIABLE with --redis-name",
    );
  }
  if (folder !== undefined) {
    return { approvals: folderApprovals({ folder: resolve(session.cwd, folder) }), close: async () => {} };
  }
  const url = session.env[variable as string] ?? "";
  if (!/^rediss?:\/\//.test(url))
    throw new UsageError(`--redis: the variable ${variable} holds no redis:// or rediss:// URL`);
  if (redisName === undefined) throw new UsageError("--redis needs --redis-name, what the state is kept under");
  const [{ Redis }, { fromIoredis, redisApprovals }] = await Promise.all([
    import("ioredis"),
    import("@mcpolicy/state-redis"),
  ]);
  const redis = new Redis(url, { maxRetriesPerRequest: 1, connectTimeout: 5_000 });
  const naming = { policy: redisName, ...(redisPrefix === undefined ? {} : { prefix: redisPrefix }) };
  return {
    approvals: redisApprovals({ client: fromIoredis(redis), timeout: 5_000, ...naming }),
    async close() {
      redis.disconnect();
    },
  };
}

/**
 * The proxy, with approvals, in front of a server on stdio: `node stdio-proxy.ts WHERE CMD…`. WHERE is the folder in which others are asked, or
 * `redis://…`, where state is shared too.
 */
import { proofKeysOf } from "@mcpolicy/identity";
import { memoryDriver } from "@mcpolicy/runtime";
import { fromIoredis, redisApprovals, redisDriver } from "@mcpolicy/state-redis";
import { Redis } from "ioredis";
import { approvalChannel } from "../../src/approvals/channel.ts";
import { folderApprovals } from "../../src/approvals/folder-approvals.ts";
import { stdioProxy } from "../../src/stdio/index.ts";
import { approved } from "./approved-policy.ts";

const [where = "", command = "", ...args] = process.argv.slice(2);
const { windows } = approved;
const redis = where.startsWith("redis:") ? new Redis(where) : undefined;
const shared = redis === undefined ? undefined : { client: fromIoredis(redis), policy: "approved", timeout: 20_000 };
const keys = await proofKeysOf([{ kid: "own", bytes: crypto.getRandomValues(new Uint8Array(32)) }], "proxy");
const end = await stdioProxy({
  ...{ policy: approved, server: "fs", command, args },
  principal: { id: "dev", roles: ["developer"] },
  state: shared === undefined ? memoryDriver(windows) : redisDriver({ ...shared, windows }),
  approvals: approvalChannel({
    keys,
    approvals: shared === undefined ? folderApprovals({ folder: where, isFresh: true }) : redisApprovals(shared),
  }),
});
redis?.disconnect();
process.exitCode = end.kind === "closed" ? 0 : 1;

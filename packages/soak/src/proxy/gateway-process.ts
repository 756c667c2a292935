import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import { openAuditLog } from "@mcpolicy/audit/node";
import { abilities } from "@mcpolicy/mcp";
import { gateway } from "@mcpolicy/mcp/http";
import { loadPolicy, memoryDriver } from "@mcpolicy/runtime";
import { keyOf } from "../audit/sample-log.ts";

// A gateway whose decisions and outcomes go to the log of a folder: `gateway-process.ts LOG ARTIFACT URL [INTERVAL]`. Each is on the disk before anything goes
// on, or within so many milliseconds. It says where it listens; a line on standard input asks it what memory it holds after a
// collection, and how long it has computed, in milliseconds.
const [folder = "", artifact = "", url = "", interval] = process.argv.slice(2);
const durability =
  interval === undefined ? { sync: "every record" as const } : { sync: "interval" as const, ms: Number(interval) };
const { signer } = await keyOf(1);
const audit = await openAuditLog(folder, { signer, durability, checkpointEvery: interval === undefined ? 50 : 1_000 });
const policy = loadPolicy(JSON.parse(readFileSync(artifact, "utf8")), { abilities });
const made = await gateway({
  policy,
  servers: {
    files: {
      ...{ path: "/mcp", server: "files", audit, state: memoryDriver(policy.windows) },
      upstream: { kind: "http", url, connectTimeout: 2_000 },
      limits: { answer: 10_000 },
    },
  },
  identity: () => ({ kind: "development", principal: { id: "dev", roles: [] } }),
  listen: { port: 0, drain: 10_000 },
});
console.log(`${made.url}/mcp`);

createInterface({ input: process.stdin }).on("line", () => {
  for (let time = 0; time < 3; time += 1) globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  const { user, system } = process.cpuUsage();
  console.log(JSON.stringify({ memory: heapUsed + external, cpu: (user + system) / 1_000 }));
});

process.once("SIGTERM", async () => {
  await made.close();
  await audit.close();
  process.exit();
});

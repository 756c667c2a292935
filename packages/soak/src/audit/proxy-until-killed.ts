import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openAuditLog } from "@mcpolicy/audit/node";
import { abilities } from "@mcpolicy/mcp";
import { stdioProxy } from "@mcpolicy/mcp/stdio";
import { loadPolicy, memoryDriver } from "@mcpolicy/runtime";
import { keyOf } from "./sample-log.ts";

// A guarded server whose decisions and outcomes go to the log of a folder, each on the disk before anything goes on.
const [folder = "", artifact = "", seen = ""] = process.argv.slice(2);
const { signer } = await keyOf(1);
const audit = await openAuditLog(folder, { signer, durability: { sync: "every record" }, checkpointEvery: 50 });
const policy = loadPolicy(JSON.parse(readFileSync(artifact, "utf8")), { abilities });
await stdioProxy({
  policy,
  server: "files",
  principal: { id: "dev", roles: [] },
  state: memoryDriver(policy.windows),
  command: process.execPath,
  args: [...process.execArgv, join(import.meta.dirname, "witness-server.ts"), seen],
  audit,
});
await audit.close();

/** The policy of the guarded servers: `policy build --format json` made the artifact that the first argument names. */
import { readFileSync } from "node:fs";
import { abilities } from "@mcpolicy/mcp";
import { loadPolicy } from "@mcpolicy/runtime";

export const policy = loadPolicy(readFileSync(process.argv[2] ?? "notes.artifact.json", "utf8"), { abilities });

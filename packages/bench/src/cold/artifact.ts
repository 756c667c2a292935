import { readFileSync } from "node:fs";
import type { Artifact, Request } from "@mcpolicy/core";
import { loadPolicy } from "@mcpolicy/runtime";
import { report } from "./report.ts";

// From the start of a process to the first decision: artifact and request are files of JSON. Closures; no compiler is loaded.
const [, , artifact = "", asked = ""] = process.argv;
const { request, right } = JSON.parse(readFileSync(asked, "utf8")) as { request: Request; right: boolean };
const policy = loadPolicy(JSON.parse(readFileSync(artifact, "utf8")) as Artifact);
report(policy.permits(request), right);

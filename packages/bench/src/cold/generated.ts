import { readFileSync } from "node:fs";
import { generatedEngine } from "@mcpolicy/compiler";
import type { Artifact, Request } from "@mcpolicy/core";
import { loadPolicy } from "@mcpolicy/runtime";
import { report } from "./report.ts";

// The same with the backend that generates code, from the artifact.
const [, , artifact = "", asked = ""] = process.argv;
const { request, right } = JSON.parse(readFileSync(asked, "utf8")) as { request: Request; right: boolean };
const policy = loadPolicy(JSON.parse(readFileSync(artifact, "utf8")) as Artifact, { engine: generatedEngine });
report(policy.permits(request), right);

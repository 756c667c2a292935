import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { compile, generatedEngine } from "@mcpolicy/compiler";
import type { Request } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { loadPolicy } from "@mcpolicy/runtime";
import { report } from "./report.ts";

// From the text of a policy, checked and compiled.
const [, , file = "", asked = ""] = process.argv;
const { request, right } = JSON.parse(readFileSync(asked, "utf8")) as { request: Request; right: boolean };
const { policy } = checkPolicy([file], {
  read: (path) => readFileSync(path, "utf8"),
  join: (from, path) => resolve(dirname(from), path),
});
if (policy === undefined) throw new Error("the policy has errors");
report(loadPolicy(compile(policy), { engine: generatedEngine }).permits(request), right);

import type { JsonObject } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { definitions } from "../guarded.ts";
import { policyText } from "../policy-text.ts";

/** The little server, in which writing takes the caller's own word and reading a lead's. */
export const approved: LoadedPolicy = policyText(
  `server fs from "fs.json"
capability all { fs.* }
role developer { all }
role lead { all }
require "sure" approval from caller for fs.write because "Writing is for good."
require "a lead" approval from lead for fs.read`,
  { "fs.json": { tools: definitions as unknown as readonly JsonObject[] } },
);

import { type Artifact, digestOf } from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import { lower } from "./lower.ts";

/** The portable form of a policy: plain JSON, with the digest of its canonical form. The same policy always gives the same bytes. */
export function compile(checked: CheckedPolicy): Artifact {
  // Through JSON, so that what is digested is what is written to a file.
  const policy = JSON.parse(JSON.stringify(lower(checked))) as Artifact["policy"];
  return { mcpolicyArtifact: 1, digest: digestOf(policy), policy };
}

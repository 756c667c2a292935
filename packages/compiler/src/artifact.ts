import { type Artifact, canonicalJson, digestOfText } from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import { lower } from "./lower.ts";

/** The portable form of a policy: plain JSON, with the digest of its canonical form. The same policy always gives the same bytes. */
export function compile(checked: CheckedPolicy): Artifact {
  // Through its text, so that what is digested is what is written to a file.
  const text = canonicalJson(JSON.parse(JSON.stringify(lower(checked))));
  return { mcpolicyArtifact: 1, digest: digestOfText(text), policy: JSON.parse(text) as Artifact["policy"] };
}

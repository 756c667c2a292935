import { canonicalJson } from "./digest.ts";
import type { PolicyIr } from "./ir.ts";

/** The portable form of a compiled policy. */
export interface Artifact {
  readonly mcpolicyArtifact: 1;
  /** `sha256-<hex>` of the RFC 8785 form of `policy`. */
  readonly digest: string;
  readonly policy: PolicyIr;
}

/**
 * The text of an artifact as files hold it: its policy in canonical form, so that whoever loads it need not bring it into that form again to
 * verify the digest.
 */
export function artifactText({ mcpolicyArtifact, digest, policy }: Artifact): string {
  return `{"mcpolicyArtifact":${mcpolicyArtifact},"digest":${JSON.stringify(digest)},"policy":${canonicalJson(policy)}}`;
}

/** What `artifactText` begins with, up to the policy. */
export const artifactStart: RegExp = /^\{"mcpolicyArtifact":1,"digest":"(sha256-[0-9a-f]{64})","policy":/;

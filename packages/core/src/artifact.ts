import type { PolicyIr } from "./ir.ts";

/** The portable form of a compiled policy. */
export interface Artifact {
  readonly mcpolicyArtifact: 1;
  /** `sha256-<hex>` of the RFC 8785 form of `policy`. */
  readonly digest: string;
  readonly policy: PolicyIr;
}

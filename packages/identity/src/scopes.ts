import type { PolicyIr } from "@mcpolicy/core";
import { attributesOf } from "./attributes.ts";

/**
 * The scopes that a policy knows, sorted: the roles that it declares, where it reads roles from the claim `scope`; none otherwise. What a client
 * can ask for, and `scopes` of a `ProtectedResource`. Names that no scope can have (RFC 6749 §3.3) are left out.
 */
export function scopesOf(policy: PolicyIr): readonly string[] {
  if (attributesOf(policy).roles !== "scope") return [];
  return Object.keys(policy.roles)
    .filter((name) => /^[!#-[\]-~]+$/.test(name))
    .sort();
}

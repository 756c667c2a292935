import type { PolicyIr, RuleHeadIr } from "@mcpolicy/core";
import type { EnforcedPolicy } from "../policy.ts";

/** Whether any rule of a policy, or of one that it narrows, reads or moves the state: then there has to be a place for it. */
export function remembers({ ir, windows }: Pick<EnforcedPolicy, "ir" | "windows">): boolean {
  if (windows.calls > 0) return true;
  return withNarrowed(ir).some(({ requires = [], limits = [], labels = [] }) => {
    const rules: readonly RuleHeadIr[] = [...requires, ...limits, ...labels];
    return rules.some(({ shadow }) => !shadow);
  });
}

export function withNarrowed(ir: PolicyIr): readonly PolicyIr[] {
  return [ir, ...(ir.narrows ?? []).flatMap(withNarrowed)];
}

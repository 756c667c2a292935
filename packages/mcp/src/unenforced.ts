import type { PolicyIr } from "@mcpolicy/core";
import type { EnforcedPolicy } from "./policy.ts";

/**
 * The sorts of statement in a policy that a session does not carry out yet, in the words of the language; empty where it carries out
 * all of it. A session over such a policy is refused: a limit that is written and not kept would let through what it forbids.
 */
export function unenforced(policy: Pick<EnforcedPolicy, "ir" | "windows">): readonly string[] {
  const policies = withNarrowed(policy.ir);
  const some = (rules: (ir: PolicyIr) => readonly unknown[] | undefined): boolean =>
    policies.some((ir) => (rules(ir) ?? []).length > 0);
  return kinds.filter(([, holds]) => holds(some, policies, policy)).map(([name]) => name);
}

type Some = (rules: (ir: PolicyIr) => readonly unknown[] | undefined) => boolean;
type Holds = (some: Some, policies: readonly PolicyIr[], policy: Pick<EnforcedPolicy, "windows">) => boolean;

// biome-ignore format: table
const kinds: readonly (readonly [name: string, holds: Holds])[] = [
  ["require",           (some) => some((ir) => ir.requires)],
  ["limit",             (some) => some((ir) => ir.limits)],
  ["label",             (some) => some((ir) => ir.labels)],
  ["deny result",       (some) => some((ir) => ir.resultDenies)],
  ["redact",            (some) => some((ir) => ir.redacts)],
  ["check result",      (_some, policies) => policies.some(checksResults)],
  ["history of calls",  (_some, _policies, { windows }) => windows.calls > 0],
];

/** A `check result` joins its schema to the pinned one by `allOf`. */
function checksResults(ir: PolicyIr): boolean {
  return ir.servers.some(({ tools }) =>
    Object.values(tools).some(({ resultSchema }) => resultSchema !== undefined && Object.hasOwn(resultSchema, "allOf")),
  );
}

function withNarrowed(ir: PolicyIr): readonly PolicyIr[] {
  return [ir, ...(ir.narrows ?? []).flatMap(withNarrowed)];
}

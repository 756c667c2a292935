import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { DenyResult } from "./ast.ts";
import type { Expanded } from "./expand.ts";
import type { Report } from "./report.ts";
import { headOf } from "./rule-head.ts";
import type { Scope } from "./scope.ts";
import type { CheckedRuleHead } from "./typed.ts";

/** `deny result of …`. */
export function checkDenyResult(rule: DenyResult, scope: Scope, report: Report): CheckedRuleHead {
  const { head, operations } = headOf(rule, scope, report);
  checkHaveResults(operations, rule.operations.span, report);
  return head;
}

/** Only tools give results that rules can speak of: what would not be looked at must not be written. */
export function checkHaveResults(operations: readonly Expanded[], span: Span, report: Report): void {
  const without = operations.find((each) => each.ir.kind !== "tool");
  if (without === undefined) return;
  report(
    diagnostic("P0308", span, `\`${without.label}\` is no tool, and rules about results speak of tools alone`)
      .withNote("what it gives would pass by this rule unseen")
      .withHelp("name tools, as in `fs.*`, and deny the rest where it must not be read"),
  );
}

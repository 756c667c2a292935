import type { LabelRule } from "./ast.ts";
import { lengthOf } from "./check-history.ts";
import { checkHaveResults } from "./check-result-rules.ts";
import { constantOf } from "./constants.ts";
import { conditionsOf } from "./expand.ts";
import { unfoldMacros } from "./macros.ts";
import type { Report } from "./report.ts";
import { headOf } from "./rule-head.ts";
import type { Scope } from "./scope.ts";
import type { CheckedLabel } from "./typed.ts";
import { walk } from "./visit.ts";

/** `label NAME on …`: set when the call is let through, or when its result is read where the condition looks at that. */
export function checkLabel(rule: LabelRule, scope: Scope, report: Report): CheckedLabel {
  const { head, operations } = headOf(rule, scope, report);
  const onResult = conditionsOf(rule).some((each) => readsResult(each.expression, scope, report));
  if (onResult) checkHaveResults(operations, rule.operations.span, report);
  return { ...head, label: rule.label.text, duration: lengthOf(rule.duration, report), onResult };
}

function readsResult(expression: LabelRule["when"] & {}, scope: Scope, report: Report): boolean {
  return [...walk(unfoldMacros(expression, scope, report))].some((each) => {
    if (each.kind === "name") return each.name.text === "result";
    const isContext = "of" in each && each.of.kind === "name" && each.of.name.text === "context";
    if (!isContext) return false;
    const key =
      each.kind === "member" ? each.key.text : each.kind === "index" ? constantOf(each.key, scope)?.value : undefined;
    // A computed key may be any: whether it is one that comes with a result is known only then.
    return key === undefined
      ? Object.keys(scope.resultContext).length > 0
      : Object.hasOwn(scope.resultContext, String(key));
  });
}

import { isAssignable, type LimitKeyIr, showType } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { Expression, Limit, LimitKey } from "./ast.ts";
import { operandOf } from "./check-expression.ts";
import { lengthOf } from "./check-history.ts";
import { conditionsOf } from "./expand.ts";
import { unfoldMacros } from "./macros.ts";
import { factsOf, joinFacts } from "./narrow.ts";
import { type Report, withSuggestion } from "./report.ts";
import { type Head, headOf } from "./rule-head.ts";
import type { Scope } from "./scope.ts";
import type { CheckedLimit, TypedOperand } from "./typed.ts";
import { plain } from "./types.ts";

/** `limit … to N per DURATION per KEY`, a budget, or calls at once. */
export function checkLimit(rule: Limit, scope: Scope, report: Report): CheckedLimit {
  const head = headOf(rule, scope, report);
  const { window } = rule;
  checkAmount(rule, report);
  return {
    ...head.head,
    amount: rule.amount.value,
    window:
      window.kind === "at once"
        ? window
        : {
            kind: "per",
            duration: lengthOf(window.duration, report),
            of: window.of === undefined ? undefined : summed(window.of, rule, head, scope, report),
          },
    keys: rule.keys.map((key) => keyOf(key, scope, report)),
  };
}

/** Calls are whole, a sum need not be; neither is nothing. */
function checkAmount({ amount, window }: Limit, report: Report): void {
  const isSum = window.kind === "per" && window.of !== undefined;
  if (amount.value > 0 && (isSum || Number.isSafeInteger(amount.value))) return;
  report(
    diagnostic(
      "P0325",
      amount.span,
      `a limit is ${isSum ? "more than 0" : "a whole number from 1"}, not ${amount.text}`,
    )
      .withNote(amount.value > 0 ? "calls are counted one by one" : "it would be spent before the first call")
      .withHelp(amount.value > 0 ? "write how many calls" : "to forbid the calls, write a `deny`"),
  );
}

/** What a budget adds up: an argument of every tool of the rule. Without it the budget counts as spent. */
function summed(written: Expression, rule: Limit, head: Head, scope: Scope, report: Report): TypedOperand {
  const expression = unfoldMacros(written, scope, report);
  const facts = conditionsOf(rule).map((each) => factsOf(unfoldMacros(each.expression, scope, report), !each.negated));
  const of = operandOf(expression, {
    scope,
    report,
    operations: head.operations,
    ...head.site,
    plain: true,
    its: undefined,
    facts: joinFacts(facts),
    takesHoles: false,
    variables: new Map(),
    atom: { span: expression.span, isValue: true },
  });
  if (!isAssignable(of.view.type, plain("number"))) {
    report(
      diagnostic("P0301", of.span, `\`${of.text}\` is ${showType(of.view.type)}, and a budget adds numbers`).withHelp(
        "sum a number that each call brings, as in `of args.amount`",
      ),
    );
  }
  return of.place(plain("number"));
}

function keyOf(key: LimitKey, scope: Scope, report: Report): LimitKeyIr {
  const { attribute } = key;
  if (key.kind !== "principal" || attribute === undefined) return { kind: key.kind };
  if (!Object.hasOwn(scope.principal, attribute.text)) {
    report(
      withSuggestion(
        diagnostic("P0213", attribute.span, `\`principal\` has no attribute \`${attribute.text}\``).withNote(
          "all callers without it would share one limit",
        ),
        attribute.text,
        Object.keys(scope.principal),
        attribute.span,
        "attributes of `principal`",
      ),
    );
  }
  return { kind: "attribute", name: attribute.text };
}

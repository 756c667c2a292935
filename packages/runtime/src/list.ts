import type { PolicyIr, RuleIr } from "@mcpolicy/core";
import type { Question } from "./question.ts";

/**
 * Whether a caller's list shows an operation: some allow is not false and no deny is true, whatever the arguments. The list holds
 * everything callable, perhaps more.
 */
export function isListed(ir: PolicyIr, question: Question): boolean {
  return (
    hidingRules(ir, question).length === 0 && enforced(ir, "allow").some((rule) => question.truthOf(rule) !== false)
  );
}

/** The denies that hide an operation from a caller whatever the arguments. */
export function hidingRules(ir: PolicyIr, question: Question): readonly RuleIr[] {
  return enforced(ir, "deny").filter((rule) => question.truthOf(rule) === true);
}

/** Rules of one effect that count: `shadow` ones are only logged. */
export function enforced(ir: PolicyIr, effect: RuleIr["effect"]): readonly RuleIr[] {
  return ir.rules.filter((rule) => rule.effect === effect && !rule.shadow);
}

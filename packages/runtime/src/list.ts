import type { Operation, PolicyIr, RuleIr, ServerIr } from "@mcpolicy/core";
import type { Caller } from "./caller.ts";
import { type Question, ruleTruth } from "./rule-truth.ts";
import { residualScene } from "./scene.ts";

/** The question that a `list` decision asks: arguments and context unknown, caller, tool and dates known. */
export function residualQuestion(server: ServerIr, operation: Operation, caller: Caller, time: number): Question {
  return { caller, operation, time, scene: residualScene(server, operation, caller) };
}

/**
 * Whether a caller's list shows an operation: some allow is not false and no deny is true, whatever the arguments. The list holds
 * everything callable, perhaps more.
 */
export function isListed(ir: PolicyIr, question: Question): boolean {
  return (
    hidingRules(ir, question).length === 0 && enforced(ir, "allow").some((rule) => ruleTruth(rule, question) !== false)
  );
}

/** The denies that hide an operation from a caller whatever the arguments. */
export function hidingRules(ir: PolicyIr, question: Question): readonly RuleIr[] {
  return enforced(ir, "deny").filter((rule) => ruleTruth(rule, question) === true);
}

/** Rules of one effect that count: `shadow` ones are only logged. */
export function enforced(ir: PolicyIr, effect: RuleIr["effect"]): readonly RuleIr[] {
  return ir.rules.filter((rule) => rule.effect === effect && !rule.shadow);
}

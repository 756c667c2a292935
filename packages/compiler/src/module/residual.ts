import { type ConditionIr, type OperandIr, operandParts, type ReferenceIr } from "@mcpolicy/core";
import { simplify } from "../simplify.ts";

/**
 * What is left of a condition while nothing is known of a call but its operation and its caller: what reads arguments, the host's facts or the
 * past is unknown. It is how a list asks.
 */
export function residualOf(condition: ConditionIr): ConditionIr {
  return simplify(within(condition));
}

const unknown: ConditionIr = { kind: "constant", truth: null };

function within(condition: ConditionIr): ConditionIr {
  switch (condition.kind) {
    case "constant":
      return condition;
    case "and":
    case "or":
      return { ...condition, parts: condition.parts.map(within) };
    case "not":
      return { ...condition, part: within(condition.part) };
    case "has":
      return isUnknown(condition.reference) ? unknown : condition;
    case "atom":
      return readsUnknown(condition.operand) ? unknown : condition;
    case "carries":
    case "happened":
    case "tally":
      return unknown;
    case "every":
    case "some":
      // Over a known list, its elements are known.
      return readsUnknown(condition.over) ? unknown : { ...condition, body: within(condition.body) };
  }
}

function isUnknown({ root }: ReferenceIr): boolean {
  return root === "args" || root === "context" || root === "result" || root === "its";
}

function readsUnknown(operand: OperandIr): boolean {
  return operand.kind === "reference" ? isUnknown(operand) : operandParts(operand).some(readsUnknown);
}

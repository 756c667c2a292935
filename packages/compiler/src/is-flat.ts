import { type ConditionIr, type OperandIr, operandParts, type Subject } from "@mcpolicy/core";

/** The most branches of a function whose parts all stand in one piece: what is longer, engines of JavaScript optimize badly. */
const MOST_FLAT = 48;

/** Whether nothing is read but arguments, caller and context, outside of loops, in few rules: the request need not be handed on. */
export function isFlat({ kind, name, deciding, others }: Subject): boolean {
  const branches = [...deciding, ...others].flatMap((each) => each.branches);
  return (
    kind === "tool" &&
    name !== undefined &&
    branches.length <= MOST_FLAT &&
    branches.every(({ condition }) => isFlatCondition(condition))
  );
}

function isFlatCondition(condition: ConditionIr): boolean {
  switch (condition.kind) {
    case "constant":
      return true;
    case "has":
      return isFlatOperand(condition.reference);
    case "and":
    case "or":
      return condition.parts.every(isFlatCondition);
    case "not":
      return isFlatCondition(condition.part);
    case "atom":
      return isFlatOperand(condition.operand);
    case "carries":
    case "happened":
    case "tally":
    case "every":
    case "some":
      return false;
  }
}

function isFlatOperand(operand: OperandIr): boolean {
  switch (operand.kind) {
    case "reference":
      return operand.root === "args" || operand.root === "principal" || operand.root === "context";
    case "each":
      return false;
    default:
      return operandParts(operand).every(isFlatOperand);
  }
}

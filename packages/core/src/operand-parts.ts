import type { OperandIr } from "./ir.ts";

/** The operands that an operand is made of. Those of an `each` stand for its list, and for what is said of an element. */
export function operandParts(operand: OperandIr): readonly OperandIr[] {
  switch (operand.kind) {
    case "constant":
    case "reference":
      return [];
    case "apply":
      return operand.operands;
    case "field":
      return typeof operand.key === "string" ? [operand.of] : [operand.of, operand.key];
    case "list":
      return operand.items;
    case "each":
      return [operand.over, operand.value];
    case "text":
      return operand.parts.filter((part) => typeof part !== "string");
  }
}

import type { OperandIr } from "./ir.ts";

/**
 * Whether an operand's value comes from an earlier event, so that relative paths in it hang below the root of the server that the event was
 * of. `isVariable` says the same of a quantified name.
 */
export function isOfIts(operand: OperandIr, isVariable: (name: string) => boolean): boolean {
  const isPart = (each: OperandIr): boolean => isOfIts(each, isVariable);
  switch (operand.kind) {
    case "constant":
      return false;
    case "reference":
      return operand.root === "its" || (operand.root === "variable" && isVariable(operand.variable ?? ""));
    case "apply":
      return operand.operands.some(isPart);
    case "field":
      return isPart(operand.of);
    case "list":
      return operand.items.some(isPart);
    case "each": {
      const ofElement = isPart(operand.over);
      return isOfIts(operand.value, (name) => (name === operand.variable ? ofElement : isVariable(name)));
    }
    case "text":
      return operand.parts.some((part) => typeof part !== "string" && isPart(part));
  }
}

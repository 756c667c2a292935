import type { ConditionIr, OperandIr } from "@mcpolicy/core";
import type { Polarity } from "./operand-code.ts";

/** `not C` is surely true where C is not possibly true, and the other way about. */
export const opposite = { surely: "possibly", possibly: "surely" } as const;

/**
 * The slots whose values are known to be there once a condition, asked in one way, came out as `outcome`: what follows need not ask again whether
 * they are. Surely true is only what read all its operands, and so is what is not even possibly true. `slotOf`: the slot that keeps an operand's
 * value, if one does.
 */
export function readableAfter(
  condition: ConditionIr,
  polarity: Polarity,
  outcome: boolean,
  slotOf: (operand: OperandIr) => string | undefined,
): readonly string[] {
  switch (condition.kind) {
    case "and":
    case "or": {
      // Then all parts were asked, and came out as the whole did.
      const areAllSo = (condition.kind === "and") === outcome;
      return areAllSo ? condition.parts.flatMap((part) => readableAfter(part, polarity, outcome, slotOf)) : [];
    }
    case "not":
      return readableAfter(condition.part, opposite[polarity], !outcome, slotOf);
    case "atom": {
      if ((polarity === "surely") !== outcome) return [];
      const { operand } = condition;
      return (operand.kind === "apply" ? operand.operands : [operand]).flatMap((each) => slotOf(each) ?? []);
    }
    default:
      return [];
  }
}

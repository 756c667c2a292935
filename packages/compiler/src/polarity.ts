import { allOf, anyOf, type Code, type ConditionIr, js } from "@mcpolicy/core";
import { historyCode } from "./history-code.ts";
import { applyCode, flatSlot, foundCode, loopCode, operandCode, type Polarity, type Scope } from "./operand-code.ts";
import { opposite, readableAfter } from "./readable.ts";

/** Code of a boolean: whether a condition is surely, or possibly, true. */
export function conditionCode(condition: ConditionIr, polarity: Polarity, scope: Scope): Code {
  const unknownAs = polarity === "possibly";
  switch (condition.kind) {
    case "constant":
      return js`${condition.truth ?? unknownAs}`;
    case "and":
    case "or": {
      const parts: Code[] = [];
      // A part is asked where those before it came out so.
      const outcome = condition.kind === "and";
      let within = scope;
      for (const part of condition.parts) {
        parts.push(conditionCode(part, polarity, within));
        within = knowing(
          within,
          readableAfter(part, polarity, outcome, (operand) => flatSlot(operand, scope)),
        );
      }
      return outcome ? allOf(parts) : anyOf(parts);
    }
    case "not":
      return js`!${conditionCode(condition.part, opposite[polarity], scope)}`;
    case "has":
      return js`has(${foundCode(condition.reference, [], scope)}, ${scope.emission.path(condition.reference.path)}, ${unknownAs})`;
    case "atom":
      return atomCode(condition, polarity, scope);
    case "every":
    case "some":
      return quantifierCode(condition, polarity, scope);
    case "carries":
    case "happened":
    case "tally":
      return historyCode(condition, unknownAs, scope, conditionCode);
  }
}

/** The scope in which the values of more slots are known to be there. */
export function knowing(scope: Scope, slots: readonly string[]): Scope {
  return slots.length === 0 ? scope : { ...scope, readable: new Set([...(scope.readable ?? []), ...slots]) };
}

/** Surely: every operand is readable and the operator holds. Possibly: some operand is unreadable, or it holds. */
function atomCode(
  { operand }: Extract<ConditionIr, { readonly kind: "atom" }>,
  polarity: Polarity,
  scope: Scope,
): Code {
  if (operand.kind === "apply") {
    const { unreadable, result, isBool } = applyCode(operand, scope);
    if (isBool) {
      if (unreadable === undefined) return result;
      return polarity === "surely" ? js`(!${unreadable} && ${result})` : js`(${unreadable} || ${result})`;
    }
  }
  const value = operandCode(operand, scope);
  return polarity === "surely" ? js`(${value} === true)` : js`(${value} !== false)`;
}

/** A loop of its own: over an unknown list the quantifier is unknown, else it ends at the first element that settles it. */
function quantifierCode(
  condition: Extract<ConditionIr, { readonly kind: "every" | "some" }>,
  polarity: Polarity,
  scope: Scope,
): Code {
  const ends = condition.kind === "some";
  return loopCode("l", condition, scope, (element, within) => {
    const body = conditionCode(condition.body, polarity, within);
    return js`  if (!Array.isArray(list)) return ${polarity === "possibly"};
  for (const ${element} of list) {
    if (${ends ? js`` : js`!`}${body}) return ${ends};
  }
  return ${!ends};`;
  });
}

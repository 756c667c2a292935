import { argumentPointers, type Code, type ConditionIr, js } from "@mcpolicy/core";
import { loopCode, type Scope } from "../operand-code.ts";
import { conditionCode } from "../polarity.ts";

type Pole = "held" | "failed";

/** Whether something that a condition hangs on reads an argument by its name. */
export function readsArguments(condition: ConditionIr): boolean {
  switch (condition.kind) {
    case "constant":
      return false;
    case "and":
    case "or":
      return condition.parts.some(readsArguments);
    case "not":
      return readsArguments(condition.part);
    case "every":
    case "some":
      return argumentPointers(condition).length > 0 || readsArguments(condition.body);
    default:
      return argumentPointers(condition).length > 0;
  }
}

/**
 * Code of what stands behind a condition's truth: for each atom on which it hangs that it held (is not false) or failed (is not true), a list of
 * the pointers of the arguments that the atom reads. `not` asks its part for the opposite. It says what the interpreter says (`whatHeld`).
 */
export function behindCode(condition: ConditionIr, pole: Pole, scope: Scope): Code {
  switch (condition.kind) {
    case "constant":
      return js`[]`;
    case "and":
    case "or": {
      const parts = condition.parts.map(
        (part) => js`...(${isPart(part, pole, scope)} ? ${behindCode(part, pole, scope)} : [])`,
      );
      return js`[${parts}]`;
    }
    case "not":
      return behindCode(condition.part, pole === "held" ? "failed" : "held", scope);
    case "has":
    case "atom":
    case "carries":
    case "happened":
    case "tally":
      return js`[${{ json: argumentPointers(condition) }}]`;
    case "every":
    case "some":
      return quantifierCode(condition, pole, scope);
  }
}

function isPart(part: ConditionIr, pole: Pole, scope: Scope): Code {
  return pole === "held" ? conditionCode(part, "possibly", scope) : js`!${conditionCode(part, "surely", scope)}`;
}

/** Behind a quantifier stands what stands behind its body at the first element that matters, together with what the quantifier itself reads. */
function quantifierCode(
  condition: Extract<ConditionIr, { readonly kind: "every" | "some" }>,
  pole: Pole,
  scope: Scope,
): Code {
  const own = { json: argumentPointers(condition) };
  return loopCode("w", condition, scope, (element, within) => {
    const isOne = isPart(condition.body, pole, within);
    const behind = behindCode(condition.body, pole, within);
    return js`  if (Array.isArray(list)) for (const ${element} of list) {
    if (!${isOne}) continue;
    const behind = ${behind};
    if (behind.length > 0) return behind.map((each) => [...${own}, ...each]);
    break;
  }
  return [${own}];`;
  });
}

import type { Engine, EngineFactory, PolicyIr } from "@mcpolicy/core";
import { interpreterEngine } from "./interpreter-engine.ts";

/**
 * Engines that let nothing through unless the interpreter, asked every time, names the very same rules: for hosts to which a second opinion is
 * worth more than speed. Where the two differ the engine throws, and what is asked is denied.
 */
export function doubleChecked(factory: EngineFactory): EngineFactory {
  return (ir) => checkedTwice(factory(ir), ir);
}

/** An engine whose every answer is held against the interpreter's. */
export function checkedTwice(engine: Engine, ir: PolicyIr): Engine {
  const other = interpreterEngine(ir);
  const applying: Engine["applying"] = (request, caller) => {
    const [numbers, others] = [engine, other].map((each) => each.applying(request, caller));
    if (textOf(numbers) !== textOf(others)) {
      throw new Error(`engine ${engine.name} and interpreter disagree: ${textOf(numbers)} and ${textOf(others)}`);
    }
    return numbers;
  };
  const agreed = (answer: boolean, asSecond: boolean): boolean => {
    if (answer !== asSecond) throw new Error(`engine ${engine.name} and interpreter disagree: ${answer}`);
    return answer;
  };
  return {
    name: engine.name,
    applying,
    permits: (request, caller) => agreed(engine.permits(request, caller), other.permits(request, caller)),
    rolesOf: (caller) => engine.rolesOf(caller),
    permitsTool(roles, ...call) {
      const [caller] = call;
      return agreed(engine.permitsTool(roles, ...call), other.permitsTool(other.rolesOf(caller), ...call));
    },
  };
}

/** Which rules apply, whatever their order and however often each is named. */
function textOf(numbers: readonly number[] | undefined): string {
  return numbers === undefined ? "none" : `rules ${[...new Set(numbers)].sort((a, b) => a - b).join(", ")}`;
}

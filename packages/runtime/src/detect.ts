import { type PreparedDetector, type RedactIr, read } from "@mcpolicy/core";
import type { Find } from "./redact.ts";

const finders = new WeakMap<RedactIr, Find>();

/**
 * Where any detector of a rule finds something, prepared once for each rule. Throws where one cannot be read: a policy with such a
 * rule is not loaded.
 */
export function finderOf(rule: RedactIr): Find {
  const known = finders.get(rule);
  if (known !== undefined) return known;
  if (rule.detectors.length === 0) throw new Error(`rule \`${rule.id}\` names no detector`);
  const detectors = rule.detectors.map((operand) => {
    const value = operand.kind === "constant" ? read({ kind: "detector" }, operand.value, undefined) : undefined;
    if (value === undefined) throw new Error(`rule \`${rule.id}\` names a detector that this runtime has not got`);
    return value as unknown as PreparedDetector;
  });
  const find: Find = (text) => detectors.flatMap((detector) => detector.find(text));
  finders.set(rule, find);
  return find;
}

import type { Condition, Leaf } from "./rule.ts";

/** A comparison, or that it does not hold. */
export type Literal = Leaf & { readonly isNegated: boolean };

/** The disjunctive normal form of a condition: lists of literals, one of which must hold as a whole. No condition is one empty list. */
export function disjunctive(condition: Condition | undefined, isNegated = false): readonly (readonly Literal[])[] {
  if (condition === undefined) return [[]];
  if (condition.kind === "not") return disjunctive(condition.part, !isNegated);
  if (!("parts" in condition)) return [[{ ...condition, isNegated }]];
  const parts = condition.parts.map((part) => disjunctive(part, isNegated));
  const isAnd = (condition.kind === "and") !== isNegated;
  if (!isAnd) return parts.flat();
  return parts.reduce((all, part) => all.flatMap((left) => part.map((right) => [...left, ...right])), [[]]);
}

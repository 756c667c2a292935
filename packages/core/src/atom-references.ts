import type { ConditionIr, OperandIr, ReferenceIr } from "./ir.ts";
import { pointerToken } from "./json-pointer.ts";
import { operandParts } from "./operand-parts.ts";

/** A condition that is not made of others by `and`, `or` and `not`. */
export type Atom = Extract<ConditionIr, { readonly at: unknown }>;

/** JSON pointers of the arguments that an atom reads. */
export function argumentPointers(atom: Atom): readonly string[] {
  return referencesOfAtom(atom)
    .filter(({ root, path }) => root === "args" && path.length > 0)
    .map(({ path }) => path.map((key) => `/${pointerToken(String(key))}`).join(""));
}

/** What an atom itself reads of the request. Conditions about earlier events are theirs. */
export function referencesOfAtom(atom: Atom): readonly ReferenceIr[] {
  switch (atom.kind) {
    case "has":
      return [atom.reference];
    case "atom":
      return referencesOf(atom.operand);
    case "every":
    case "some":
      return referencesOf(atom.over);
    case "tally":
      return referencesOf(atom.bound);
    case "carries":
    case "happened":
      return [];
  }
}

/** What an operand reads. */
export function referencesOf(operand: OperandIr): readonly ReferenceIr[] {
  switch (operand.kind) {
    case "reference":
      return [operand];
    case "each":
      // What the values read of an element differs from one to the next.
      return referencesOf(operand.over);
    default:
      return operandParts(operand).flatMap(referencesOf);
  }
}

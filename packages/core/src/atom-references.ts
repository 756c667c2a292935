import type { ConditionIr, OperandIr, ReferenceIr } from "./ir.ts";
import { pointerToken } from "./json-pointer.ts";

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
    case "constant":
      return [];
    case "reference":
      return [operand];
    case "apply":
      return operand.operands.flatMap(referencesOf);
    case "list":
      return operand.items.flatMap(referencesOf);
    case "field":
      return [...referencesOf(operand.of), ...(typeof operand.key === "string" ? [] : referencesOf(operand.key))];
    case "each":
      // What the values read of an element differs from one to the next.
      return referencesOf(operand.over);
    case "text":
      return operand.parts.flatMap((part) => (typeof part === "string" ? [] : [part]));
  }
}

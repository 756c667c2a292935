import { operatorsSpelled } from "./operators/index.ts";
import type { Operator, Shape } from "./operators/operator.ts";
import { read } from "./readers/index.ts";
import type { Type } from "./type.ts";
import { isAssignable, joinTypes, matchSignature, type OperandView } from "./type-relations.ts";

/** The row of a spelling that takes these operands, what each is read as and what results; or why each row does not. */
export type Overload =
  | { readonly operator: Operator; readonly as: readonly Type[]; readonly result: Type }
  | { readonly misfits: readonly Misfit[] };

/** Why one signature does not take the operands: the place of the first that does not fit, and why, as half a sentence. */
export interface Misfit {
  readonly operator: Operator;
  readonly operand: number;
  readonly shape: Shape;
  readonly why: string;
}

/**
 * Chooses among the overloads of a spelling: the first that takes the operands. Where only an `any` makes several fit, a row whose
 * written-out operands can be read goes before one where they cannot (`args.x in "10.0.0.0/8"`).
 */
export function chooseOverload(spelling: string, operands: readonly OperandView[]): Overload {
  const misfits: Misfit[] = [];
  const found: Extract<Overload, { operator: Operator }>[] = [];
  for (const operator of operatorsSpelled(spelling)) {
    const match = matchRow(operator, operands);
    if ("misfits" in match) misfits.push(...match.misfits);
    else found.push(match);
  }
  const readable = found.find(({ as }) => as.every((type, index) => isReadable(type, operands[index] as OperandView)));
  return readable ?? found[0] ?? { misfits };
}

/**
 * One row: its first signature that fits. An `any` operand is read as what each further one takes too, as long as these give the
 * same sort of result: text and lists for `size`, but not durations for a sum of numbers.
 */
function matchRow(operator: Operator, operands: readonly OperandView[]): Overload {
  const misfits: Misfit[] = [];
  let chosen: Extract<Overload, { operator: Operator }> | undefined;
  for (const signature of operator.signatures) {
    const match = matchSignature(signature, operands);
    if (!match.fits) misfits.push({ operator, operand: match.operand, shape: match.shape, why: match.why });
    else if (chosen === undefined) chosen = { operator, as: match.as, result: match.result };
    else if (isAssignable(chosen.result, match.result)) {
      chosen = { operator, as: widened(chosen.as, match.as, operands), result: match.result };
    }
    if (chosen !== undefined && !operands.some(({ type }) => type.kind === "any")) break;
  }
  return chosen ?? { misfits };
}

function widened(as: readonly Type[], also: readonly Type[], operands: readonly OperandView[]): readonly Type[] {
  return as.map((type, index) => {
    return operands[index]?.type.kind === "any" ? joinTypes(type, also[index] as Type) : type;
  });
}

/** One text stands for a list of one where a list of patterns is asked. Relative paths are left to the server's root. */
function isReadable(type: Type, { constant }: OperandView): boolean {
  if (constant === undefined) return true;
  const value = type.kind === "list" && !Array.isArray(constant) ? [constant] : constant;
  return read(type, value, "/") !== undefined;
}

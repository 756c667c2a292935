import type { Operator } from "./operator.ts";

/** Every operator there is, family by family. */
export const operators: readonly Operator[] = Object.freeze([].flat());

const byId: ReadonlyMap<string, Operator> = new Map(operators.map((row) => [row.id, row]));

/** The row with this id. Throws where there is none: IR names only rows. */
export function operatorById(id: string): Operator {
  const row = byId.get(id);
  if (row === undefined) throw new Error(`no operator has the id ${JSON.stringify(id)}`);
  return row;
}

/** The overloads of a spelling, in the order in which the checker tries them. */
export function operatorsSpelled(spelling: string): readonly Operator[] {
  return operators.filter((row) => row.spelling === spelling);
}

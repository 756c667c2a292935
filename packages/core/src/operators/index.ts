import { arithmetic } from "./arithmetic.ts";
import { commands } from "./commands.ts";
import { detectorTests } from "./detectors.ts";
import { equality } from "./equality.ts";
import { lists } from "./lists.ts";
import { logic } from "./logic.ts";
import { mail } from "./mail.ts";
import { network } from "./network.ts";
import type { Operator } from "./operator.ts";
import { order } from "./order.ts";
import { paths } from "./paths.ts";
import { records } from "./records.ts";
import { strings } from "./strings.ts";
import { text } from "./text.ts";
import { time } from "./time.ts";
import { totals } from "./totals.ts";
import { urls } from "./urls.ts";

/** Every operator there is, family by family. Of one spelling the narrower rows come first: `in` of a range before `in` of a list. */
export const operators: readonly Operator[] = Object.freeze(
  [
    logic,
    equality,
    order,
    arithmetic,
    text,
    strings,
    paths,
    urls,
    network,
    commands,
    mail,
    time,
    lists,
    detectorTests,
    records,
    totals,
  ].flat(),
);

const byId: ReadonlyMap<string, Operator> = indexed(operators);

function indexed(rows: readonly Operator[]): ReadonlyMap<string, Operator> {
  const found = new Map<string, Operator>();
  for (const row of rows) {
    if (found.has(row.id)) throw new Error(`two operators have the id ${JSON.stringify(row.id)}`);
    found.set(row.id, row);
  }
  return found;
}

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

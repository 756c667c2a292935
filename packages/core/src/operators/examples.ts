import { read } from "../readers/index.ts";
import type { Type } from "../type.ts";
import { matchSignature } from "../type-relations.ts";
import type { Value } from "../value.ts";
import type { Example, Operator } from "./operator.ts";

/** An example of a row as an evaluator sees it. */
export interface ExampleReading {
  /** The operands as the example writes them, and the types that they are read as. */
  readonly written: readonly Value[];
  readonly as: readonly Type[];
  /** The operands as read, constants prepared; undefined where one is unreadable, which makes the whole unknown. */
  readonly operands: readonly Value[] | undefined;
  readonly result: Type;
  /** Undefined says *unknown*. */
  readonly expected: Value | undefined;
}

/** Reads each example of a row by the first of its signatures that can read all operands, else by the first that takes as many. */
export function exampleReadings(operator: Operator): readonly ExampleReading[] {
  return operator.examples.map((example) => readExample(operator, example));
}

function readExample(operator: Operator, example: Example): ExampleReading {
  const written = example.slice(0, -1) as readonly Value[];
  const expected = example.at(-1);
  let unread: ExampleReading | undefined;
  for (const signature of operator.signatures) {
    const match = matchSignature(
      signature,
      written.map((constant) => ({ type: { kind: "any" }, constant, name: true })),
    );
    if (!match.fits) continue;
    const operands = written.map((value, index) => read(match.as[index] as Type, value, undefined));
    const reading = { written, as: match.as, result: match.result, expected };
    if (!operands.includes(undefined)) return { ...reading, operands: operands as readonly Value[] };
    unread ??= { ...reading, operands: undefined };
  }
  if (unread === undefined) throw new Error(`no signature of ${operator.id} takes ${JSON.stringify(written)}`);
  return unread;
}

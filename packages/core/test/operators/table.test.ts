import {
  type Code,
  exampleReadings,
  identifier,
  js,
  matchSignature,
  type Operator,
  operators,
  read,
  type Value,
} from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { valuesOf } from "./arbitraries.ts";

type Evaluate = (...operands: readonly Value[]) => Value | undefined;

const evaluateOf = (row: Operator): Evaluate => row.evaluate as unknown as Evaluate;
const evaluators = Object.fromEntries(operators.map((row) => [row.id, row.evaluate]));

/** What the row emits, as a function of that many operands. */
function emittedOf(row: Operator, count: number): Evaluate {
  const names = Array.from({ length: count }, (_, index) => `operand${index}`);
  const body: Code = js`return ${row.emit(...names.map(identifier))};`;
  const made = new Function("operators", ...names, body.text) as (...values: unknown[]) => Value | undefined;
  return (...operands) => made(evaluators, ...operands);
}

describe.each(operators.map((row) => [row.id, row] as const))("%s", (_, row) => {
  test("every example comes out as written, evaluated and emitted", () => {
    for (const { operands, result, expected, written } of exampleReadings(row)) {
      const say = `${row.spelling} ${JSON.stringify(written)}`;
      for (const compute of [evaluateOf(row), emittedOf(row, written.length)]) {
        const answer = operands === undefined ? undefined : compute(...operands);
        expect(read(result, answer, undefined), say).toEqual(expected);
      }
    }
  });

  test("has three examples or more, and one that is unknown where anything can be", () => {
    expect(row.examples.length).toBeGreaterThanOrEqual(3);
    const isAlwaysKnown = row.signatures.every((shapes) =>
      shapes.slice(0, -1).every((shape) => /^(any|T|list<T>)$/.test(shape)),
    );
    if (!isAlwaysKnown) expect(row.examples.some((example) => example.at(-1) === undefined)).toBe(true);
    expect(row.summary).toMatch(/\.$/);
  });

  test("what is emitted agrees with what is evaluated, and is known unless the row is partial", () => {
    for (const signature of row.signatures) {
      const shapes = signature.slice(0, -1);
      const match = matchSignature(
        signature,
        shapes.map(() => ({ type: { kind: "any" }, constant: null, name: true })),
      );
      if (!match.fits) throw new Error(match.why);
      const [evaluate, emitted] = [evaluateOf(row), emittedOf(row, shapes.length)];
      let compared = 0;
      fc.assert(
        fc.property(fc.tuple(...shapes.map((shape) => valuesOf[shape])), (values) => {
          const operands = values.map((value, index) => read(match.as[index]!, value, undefined));
          if (operands.includes(undefined)) return;
          compared++;
          const answer = evaluate(...(operands as Value[]));
          expect(emitted(...(operands as Value[]))).toEqual(answer);
          if (!row.partial) expect(answer).toBeDefined();
          if (signature.at(-1) === "bool") expect(typeof answer).toMatch(/boolean|undefined/);
        }),
        { numRuns: 200 },
      );
      expect(compared, `${row.id} compared too few readable values`).toBeGreaterThan(20);
    }
  });
});

test("ids are unique, and spellings are words or signs with single spaces", () => {
  expect(new Set(operators.map(({ id }) => id)).size).toBe(operators.length);
  for (const { spelling } of operators) expect(spelling).toMatch(/^([a-z]+( [a-z]+)*|[=!<>+*-]=?)$/);
});

import { Source } from "@mcpolicy/diagnostics";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Policy } from "../src/ast.ts";
import { parse } from "../src/parse.ts";
import { print } from "../src/print.ts";
import { arbitraryExpression, arbitraryPolicy, statements, withoutSpans } from "./arbitrary-policy.ts";

const span = { file: "random", start: 0, end: 0 };

function expectRoundTrip(policy: Policy): void {
  const text = print(policy);
  const { policy: again, diagnostics } = parse(new Source("printed.mcpolicy", text));
  expect(
    diagnostics.map(({ code, message }) => `${code} ${message}`),
    text,
  ).toEqual([]);
  expect(withoutSpans(again), text).toEqual(withoutSpans(policy));
  expect(print(again)).toBe(text);
}

describe("parse(print(x)) is x, and printing is idempotent", () => {
  test.for(Object.entries(statements))("%s", ([_, statement]) => {
    fc.assert(
      fc.property(statement, (each) => expectRoundTrip({ statements: [each], closing: [], span })),
      { numRuns: 100 },
    );
  });

  test("expressions", () => {
    const lets = arbitraryExpression.map((value): Policy => {
      const name = { text: "x", span };
      return {
        statements: [{ kind: "let", name, parameters: undefined, value, docs: [], comments: [], span }],
        closing: [],
        span,
      };
    });
    fc.assert(fc.property(lets, expectRoundTrip), { numRuns: 1000 });
  });

  test("policies", () => {
    fc.assert(fc.property(arbitraryPolicy, expectRoundTrip), { numRuns: 100 });
  });
});

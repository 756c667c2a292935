import { Source } from "@mcpolicy/diagnostics";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Deny } from "../src/ast.ts";
import { parse } from "../src/parse.ts";
import { childrenOf, expressionsOf, fold, walk } from "../src/visit.ts";
import { arbitraryExpression } from "./arbitrary-policy.ts";

const text =
  "deny a.b when every p in args.ps: (p == q or has args.x) unless count of c.d with its.e in last 1h > f(1)";
const [deny] = parse(new Source("x", text)).policy.statements as Deny[];

test("walking goes from outer to inner, in the order of the text", () => {
  const kinds = expressionsOf(deny!).map((each) => [...walk(each)].map(({ kind }) => kind).join(" "));
  expect(kinds).toEqual([
    "every member name or binary name name has member name",
    "binary count member name call number",
  ]);
});

test("folding goes from inner to outer", () => {
  const depth = (parts: readonly number[]): number => 1 + Math.max(0, ...parts);
  expect(expressionsOf(deny!).map((each) => fold<number>(each, (_, parts) => depth(parts)))).toEqual([5, 4]);
});

test("both reach the same expressions, and all of them", () => {
  fc.assert(
    fc.property(arbitraryExpression, (expression) => {
      const walked = [...walk(expression)].length;
      expect(fold<number>(expression, (_, parts) => parts.reduce((sum, part) => sum + part, 1))).toBe(walked);
      // Each expression in the tree, found without knowing its sort: a node with a kind that stands for a value or condition.
      const all = new Set(walk(expression));
      for (const node of all) for (const child of childrenOf(node)) expect(all.has(child)).toBe(true);
    }),
  );
});

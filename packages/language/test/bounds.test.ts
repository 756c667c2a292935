import { Source } from "@mcpolicy/diagnostics";
import { expect, test } from "vitest";
import { spend, workFor } from "../src/bounds.ts";
import { parse } from "../src/parse.ts";

const rule = 'allow "r" dev to fs.read_file when args.path under "/data" and args.n <= 100';
const span = { file: "", start: 0, end: 0 };

/** What looking at this rule takes: its entry, the whole condition and its two parts, each about one operation. */
const cost = 200 + 3 * 101;

test("a hundred thousand rules that are written out are not too many", () => {
  const { statements } = parse(new Source("a.mcpolicy", rule)).policy;
  const work = workFor(Array.from({ length: 100_000 }, () => statements).flat());
  expect(spend(work, 100_000 * cost, span, () => undefined)).toBe(true);
});

test("what a few statements unfold to is bounded", () => {
  const { statements } = parse(new Source("a.mcpolicy", rule)).policy;
  expect(spend(workFor(statements), 100_000 * cost, span, () => undefined)).toBe(false);
});

import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { Source } from "@mcpolicy/diagnostics";
import { describe, expect, test } from "vitest";
import { format } from "../src/format.ts";
import { lex } from "../src/lexer.ts";
import { parse } from "../src/parse.ts";
import { withoutSpans } from "./arbitrary-policy.ts";

const root = resolve(import.meta.dirname, "../../../test-fixtures/syntax");
const cases = readdirSync(root);

test("there are cases", () => expect(cases.length).toBeGreaterThan(10));

describe("each case is printed in its canonical form", () => {
  test.for(cases)("%s", async (name) => {
    const source = new Source(name, readFileSync(join(root, name, "input.mcpolicy"), "utf8"));
    const { text, diagnostics } = format(source);
    expect(diagnostics).toEqual([]);
    await expect(text).toMatchFileSnapshot(join(root, name, "printed.mcpolicy"));

    // Printing changes neither what is said nor, a second time, how.
    const printed = new Source(name, text!);
    expect(format(printed).text).toBe(text);
    expect(statementsOf(printed)).toEqual(statementsOf(source));
    // No comment is lost, nor is any made up.
    expect(commentsOf(printed)).toEqual(commentsOf(source));
  });
});

/** The statements, with each comment at its node, without spans; hoisted comments stand at the same node afterwards. */
function statementsOf(source: Source): unknown {
  return withoutSpans(parse(source).policy);
}

function commentsOf(source: Source): readonly string[] {
  return lex(source)
    .comments.map(({ kind, text }) => `${kind} ${text}`)
    .toSorted();
}

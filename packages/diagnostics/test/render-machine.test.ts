import { describe, expect, it } from "vitest";
import { DiagnosticBuilder } from "../src/diagnostic.ts";
import { renderGithub, workflowCommand } from "../src/render-github.ts";
import { renderJson } from "../src/render-json.ts";
import { Source } from "../src/source.ts";

const source = new Source("a,b.mcpolicy", "mcpolicy 1\nrole 😀 x {}\n");
const sources = new Map([[source.name, source]]);
const diagnostic = new DiagnosticBuilder({
  code: "P0201",
  severity: "warning",
  span: { file: source.name, start: 19, end: 20 },
  message: "100% of `x`\n::error::forged",
  label: "here",
  labels: [],
  notes: ["why"],
  help: [],
})
  .at({ file: "gone", start: 1, end: 2 }, "there")
  .withFix({ title: "drop it", span: { file: source.name, start: 19, end: 20 }, replacement: "" });

describe("renderJson", () => {
  it("resolves lines and columns, in code points", () => {
    const place = {
      file: "a,b.mcpolicy",
      startOffset: 19,
      endOffset: 20,
      start: { line: 2, column: 8 },
      end: { line: 2, column: 9 },
    };
    const text = renderJson([diagnostic], sources);
    expect(text.endsWith("\n")).toBe(true);
    expect(JSON.parse(text)).toEqual({
      diagnostics: [
        {
          code: "P0201",
          severity: "warning",
          message: "100% of `x`\n::error::forged",
          place,
          label: "here",
          labels: [{ place: { file: "gone", startOffset: 1, endOffset: 2, start: null, end: null }, text: "there" }],
          notes: ["why"],
          help: [],
          fix: { title: "drop it", place, replacement: "" },
        },
      ],
    });
  });
});

describe("renderGithub", () => {
  it("is one escaped command a diagnostic", () => {
    expect(renderGithub([diagnostic], sources)).toBe(
      "::warning file=a%2Cb.mcpolicy,line=2,endLine=2,col=8,endColumn=9,title=P0201::100%25 of `x`\\n::error::forged%0Ahere%0Anote: why%0Afix: drop it\n",
    );
  });

  it("leaves out what is not known", () => {
    expect(workflowCommand("info", { file: "x", line: undefined }, ["hello"])).toBe("::notice file=x::hello");
    expect(workflowCommand("error", {}, ["a", "b"])).toBe("::error::a%0Ab");
  });
});

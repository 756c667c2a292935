import { describe, expect, it } from "vitest";
import { type Diagnostic, DiagnosticBuilder } from "../src/diagnostic.ts";
import { renderText } from "../src/render-text.ts";
import { Source } from "../src/source.ts";

const workspace = new Source(
  "workspace.mcpolicy",
  `${"// above\n".repeat(15)}capability read:files {
  fs.read_* when args.path under "/workspace"
}
`,
);

function finding(source: Source, found: string, parts: Partial<Diagnostic> = {}): DiagnosticBuilder {
  const start = source.text.indexOf(found);
  return new DiagnosticBuilder({
    code: "P0203",
    severity: "error",
    span: { file: source.name, start, end: start + found.length },
    message: `something about ${found}`,
    label: "",
    labels: [],
    notes: [],
    help: [],
    ...parts,
  });
}

function rendered(diagnostics: Diagnostic | readonly Diagnostic[], ...sources: readonly Source[]): string {
  const list = "code" in diagnostics ? [diagnostics] : diagnostics;
  return renderText(list, new Map(sources.map((source) => [source.name, source])), { color: false });
}

describe("renderText", () => {
  it("gives nothing for nothing", () => {
    expect(rendered([])).toBe("");
  });

  it("draws the frame of the language's own example", () => {
    const diagnostic = finding(workspace, "args.path", {
      message: "`fs.read_multiple_files` has no argument `path`",
    })
      .withLabel("not an argument of every tool that `fs.read_*` stands for")
      .withNote(
        "fs.read_text_file, fs.read_media_file have `path: string`; fs.read_multiple_files has `paths: list<string>`",
      )
      .withHelp('give it a line of its own: fs.read_multiple_files when every p in args.paths: p under "/workspace"');
    expect(rendered(diagnostic, workspace)).toBe(`\
error[P0203]: \`fs.read_multiple_files\` has no argument \`path\`
  ┌─ workspace.mcpolicy:17:18
17│   fs.read_* when args.path under "/workspace"
  │                  ^^^^^^^^^ not an argument of every tool that \`fs.read_*\` stands for
  = note: fs.read_text_file, fs.read_media_file have \`path: string\`; fs.read_multiple_files has \`paths: list<string>\`
  = help: give it a line of its own: fs.read_multiple_files when every p in args.paths: p under "/workspace"

1 error
`);
  });

  it("shows stars for what is hidden, in every finding and fix, and keeps columns", () => {
    const source = new Source("p.mcpolicy", 'let A = "\u{1f600}s3cret"\nlet B = 1\n');
    const at = source.text.indexOf("s3cret");
    const hidden = [
      { file: "p.mcpolicy", start: at - 2, end: at + 6 },
      { file: "p.mcpolicy", start: at, end: at + 3 },
    ];
    const fix = { title: "call it otherwise", span: { file: "p.mcpolicy", start: 4, end: 5 }, replacement: "C" };
    const text = rendered(
      [finding(source, "A", { fix }), finding(source, "B"), finding(source, '"').withHidden(hidden)],
      source,
    );
    expect(text).not.toContain("s3cret");
    expect(text).toContain('let A = "\u{1f7b6}******"');
    expect(text).toContain('let C = "\u{1f7b6}******"');
    expect(text).toContain("let B = 1");
  });

  it("shows further labels on the line, on other lines and in other files, and the line as the fix leaves it", () => {
    const other = new Source("lib/servers.mcpolicy", 'mcpolicy 1\nserver fs from "tools/fs.json"\n');
    const span = (found: string, source = workspace) => {
      const start = source.text.indexOf(found);
      return { file: source.name, start, end: start + found.length };
    };
    const diagnostic = finding(workspace, "args.path")
      .withLabel("here")
      .at(span("fs.read_*"), "these tools")
      .at(span("read:files"), "in this capability")
      .at(span("fs", other), "of this server")
      .at({ file: "gone.mcpolicy", start: 3, end: 4 }, "unseen")
      .withNote("first\nsecond")
      .withFix({ title: "name the list", span: span("args.path"), replacement: "args.paths" });
    expect(rendered([diagnostic, finding(workspace, "capability", { severity: "warning" })], workspace, other)).toBe(`\
error[P0203]: something about args.path
  ┌─ workspace.mcpolicy:17:18
16│ capability read:files {
  │            ---------- in this capability
17│   fs.read_* when args.path under "/workspace"
  │                  ^^^^^^^^^ here
  │   --------- these tools
  ├─ lib/servers.mcpolicy:2:8
 2│ server fs from "tools/fs.json"
  │        -- of this server
  ├─ gone.mcpolicy
  = note: first
          second
  = fix: name the list
17│   fs.read_* when args.paths under "/workspace"
  │                  ++++++++++

warning[P0203]: something about capability
  ┌─ workspace.mcpolicy:16:1
16│ capability read:files {
  │ ^^^^^^^^^^

1 error, 1 warning
`);
  });

  it("marks a dot between lines that do not follow each other", () => {
    const source = new Source("a", "one\ntwo\nthree\n");
    expect(rendered(finding(source, "one").at({ file: "a", start: 8, end: 13 }, "and this"), source)).toContain(`\
 1│ one
  │ ^^^
  ·
 3│ three
  │ ----- and this
`);
  });

  it("lines up below tabs, wide characters, combining marks and escapes", () => {
    const source = new Source("a", 'a\tb 日本 e\u0301 \u202e\u001b[2J "x" y\n');
    expect(rendered(finding(source, '"x"'), source)).toContain(`\
 1│ a   b 日本 e\u0301 \\u{202e}\\u{1b}[2J "x" y
  │                                ^^^
`);
  });

  it("writes nothing that a terminal obeys, wherever it comes from", () => {
    const evil = "\u001b]0;x\u0007\u009b31m\u202e\u2066\u200b\ufeff\u2028\r\n\u0000\ud800";
    const source = new Source(`f${evil}`, `x ${evil} y`);
    const text = rendered(
      finding(source, "x", { message: evil, label: evil })
        .at({ file: `g${evil}`, start: 0, end: 1 }, evil)
        .withNote(evil)
        .withHelp(evil)
        .withFix({ title: evil, span: { file: source.name, start: 0, end: 1 }, replacement: evil }),
      source,
    );
    expect(text.replaceAll("\n", "")).not.toMatch(/[\p{C}\p{Zl}\p{Zp}]/u);
    // The only line that starts like a heading is the heading.
    expect(text.split("\n").filter((line) => line.startsWith("error["))).toHaveLength(1);
  });

  it("clips a very long line around the mark", () => {
    const source = new Source("a", `${"a".repeat(500)} here ${"b".repeat(500)}`);
    const lines = rendered(finding(source, "here"), source).split("\n");
    expect(lines[2]).toBe(` 1│ …${"a".repeat(29)} here ${"b".repeat(85)}…`);
    expect(lines[3]).toBe(`  │ ${" ".repeat(31)}^^^^`);
  });

  it("clips a mark that runs out of sight", () => {
    const source = new Source("a", "c".repeat(500));
    const lines = rendered(finding(source, "c".repeat(500)), source).split("\n");
    expect(lines[2]).toBe(` 1│ ${"c".repeat(120)}…`);
    expect(lines[3]).toBe(`  │ ${"^".repeat(120)}`);
  });

  it("looks at the neighbourhood of the mark alone in a line of megabytes", () => {
    const source = new Source("a", `${"a".repeat(5_000_000)} here ${"b".repeat(5_000_000)}`);
    const lines = rendered(finding(source, "here"), source).split("\n");
    expect(lines[1]).toBe("  ┌─ a:1:5000002");
    expect(lines[2]).toBe(` 1│ …${"a".repeat(29)} here ${"b".repeat(85)}…`);
    expect(lines[3]).toBe(`  │ ${" ".repeat(31)}^^^^`);
  });

  it("shows the first two hundred, and counts the rest", () => {
    const source = new Source("a", "x");
    const text = rendered(
      Array.from({ length: 203 }, () => finding(source, "x")),
      source,
    );
    expect(text.split("error[P0203]")).toHaveLength(201);
    expect(text).toMatch(/\n… and 3 more that are not shown\n203 errors\n$/);
  });

  it("underlines the first line of a span over several", () => {
    const source = new Source("a", "role x {\n  y\n}\n");
    expect(rendered(finding(source, "role x {\n  y\n}"), source)).toContain(" 1│ role x {\n  │ ^^^^^^^^\n");
  });

  it("points one column past the end of a file, and survives an empty file", () => {
    const source = new Source("a", "role x {");
    const end = { file: "a", start: 8, end: 8 };
    expect(rendered(finding(source, "role", { span: end }), source)).toContain("a:1:9\n 1│ role x {\n  │         ^\n");
    const empty = new Source("a", "");
    expect(rendered(finding(empty, "", { span: { file: "a", start: 0, end: 0 } }), empty)).toContain(
      "a:1:1\n 1│\n  │ ^\n",
    );
  });

  it("colours only when asked, and the plain text is the same", () => {
    const sources = new Map([[workspace.name, workspace]]);
    const colored = renderText([finding(workspace, "args.path")], sources, { color: true });
    expect(colored).toContain("\u001b[1;31merror[P0203]\u001b[0m");
    expect(colored.replace(/\u001b\[[0-9;]*m/g, "")).toBe(
      renderText([finding(workspace, "args.path")], sources, { color: false }),
    );
  });
});

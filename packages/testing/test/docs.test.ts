import { readdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { renderText, Source } from "@mcpolicy/diagnostics";
import { checkPolicy, type Files } from "@mcpolicy/language";
import { describe, expect, test } from "vitest";

const root = resolve(import.meta.dirname, "../../..");
const folder = join(root, "test-fixtures/docs");
const preamble = readFileSync(join(folder, "preamble.mcpolicy"), "utf8");

/** A fenced block of a page: `mcpolicy` is checked. */
interface Snippet {
  readonly page: string;
  readonly line: number;
  readonly info: string;
  readonly text: string;
}

// The diagnostics page shows mistakes on purpose; its own fixtures hold them.
const pages = ["README.md", ...markdownBelow("docs")].filter((page) => !page.startsWith("docs/reference/"));
const snippets = pages.flatMap(snippetsOf);

describe("the pages' policies", () => {
  test("there are some", () => expect(snippets.length).toBeGreaterThan(10));

  test.for(snippets.filter((each) => each.info === "mcpolicy"))("$page:$line checks", ({ text }) => {
    const whole = text.startsWith("mcpolicy 1") ? text : `${preamble}\n${text}`;
    const entry = join(folder, "snippet.mcpolicy");
    const files: Files = {
      read: (path) => (path === entry ? whole : read(path)),
      join: (from, path) => resolve(from, "..", path),
    };
    const { policy, diagnostics } = checkPolicy([entry], files);
    const errors = diagnostics.filter((each) => each.severity === "error");
    const sources = new Map([[entry, new Source(entry, whole)]]);
    expect(renderText(errors, sources, { color: false })).toBe(renderText([], sources, { color: false }));
    expect(policy).toBeDefined();
  });
});

function read(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

function markdownBelow(path: string): readonly string[] {
  return readdirSync(join(root, path), { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith(".md"))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

function snippetsOf(page: string): readonly Snippet[] {
  const text = readFileSync(join(root, page), "utf8");
  return [...text.matchAll(/^```(mcpolicy[^\n]*)\n([\s\S]*?)^```$/gm)].map((match) => ({
    page,
    line: text.slice(0, match.index).split("\n").length,
    info: match[1]!.trim(),
    text: match[2]!,
  }));
}

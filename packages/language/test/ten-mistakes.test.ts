import { resolve } from "node:path";
import { renderText } from "@mcpolicy/diagnostics";
import { expect, test } from "vitest";
import { checkPolicy } from "../src/pipeline.ts";
import { filesIn } from "./on-disk.ts";

const folder = resolve(import.meta.dirname, "../../../test-fixtures/diagnostics/ten-mistakes");
const { policy, sources, diagnostics } = checkPolicy(["input.mcpolicy"], filesIn(folder));

// biome-ignore format: table
const seeded = [
  ["misspelt tool",       "P0201",  7,  6, "read_fiel",          "read_file"],
  ["cycle of roles",      "P0209", 12, 13, "reader",             "remove one of the mentions, most likely `reader` from `lead`"],
  ["duplicate name",      "P0206", 14, 12, "lead",               "rename one of the two, or remove it"],
  ["misspelt role",       "P0204", 16, 16, "raeder",             "reader"],
  ["misspelt argument",   "P0203", 17, 47, "paht",               "path"],
  ["wrong type",          "P0301", 18, 44, "args.subject",       "size(args.subject)"],
  ["unguarded optional",  "P0305", 20, 39, "args.head",          "has args.head and args.head > 1000"],
  ["raw prefix of a path", "P0302", 21, 49, "starts with",       'args.path under "/workspace/secrets"'],
  ["misspelt statement",  "P0102", 23,  1, "alow",               "allow"],
  ["missing bracket",     "P0104", 26,  3, "because",            "]"],
] as const;

test("ten mistakes are ten findings, in one run", () => {
  expect(diagnostics.map((each) => each.code)).toEqual(seeded.map(([, code]) => code));
  expect(policy).toBeUndefined();
});

test.for(seeded.map((row, index) => [...row, index] as const))(
  "%s: %s at %i:%i",
  ([, code, line, column, text, suggestion, index]) => {
    const found = diagnostics[index]!;
    const source = sources.get(found.span.file)!;
    expect(found.code).toBe(code);
    expect(source.position(found.span.start)).toEqual({ line, column });
    expect(source.text.slice(found.span.start, found.span.end)).toBe(text);
    expect([found.fix?.replacement, ...found.help]).toContain(suggestion);
  },
);

test("they read well", async () => {
  await expect(renderText(diagnostics, sources, { color: false })).toMatchFileSnapshot(`${folder}/expected.txt`);
});

import { compile, generatedEngine } from "@mcpolicy/compiler";
import { compileGlob, type JsonObject, read, type Value } from "@mcpolicy/core";
import { checkPolicy } from "@mcpolicy/language";
import { loadPolicy } from "@mcpolicy/runtime";
import fc from "fast-check";
import { expect, test } from "vitest";
import { ajvReasons } from "../../runtime/src/ajv.ts";

// A `check` says in words what arguments may be. Held against it, as it is said here once more: what the runtime enforces, and the JSON Schema that
// clients are shown, read by ajv, in both drafts.

type Says = (value: Value) => boolean;

/** What a field may be checked as: the text, and what it asks of a value. */
interface Part {
  readonly text: string;
  readonly says: Says;
}

const root = "/w";
const isText: Says = (value) => typeof value === "string";
const text = (text: string, says: (value: string) => boolean): Part => ({
  text,
  says: (value) => isText(value) && says(value as string),
});
const number = (text: string, says: (value: number) => boolean): Part => ({
  text,
  says: (value) => typeof value === "number" && says(value),
});
const pathOf = (value: Value): string | undefined => read({ kind: "path" }, value, root) as string | undefined;
const path = (text: string, says: (value: string) => boolean): Part => ({
  text,
  says: (value) => pathOf(value) !== undefined && says(pathOf(value)!),
});
const list = (text: string, says: (value: readonly Value[]) => boolean): Part => ({
  text,
  says: (value) => Array.isArray(value) && says(value as readonly Value[]),
});
const record = (text: string, says: (value: JsonObject) => boolean): Part => ({
  text,
  says: (value) => typeof value === "object" && value !== null && !Array.isArray(value) && says(value as JsonObject),
});

const like = (glob: string): ((value: string) => boolean) => {
  const compiled = compileGlob(glob);
  if (!compiled.ok) throw new Error(compiled.error.message);
  return compiled.pattern.matches;
};
const points = (value: string): number => [...value].length;
const isShort = (value: Value): boolean => [1, 2].includes(points(String((value as JsonObject)["b"])));
const inTens = (value: Value): boolean => typeof value === "number" && value >= 0 && value <= 9;
const under = (value: string): boolean => value === "/w/a" || value.startsWith("/w/a/");

/** Of each argument of the tool: what its own schema asks, and some ways to check it. */
const fields: Record<string, { readonly schema: JsonObject; readonly own: Says; readonly parts: readonly Part[] }> = {
  t: {
    schema: { type: "string" },
    own: isText,
    parts: [
      text("string size 1..3", (value) => points(value) >= 1 && points(value) <= 3),
      text("string matches /a.*b|\\s+/", (value) => /^(?:a.*b|[ \t\n\v\f\r]+)$/su.test(value)),
      text('string starts with "a."', (value) => value.startsWith("a.")),
      text('string ends with "b$" size 0..4', (value) => value.endsWith("b$") && points(value) <= 4),
      text('string in ["ab", "a"]', (value) => ["ab", "a"].includes(value)),
      text('"ab" | "😀"', (value) => ["ab", "😀"].includes(value)),
    ],
  },
  n: {
    schema: { type: "integer" },
    own: Number.isSafeInteger as Says,
    parts: [
      number("int 1..5", (value) => Number.isSafeInteger(value) && value >= 1 && value <= 5),
      number("int in [1, 7]", (value) => [1, 7].includes(value)),
    ],
  },
  x: {
    schema: { type: ["number", "null"] },
    own: (value) => value === null || typeof value === "number",
    parts: [
      number("number 0..2.5", (value) => value >= 0 && value <= 2.5),
      {
        text: "number | null 0..1",
        says: (value) => value === null || (typeof value === "number" && value >= 0 && value <= 1),
      },
      { text: "null", says: (value) => value === null },
    ],
  },
  path: {
    schema: { type: "string" },
    own: isText,
    parts: [
      path("path", () => true),
      path('path under "/w/a"', under),
      path('path like ["**/*.md", "/x"] size 0..9', (value) => like("**/*.md")(value) || value === "/x"),
      path('path under "/w/a" like "**/*.md"', (value) => under(value) && like("**/*.md")(value)),
    ],
  },
  l: {
    schema: { type: "array", items: { type: "string" } },
    own: (value) => Array.isArray(value) && value.every((each) => isText(each as Value)),
    parts: [
      list("list<string> size 1..2", (value) => value.length >= 1 && value.length <= 2),
      list("list<string> unique", (value) => new Set(value).size === value.length),
      list(
        'list<"a" | "ab"> size 0..3',
        (value) => value.length <= 3 && value.every((each) => ["a", "ab"].includes(each as string)),
      ),
      list("list<path>", (value) => value.every((each) => pathOf(each) !== undefined)),
    ],
  },
  o: {
    schema: { type: "object", properties: { b: { type: "string" }, k: { type: "integer" } }, required: ["b"] },
    own: (value) =>
      typeof value === "object" &&
      value !== null &&
      !Array.isArray(value) &&
      Object.entries(value).every(([name, part]) =>
        name === "b" ? isText(part as Value) : name === "k" && Number.isSafeInteger(part),
      ) &&
      Object.hasOwn(value, "b"),
    parts: [
      record("{ b: string size 2..3 }", ({ b }) => points(String(b)) >= 2 && points(String(b)) <= 3),
      record("{ b: string k: int 0..9 }", ({ k }) => typeof k === "number" && k >= 0 && k <= 9),
      record("{ b: string k?: int 0..9 open }", ({ k }) => k === undefined || (Number(k) >= 0 && Number(k) <= 9)),
    ],
  },
};
/** A list of such records as `o` is. */
const { o } = fields;
fields["e"] = {
  schema: { type: "array", items: o!.schema },
  own: (value) => Array.isArray(value) && value.every((each) => o!.own(each as Value)),
  parts: [
    list("list<{ b: string size 1..2 }> size 0..2", (value) => value.length <= 2 && value.every(isShort)),
    list("list<{ b: string size 1..2 k?: int 0..9 } | null>", (value) =>
      value.every((each) => isShort(each) && inTens((each as JsonObject)["k"] ?? 0)),
    ),
    list(
      'list<{ b: "ab" | "b" k?: int 0..9 open }> unique',
      (value) =>
        value.every((each) => {
          const { b, k } = each as JsonObject;
          return ["ab", "b"].includes(b as string) && inTens(k ?? 0);
        }) && new Set(value.map((each) => JSON.stringify(each))).size === value.length,
    ),
  ],
};
const names = Object.keys(fields);

/** The path refinement `size` counts the text as it was written. */
function says(part: Part, value: Value): boolean {
  return part.says(value) && (!part.text.startsWith("path like") || points(String(value)) <= 9);
}

const checked = fc.uniqueArray(
  fc.constantFrom(...names).chain((name) =>
    fc.record({
      name: fc.constant(name),
      part: fc.constantFrom(...fields[name]!.parts),
      optional: fc.boolean(),
    }),
  ),
  { selector: ({ name }) => name, minLength: 1, maxLength: 4 },
);
const checks = fc.array(fc.record({ checked, open: fc.boolean() }), { minLength: 1, maxLength: 2 });

const texts = ["", "a", "ab", "a.b", "a.b$", "a.", "b$", "a\nb", "axb", "😀", "😀😀😀", " \t", "\u00a0", "ba", "abcd"];
const values: Readonly<Record<string, readonly Value[]>> = {
  t: texts,
  n: [0, 1, 5, 6, 7, 1.5, "1"],
  x: [0, 1, 2.5, 2.6, -1, null, "x"],
  path: ["a", "a/x.md", "/w/a", "/w/a/", "/w/a/b.md", "/w/ab", "/x", "/x.md", "../x", "/w/a/../a", "~/a.md", "%2e", ""],
  l: [[], ["a"], ["a", "a"], ["a", "ab"], ["a", "ab", "b"], ["a", "ab", "a", "ab"], [".."], [1], ["a", 1], "a", null],
  o: [
    ...texts.map((b) => ({ b })),
    { b: "ab", k: 0 },
    { b: "ab", k: 9 },
    { b: "ab", k: 10 },
    { k: 1 },
    { b: 1 },
    { b: "ab", z: 1 },
    [],
  ],
  e: [
    [],
    [{ b: "ab" }],
    [{ b: "a" }, { b: "abc" }],
    [{ b: "ab" }, { b: "b", k: 9 }],
    [{ b: "ab", k: 10 }],
    [{ b: "ab" }, { b: "ab" }],
    [{ b: "ab" }, { b: "b" }, { b: "b", k: 1 }],
    [{ b: "ab", z: 1 }],
    [{ k: 1 }],
    [null],
    ["ab"],
    {},
  ],
};

/** Which arguments are given, of what all checks of them take or of anything. */
const calls = fc.array(
  fc.record({
    picked: fc.record(Object.fromEntries(names.map((name) => [name, fc.nat()]))),
    absent: fc.subarray(names, { maxLength: 4 }),
    careless: fc.option(fc.constantFrom(...names), { nil: "", freq: 2 }),
    surplus: fc.constantFrom(false, false, true),
  }),
  { minLength: 8, maxLength: 12 },
);
type Call = typeof calls extends fc.Arbitrary<readonly (infer Each)[]> ? Each : never;
type Given = readonly {
  readonly checked: readonly { readonly name: string; readonly part: Part; readonly optional: boolean }[];
  readonly open: boolean;
}[];

function argumentsOf({ picked, absent, careless, surplus }: Call, given: Given): JsonObject {
  const parts = given.flatMap((each) => each.checked);
  const chosen = names.flatMap((name): readonly (readonly [string, Value])[] => {
    const fit = values[name]!.filter(
      (value) => fields[name]!.own(value) && parts.every((each) => each.name !== name || says(each.part, value)),
    );
    const from = name === careless || fit.length === 0 ? values[name]! : fit;
    const isKept = required.includes(name) || parts.some((each) => each.name === name && !each.optional);
    return absent.includes(name) && (name === careless || !isKept) ? [] : [[name, from[picked[name]! % from.length]!]];
  });
  return { ...Object.fromEntries(chosen), ...(surplus ? { surplus: "x" } : {}) };
}

const required = ["t"];

function isFine(args: JsonObject, given: Given): boolean {
  const isClosed = given.some(({ open }) => !open);
  return (
    Object.entries(args).every(([name, value]) => fields[name]?.own(value as Value) ?? !isClosed) &&
    required.every((name) => Object.hasOwn(args, name)) &&
    given.every((each) =>
      each.checked.every(({ name, part, optional }) =>
        Object.hasOwn(args, name) ? says(part, args[name] as Value) : optional && !required.includes(name),
      ),
    )
  );
}

const drafts = [undefined, "http://json-schema.org/draft-07/schema#", "https://json-schema.org/draft/2020-12/schema"];

test("a check is enforced as it is said, and is the JSON Schema that is shown, in both drafts", () => {
  const seen = { fine: 0, broken: 0 };
  const properties = Object.fromEntries(names.map((name) => [name, fields[name]!.schema]));
  fc.assert(
    fc.property(checks, calls, fc.constantFrom(...drafts), (given, all, $schema) => {
      const schema = { ...($schema && { $schema }), type: "object", properties, required };
      const statements = given.map(({ checked: each, open }) => {
        const written = each.map(
          ({ name, part, optional }) => `  ${name}${optional && !required.includes(name) ? "?" : ""}: ${part.text}`,
        );
        return `check s.t {\n${written.join("\n")}${open ? "\n  open" : ""}\n}`;
      });
      const policyText = `mcpolicy 1\nserver s from "s.json" root "${root}"\n${statements.join("\n")}\nallow "all" anyone to s.t\n`;
      const { policy: found, diagnostics } = checkPolicy(["p.mcpolicy"], {
        read: (file) =>
          file === "p.mcpolicy" ? policyText : JSON.stringify({ tools: [{ name: "t", inputSchema: schema }] }),
        join: (_, file) => file,
      });
      const errors = diagnostics.filter(({ severity }) => severity === "error");
      expect(
        errors.map(({ message }) => message),
        policyText,
      ).toEqual([]);
      const policy = loadPolicy(compile(found!), { engine: generatedEngine });
      const shown = policy.schemaOf("s", "t")!;
      const { $schema: _, ...rest } = shown;
      const readers = drafts.map((draft) => ({
        draft,
        reasons: ajvReasons({ root }),
        of: { ...(draft && { $schema: draft }), ...rest },
      }));
      for (const call of all) {
        const args = argumentsOf(call, given);
        const fine = isFine(args, given);
        seen[fine ? "fine" : "broken"] += 1;
        const said = `${policyText}\n${JSON.stringify(args)}\n${JSON.stringify(shown)}`;
        expect(policy.validate("s", "t", args).length === 0, said).toBe(fine);
        for (const { draft, reasons, of } of readers) {
          expect(reasons("t", of, args).length === 0, `${draft} ${said}`).toBe(fine);
        }
      }
    }),
    { numRuns: 100 },
  );
  for (const count of Object.values(seen)) expect(count).toBeGreaterThan(100);
});

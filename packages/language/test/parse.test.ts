import { Source, type Span } from "@mcpolicy/diagnostics";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type * as ast from "../src/ast.ts";
import { parse } from "../src/parse.ts";
import { print } from "../src/print.ts";
import { walk } from "../src/visit.ts";
import { statements, withoutSpans } from "./arbitrary-policy.ts";

const read = (text: string) => parse(new Source("x.mcpolicy", text));

function conditionOf(text: string): ast.Expression {
  const { policy, diagnostics } = read(`deny fs.* when ${text}`);
  expect(diagnostics, text).toEqual([]);
  return (policy.statements[0] as ast.Deny).when!;
}

describe("values of literals", () => {
  // biome-ignore format: table
  const rows = [
    ["10_000",               { kind: "number",   value: 10_000, text: "10_000" }],
    ["-1.5",                 { kind: "number",   value: -1.5 }],
    ["1KB",                  { kind: "number",   value: 1000 }],
    ["1KiB",                 { kind: "number",   value: 1024 }],
    ["2MiB",                 { kind: "number",   value: 2 * 1024 * 1024 }],
    ["9007199254740991",     { kind: "number",   value: 9007199254740991 }],
    ["90s",                  { kind: "duration", value: 90_000, text: "90s" }],
    ["7d",                   { kind: "duration", value: 604_800_000 }],
    ["2026-01-31",           { kind: "date",     value: Date.UTC(2026, 0, 31) }],
    ["2024-02-29T12:30Z",    { kind: "date",     value: Date.UTC(2024, 1, 29, 12, 30) }],
    ['"a\\"\\\\\\n\\t\\u{1F600}"', { kind: "string", value: 'a"\\\n\t😀' }],
    ['"// no comment"',      { kind: "string",   value: "// no comment" }],
    ["/a[/]\\/b/",           { kind: "regex",    source: "a[/]\\/b" }],
    ["true",                 { kind: "bool",     value: true }],
    ["null",                 { kind: "null" }],
  ] as const;
  test.for(rows)("%s", ([text, value]) => {
    const { policy, diagnostics } = read(`let x = ${text}`);
    expect(diagnostics).toEqual([]);
    expect((policy.statements[0] as ast.Let).value).toMatchObject(value);
  });
});

describe("what binds tighter", () => {
  // biome-ignore format: table
  const rows = [
    ["not a == b",                      "not (a == b)"],
    ["not a and b",                     "(not a) and b"],
    ["a and b and c",                   "a and b and c"],
    ["every x in l: a and b",           "(every x in l: a) and b"],
    ["every x in l: some y in x: a",    "every x in l: (some y in x: a)"],
    ["a + b * 2 == c ?? 1",             "(a + (b * 2)) == (c ?? 1)"],
    ["a - b - c == 0",                  "((a - b) - c) == 0"],
    ["a.b ?? c.d == e",                 "((a.b) ?? (c.d)) == e"],
    ["a in b + 1 .. c",                 "a in (b + 1)..c"],
    ["called f.g with a in b in last 1h", "called f.g with (a in b) in last 1h"],
    ["sum of x for x in y < 5",         "(sum of x for x in y) < 5"],
  ] as const;
  test.for(rows)("%s is %s", ([text, meant]) => {
    expect(withoutSpans(conditionOf(text))).toEqual(withoutSpans(conditionOf(meant)));
  });
});

describe("the two gates", () => {
  test("a limit's `to` makes no caller", () => {
    const [limit] = read("limit read to 3 per 1h per principal").policy.statements as ast.Limit[];
    expect(limit).toMatchObject({
      who: undefined,
      operations: { include: [{ kind: "capability", name: { text: "read" } }] },
    });
    const [other] = read("limit guest to read to 3 per 1h per principal").policy.statements as ast.Limit[];
    expect(other).toMatchObject({ who: { any: [{ kind: "role", name: { text: "guest" } }] } });
  });

  test("a caller with `except` is told from operations with `except`", () => {
    const [deny, other] = read("deny a except b to c.d\ndeny a except b").policy.statements as ast.Deny[];
    expect(deny!.who).toMatchObject({ except: [{ kind: "role" }] });
    expect(other).toMatchObject({ who: undefined, operations: { except: [{ kind: "capability" }] } });
  });

  test("a field may be called as a refinement is", () => {
    const [check] = read("check a.b { path: path size 1..9 size: int like?: int in: int }").policy
      .statements as ast.Check[];
    expect(check!.record.fields.map(({ name, refinements }) => [name.text, refinements.length])).toEqual([
      ["path", 1],
      ["size", 0],
      ["like", 0],
      ["in", 0],
    ]);
  });
});

describe("spans", () => {
  const text = 'deny "x" fs.read when (a.b + 1) * 2 == 3 and not c.d starts  with "e"';
  const of = ({ start, end }: Span): string => text.slice(start, end);

  test("each node's span is its text", () => {
    const when = (read(text).policy.statements[0] as ast.Deny).when!;
    expect([...walk(when)].map((node) => of(node.span))).toEqual([
      '(a.b + 1) * 2 == 3 and not c.d starts  with "e"',
      "(a.b + 1) * 2 == 3",
      "(a.b + 1) * 2",
      "(a.b + 1)",
      "a.b",
      "a",
      "1",
      "2",
      "3",
      'not c.d starts  with "e"',
      'c.d starts  with "e"',
      "c.d",
      "c",
      '"e"',
    ]);
  });

  test("an operator has one space between its words, and its own span", () => {
    const when = (read(text).policy.statements[0] as ast.Deny).when!;
    const binary = [...walk(when)].findLast((node) => node.kind === "binary")!;
    expect(binary.operator).toBe("starts with");
    expect(of(binary.operatorSpan)).toBe("starts  with");
  });

  test("a part's span lies in the whole's, in text of any sort", () => {
    fc.assert(
      fc.property(fc.oneof(...Object.values(statements)), (statement) => {
        const { policy } = read(print({ statements: [statement], closing: [], span: statement.span }));
        const check = (node: unknown, around: Span): void => {
          if (node === null || typeof node !== "object") return;
          const span = (node as { span?: Span }).span ?? around;
          expect(around.start <= span.start && span.end <= around.end).toBe(true);
          for (const part of Object.values(node)) if (part !== span) check(part, span);
        };
        for (const each of policy.statements) check(each, policy.span);
      }),
      { numRuns: 200 },
    );
  });
});

test("newlines never matter", () => {
  // But in a capability before a `*`, which else would multiply.
  const oneLine = Object.entries(statements)
    .filter(([kind]) => kind !== "capability")
    .map(([_, made]) =>
      made.map((each) => ({ ...each, docs: [], comments: [], trailing: undefined }) as unknown as ast.Statement),
    );
  fc.assert(
    fc.property(fc.array(fc.oneof(...oneLine), { maxLength: 4 }), (made) => {
      const text = print({ statements: made, closing: [], span: { file: "x", start: 0, end: 0 } });
      fc.pre(!text.includes("//"));
      const { policy, diagnostics } = read(text.replaceAll("\n", " "));
      expect(diagnostics).toEqual([]);
      expect(withoutSpans(policy.statements)).toEqual(withoutSpans(made));
    }),
    { numRuns: 300 },
  );
});

describe("recovery", () => {
  const kinds = (text: string) => read(text).policy.statements.map((each) => each.kind);
  const codes = (text: string) => read(text).diagnostics.map((each) => each.code);

  test("the statements around a broken one are there", () => {
    expect(kinds("allow a to b.c\ndeny fs.* when ==\nallow a to b.d")).toEqual(["allow", "allow"]);
  });

  test("a misspelt word is mended in the tree", () => {
    const { policy } = read("alow a too b.c whn args.x contans 1");
    expect(print(policy)).toBe("allow a to b.c when args.x contains 1\n");
  });

  test("a broken entry leaves the others, a broken field too", () => {
    const [capability] = read("capability a {\n  fs.a\n  fs.b when ==\n  fs.c\n}").policy
      .statements as ast.Capability[];
    expect(capability!.entries).toHaveLength(2);
    const [check] = read("check fs.a {\n  a: int\n  b: == 3\n  c: int, d: |, e: int\n}").policy
      .statements as ast.Check[];
    expect(check!.record.fields.map(({ name }) => name.text)).toEqual(["a", "c", "e"]);
  });

  test("a broken declaration still declares its name", () => {
    expect(kinds('server fs form\ncapability read:files x y {\nrole a "b" { }')).toEqual([
      "server",
      "capability",
      "role",
    ]);
    expect(read("server fs == 3").policy.statements).toMatchObject([
      { kind: "server", name: { text: "fs" }, from: undefined },
    ]);
  });

  test("a block without its end ends before the next statement", () => {
    expect(kinds("capability a {\n  fs.a\nallow x to a\n\ncheck fs.a {\n  a: int\ndeny *")).toEqual([
      "capability",
      "allow",
      "check",
      "deny",
    ]);
    expect(codes("capability a {\n  fs.a\nallow x to a\n\ncheck fs.a {\n  a: int\ndeny *")).toEqual(["P0104", "P0104"]);
  });

  test("a missing bracket is shown with the opening one", () => {
    const { diagnostics } = read('deny fs.* when (a or b\n  because "c"');
    expect(diagnostics).toMatchObject([
      { code: "P0104", span: { start: 25 }, labels: [{ span: { start: 15, end: 16 } }], fix: { replacement: ")" } },
    ]);
  });

  // biome-ignore format: table
  const single = [
    ["allow a fs.read",                          "P0101", "after `a` I expected `to`, not `fs`"],
    ["deny when a",                              "P0101", "after `deny` I expected an operation"],
    ["deny fs.read whn a",                       "P0102", "did you mean `when`?"],
    ["deny fs.read when args.p undr \"/x\"",     "P0102", "did you mean `under`?"],
    ["deny fs.read becuase \"x\"",               "P0102", "did you mean `because`?"],
    ["capabilty a:b { }",                        "P0102", "did you mean `capability`?"],
    ["require aproval from a for fs.b",          "P0102", "did you mean `approval`?"],
    ["assert a nevr fs.b",                       "P0102", "did you mean `never`?"],
    ["server fs form \"x\"",                     "P0102", "did you mean `from`?"],
    ["deny fs.read when x = 1",                  "P0102", "did you mean `==`?"],
    ["permit a to fs.b",                         "P0103", "`permit` begins no statement"],
    ["deny fs.a when x in [1, 2",                "P0104", "`[` is not closed"],
    ["deny fs.a when f(1, 2",                    "P0104", "`(` is not closed"],
    ["deny fs.a when x in [1, 2)",               "P0105", "`[` is closed by `)`"],
    ["deny fs.a }",                              "P0105", "`}` closes nothing"],
    ["deny fs.a when a and b or c",              "P0106", "`and` beside `or` needs parentheses"],
    ["deny fs.a when a == b == c",               "P0107", "a comparison does not go on"],
    ["deny fs.a when a -1 == b",                 "P0120", "`-` needs a space on both sides"],
    ["deny fs.a when a*2 == b",                  "P0120", "`*` needs a space on both sides"],
    ["server limit untyped",                     "P0122", "`limit` is a word of the language"],
    ["limit fs.a to 3 per principal",            "P0101", "after `per` I expected a duration"],
    ["deny fs.a when has args",                  "P0101", "`has` asks for a part"],
    ["let x =",                                  "P0101", "after `=` I expected a value, but the statement ends here"],
    ["principal { a int }",                      "P0101", "after `a` I expected `:` and the field's type, not `int`"],
  ] as const;
  test.for(single)("%s: %s %s", ([text, code, message]) => {
    const { diagnostics } = read(text);
    expect(diagnostics).toHaveLength(1);
    expect(diagnostics[0]).toMatchObject({ code, message: expect.stringContaining(message) });
  });
});

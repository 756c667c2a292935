import { describe, expect, test } from "vitest";
import { checkText, conditionOf, findings, withoutPlaces } from "./checked.ts";

const path = { kind: "path" };
const any = { kind: "any" };
const args = (name: string, as: unknown) => ({ kind: "reference", root: "args", path: [name], as });

describe("what is read as what", () => {
  test("a path argument beside a directory: canonically, and the directory becomes a list", () => {
    expect(withoutPlaces(conditionOf('allow "a" dev to fs.read_file when args.path under "/workspace"'))).toEqual({
      kind: "atom",
      operand: {
        kind: "apply",
        operator: "under",
        operands: [
          args("path", path),
          { kind: "constant", value: ["/workspace"], as: { kind: "list", element: path } },
        ],
        as: { kind: "bool" },
      },
    });
  });

  test("equality draws the constant to the argument's type", () => {
    expect(withoutPlaces(conditionOf('allow "a" dev to fs.read_file when args.path == "/workspace/a"'))).toMatchObject({
      operand: { operator: "equal", operands: [{ as: path }, { value: "/workspace/a", as: path }] },
    });
    expect(withoutPlaces(conditionOf('allow "a" dev to un.x when args.n == "a"'))).toMatchObject({
      operand: { operands: [{ as: { kind: "string" } }, { as: { kind: "string" } }] },
    });
  });

  test("`text(x)` says that a name misleads", () => {
    expect(withoutPlaces(conditionOf('allow "a" dev to fs.move_file when text(args.source) == "web"'))).toMatchObject({
      operand: { operands: [{ kind: "apply", operator: "text", operands: [{ as: { kind: "string" } }] }, {}] },
    });
  });

  test("a flag stands for itself", () => {
    expect(withoutPlaces(conditionOf('allow "a" dev to fs.list_directory when args.recursive'))).toEqual({
      kind: "atom",
      operand: args("recursive", { kind: "bool" }),
    });
  });

  test("holes are filled by the caller, and a `let` at once", () => {
    const condition = conditionOf(
      'let area = "data"\nallow "a" dev to fs.read_file when args.path under "/{area}/{principal.team}/x"',
    );
    expect(withoutPlaces(condition)).toMatchObject({
      operand: {
        operands: [
          {},
          {
            kind: "list",
            items: [
              {
                kind: "text",
                parts: ["/data/", { root: "principal", path: ["team"], as: { kind: "string" } }, "/x"],
                as: path,
              },
            ],
            as: { kind: "list", element: path },
          },
        ],
      },
    });
  });

  test("braces in a glob are its alternatives", () => {
    expect(
      withoutPlaces(conditionOf('allow "a" dev to fs.read_file when args.path like "**/*.{ts,md}"')),
    ).toMatchObject({
      operand: {
        operator: expect.stringMatching(/^like/),
        operands: [{}, { kind: "constant", value: ["**/*.{ts,md}"] }],
      },
    });
  });

  test("a quantifier's elements are read where they are used", () => {
    expect(
      withoutPlaces(conditionOf('allow "a" dev to fs.read_multiple_files when every p in args.paths: p under "/w"')),
    ).toMatchObject({
      kind: "every",
      variable: "p",
      over: { root: "args", path: ["paths"], as: { kind: "list", element: any } },
      body: { operand: { operands: [{ root: "variable", variable: "p", path: [], as: path }, {}] } },
    });
  });

  test("`??` replaces an absent value", () => {
    expect(withoutPlaces(conditionOf('deny "a" fs.read_file when (args.head ?? 10) > 5'))).toMatchObject({
      operand: { operands: [{ root: "args", path: ["head"], fallback: 10 }, {}] },
    });
  });

  test("parts of a URL are fields of its reading", () => {
    expect(
      withoutPlaces(conditionOf('allow "a" dev to office.fetch_page when args.url.host in domain "example.org"')),
    ).toMatchObject({
      operand: {
        operands: [{ kind: "field", of: { root: "args", path: ["url"], as: { kind: "url" } }, key: "host" }, {}],
      },
    });
  });

  test("`unless` is negated, beside `when`", () => {
    expect(
      withoutPlaces(conditionOf('deny "a" fs.write_file when args.path under "/a" unless args.path under "/a/b"')),
    ).toMatchObject({ kind: "and", parts: [{ kind: "atom" }, { kind: "not", part: { kind: "atom" } }] });
  });

  test("`strings(args)` is told the declared names, and `paths(args)` of an untyped server gives strings", () => {
    expect(
      withoutPlaces(conditionOf('deny "a" fs.write_file when some s in strings(args): s contains "x"')),
    ).toMatchObject({ over: { operator: "strings", operands: [{}, { value: ["content", "path"] }] } });
    expect(withoutPlaces(conditionOf('deny "a" un.* when some p in paths(args): p like "**/.env"'))).toMatchObject({
      over: { operator: "strings" },
    });
    expect(withoutPlaces(conditionOf('deny "a" fs.* when some p in paths(args): p like "**/.env"'))).toMatchObject({
      over: { operator: "paths" },
    });
  });
});

describe("guards", () => {
  // biome-ignore format: table
  test.each([
    ["bare",                      "args.head > 5",                                          ["P0305 args.head"]],
    ["guarded",                   "has args.head and args.head > 5",                        []],
    ["guarded from behind",       "args.head > 5 and has args.head",                        []],
    ["the other way round",       "not has args.head or args.head > 5",                     []],
    ["under not",                 "not (not has args.head or args.head > 5)",               []],
    ["guard in one branch only",  "(has args.head or has args.tail) and args.head > 5",     ["P0305 args.head"]],
    ["guard in both branches",    "(has args.head and args.path == \"/a\" or has args.head and args.path == \"/b\") and args.head > 5", undefined],
    ["another's guard",           "has args.tail and args.head > 5",                        ["P0305 args.head"]],
    ["defaulted",                 "(args.head ?? 0) > 5",                                   []],
    ["an optional in a hole",     'args.path under "/{principal.level}"',                   ['P0305 "/{principal.level}"']],
    ["guarded in a hole",         'has principal.level and args.path under "/{principal.level}"', []],
    ["a caller's optional",       "principal.level > 5",                                    ["P0305 principal.level"]],
    ["the address",               'context.ip in "10.0.0.0/8"',                             ["P0305 context.ip"]],
  ])("%s", (_name, condition, expected) => {
    const found = findings(checkText(`deny "d" fs.read_file when ${condition}\n`));
    if (expected !== undefined) expect(found).toEqual(expected);
  });

  test("an allow needs none: unknown grants nothing", () => {
    expect(findings(checkText('allow "a" dev to fs.read_file when args.head < 5'))).toEqual([]);
  });

  test("`when` guards `unless`, and a capability's condition the rule's", () => {
    expect(findings(checkText('deny "d" fs.read_file when has args.head unless args.head > 5'))).toEqual([]);
  });

  test("`has` of an argument that some tools have is enough", () => {
    expect(findings(checkText('deny "d" fs.* when has args.content and args.content contains "x"'))).toEqual([]);
    expect(findings(checkText('deny "d" fs.* when has args.kontent'))).toEqual(["P0203 kontent"]);
  });

  test("`is` narrows a union, `not … is` the rest", () => {
    const on = (condition: string) => findings(checkText(`allow "a" dev to office.set_option when ${condition}`));
    expect(on('args.value starts with "x"')).toEqual(["P0301 args.value"]);
    expect(on('args.value is string and args.value starts with "x"')).toEqual([]);
    expect(on('args.value starts with "x" and args.value is string')).toEqual([]);
    expect(on("args.value is number and args.value > 3")).toEqual([]);
    expect(on('not (args.value is null) and not (args.value is number) and args.value starts with "x"')).toEqual([]);
  });
});

describe("several tools", () => {
  test("an argument must be in each, and each untyped server is a branch of its own", () => {
    expect(findings(checkText('deny "d" fs.read_file, un.x when args.path under "/a"'))).toEqual([]);
    expect(findings(checkText('deny "d" fs.read_*, un.x when args.path under "/a"'))).toEqual(["P0203 path"]);
  });

  test("text that one tool reads as a path is read so for all", () => {
    expect(findings(checkText('deny "d" fs.read_file, un.x when args.path starts with "/a"'))).toEqual([
      "P0302 starts with",
    ]);
  });
});

test("one mistake is reported once, however many branches and atoms it stands in", () => {
  const text = `capability a { fs.read_file, fs.write_file }
capability b { fs.list_directory }
allow "x" dev to a, b when args.nope == 1 and args.nope > 2 or nothing == 3
`;
  const found = findings(checkText(text.replace("== 1 and args.nope > 2 or", "== 1 or")));
  expect(found.filter((each) => each === "P0212 nothing")).toHaveLength(1);
});

test("prototype names are names like any other", () => {
  for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
    expect(findings(checkText(`allow "a" dev to fs.read_file when args.${name} == 1`))).toEqual([`P0203 ${name}`]);
    expect(findings(checkText(`allow "a" ${name} to fs.read_file`))).toEqual([`P0204 ${name}`]);
    expect(findings(checkText(`allow "a" dev to fs.read_file when principal.${name} == 1`))).toEqual([`P0213 ${name}`]);
  }
});

describe("sum of … for", () => {
  test("adds a number of each element", () => {
    const condition = conditionOf(
      'allow "a" dev to office.send_mail when has args.attachments and sum of x.size for x in args.attachments <= 1MB',
    );
    expect(withoutPlaces(condition)).toMatchObject({
      parts: [
        {},
        {
          operand: {
            operator: "at-most",
            operands: [
              {
                operator: "sum-of",
                operands: [
                  {
                    kind: "each",
                    variable: "x",
                    over: { root: "args", path: ["attachments"] },
                    value: { root: "variable", variable: "x", path: ["size"], as: { kind: "number" } },
                  },
                ],
              },
              { value: 1_000_000 },
            ],
          },
        },
      ],
    });
  });

  test("looks at a list, at numbers, and at nothing that is not its element's", () => {
    const found = (sum: string): readonly string[] =>
      findings(checkText(`allow "a" dev to office.send_mail when ${sum} < 3`));
    expect(found("sum of x.name for x in args.attachments")).toEqual(["P0301 x.name"]);
    expect(found("sum of principal.level for x in args.attachments")).toEqual(["P0301 principal.level"]);
    expect(found("sum of x.size * 2 for x in args.attachments")).toEqual([]);
    expect(found("sum of size(x.name) + 1 for x in args.attachments")).toEqual([]);
    expect(found('sum of size(x.path ?? "/") for x in args.attachments')).toEqual([]);
    expect(found("sum of size(args.subject) for x in args.attachments")).toEqual(["P0301 size(args.subject)"]);
    expect(found("sum of x.size * x.size for x in args.attachments")).toEqual(["P0314 x.size * x.size"]);
    expect(found("sum of x for x in args.subject")).toEqual(["P0307 args.subject"]);
    expect(found("sum of args.size for args in args.attachments")).toContain("P0207 args");
    expect(
      findings(
        checkText(
          'deny "d" office.send_mail when some a in args.to: sum of x.size for x in args.attachments > bytes(a)',
        ),
      ),
    ).toContain("P0320 args.attachments");
  });

  test("in a deny wants a default of what an element may lack, since no condition can stand in a value", () => {
    const { diagnostics } = checkText(
      'deny "d" office.send_mail when has args.attachments and sum of size(x.path) for x in args.attachments > 3',
    );
    const [found] = diagnostics.filter(({ code }) => code === "P0305");
    expect(found?.fix).toBeUndefined();
    expect(found).toMatchObject({ help: ["give it a value for that case: `x.path ?? …`"] });
  });
});

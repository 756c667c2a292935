import { Source } from "@mcpolicy/diagnostics";
import { describe, expect, test } from "vitest";
import { readFixture, type Suite } from "../src/index.ts";

function read(text: string) {
  return readFixture(new Source("x.test.yaml", text));
}

function suiteOf(text: string): Suite {
  const { suite, diagnostics } = read(text);
  expect(diagnostics).toEqual([]);
  return suite!;
}

const head = `policy: p.mcpolicy
principals:
  a: { id: a }
  b: { id: b, roles: [r], team: core }
`;

describe("the matrix", () => {
  test("lists under `as` and the operation multiply, rows replace what the test says", () => {
    const { cases } = suiteOf(`${head}tests:
  - name: t
    as: [a, b, null]
    call: [s.x, s.y.z]
    with: { p: 1 }
    expect: deny
    each:
      - {}
      - { name: second, as: b, with: {}, expect: { decision: allow, rules: r1 } }
`);
    expect(cases.map(({ name }) => name)).toEqual([
      "t: row 1 (a, s.x)",
      "t: row 1 (a, s.y.z)",
      "t: row 1 (b, s.x)",
      "t: row 1 (b, s.y.z)",
      "t: row 1 (null, s.x)",
      "t: row 1 (null, s.y.z)",
      "t: second (s.x)",
      "t: second (s.y.z)",
    ]);
    expect(cases[3]!.steps).toMatchObject([
      {
        kind: "ask",
        as: { value: "b" },
        action: { value: { kind: "request", operation: { kind: "tool", server: "s", name: "y.z" } } },
        with: { value: { p: 1 } },
        expect: { effect: "deny" },
      },
    ]);
    expect(cases[6]!.steps).toMatchObject([
      { with: { value: {} }, expect: { effect: "allow", rules: [{ value: "r1" }] } },
    ]);
  });

  test("steps take over what they do not say, and wait", () => {
    const { cases } = suiteOf(`${head}tests:
  - name: t
    as: [a, b]
    expect: allow
    steps:
      - { call: s.x }
      - { wait: 90m }
      - { call: s.y, as: b, expect: deny }
`);
    expect(cases.map(({ name, steps }) => [name, steps.length])).toEqual([
      ["t (a)", 3],
      ["t (b)", 3],
    ]);
    expect(cases[0]!.steps).toMatchObject([
      { as: { value: "a" }, expect: { effect: "allow" } },
      { kind: "wait", duration: 5_400_000 },
      { as: { value: "b" }, expect: { effect: "deny" } },
    ]);
  });
});

describe("a malformed file gives no suite", () => {
  // biome-ignore format: table
  const wrong: readonly (readonly [string, string, string])[] = [
    ["an empty file",              "",                                                                         "P0703"],
    ["a list",                     "- 1",                                                                      "P0703"],
    ["two documents",              `${head}tests: []\n---\n{}`,                                                "P0701"],
    ["a broken text",              `${head}tests: [`,                                                          "P0701"],
    ["an unknown tag",             `${head}tests: !secret []`,                                                 "P0701"],
    ["a number that is none",      `${head}context: { x: .nan }\ntests: []`,                                   "P0701"],
    ["an alias of nothing",        `${head}tests: *x`,                                                         "P0701"],
    ["an alias of itself",         `${head}tests: &x [*x]`,                                                    "P0701"],
    ["no tests",                   head,                                                                       "P0704"],
    ["an empty list of tests",     `${head}tests: []`,                                                         "P0705"],
    ["an empty table",             `${head}tests: [{ name: t, as: a, call: s.x, expect: deny, each: [] }]`,    "P0705"],
    ["empty steps",                `${head}tests: [{ name: t, as: a, steps: [] }]`,                            "P0705"],
    ["an empty matrix",            `${head}tests: [{ name: t, as: [], call: s.x, expect: deny }]`,             "P0705"],
    ["a table and steps",          `${head}tests: [{ name: t, as: a, call: s.x, expect: deny, each: [{}], steps: [{ wait: 1s }] }]`, "P0703"],
    ["two operations",             `${head}tests: [{ name: t, as: a, call: s.x, prompt: s.y, expect: deny }]`, "P0703"],
    ["a wait that does more",      `${head}tests: [{ name: t, as: a, steps: [{ wait: 1s, call: s.x }] }]`,     "P0702"],
    ["an unknown principal",       `${head}tests: [{ name: t, as: c, call: s.x, expect: deny }]`,              "P0706"],
    ["a proof that is none",       `${head}tests: [{ name: t, as: a, call: s.x, expect: deny, proofs: { mfa: 1 } }]`, "P0703"],
    ["an unknown proof",           `${head}tests: [{ name: t, as: a, call: s.x, expect: deny, proofs: { mfo: true } }]`, "P0702"],
    ["an approver that is nobody", `${head}tests: [{ name: t, as: a, call: s.x, expect: deny, approved-by: c }]`, "P0706"],
    ["a proof of a list",          `${head}tests: [{ name: t, as: a, list: tools, expect: { includes: [s.x] }, proofs: {} }]`, "P0710"],
    ["a result of nothing",        `${head}tests: [{ name: t, as: a, call: s.x, expect: { decision: allow, result: {} } }]`, "P0710"],
    ["a result that is none",      `${head}tests: [{ name: t, as: a, call: s.x, result: { text: hi }, expect: allow }]`, "P0702"],
    ["a skip without a reason",    `${head}tests: [{ name: t, as: a, call: s.x, expect: deny, skip: "  " }]`,  "P0713"],
    ["a list held against nothing", `${head}tests: [{ name: t, as: a, list: tools, expect: {} }]`,             "P0704"],
    ["an expectation of nothing",  `${head}tests: [{ name: t, as: a, call: s.x, expect: {} }]`,                "P0704"],
  ];

  test.for(wrong)("%s", ([, text, code]) => {
    const { suite, diagnostics } = read(text);
    expect(suite).toBeUndefined();
    expect(diagnostics.map((each) => each.code)).toContain(code);
  });

  test("a short text that unfolds into a huge one", () => {
    const lines = Array.from(
      { length: 12 },
      (_, index) =>
        `  k${index}: &a${index} [${Array(10)
          .fill(index === 0 ? "x" : `*a${index - 1}`)
          .join(", ")}]`,
    );
    const { suite, diagnostics } = read(`policy: p\ncontext:\n${lines.join("\n")}\ntests: []\n`);
    expect(suite).toBeUndefined();
    expect(diagnostics.length).toBeGreaterThan(0);
  });
});

test("arguments keep every key as their own, `__proto__` too", () => {
  const { cases } = suiteOf(
    `${head}tests: [{ name: t, as: a, call: s.x, with: { __proto__: { x: 1 }, constructor: 2 }, expect: deny }]`,
  );
  const [step] = cases[0]!.steps;
  const args = step?.kind === "ask" ? step.with!.value : {};
  expect(Object.keys(args)).toEqual(["__proto__", "constructor"]);
  expect(Object.getPrototypeOf(args)).toBe(Object.prototype);
});

test("JSON is read as well, with the same places", () => {
  const { suite, diagnostics } = read(
    JSON.stringify({ policy: "p", tests: [{ name: "t", as: null, call: "s.x", expect: "unauthenticated" }] }),
  );
  expect(diagnostics).toEqual([]);
  expect(suite!.cases).toHaveLength(1);
});

import { globSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseDocument } from "yaml";
import { exitCodeOf, type FixtureRun, reporters, runFixture, totalsOf } from "../src/index.ts";
import { files, root, withFiles } from "./files.ts";

const head = `policy: test-fixtures/decisions/notes/policy.mcpolicy
principals:
  ann: { id: ann@example.com, roles: [writer], team: core }
`;

function runOf(tests: string): FixtureRun {
  return runFixture("case.test.yaml", withFiles({ "case.test.yaml": `${head}tests:\n${tests}` }));
}

const passing = runOf("  - { name: fine, as: ann, call: notes.read_note, with: { path: a.md }, expect: allow }\n");

const failing = runOf(`  - name: cannot leave
    as: ann
    call: notes.read_note
    each:
      - { with: { path: /notes/a.md }, expect: { decision: deny, reason: rule } }
      - { with: { path: /etc/passwd }, expect: allow }
      - { with: { path: /notes/drafts/x }, expect: { decision: deny, rules: ["share inside"] } }
      - { with: { path: 7 }, expect: deny }
  - { name: seen, as: ann, list: tools, expect: { includes: [notes.drop_all], excludes: [notes.read_note] } }
  - { name: later, skip: not yet, as: ann, call: notes.drop_all, expect: deny }
`);

const broken = runOf("  - { name: x, as: nobody, call: notes.read_note, expect: allow }\n");

/** Times differ from run to run. */
function steady(text: string): string {
  return text.replace(/\d+ ms/g, "N ms");
}

describe("text", () => {
  test("a failure shows expected and got, the rule with its line and values, and the nearest allow", () => {
    expect(steady(reporters.text([passing, failing], { color: false }))).toMatchSnapshot();
  });

  test("colours only where asked for", () => {
    expect(reporters.text([failing], { color: true })).toContain("\u001b[31m");
    expect(reporters.text([failing], { color: false })).not.toContain("\u001b");
  });
});

describe("what fixtures say is escaped", () => {
  const hostile = runOf(
    String.raw`  - { name: "\e[31mred\n::error::x <b>&'\"\u202E", as: ann, call: notes.read_note, with: { path: "/notes/\n::stop::\e]0;x\a</testcase>%0A" }, expect: allow }` +
      "\n",
  );

  test("it fails", () => expect(totalsOf([hostile]).failed).toBe(1));

  test.for(["text", "junit", "github"] as const)(
    "%s holds no control character and starts no line of its own",
    (format) => {
      const report = reporters[format]([hostile], { color: false });
      expect(report).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u202e]/);
      expect(report.split("\n").filter((line) => line.startsWith("::")).length).toBe(format === "github" ? 1 : 0);
    },
  );

  test("junit stays well formed", () => {
    const report = reporters.junit([hostile], { color: false });
    expect(report).not.toContain("</testcase>%0A");
    expect(report.match(/<testcase /g)).toHaveLength(1);
    expect(report.match(/<\/testcase>/g)).toHaveLength(1);
    // Every ampersand begins an entity, every attribute closes.
    expect(report).not.toMatch(/&(?!(?:amp|lt|gt|quot|apos);)/);
  });
});

test("junit counts", () => {
  const report = reporters.junit([passing, failing, broken], { color: false });
  expect(report).toContain('<testsuites name="policy test" tests="8" failures="5" errors="1" skipped="1"');
});

describe("json", () => {
  test("totals stand in `summary`", () => {
    const report = JSON.parse(reporters.json([passing, failing, broken], { color: false }));
    expect(report.summary).toMatchObject({
      files: 3,
      invalid: 1,
      cases: 7,
      passed: 1,
      failed: 5,
      skipped: 1,
      internal: 0,
    });
    expect(report.exitCode).toBe(2);
    expect(report.files[1].cases[0]).toMatchObject({ name: "cannot leave: row 1", line: 9, status: "failed" });
  });

  test("is as its schema says", () => {
    expect(
      mistakesIn("test-report.schema.json", JSON.parse(reporters.json([passing, failing, broken], { color: false }))),
    ).toEqual([]);
  });
});

// What rows may bring a schema cannot ask of a test, so that a missing `as` or `expect` is found by the reader alone.
describe("the schema of fixtures", () => {
  const fixtures = globSync("test-fixtures/{decisions,conformance}/**/*.test.yaml", { cwd: root });

  test.for(fixtures)("takes what the reader takes: %s", (cases) => {
    expect(mistakesIn("test.schema.json", parseDocument(files.read(cases)!).toJS())).toEqual([]);
  });

  test.for(["P0702-unknown-key", "P0705-no-test", "P0709-no-such-decision", "P0713-skip-without-reason"])(
    "refuses %s",
    (folder) => {
      const text = files.read(`test-fixtures/diagnostics/${folder}/input.test.yaml`)!;
      expect(mistakesIn("test.schema.json", parseDocument(text).toJS())).not.toEqual([]);
    },
  );
});

describe("exit codes", () => {
  const totals = totalsOf([]);
  // biome-ignore format: table
  test.for([
    [0, { passed: 1 }],
    [1, { passed: 1, failed: 1 }],
    [2, { passed: 1, failed: 1, invalid: 1 }],
    [3, { passed: 1, failed: 1, invalid: 1, internal: 1 }],
    [5, { skipped: 3 }],
    [5, {}],
  ] as const)("%i", ([code, counts]) => {
    expect(exitCodeOf({ ...totals, ...counts })).toBe(code);
  });
});

/** By ajv, which the runtime brings. */
function mistakesIn(schema: string, value: unknown): readonly unknown[] {
  const require = createRequire(join(root, "packages/runtime/package.json"));
  const { Ajv2020 } = require("ajv/dist/2020.js");
  const ajv = new Ajv2020({ strict: true, allErrors: true, strictTypes: false, strictRequired: false });
  const validate = ajv.compile(JSON.parse(readFileSync(join(root, "test-fixtures/schema", schema), "utf8")));
  validate(value);
  return validate.errors ?? [];
}

import { denied } from "@mcpolicy/core";
import { Source } from "@mcpolicy/diagnostics";
import { checkPolicy } from "@mcpolicy/language";
import { describe, expect, test } from "vitest";
import {
  type CaseResult,
  exitCodeOf,
  readFixture,
  runFixture,
  runSuite,
  type Subject,
  subjectOf,
  totalsOf,
} from "../src/index.ts";
import { files, withFiles } from "./files.ts";

const policyPath = "test-fixtures/decisions/notes/policy.mcpolicy";
const { policy } = checkPolicy([policyPath], files);
const subject: Subject = subjectOf(policy!);

function results(tests: string, on: Subject = subject): readonly CaseResult[] {
  const text = `policy: ${policyPath}\nprincipals:\n  bob: { id: bob, roles: [reader] }\ntests:\n${tests}`;
  const { suite, diagnostics } = readFixture(new Source("x.test.yaml", text));
  expect(diagnostics).toEqual([]);
  return runSuite(suite!, on);
}

const reading = "as: bob, call: notes.read_note, with: { path: a.md }";

describe("only and skip", () => {
  test("`only` skips the others, and says so", () => {
    const [first, second] = results(
      `  - { name: a, ${reading}, expect: deny }\n  - { name: b, only: true, ${reading}, expect: allow }\n`,
    );
    expect(first).toMatchObject({ status: "skipped", skipped: "another test says `only`" });
    expect(second).toMatchObject({ status: "passed", only: true });
  });

  test("a skipped case keeps its reason and does not run", () => {
    const [only] = results(`  - { name: a, skip: "see the tracker", ${reading}, expect: deny }\n`);
    expect(only).toMatchObject({ status: "skipped", skipped: "see the tracker", failures: [] });
  });
});

describe("a disagreement with the reference is a bug of ours, whatever the fixture expected", () => {
  const broken: Subject = { ...subject, policy: { ...subject.policy, decide: () => denied, list: () => ["drop_all"] } };

  test("for a decision", () => {
    const [result] = results(`  - { name: a, ${reading}, expect: deny }\n`, broken);
    expect(result).toMatchObject({ status: "internal" });
    expect(result!.failures[0]!.got).toBe('the decision is "deny", and by the reference "allow"');
  });

  test("for a list", () => {
    const [result] = results(
      "  - { name: a, as: bob, list: tools, expect: { includes: [notes.read_note] } }\n",
      broken,
    );
    expect(result).toMatchObject({ status: "internal" });
  });

  test("for a fault", () => {
    const faulty: Subject = {
      ...subject,
      policy: { ...subject.policy, decide: () => ({ ...denied, reason: "fault" }) },
    };
    const [result] = results(
      `  - { name: a, as: bob, call: notes.write_note, with: { path: a, content: b }, expect: deny }\n`,
      faulty,
    );
    expect(result).toMatchObject({ status: "internal" });
  });

  test("and ends the run with 3", () => {
    const cases = results(`  - { name: a, ${reading}, expect: deny }\n`, broken);
    const run = { file: "x", sources: new Map(), diagnostics: [], cases, duration: 0 };
    expect(exitCodeOf(totalsOf([run]))).toBe(3);
  });
});

test("a fixture file that is not there is an error, not an empty run", () => {
  const run = runFixture("nowhere.test.yaml", files);
  expect(run.diagnostics.map(({ code }) => code)).toEqual(["P0701"]);
  expect(exitCodeOf(totalsOf([run]))).toBe(2);
});

test("a policy with errors is shown with them, at the fixture's own line", () => {
  const extra = {
    "p.mcpolicy": 'mcpolicy 1\nallow "x" nobody to nothing.at_all\n',
    "a.test.yaml": "policy: p.mcpolicy\ntests: [{ name: t, as: null, call: s.x, expect: unauthenticated }]\n",
  };
  const run = runFixture("a.test.yaml", withFiles(extra));
  expect(run.cases).toEqual([]);
  expect(run.diagnostics[0]).toMatchObject({ code: "P0712", span: { file: "a.test.yaml" } });
  expect(run.diagnostics.slice(1).every(({ span }) => span.file === "p.mcpolicy")).toBe(true);
  expect(run.diagnostics.length).toBeGreaterThan(1);
});

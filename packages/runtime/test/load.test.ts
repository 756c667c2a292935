import { type Artifact, type ConditionIr, digestOf } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { ArtifactError, everyAbility, loadPolicy } from "../src/index.ts";
import { call, head, place, policy, rule } from "./small-policies.ts";

const at = { place, text: "" };
const bool = { kind: "bool" } as const;
const whole = policy([rule({ id: "a", effect: "allow" })]);

function artifact(ir: unknown): Artifact {
  return { mcpolicyArtifact: 1, digest: digestOf(ir), policy: ir as Artifact["policy"] };
}

function codeOf(given: unknown): string | undefined {
  try {
    loadPolicy(given as Artifact, { abilities: everyAbility });
    return undefined;
  } catch (failure) {
    expect(failure).toBeInstanceOf(ArtifactError);
    expect((failure as Error).message.length).toBeGreaterThan(20);
    return (failure as ArtifactError).code;
  }
}

const withCondition = (condition: unknown) =>
  artifact(policy([rule({ id: "a", effect: "allow" }, condition as ConditionIr)]));
const redacting = (...detectors: readonly unknown[]) => artifact({ ...whole, redacts: [{ ...head("x"), detectors }] });
const atom = (operand: unknown) => withCondition({ kind: "atom", operand, at });

const string = { kind: "string" } as const;
const globs = { kind: "list", element: { kind: "glob" } } as const;
const argument = { kind: "reference", root: "args", path: ["y"], as: string } as const;
const apply = (operator: string, pattern: unknown) =>
  atom({ kind: "apply", operator, operands: [argument, pattern], as: bool });
const like = (pattern: unknown) =>
  atom({ kind: "apply", operator: "like", operands: [{ ...argument, as: { kind: "path" } }, pattern], as: bool });

test("patterns that the policy writes load, with holes too", () => {
  const hole = { kind: "reference", root: "principal", path: ["team"], as: string };
  expect(codeOf(like({ kind: "constant", value: ["/w/*"], as: globs }))).toBeUndefined();
  expect(
    codeOf(like({ kind: "list", items: [{ kind: "text", parts: ["/w/", hole], as: { kind: "glob" } }], as: globs })),
  ).toBeUndefined();
  expect(codeOf(apply("matches", { kind: "constant", value: "a*", as: { kind: "regex" } }))).toBeUndefined();
});

test("a whole artifact loads, through JSON too", () => {
  const given = artifact(whole);
  expect(loadPolicy(given).digest).toBe(given.digest);
  expect(loadPolicy(JSON.parse(JSON.stringify(given))).decide(call({})).effect).toBe("allow");
});

test("detectors load", () => {
  const detectors = ["card", { regex: "[0-9]{9}" }].map((value) => ({
    kind: "constant",
    value,
    as: { kind: "detector" },
  }));
  expect(codeOf(redacting(...detectors))).toBeUndefined();
});

test("what was verified is what decides: later changes to the artifact do not show", () => {
  const given = structuredClone(artifact(whole));
  const loaded = loadPolicy(given);
  (given.policy.rules as unknown[]).length = 0;
  expect(loaded.decide(call({})).effect).toBe("allow");
});

// biome-ignore format: table
const broken: readonly (readonly [string, string, unknown])[] = [
  ["P0601", "nothing",                       undefined],
  ["P0601", "a list",                        []],
  ["P0601", "no policy",                     { mcpolicyArtifact: 1, digest: "sha256-0" }],
  ["P0602", "another version",               { ...artifact(whole), mcpolicyArtifact: 2 }],
  ["P0602", "another version of the policy", artifact({ ...whole, version: 2 })],
  ["P0603", "another digest",                { ...artifact(whole), digest: `sha256-${"0".repeat(64)}` }],
  ["P0603", "a changed policy",              { ...artifact(whole), policy: { ...whole, rules: [] } }],
  ["P0601", "a missing field",               artifact({ ...whole, roles: undefined })],
  ["P0601", "an extra field",                artifact({ ...whole, quotas: [] })],
  ["P0601", "another effect",                artifact({ ...whole, rules: [{ ...whole.rules[0], effect: "ask" }] })],
  ["P0601", "another condition",             withCondition({ kind: "xor", parts: [] })],
  ["P0601", "a condition called constructor", withCondition({ kind: "constructor" })],
  ["P0601", "another type",                  atom({ kind: "constant", value: 1, as: { kind: "complex" } })],
  ["P0601", "a limit of another window",     artifact({ ...whole, limits: [{ ...head("l"), amount: 1, keys: [], window: { kind: "always" } }] })],
  ["P0601", "a limit of another key",        artifact({ ...whole, limits: [{ ...head("l"), amount: 1, keys: [{ kind: "ip" }], window: { kind: "at once" } }] })],
  ["P0601", "another duty",                  artifact({ ...whole, requires: [{ ...head("r"), valid: 1, duty: { kind: "captcha" } }] })],
  ["P0601", "approval from nobody",          artifact({ ...whole, requires: [{ ...head("r"), valid: 1, duty: { kind: "approval", from: "lead" } }] })],
  ["P0601", "a label without a time",        artifact({ ...whole, labels: [{ ...head("l"), label: "x", onResult: false }] })],
  ["P0601", "a time that ends before it begins", artifact({ ...whole, labels: [{ ...head("l"), label: "x", onResult: false, duration: -1 }] })],
  ["P0601", "a broken policy that is narrowed", artifact({ ...whole, narrows: [{ ...whole, rules: [{}] }] })],
  ["P0601", "a narrowed policy of another version", artifact({ ...whole, narrows: [{ ...whole, version: 2 }] })],
  ["P0604", "an unknown detector",           redacting({ kind: "constant", value: "cart", as: { kind: "detector" } })],
  ["P0604", "a detector of nothing, everywhere", redacting({ kind: "constant", value: { regex: "a*" }, as: { kind: "detector" } })],
  ["P0604", "no detector",                   redacting()],
  ["P0601", "a detector that is no constant", redacting({ kind: "reference", root: "args", path: ["x"], as: { kind: "detector" } })],
  ["P0601", "another verb",                  withCondition({ kind: "happened", verb: "wished", events: { branches: [], byAnyone: false, last: 1 }, at: { place, text: "x" } })],
  ["P0601", "a window without an end",       withCondition({ kind: "happened", verb: "called", events: { branches: [], byAnyone: false }, at: { place, text: "x" } })],
  ["P0601", "another tally",                 withCondition({ kind: "tally", tally: { kind: "mean" }, operator: "less", bound: {}, at: { place, text: "x" } })],
  ["P0601", "another root",                  atom({ kind: "reference", root: "process", path: [], as: bool })],
  ["P0604", "a type without a reader",       atom({ kind: "constant", value: 1, as: { kind: "error" } })],
  ["P0604", "an unknown operator",           atom({ kind: "apply", operator: "constructor", operands: [], as: bool })],
  ["P0601", "an argument as a glob",         like({ kind: "reference", root: "args", path: ["x"], as: globs })],
  ["P0601", "an argument as a glob in a list", like({ kind: "list", items: [{ kind: "reference", root: "args", path: ["x"], as: string }], as: globs })],
  ["P0601", "an argument where a glob stands", like({ kind: "reference", root: "args", path: ["x"], as: string })],
  ["P0601", "what is computed where a glob stands", like({ kind: "apply", operator: "lower", operands: [{ kind: "constant", value: "A", as: string }], as: string })],
  ["P0601", "an argument as an expression",  apply("matches", { kind: "reference", root: "args", path: ["x"], as: { kind: "regex" } })],
  ["P0601", "a field of a table as an expression", apply("matches", { kind: "field", of: { kind: "constant", value: { a: "b" }, as: { kind: "any" } }, key: "a", as: { kind: "regex" } })],
  ["P0601", "an argument in a hole",         like({ kind: "text", parts: ["/w/", { kind: "reference", root: "args", path: ["x"], as: string }], as: { kind: "glob" } })],
  ["P0604", "too few operands",              atom({ kind: "apply", operator: "under", operands: [], as: bool })],
];

test.for(broken)("%s: %s", ([code, , given]) => expect(codeOf(given)).toBe(code));

describe("hostile artifacts end in an error", () => {
  test("deeply nested conditions", () => {
    let condition: unknown = { kind: "constant", truth: true };
    for (let depth = 0; depth < 20_000; depth++) condition = { kind: "not", part: condition };
    expect(codeOf({ mcpolicyArtifact: 1, digest: "", policy: { ...whole, version: 1, rules: [condition] } })).toBe(
      "P0601",
    );
  });

  test("values that are no JSON", () => {
    expect(codeOf({ mcpolicyArtifact: 1, digest: "", policy: { ...whole, roles: () => 1 } })).toBe("P0601");
  });
});

import { describe, expect, test } from "vitest";
import type { CheckedPolicy } from "../src/typed.ts";
import { checkText, findings, withoutPlaces } from "./checked.ts";

function policyOf(text: string): CheckedPolicy {
  const checked = checkText(text);
  if (checked.policy === undefined) throw new Error(findings(checked).join("\n"));
  return checked.policy;
}

/** The findings of a condition of a rule about writing a file. */
function inRule(rule: "allow" | "deny", condition: string): readonly string[] {
  const who = rule === "allow" ? "dev to " : "";
  return findings(
    checkText(`label hot on office.fetch_page for 1h\n${rule} "r" ${who}fs.write_file when ${condition}`),
  ).map((each) => each.slice(0, 5));
}

describe("rules that ask, bound and label", () => {
  test("`require` says its duty and how long a proof is waited for", () => {
    const { requires } = policyOf(`role lead { }
require "four eyes" approval from lead or id "boss" for dev to fs.write_file when args.path like "**/package.json" valid 5m
require "sure" approval from caller for fs.delete_file
require mfa for fs.move_file
shadow require "why" duty "ticket" for fs.*`);
    expect(requires.map(({ id, duty, valid, shadow }) => ({ id, duty, valid, shadow }))).toEqual([
      {
        id: "four eyes",
        duty: { kind: "approval", from: { anyone: false, roles: ["lead"], ids: ["boss"] } },
        valid: 300_000,
        shadow: false,
      },
      { id: "sure", duty: { kind: "approval", from: "caller" }, valid: 600_000, shadow: false },
      { id: expect.stringMatching(/^require-[0-9a-f]{8}$/), duty: { kind: "mfa" }, valid: 600_000, shadow: false },
      { id: "why", duty: { kind: "duty", name: "ticket" }, valid: 600_000, shadow: true },
    ]);
  });

  test("`limit` counts calls, sums an argument, or bounds calls in flight, by its keys", () => {
    const { limits } = policyOf(`
limit "calls" fs.write_file to 30 per 1h per principal, principal.team
limit "budget" office.fetch_page to 2.5 of args.timeout ?? 1 per 1d per everyone
limit "flight" fs.* to 2 at once per client, tool`);
    expect(withoutPlaces(limits.map(({ amount, window, keys }) => ({ amount, window, keys })))).toEqual([
      {
        amount: 30,
        window: { kind: "per", duration: 3_600_000 },
        keys: [{ kind: "principal" }, { kind: "attribute", name: "team" }],
      },
      {
        amount: 2.5,
        window: {
          kind: "per",
          duration: 86_400_000,
          of: { kind: "reference", root: "args", path: ["timeout"], fallback: 1, as: { kind: "number" } },
        },
        keys: [{ kind: "everyone" }],
      },
      { amount: 2, window: { kind: "at once" }, keys: [{ kind: "client" }, { kind: "tool" }] },
    ]);
  });

  test("a budget asks what an absent argument is, and adds numbers alone", () => {
    expect(findings(checkText('limit "b" office.fetch_page to 9 of args.timeout per 1h per principal'))).toEqual([
      "P0305 args.timeout",
    ]);
    const guarded = 'limit "b" office.fetch_page to 9 of args.timeout per 1h per principal when has args.timeout';
    expect(findings(checkText(guarded))).toEqual([]);
    expect(findings(checkText('limit "b" office.fetch_page to 9 of args.url per 1h per principal'))).toEqual([
      "P0301 args.url",
    ]);
    expect(findings(checkText('limit "b" fs.* to 9 per 1h per principal.tean'))).toEqual(["P0213 tean"]);
  });

  test("`label` is set at the call, or on the result where its condition reads that", () => {
    const { labels } = policyOf(`
label hot on office.fetch_page for 2h
label hot on fs.read_file when result.text contains "SECRET" for 1h
let secret(x) = x contains "SECRET"
label hot on fs.list_directory when secret(result.text) for 1h`);
    expect(labels.map(({ label, duration, onResult }) => ({ label, duration, onResult }))).toEqual([
      { label: "hot", duration: 7_200_000, onResult: false },
      { label: "hot", duration: 3_600_000, onResult: true },
      { label: "hot", duration: 3_600_000, onResult: true },
    ]);
    expect(new Set(labels.map((each) => each.id)).size).toBe(3);
  });

  test("a rule about results speaks of tools alone", () => {
    expect(findings(checkText('deny result of everything of fs when result.text contains "x"'))).toContain(
      "P0308 everything of fs",
    );
    expect(findings(checkText('label hot on resource fs "file:///**" when result.text contains "x" for 1h'))).toContain(
      'P0308 resource fs "file:///**"',
    );
    const { resultDenies } = policyOf('deny "d" result of fs.* when result.text contains "x"');
    expect(resultDenies).toMatchObject([{ id: "d", shadow: false }]);
  });

  test("one id stands for one rule, whatever its sort", () => {
    expect(findings(checkText('deny "x" fs.*\nlimit "x" fs.* to 1 per 1h per principal'))).toEqual(['P0215 "x"']);
    expect(policyOf("require mfa for fs.*\nrequire mfa for fs.*").requires).toHaveLength(1);
  });
});

describe("history", () => {
  test("types the earlier call by its own tools", () => {
    const [rule] = policyOf(
      'allow "r" dev to fs.move_file when called fs.write_file by anyone with (its.args.path == args.source) in last 1h',
    ).rules;
    expect(withoutPlaces(rule!.branches[0]!.condition)).toMatchObject({
      kind: "happened",
      verb: "called",
      events: {
        byAnyone: true,
        last: 3_600_000,
        branches: [{ operations: [{ kind: "tool", server: "fs", name: "write_file" }] }],
        with: {
          kind: "atom",
          operand: {
            operator: "equal",
            operands: [
              { root: "its", path: ["args", "path"], as: { kind: "path" } },
              { root: "args", path: ["source"], as: { kind: "path" } },
            ],
          },
        },
      },
    });
  });

  test("brings a capability's conditions along, about the earlier call", () => {
    const [rule] = policyOf(`capability look { fs.read_file when args.path under "/workspace/a" }
allow "r" dev to fs.write_file when completed look since fs.delete_file in last 1d`).rules;
    const condition = rule!.branches[0]!.condition;
    expect(withoutPlaces(condition)).toMatchObject({
      events: {
        branches: [{ condition: { kind: "atom" } }],
        since: { branches: [{ operations: [{ name: "delete_file" }] }] },
        last: 86_400_000,
      },
    });
  });

  test("numbers stand on either side of a comparison", () => {
    const of = (condition: string) =>
      policyOf(`deny "r" fs.write_file when ${condition}`).rules[0]!.branches[0]!.condition;
    expect(of("count of fs.write_file in last 1h >= 3")).toMatchObject({
      kind: "tally",
      tally: { kind: "count", verb: "called" },
      operator: "at-least",
      bound: { value: 3, as: { kind: "number" } },
    });
    expect(of("3 <= count of attempted fs.write_file in last 1h")).toMatchObject({ operator: "at-least" });
    expect(of("count of distinct its.args.path over fs.write_file in last 1h > 3")).toMatchObject({
      tally: { kind: "distinct", of: { root: "its", path: ["args", "path"] } },
    });
    expect(of("sum of its.args.timeout ?? 1 over office.fetch_page in last 1h > 3.5")).toMatchObject({
      tally: { kind: "sum", verb: "called", of: { path: ["args", "timeout"], fallback: 1, as: { kind: "number" } } },
    });
    expect(findings(checkText('deny "r" fs.read_file when count of fs.* in last 1h > "3"'))).toEqual(['P0303 "3"']);
  });

  test("reads results of what completed, alone", () => {
    expect(inRule("allow", "completed fs.read_file with its.result.text contains args.content in last 1h")).toEqual([]);
    expect(inRule("allow", "completed fs.read_file with (its.result.body == 1) in last 1h")).toEqual(["P0213"]);
    expect(inRule("allow", "called fs.read_file with (its.result.text == args.content) in last 1h")).toEqual(["P0324"]);
    expect(inRule("allow", "called fs.read_file with (its.args.pth == args.path) in last 1h")).toEqual(["P0203"]);
    expect(inRule("allow", "its.args.path == args.path")).toEqual(["P0324"]);
    expect(inRule("deny", "called fs.read_file with (its.args.head > 3) in last 1h")).toEqual(["P0305"]);
    expect(inRule("deny", "called fs.read_file with (has its.args.head and its.args.head > 3) in last 1h")).toEqual([]);
    expect(inRule("deny", 'called fs.* with its.tool.name like "*_file" in last 1h')).toEqual([]);
    expect(inRule("deny", 'called everything of fs with its.tool.name like "*_file" in last 1h')).toEqual(["P0308"]);
  });

  // What the caller causes at will narrows where there is more of it, wherever it stands.
  test.for([
    ["deny", "attempted fs.read_file in last 1h", true],
    ["deny", "not attempted fs.read_file in last 1h", false],
    ["deny", "not (not attempted fs.read_file in last 1h)", true],
    ["deny", "carries hot", true],
    ["deny", "not carries hot", false],
    ["allow", "attempted fs.read_file in last 1h", false],
    ["allow", "not attempted fs.read_file in last 1h", true],
    ["allow", "not (args.content == args.path or attempted fs.read_file in last 1h)", true],
    ["allow", "carries hot", false],
    ["allow", "not carries hot", true],
    ["allow", "count of attempted fs.* in last 1h < 3", true],
    ["allow", "count of attempted fs.* in last 1h <= 3", true],
    ["allow", "3 > count of attempted fs.* in last 1h", true],
    ["allow", "count of attempted fs.* in last 1h > 3", false],
    ["allow", "not count of attempted fs.* in last 1h > 3", true],
    ["allow", "count of attempted fs.* in last 1h == 3", false],
    ["allow", "not count of attempted fs.* in last 1h == 3", false],
    ["deny", "count of attempted fs.* in last 1h > 3", true],
    ["deny", "count of attempted fs.* in last 1h < 3", false],
    ["allow", "count of distinct its.args.path over attempted fs.write_file in last 1h < 3", true],
    ["allow", "count of distinct its.args.path over attempted fs.write_file in last 1h > 3", false],
    ["allow", "count of fs.* in last 1h > 3", true],
    ["deny", "not called fs.* in last 1h", true],
  ] as const)("%s … when %s: %s", ([rule, condition, right]) => {
    const found = inRule(rule, condition).filter((code) => code !== "P0303" && code !== "P0201");
    expect(found.filter((code) => code === "P0322")).toEqual(right ? [] : ["P0322"]);
  });

  test("a capability grants, so that what it asks of history is looked at as in an allow", () => {
    expect(findings(checkText("capability c { fs.read_file when attempted fs.read_file in last 1h }"))).toEqual([
      "P0322 attempted fs.read_file in last 1h",
    ]);
  });

  test("`unless` turns the direction", () => {
    expect(findings(checkText('allow "a" dev to fs.read_file unless attempted fs.delete_file in last 1h'))).toEqual([]);
    expect(findings(checkText('deny "a" fs.read_file unless attempted fs.delete_file in last 1h'))).toHaveLength(1);
  });

  test("never inside quantifiers, nor inside other history", () => {
    const quantified = 'deny "q" fs.read_multiple_files when every p in args.paths: ';
    for (const history of ["called fs.* in last 1h", "count of fs.* in last 1h > 3", "carries hot"]) {
      const text = `label hot on fs.* for 1h\n${quantified}${history}`;
      expect(findings(checkText(text)).map((each) => each.slice(0, 5))).toEqual(["P0323"]);
    }
    const nested = `capability c { fs.read_file when called fs.write_file in last 1h }
deny "n" fs.write_file when called c in last 1h`;
    expect(findings(checkText(nested)).map((each) => each.slice(0, 5))).toEqual(["P0323"]);
  });
});

import { describe, expect, test } from "vitest";
import { pinsFromListing } from "../src/pins.ts";
import type { CheckedPolicy } from "../src/typed.ts";
import { checkText, findings, withoutPlaces } from "./checked.ts";

const object = (properties: object, required: readonly string[]) => ({ type: "object", properties, required });
const pins = JSON.stringify(
  pinsFromListing({
    tools: [
      {
        name: "approve",
        inputSchema: object({ claim: { type: "string" } }, ["claim"]),
        outputSchema: object(
          {
            claim: { type: "string" },
            amount: { type: "number" },
            score: { type: "integer" },
            report: { type: "string", format: "uri" },
          },
          ["claim", "amount"],
        ),
      },
      { name: "disburse", inputSchema: object({ claim: { type: "string" } }, ["claim"]) },
    ],
  }),
);

const check = (text: string) =>
  checkText(`server pay from "pay.json"\nserver raw untyped\n${text}`, { "pay.json": pins });
const found = (text: string): readonly string[] => findings(check(text));

function policyOf(text: string): CheckedPolicy {
  const checked = check(text);
  if (checked.policy === undefined) throw new Error(findings(checked).join("\n"));
  return checked.policy;
}

describe("results", () => {
  test("have the type of the output schema, else text and JSON", () => {
    const types = policyOf("")
      .servers.find((server) => server.name === "pay")!
      .tools.map((tool) => tool.result);
    expect(types).toEqual([
      {
        kind: "record",
        open: false,
        fields: {
          claim: { type: { kind: "string" }, optional: false },
          amount: { type: { kind: "number" }, optional: false },
          score: { type: { kind: "int" }, optional: true },
          report: { type: { kind: "url" }, optional: true },
        },
      },
      {
        kind: "record",
        open: false,
        fields: {
          text: { type: { kind: "string" }, optional: false },
          json: { type: { kind: "any" }, optional: true },
        },
      },
    ]);
  });

  test("are read by rules about results", () => {
    const [rule] = policyOf('deny "d" result of pay.approve when result.amount > 100').resultDenies;
    expect(withoutPlaces(rule!.branches[0]!.condition)).toMatchObject({
      operand: { operator: "more", operands: [{ root: "result", path: ["amount"], as: { kind: "number" } }, {}] },
    });
    expect(found("deny result of pay.approve when result.amont > 100")).toEqual(["P0213 amont"]);
    expect(found("deny result of pay.approve when result.score > 100")).toEqual(["P0305 result.score"]);
    expect(found("deny result of pay.approve when has result.score and result.score > 100")).toEqual([]);
    expect(found("deny result of pay.* when result.amount > 100")).toEqual(["P0213 amount"]);
    expect(found("deny result of pay.* when has result.amount and result.amount > 100")).toEqual([]);
    expect(found("deny result of pay.disburse when has result.json and result.json.ok == false")).toEqual([]);
    expect(found("deny result of raw.* when result.anything == 1")).toEqual([]);
    expect(found("deny result of pay.approve when args.claim == result.claim")).toEqual([]);
    expect(found("deny pay.approve when result.amount > 100")).toEqual(["P0324 result"]);
  });

  test("of earlier calls are read where these completed", () => {
    const rule = 'allow "a" dev to pay.disburse when';
    expect(found(`${rule} completed pay.approve with (its.result.claim == args.claim) in last 1h`)).toEqual([]);
    expect(found(`${rule} completed pay.approve with (its.result.clam == args.claim) in last 1h`)).toEqual([
      "P0213 clam",
    ]);
    expect(
      found(`${rule} completed pay.approve with (its.result.amount == args.claim) in last 1h`).map((each) =>
        each.slice(0, 5),
      ),
    ).toEqual(["P0303"]);
    expect(found(`${rule} count of distinct its.result.claim over completed pay.approve in last 1h < 3`)).toEqual([]);
  });

  test("come with facts of the host's, which rules about results read, and no other rule", () => {
    const context = "context { verdict?: string on result\n score: int on result\n ticket?: string }\n";
    const rules = (text: string) => found(`${context}${text}`);
    expect(rules("deny result of pay.approve when context.score > 3")).toEqual([]);
    expect(rules('deny result of pay.approve when context.verdict == "bad"')).toEqual(["P0305 context.verdict"]);
    expect(rules('deny result of pay.* when has context.verdict and context.verdict == "bad"')).toEqual([]);
    expect(rules("deny pay.approve when context.score > 3")).toEqual(["P0324 context.score"]);
    expect(rules('allow "a" dev to pay.approve when context["score"] > 3')).toEqual(['P0324 context["score"]']);
    expect(rules('allow "a" dev to pay.approve when has context.ticket')).toEqual([]);
    expect(rules('deny result of pay.approve when result.claim == "{context.verdict}"')).toEqual([
      'P0213 "{context.verdict}"',
    ]);
    expect(found("context { a?: int on result } context { a?: string on result }")).toEqual(["P0218 a"]);
    expect(found("context { a?: int on result } context { a?: int }")).toEqual(["P0218 a"]);
    expect(found("context { time: time on result }")).toEqual(["P0218 time"]);
    const { context: ofRequest, resultContext } = policyOf(context);
    expect(Object.keys(ofRequest)).toEqual(["time", "ip", "ticket"]);
    expect(resultContext).toEqual({
      verdict: { type: { kind: "string" }, optional: true },
      score: { type: { kind: "int" }, optional: false },
    });
  });

  test("a label that reads such a fact is set when the result is read", () => {
    const labels = policyOf(`
context { score: int on result  level: int }
label a on pay.approve when context.score > 3 for 1h
label b on pay.approve when context.level > 3 for 1h
label c on pay.approve when context["score"] > 3 for 1h
label d on pay.approve when bad(3) for 1h
let bad(n) = context.score > n`).labels;
    expect(labels.map(({ label, onResult }) => [label, onResult])).toEqual([
      ["a", true],
      ["b", false],
      ["c", true],
      ["d", true],
    ]);
  });

  test("are masked by detectors: built in, by an expression, by a list of these", () => {
    const lets = `
let BADGE = /[A-Z]{2}[0-9]{4}/
let CARD = /card/
let SECRETS = [jwt, BADGE, aws-key]
let ALIAS = email-address
let BOTH = [/a/, /b/]`;
    const { redacts } = policyOf(`${lets}
redact "all" card, CARD, SECRETS, ALIAS, BOTH in result of pay.* when has result.claim
shadow redact iban in result of pay.approve`);
    expect(redacts.map(({ id, shadow }) => [id.slice(0, 7), shadow])).toEqual([
      ["all", false],
      ["redact-", true],
    ]);
    const values = redacts[0]!.detectors.map((each) => each.kind === "constant" && [each.as.kind, each.value]);
    expect(values).toEqual(
      [
        "card",
        { regex: "card" },
        "jwt",
        { regex: "[A-Z]{2}[0-9]{4}" },
        "aws-key",
        "email-address",
        { regex: "a" },
        { regex: "b" },
      ].map((value) => ["detector", value]),
    );
    expect(policyOf(`${lets}\naudit { arguments full, redact SECRETS, card }`).deployment.audit).toEqual({
      arguments: "full",
      redact: ["jwt", { regex: "[A-Z]{2}[0-9]{4}" }, "aws-key", "card"],
    });
  });

  test("are masked by nothing else", () => {
    expect(found("redact crad in result of pay.*")).toEqual(["P0212 crad"]);
    expect(found("redact pay in result of pay.*")).toEqual(["P0301 pay"]);
    expect(found('let WORDS = ["a"]\nredact WORDS in result of pay.*')).toEqual(["P0301 WORDS"]);
    expect(found('let MIXED = [card, "a"]\nredact MIXED in result of pay.*')).toEqual(["P0301 MIXED"]);
    expect(found("let ANY = /.*/\nredact ANY in result of pay.*")).toEqual(["P0304 ANY"]);
    expect(found("let F(x) = x == 1\nredact F in result of pay.*")).toEqual(["P0301 F"]);
    expect(found("redact card in result of sampling by pay")).toEqual(["P0308 sampling by pay"]);
    expect(found("audit { redact }")).toEqual(["P0226 redact"]);
    expect(found("audit { redact crad }")).toEqual(["P0212 crad"]);
    expect(found("audit { redact card jwt }")).toEqual(["P0226 card jwt"]);
    for (const name of ["card", "jwt"]) {
      expect(found(`role ${name} { }`)).toEqual([`P0207 ${name}`]);
      expect(found(`let f(${name}) = ${name} == 1`)).toContain(`P0207 ${name}`);
    }
    expect(found("redact card in result of pay.*\nredact card in result of pay.*")).toEqual([]);
  });

  test("a detector stands behind `contains` and `matches`, as nothing else", () => {
    const deny = (condition: string) =>
      found(`let BADGE = /[A-Z]{2}/\ndeny "d" result of pay.approve when ${condition}`);
    expect(deny("result.claim contains card")).toEqual([]);
    expect(deny("result.claim contains [card, BADGE, /x/]")).toEqual([]);
    expect(deny("result.claim contains BADGE or result.claim matches BADGE")).toEqual([]);
    expect(deny("result.claim matches jwt")).toEqual([]);
    expect(deny("result.claim matches [jwt, card]").map((each) => each.slice(0, 5))).toEqual(["P0301"]);
    expect(deny("result.claim == card").map((each) => each.slice(0, 5))).toEqual(["P0301"]);
    expect(deny("result.claim in [card]").map((each) => each.slice(0, 5))).toEqual(["P0301"]);
    expect(deny('result.claim contains [card, "a"]').map((each) => each.slice(0, 5))).toEqual(["P0301"]);
    expect(deny("has result.report and result.report contains card")).toEqual(["P0302 contains"]);
    expect(deny("has result.report and text(result.report) contains card")).toEqual([]);
    expect(deny("result.amount contains card").map((each) => each.slice(0, 5))).toEqual(["P0301"]);
    const untyped = (condition: string) => found(`deny "d" raw.go when ${condition}`).map((each) => each.slice(0, 5));
    expect(untyped("has args.x and args.x contains card")).toEqual([]);
    expect(untyped("has args.x and args.x contains [card, /a/]")).toEqual([]);
    expect(untyped("has args.x and args.x == card")).not.toEqual([]);
    expect(untyped("has args.x and args.x contains args.x")).toEqual([]);
  });

  test("are narrowed by a check where the tool declares them", () => {
    const { checks } = policyOf("check result of pay.approve { amount: number 0..100 score: int }");
    expect(checks).toMatchObject([
      {
        server: "pay",
        tool: "approve",
        ofResult: true,
        schema: { properties: { amount: { allOf: [{ type: "number" }, { minimum: 0, maximum: 100 }] } } },
      },
    ]);
    expect(found("check result of pay.approve { amont: number }")).toEqual(["P0213 amont"]);
    expect(found("check result of pay.approve { claim: int }")).toEqual(["P0310 int"]);
    expect(found("check result of pay.approve { claim?: string }")).toEqual(["P0311 claim"]);
    expect(found("check result of pay.disburse { text: string }")).toEqual(["P0310 disburse"]);
  });
});

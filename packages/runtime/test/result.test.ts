import { type ConditionIr, callerKeyOf, type LabelIr, type PolicyIr, type RuleHeadIr } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import type { ToolResult } from "../src/index.ts";
import { resultAsRead } from "../src/tool-result.ts";
import {
  always,
  call,
  caller,
  flag,
  head,
  load,
  now,
  pastCall,
  place,
  policy,
  remembered,
  rule,
  server,
  watched,
} from "./small-policies.ts";

const at = { place, text: "condition" };
const LATER = now.time + 100;
const secret = flag("secret", "result");
const label = (id: string, condition: ConditionIr, over: Partial<LabelIr> = {}): LabelIr => ({
  ...head(id, condition),
  label: id,
  duration: 50,
  onResult: true,
  ...over,
});
const schema = { type: "object", properties: { secret: { type: "boolean" } }, required: ["secret"] };
const typed = { ...server, tools: { read: { ...server.tools["read"]!, resultSchema: schema } } };
const allow = rule({ id: "a", effect: "allow" });

const answer = (over: Partial<PolicyIr>, result: ToolResult, state = {}) =>
  load(watched(policy([allow], over))).answer(call({}, { state: remembered(state) }), "c", result, LATER);
const structured = (structuredContent: ToolResult["structuredContent"]): ToolResult => ({
  content: [],
  structuredContent: structuredContent!,
});
const deny = (condition: ConditionIr, over: Partial<RuleHeadIr> = {}): RuleHeadIr => ({
  ...head("no", condition),
  because: "Not this.",
  ...over,
});

test("without any rule a result leaves as it came, and is remembered", () => {
  const result = { content: [{ type: "text", text: "hello" }] };
  const { decision, result: sent, event } = answer({}, result);
  expect(decision).toMatchObject({ effect: "allow", reason: "rule", obligations: [] });
  expect(sent).toEqual(result);
  expect(event).toEqual({ kind: "answer", id: "c", at: LATER, completed: true, result: { text: "hello" }, labels: [] });
});

describe("what conditions read as `result`", () => {
  const bracketed = `{"a\\"${"[".repeat(99)}":"\\\\","b":["${"{".repeat(99)}"]}`;
  // biome-ignore format: table
  const cases: readonly (readonly [string, ToolResult, unknown])[] = [
    ["structured content",          { content: [{ type: "text", text: "x" }], structuredContent: { a: 1 } }, { a: 1 }],
    ["structured text",             { content: [{ type: "text", text: "7" }], structuredContent: [7] }, { text: "7", json: 7 }],
    ["text that is no JSON",        { content: [{ type: "text", text: "x" }] },                              { text: "x" }],
    ["text that is JSON",           { content: [{ type: "text", text: '{"a":1}' }] },                        { text: '{"a":1}', json: { a: 1 } }],
    ["several texts, joined",       { content: [{ type: "text", text: "a" }, { type: "image", data: "" }, { type: "text", text: "b" }] }, { text: "a\nb" }],
    ["no text",                     {},                                                                      { text: "" }],
    ["JSON that is null",           { content: [{ type: "text", text: "null" }] },                           { text: "null", json: null }],
    ["JSON deeper than any bound",  { content: [{ type: "text", text: "[".repeat(99) + "]".repeat(99) }] },  { text: "[".repeat(99) + "]".repeat(99) }],
    ["brackets that are text",      { content: [{ type: "text", text: bracketed }] },                         { text: bracketed, json: JSON.parse(bracketed) as unknown }],
    ["more lists than are deep",    { content: [{ type: "text", text: `[${"[],".repeat(99)}1]` }] },          { text: `[${"[],".repeat(99)}1]`, json: [...Array(99).fill([]), 1] }],
  ];
  test.for(cases)("%s", ([, result, read]) => expect(resultAsRead(result)).toEqual(read));
});

describe("`deny result`", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [string, ConditionIr, ToolResult, "rule" | "unknown" | undefined])[] = [
    ["true",                        secret, structured({ secret: true }),                     "rule"],
    ["false",                       secret, structured({ secret: false }),                    undefined],
    ["unknown",                     secret, structured({}),                                   "unknown"],
    ["about text there is not",     secret, { content: [{ type: "text", text: "x" }] },       "unknown"],
    ["about an error too",          always, { ...structured({}), isError: true },             "rule"],
  ];
  test.for(cases)("%s", ([, condition, result, reason]) => {
    const { decision, result: sent, event } = answer({ resultDenies: [deny(condition)] }, result);
    expect(decision.effect).toBe(reason === undefined ? "allow" : "deny");
    if (reason !== undefined) {
      expect(decision).toMatchObject({ reason, rules: [{ id: "no" }], told: { because: ["Not this."] } });
    }
    expect(sent).toEqual(reason === undefined ? result : undefined);
    // Held back or not, the server did it.
    expect(event).toMatchObject({ completed: result.isError !== true });
  });

  test("in shadow it is only logged", () => {
    const { decision, result } = answer({ resultDenies: [deny(always, { shadow: true })] }, structured({}));
    expect(decision).toMatchObject({ effect: "allow", kept: { shadow: [{ id: "no" }] } });
    expect(result).toBeDefined();
  });
});

describe("labels of results", () => {
  const set = (over: Partial<PolicyIr>, result: ToolResult) => {
    const { event } = answer(over, result);
    return event?.kind === "answer" ? event.labels : [];
  };

  test("are set unless plainly false, from the answer on", () => {
    const labels = [
      label("yes", secret),
      label("perhaps", flag("gone", "result")),
      label("no", { kind: "not", part: secret }),
    ];
    expect(set({ labels }, structured({ secret: true }))).toEqual(
      ["perhaps", "yes"].map((name) => ({
        caller: callerKeyOf(caller),
        label: name,
        since: LATER,
        until: LATER + 50,
        call: "c",
        duration: 50,
      })),
    );
  });

  test("are set though the result is held back: by a deny, by the schema, by its form", () => {
    const labels = [label("l", secret)];
    const held = structured({ secret: true });
    expect(set({ labels, resultDenies: [deny(always)] }, held)).toHaveLength(1);
    expect(set({ labels, servers: [typed] }, structured({ secret: "x" }))).toHaveLength(1);
    expect(set({ labels }, { content: "x" } as unknown as ToolResult)).toHaveLength(1);
  });

  test("those of the call, and those in shadow, are not", () => {
    expect(
      set({ labels: [label("l", always, { onResult: false }), label("m", always, { shadow: true })] }, {}),
    ).toEqual([]);
  });
});

describe("the output schema", () => {
  const reason = (result: ToolResult, over: Partial<PolicyIr> = { servers: [typed] }) =>
    answer(over, result).decision.reason;

  test("is held", () => {
    expect(reason(structured({ secret: true }))).toBe("rule");
    expect(reason(structured({ secret: "x" }))).toBe("output");
    expect(reason({ content: [] })).toBe("output");
    expect(reason({ content: [], isError: true })).toBe("rule");
    expect(reason({ ...structured({ secret: 1 }), isError: true })).toBe("output");
  });

  test("nothing of what broke it is told, all is kept", () => {
    const { decision, result } = answer({ servers: [typed] }, structured({ secret: "x" }));
    expect(result).toBeUndefined();
    expect(decision.told).toEqual({ because: [] });
    expect(decision.kept.notes).toEqual([
      "the result does not fit the tool's output schema: at /secret it expects true or false",
    ]);
  });

  // biome-ignore format: table
  const malformed: readonly (readonly [string, unknown])[] = [
    ["content that is no list",            { content: {} }],
    ["a block that is no object",          { content: ["x"] }],
    ["too deep",                           structured(JSON.parse(`${'{"a":'.repeat(80)}1${"}".repeat(80)}`))],
    ["text that is not Unicode",           { content: [{ type: "text", text: "\ud800" }] }],
    ["`isError` that is a text",           { isError: "false" }],
    ["nothing",                            undefined],
  ];
  test.for(malformed)("a malformed result is held back: %s", ([, result]) => {
    const { decision, result: sent } = answer({}, result as ToolResult);
    expect(decision.effect).toBe("deny");
    expect(sent).toBeUndefined();
  });
});

describe("what the host supplies with a result", () => {
  const resultContext = { bad: { type: { kind: "bool" }, optional: false } } as const;
  const over = { resultContext, resultDenies: [deny(flag("bad", "context"))] };
  const answered = (facts: Parameters<ReturnType<typeof load>["answer"]>[4], context = {}) => {
    const request = call({}, { context: { ...now, ...context }, state: remembered({}) });
    const { effect, reason } = load(policy([allow], over)).answer(request, "c", {}, LATER, facts).decision;
    return effect === "allow" ? effect : reason;
  };

  test("is read by its rules; without it they do not know", () => {
    expect(answered({ bad: true })).toBe("rule");
    expect(answered({ bad: false })).toBe("allow");
    expect(answered({ bad: "no" })).toBe("unknown");
    expect(answered({})).toBe("unknown");
    expect(answered(undefined)).toBe("unknown");
  });

  test("is never taken from the request, nor takes the place of what came with it", () => {
    expect(answered(undefined, { bad: false })).toBe("unknown");
    expect(answered({ bad: true }, { bad: false })).toBe("rule");
    const told = load(policy([allow], { resultContext, resultDenies: [deny(flag("known", "context"))] }));
    const request = call({}, { context: { ...now, known: true }, state: remembered({}) });
    expect(told.answer(request, "c", {}, LATER, { known: false }).decision.reason).toBe("rule");
    expect(told.answer(request, "c", {}, LATER, null as never).decision).toMatchObject({
      effect: "deny",
      reason: "fault",
    });
  });
});

describe("the order", () => {
  test("schema before deny; a label is set by either", () => {
    const { decision } = answer({ servers: [typed], resultDenies: [deny(always)] }, structured({}));
    expect(decision).toMatchObject({ reason: "output", rules: [] });
  });

  test("labels of this result are none that its own conditions see", () => {
    const carries: ConditionIr = { kind: "carries", label: "l", at };
    const over = { labels: [label("l", secret)], resultDenies: [deny(carries)] };
    expect(answer(over, structured({ secret: true })).decision.effect).toBe("allow");
  });

  test("the call itself is no part of its own history", () => {
    const happened: ConditionIr = {
      kind: "happened",
      verb: "called",
      events: { branches: head("x").branches, byAnyone: false, last: 1000 },
      at,
    };
    const over = { resultDenies: [deny(happened)] };
    expect(answer(over, {}, { calls: [pastCall(now.time, { id: "c" })] }).decision.effect).toBe("allow");
    expect(answer(over, {}, { calls: [pastCall(now.time, { id: "b" })] }).decision.effect).toBe("deny");
  });

  test("dates are those of the answer", () => {
    const over = { resultDenies: [deny(always, { from: LATER })] };
    expect(answer(over, {}).decision.effect).toBe("deny");
    expect(answer({ resultDenies: [deny(always, { until: LATER })] }, {}).decision.effect).toBe("allow");
  });
});

describe("failures hold a result back, and set all labels that a result could", () => {
  const labels = [label("l", { kind: "not", part: always })];
  const broken = { ...server, tools: { read: { ...server.tools["read"]!, resultSchema: { type: "no such type" } } } };
  const loaded = load(watched(policy([allow], { labels, servers: [broken] })));

  test("a schema that cannot be compiled", () => {
    const { decision, result, event } = loaded.answer(call({}), "c", structured({}), LATER);
    expect(decision).toMatchObject({ effect: "deny", reason: "fault" });
    expect(result).toBeUndefined();
    expect(event).toMatchObject({ kind: "answer", id: "c", at: LATER, completed: true, labels: [{ label: "l" }] });
  });

  test("no time of the answer", () => {
    const { decision, event } = loaded.answer(call({}), "c", {}, Number.NaN);
    expect(decision.reason).toBe("fault");
    expect(event).toMatchObject({ at: now.time, labels: [{ until: now.time + 50 }] });
  });

  test("a server that the policy has not got", () => {
    const operation = { kind: "tool", server: "gone", name: "read" } as const;
    expect(loaded.answer(call({}, { operation }), "c", {}, LATER)).toMatchObject({
      decision: { reason: "fault" },
      result: undefined,
    });
  });
});

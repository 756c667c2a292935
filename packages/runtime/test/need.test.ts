import type { ConditionIr, EventsIr, LimitIr, Operation, PolicyIr, StateEvent } from "@mcpolicy/core";
import { callerKeyOf } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { always, call, caller, flag, head, load, pastCall, place, policy, rule, server } from "./small-policies.ts";

const at = { place, text: "it" };
const read = { kind: "tool", server: "fs", name: "read" } as const;
const write = { kind: "tool", server: "fs", name: "write" } as const;
const tools = { ...server.tools, write: server.tools["read"]! };
const servers = [{ ...server, tools }];

const allow = { ...rule({ id: "a", effect: "allow" }), branches: [read, write].map((each) => on(each)) };
const carries: ConditionIr = { kind: "carries", label: "x", at };
const events = (of: Operation, over: Partial<EventsIr> = {}): EventsIr => {
  return { branches: [on(of as typeof read)], byAnyone: false, last: 1000, ...over };
};
const happened = (
  of: Operation,
  verb: "attempted" | "called" | "completed",
  over: Partial<EventsIr> = {},
): ConditionIr => {
  return { kind: "happened", verb, events: events(of, over), at };
};
/** A deny of `fs.write` under a condition. */
const deny = (condition: ConditionIr) => ({ ...rule({ id: "d", effect: "deny" }), branches: [on(write, condition)] });
const limit = (over: Partial<LimitIr> = {}): LimitIr => {
  const window = { kind: "per", duration: 60_000 } as const;
  return { ...head("l"), amount: 2, window, keys: [{ kind: "principal" }], ...over };
};
function on(operation: typeof read | typeof write, condition: ConditionIr = always) {
  return { operations: [operation], except: [], condition };
}

const policyOf = (condition: ConditionIr, over: Partial<PolicyIr> = {}): PolicyIr =>
  policy([allow, deny(condition)], { servers, ...over });
const needOf = (ir: PolicyIr, operation: Operation, principal = caller) =>
  load(ir).need(call({}, { operation, principal }));

describe("what a decision looks at", () => {
  test("nothing, of an operation that no rule remembers anything of", () => {
    const ir = policyOf(happened(read, "called"));
    expect(needOf(policyOf(always), write)).toBeUndefined();
    expect(needOf(policyOf(always, { limits: [limit()] }), write)).toBeUndefined();
    // A call that others look back at has something to leave behind, though it reads nothing.
    expect(needOf(ir, read)).toMatchObject({ calls: "none", last: 0, labels: false, limits: [], proofs: [] });
    expect(needOf(ir, { kind: "resource", server: "fs", uri: "file:///a" })).toBeUndefined();
  });

  // biome-ignore format: table
  const cases: readonly (readonly [string, PolicyIr, object])[] = [
    ["own calls",               policyOf(happened(read, "called")),                              { calls: "own",    last: 1000, labels: false }],
    ["anyone's",                policyOf(happened(read, "called", { byAnyone: true, last: 7 })), { calls: "anyone", last: 7,    labels: false }],
    ["labels",                  policyOf(carries),                                               { calls: "none",   last: 0,    labels: true }],
    ["both, deep down",         policyOf({ kind: "not", part: { kind: "or", parts: [carries, happened(read, "called")] } }),
                                                                                                 { calls: "own",    last: 1000, labels: true }],
    ["a rule in shadow",        { ...policyOf(always), rules: [allow, { ...deny(carries), shadow: true }] }, { labels: true }],
    ["what is narrowed",        { ...policyOf(always), narrows: [policyOf(carries)] },           { labels: true }],
  ];
  test.for(cases)("%s", ([, ir, need]) => expect(needOf(ir, write)).toMatchObject(need));

  test("limits under their keys, those of what is narrowed under their names", () => {
    const wide = policy([allow], { servers, limits: [limit({ keys: [{ kind: "attribute", name: "team" }] })] });
    const ir = policy([allow], { servers, limits: [limit(), limit({ shadow: true, id: "s" })], narrows: [wide] });
    expect(needOf(ir, read, { ...caller, team: "red", tenant: "t" })).toMatchObject({
      tenant: '"t"',
      limits: [
        { rule: "l", key: '[["t","ann"]]', amount: 2, duration: 60_000, sums: false },
        { rule: "narrows 0: l", key: '["red"]', amount: 2, duration: 60_000, sums: false },
      ],
    });
  });

  test("proofs, where a duty asks for any", () => {
    const requires = [{ ...head("r"), duty: { kind: "mfa" }, valid: 1000 } as const];
    const proofs = [{ id: "p", kind: "mfa", at: 0 } as const];
    const loaded = load(policy([allow], { servers, requires }));
    expect(loaded.need(call({}, { proofs }))).toMatchObject({ proofs: ["p"] });
    expect(loaded.need(call({}, { proofs, operation: write }))).toBeUndefined();
  });

  test("nothing, of somebody who is no caller", () => {
    const ir = policy([allow], {
      servers,
      limits: [limit()],
      principal: { team: { type: { kind: "string" }, optional: false } },
    });
    expect(needOf(ir, read)).toBeUndefined();
    expect(load(ir).step(call({}), "c").event).toBeUndefined();
    expect(load(ir).need({ ...call({}), principal: undefined })).toBeUndefined();
  });

  test("of an answer: what rules about results read, and what is to be given back", () => {
    const result: ConditionIr = { kind: "and", parts: [flag("bad", "result"), carries] };
    const atOnce = limit({ id: "o", window: { kind: "at once" } });
    const ir = policy([allow], { servers, limits: [limit(), atOnce], resultDenies: [head("n", result)] });
    expect(load(ir).answerNeed(call({}), 5)).toMatchObject({
      now: 5,
      calls: "none",
      labels: true,
      limits: [{ rule: "o" }],
    });
    expect(load(ir).answerNeed(call({}, { operation: write }), 5)).toBeUndefined();
  });
});

describe("what is kept of events", () => {
  const args = { id: 1, path: "/w/a", text: "long" };
  const { completed: _, ended: __, ...flying } = pastCall(1, { arguments: args });
  const request = (over: object = {}): StateEvent => {
    return { kind: "request", call: { ...flying, ...over }, takes: [], labels: [], proofs: [] } as StateEvent;
  };
  const answer: StateEvent = {
    kind: "answer",
    id: "c",
    at: 2,
    completed: true,
    result: { id: 1, text: "long" },
    labels: [],
  };
  const about = (field: "args" | "result", name?: string): ConditionIr => {
    const path = name === undefined ? [field] : [field, name];
    return { kind: "has", reference: { kind: "reference", root: "its", path, as: { kind: "any" } }, at };
  };
  const keptBy = (condition: ConditionIr, event: StateEvent) => load(policyOf(condition)).kept(event, read);
  const attempt = request({ called: undefined });

  test("an attempt, where attempts are looked at; a call, where either is", () => {
    expect(keptBy(happened(read, "called"), attempt)).toBeUndefined();
    expect(keptBy(happened(read, "attempted"), attempt)).toMatchObject({ call: { id: "call at 1", arguments: {} } });
    expect(keptBy(happened(read, "called"), request())).toMatchObject({ call: { called: 1 } });
    expect(keptBy(happened(write, "called"), request())).toBeUndefined();
  });

  test("the arguments that conditions read, or all where one reads them as a whole", () => {
    const asked = (condition: ConditionIr) =>
      (keptBy(condition, request()) as { call: { arguments: object } }).call.arguments;
    expect(asked(happened(read, "called", { with: about("args", "path") }))).toEqual({ path: "/w/a" });
    expect(asked(happened(read, "called", { with: about("args") }))).toEqual(args);
    expect(asked(happened(read, "called", { branches: [on(read, flag("id"))] }))).toEqual({ id: 1 });
    expect(asked(happened(write, "called", { since: { branches: [on(read)], with: about("args", "text") } }))).toEqual({
      text: "long",
    });
    const of = { kind: "reference", root: "its", path: ["args", "id"], as: { kind: "int" } } as const;
    const sum = { kind: "sum", of, verb: "called", events: events(read) } as const;
    const bound = { kind: "constant", value: 1, as: { kind: "int" } } as const;
    expect(asked({ kind: "tally", tally: sum, operator: "more", bound, at })).toEqual({ id: 1 });
  });

  test("of an attempt only what conditions about attempts read", () => {
    const both: ConditionIr = {
      kind: "and",
      parts: [
        happened(read, "attempted", { with: about("args", "id") }),
        happened(read, "called", { with: about("args", "path") }),
      ],
    };
    expect(keptBy(both, attempt)).toMatchObject({ call: { arguments: { id: 1 } } });
    expect(keptBy(both, request())).toMatchObject({ call: { arguments: { id: 1, path: "/w/a" } } });
  });

  test("an answer, where completions are looked at; else the call has no end to wait for", () => {
    expect(keptBy(happened(read, "called"), answer)).toBeUndefined();
    expect(keptBy(happened(read, "called"), request())).toMatchObject({ call: { ended: 1 } });
    const completed = happened(read, "completed");
    expect(keptBy(completed, answer)).toEqual({ kind: "answer", id: "c", at: 2, completed: true, labels: [] });
    expect(keptBy(completed, request())).not.toHaveProperty("call.ended");
    expect(keptBy(happened(read, "completed", { with: about("result", "id") }), answer)).toMatchObject({
      result: { id: 1 },
    });
  });

  test("labels that some rule asks for", () => {
    const labels = ["x", "y"].map((label) => ({
      caller: callerKeyOf(caller),
      label,
      since: 1,
      call: "c",
      duration: 5,
    }));
    const sets = ["x", "y"].map((label) => ({ ...head(label), label, duration: 5, onResult: false }));
    const loaded = load(policyOf(carries, { labels: sets }));
    expect(loaded.kept({ ...request(), labels } as StateEvent, read)).toMatchObject({
      unseen: true,
      call: { arguments: {} },
      labels: [{ label: "x" }],
    });
    expect(loaded.kept(answer, read)).toEqual({ kind: "answer", id: "c", at: 2, completed: false, labels: [] });
    expect(load(policyOf(always, { labels: sets })).kept({ ...request(), labels } as StateEvent, read)).toBeUndefined();
  });

  test("giving a call up is an answer that completes nothing", () => {
    const loaded = load(policyOf(happened(read, "completed")));
    expect(loaded.giveUp(call({}), "c", 9)).toEqual({ kind: "answer", id: "c", at: 9, completed: false, labels: [] });
    expect(load(policyOf(always)).giveUp(call({}), "c", 9)).toBeUndefined();
  });
});

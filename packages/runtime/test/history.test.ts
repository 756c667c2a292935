import {
  type ConditionIr,
  callerKeyOf,
  type EventsIr,
  type EventVerb,
  type OperandIr,
  type PastCall,
  type State,
  type TallyIr,
} from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
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
  tool,
  watched,
} from "./small-policies.ts";

const NOW = now.time;
const LAST = 1000;
const at = { place, text: "history" };
const write = { kind: "tool", server: "fs", name: "write" } as const;
const servers = [{ ...server, tools: { ...server.tools, write: server.tools["read"]! } }];

const events = (over: Partial<EventsIr> = {}): EventsIr => ({
  branches: [{ operations: [tool], except: [], condition: always }],
  byAnyone: false,
  last: LAST,
  ...over,
});
const happened = (verb: EventVerb, over: Partial<EventsIr> = {}): ConditionIr => ({
  kind: "happened",
  verb,
  events: events(over),
  at,
});
const itsFlag = flag("ok", "its");
const okOf = (root: "args" | "result"): ConditionIr => {
  const operand: OperandIr = { kind: "reference", root: "its", path: [root, "ok"], as: { kind: "bool" } };
  return { kind: "atom", operand, at };
};

/** The truth of a condition for a request with this past, as an allow and a deny meet it: their engine must agree. */
function truth(condition: ConditionIr, state: Partial<State>, args = {}): string {
  const request = call(args, { state: remembered(state) });
  const surely = load(policy([rule({ id: "a", effect: "allow" }, condition)], { servers })).decide(request);
  const open = rule({ id: "a", effect: "allow" });
  const possibly = load(policy([open, rule({ id: "d", effect: "deny" }, condition)], { servers })).decide(request);
  for (const decision of [surely, possibly]) expect(decision.reason).not.toBe("fault");
  if (surely.effect === "allow") return possibly.effect === "deny" ? "true" : "granted and not denied";
  return possibly.effect === "deny" ? "unknown" : "false";
}

describe("whether something happened", () => {
  const other = callerKeyOf({ id: "bob", roles: [] });
  const denied = (instant: number): PastCall => {
    const { called: _, completed: __, ended: ___, ...attempt } = pastCall(instant);
    return attempt;
  };
  const inFlight = (instant: number): PastCall => {
    const { completed: _, ended: __, ...flying } = pastCall(instant);
    return flying;
  };
  const ok = (value: unknown) => pastCall(NOW - 1, { arguments: value === undefined ? {} : ({ ok: value } as never) });

  // biome-ignore format: table
  const cases: readonly (readonly [string, ConditionIr, Partial<State>, string])[] = [
    ["nothing is remembered",               happened("called"),    {},                                          "false"],
    ["just now",                            happened("called"),    { calls: [pastCall(NOW)] },                  "true"],
    ["at the window's beginning",           happened("called"),    { calls: [pastCall(NOW - LAST)] },           "false"],
    ["just within it",                      happened("called"),    { calls: [pastCall(NOW - LAST + 1)] },       "true"],
    ["in the future",                       happened("called"),    { calls: [pastCall(NOW + 1)] },              "false"],
    ["a denied call was attempted",         happened("attempted"), { calls: [denied(NOW - 1)] },                "true"],
    ["and not called",                      happened("called"),    { calls: [denied(NOW - 1)] },                "false"],
    ["a call in flight was called",         happened("called"),    { calls: [inFlight(NOW - 1)] },              "true"],
    ["and not completed",                   happened("completed"), { calls: [inFlight(NOW - 1)] },              "false"],
    ["each verb has its instant",           happened("completed"), { calls: [pastCall(NOW - LAST, { completed: NOW })] }, "true"],
    ["another operation",                   happened("called"),    { calls: [pastCall(NOW, { operation: write })] }, "false"],
    ["another caller",                      happened("called"),    { calls: [pastCall(NOW, { caller: other })] }, "false"],
    ["by anyone",                           happened("called", { byAnyone: true }), { calls: [pastCall(NOW, { caller: other })] }, "true"],
    ["the same id with another client",     happened("called"),    { calls: [pastCall(NOW, { caller: callerKeyOf({ ...caller, client: "x" }) })] }, "false"],
    ["something may have been forgotten",   happened("called"),    { forgottenBefore: NOW - LAST + 1 },         "unknown"],
    ["nothing of the window was",           happened("called"),    { forgottenBefore: NOW - LAST },             "false"],
    ["forgotten, but one is there",         happened("called"),    { forgottenBefore: NOW, calls: [pastCall(NOW)] }, "true"],
    ["with: it holds",                      happened("called", { with: okOf("args") }), { calls: [ok(true)] },  "true"],
    ["with: it does not",                   happened("called", { with: okOf("args") }), { calls: [ok(false)] }, "false"],
    ["with: absent",                        happened("called", { with: okOf("args") }), { calls: [ok(undefined)] }, "unknown"],
    ["with: ill-typed beside one that holds", happened("called", { with: okOf("args") }), { calls: [ok("x"), ok(true)] }, "true"],
    ["with: no result",                     happened("called", { with: okOf("result") }), { calls: [ok(true)] }, "unknown"],
    ["with: its result",                    happened("called", { with: okOf("result") }), { calls: [pastCall(NOW, { result: { ok: true } })] }, "true"],
    ["its of nothing",                      itsFlag,               {},                                          "unknown"],
  ];

  test.for(cases)("%s", ([, condition, state, expected]) => expect(truth(condition, state)).toBe(expected));

  test("with reads the present request beside the event", () => {
    const same: ConditionIr = {
      kind: "atom",
      operand: {
        kind: "apply",
        operator: "equal",
        operands: ["its", "args"].map((root) => ({
          kind: "reference",
          root: root as "its" | "args",
          path: root === "its" ? ["args", "p"] : ["p"],
          as: { kind: "path" },
        })),
        as: { kind: "bool" },
      },
      at,
    };
    const calls = [pastCall(NOW, { arguments: { p: "a/b" } })];
    expect(truth(happened("called", { with: same }), { calls }, { p: "/w/a//b" })).toBe("true");
    expect(truth(happened("called", { with: same }), { calls }, { p: "/w/a" })).toBe("false");
    expect(truth(happened("called", { with: same }), { calls }, {})).toBe("unknown");
  });

  test("a capability's condition reads the event as if it were the request; only one's own caller is known", () => {
    const branches = (condition: ConditionIr) => [{ operations: [tool], except: [], condition }];
    const knows = (root: "principal" | "context", name: string): ConditionIr => ({
      kind: "has",
      reference: { kind: "reference", root, path: [name], as: { kind: "any" } },
      at,
    });
    const own = { calls: [pastCall(NOW, { arguments: { ok: true } })] };
    const others = { calls: [pastCall(NOW, { caller: other, arguments: { ok: true } })] };
    const asked = (condition: ConditionIr) => happened("called", { branches: branches(condition), byAnyone: true });
    expect(truth(asked(flag("ok")), own)).toBe("true");
    expect(truth(asked(flag("ok")), own, { ok: false })).toBe("true");
    expect(truth(asked(knows("principal", "id")), own)).toBe("true");
    expect(truth(asked(knows("principal", "id")), others)).toBe("unknown");
    expect(truth(asked(knows("context", "time")), own)).toBe("unknown");
  });
});

describe("since", () => {
  const approve = pastCall(NOW - 500, { operation: write, arguments: { ok: true } });
  const perhaps = pastCall(NOW - 400, { operation: write, arguments: {} });
  const since = { branches: [{ operations: [write], except: [], condition: always }], with: okOf("args") };
  const asked = happened("called", { since });

  // biome-ignore format: table
  const cases: readonly (readonly [string, readonly PastCall[], string])[] = [
    ["none surely was",                    [pastCall(NOW)],                                        "unknown"],
    ["one was, and nothing after it",      [approve],                                              "false"],
    ["one after it",                       [approve, pastCall(NOW - 499)],                         "true"],
    ["one at the same instant",            [approve, pastCall(NOW - 500)],                         "false"],
    ["one before it",                      [approve, pastCall(NOW - 501)],                         "false"],
    ["a later one may have been the last", [approve, perhaps, pastCall(NOW - 450)],                "unknown"],
    ["an earlier one in doubt is no matter", [{ ...perhaps, completed: NOW - 501 }, approve, pastCall(NOW)], "true"],
    ["only completed ones end it",         [(({ completed: _, ...rest }) => rest)(approve), pastCall(NOW)], "unknown"],
    ["of the window only",                 [{ ...approve, completed: NOW - LAST }, pastCall(NOW)], "unknown"],
    ["the latest counts",                  [approve, { ...approve, completed: NOW - 100 }, pastCall(NOW - 200)], "false"],
  ];
  test.for(cases)("%s", ([, calls, expected]) => expect(truth(asked, { calls })).toBe(expected));
});

describe("numbers", () => {
  const of: OperandIr = { kind: "reference", root: "its", path: ["args", "n"], as: { kind: "number" } };
  const doubt = { with: okOf("args") };
  const n = (value: unknown, ok?: boolean) =>
    pastCall(NOW, {
      arguments: { ...(value === undefined ? {} : { n: value }), ...(ok === undefined ? {} : { ok }) } as never,
    });
  const count: TallyIr = { kind: "count", verb: "called", events: events() };
  const countOk: TallyIr = { kind: "count", verb: "called", events: events(doubt) };
  const sum: TallyIr = { kind: "sum", of, verb: "called", events: events() };
  const sumOk: TallyIr = { kind: "sum", of, verb: "called", events: events(doubt) };
  const distinct: TallyIr = { kind: "distinct", of, verb: "called", events: events() };
  const distinctOk: TallyIr = { kind: "distinct", of, verb: "called", events: events(doubt) };
  const forgotten = { forgottenBefore: NOW };

  // biome-ignore format: table
  const cases: readonly (readonly [string, TallyIr, "less" | "at-most" | "more" | "at-least" | "equal" | "not-equal", number, Partial<State>, string])[] = [
    ["none is 0",                           count,    "equal",     0, {},                                          "true"],
    ["two are 2",                           count,    "equal",     2, { calls: [n(1), n(1)] },                     "true"],
    ["two are not fewer than 2",            count,    "less",      2, { calls: [n(1), n(1)] },                     "false"],
    ["one or two: fewer than 3",            countOk,  "less",      3, { calls: [n(1, true), n(1)] },               "true"],
    ["one or two: fewer than 2?",           countOk,  "less",      2, { calls: [n(1, true), n(1)] },               "unknown"],
    ["one or two: at least 1",              countOk,  "at-least",  1, { calls: [n(1, true), n(1)] },               "true"],
    ["one or two: more than 2",             countOk,  "more",      2, { calls: [n(1, true), n(1)] },               "false"],
    ["one or two: 2?",                      countOk,  "equal",     2, { calls: [n(1, true), n(1)] },               "unknown"],
    ["one or two: not 3",                   countOk,  "not-equal", 3, { calls: [n(1, true), n(1)] },               "true"],
    ["one or two: 3",                       countOk,  "equal",     3, { calls: [n(1, true), n(1)] },               "false"],
    ["forgotten: any more",                 count,    "less",      9, forgotten,                                   "unknown"],
    ["forgotten: at least those there",     count,    "at-least",  1, { ...forgotten, calls: [n(1)] },             "true"],
    ["a sum",                               sum,      "equal",     5, { calls: [n(2), n(3)] },                     "true"],
    ["a sum of an unknown value",           sum,      "less",    100, { calls: [n(2), n("x")] },                   "unknown"],
    ["a sum of an absent value",            sum,      "less",    100, { calls: [n(2), n(undefined)] },             "unknown"],
    ["5 and perhaps 3: at most 8",          sumOk,    "at-most",   8, { calls: [n(5, true), n(3)] },               "true"],
    ["5 and perhaps 3: at most 7?",         sumOk,    "at-most",   7, { calls: [n(5, true), n(3)] },               "unknown"],
    ["5 and perhaps -3: at least 2",        sumOk,    "at-least",  2, { calls: [n(5, true), n(-3)] },              "true"],
    ["5 and perhaps -3: at least 5?",       sumOk,    "at-least",  5, { calls: [n(5, true), n(-3)] },              "unknown"],
    ["a forgotten part may be any amount",  sum,      "more",     -9, { ...forgotten, calls: [n(5)] },             "unknown"],
    ["what does not match does not add",    sumOk,    "equal",     5, { calls: [n(5, true), n("x", false)] },      "true"],
    ["different values",                    distinct, "equal",     2, { calls: [n(1), n(1), n(2)] },               "true"],
    ["an unknown value may be another",     distinct, "equal",     2, { calls: [n(1), n("x")] },                   "unknown"],
    ["or may not",                          distinct, "at-most",   2, { calls: [n(1), n("x")] },                   "true"],
    ["a known value in doubt adds nothing", distinctOk, "equal",   1, { calls: [n(1, true), n(1)] },               "true"],
    ["another value in doubt may add",      distinctOk, "equal",   1, { calls: [n(1, true), n(2)] },               "unknown"],
    ["forgotten ones may add",              distinct, "less",      9, { ...forgotten, calls: [n(1)] },             "unknown"],
  ];

  test.for(cases)("%s", ([, tally, operator, bound, state, expected]) => {
    const number: OperandIr = { kind: "constant", value: bound, as: { kind: "number" } };
    expect(truth({ kind: "tally", tally, operator, bound: number, at }, state)).toBe(expected);
  });

  test("a bound that is unknown makes it unknown", () => {
    const bound: OperandIr = { kind: "reference", root: "args", path: ["most"], as: { kind: "number" } };
    const asked: ConditionIr = { kind: "tally", tally: count, operator: "less", bound, at };
    expect(truth(asked, {}, { most: 1 })).toBe("true");
    expect(truth(asked, {}, { most: "1" })).toBe("unknown");
  });
});

describe("labels", () => {
  const label = { caller: callerKeyOf(caller), label: "untrusted", since: NOW - 10, call: "c", duration: 5 };
  const carries: ConditionIr = { kind: "carries", label: "untrusted", at };

  // biome-ignore format: table
  const cases: readonly (readonly [string, Partial<State>, string])[] = [
    ["none",                       {},                                                        "false"],
    ["while the call is in flight", { labels: [label] },                                      "true"],
    ["until its time is over",     { labels: [{ ...label, until: NOW + 1 }] },                "true"],
    ["and no longer",              { labels: [{ ...label, until: NOW }] },                    "false"],
    ["another label",              { labels: [{ ...label, label: "trusted" }] },              "false"],
    ["another caller",             { labels: [{ ...label, caller: "somebody" }] },            "false"],
    ["whatever was forgotten",     { forgottenBefore: NOW },                                  "false"],
  ];
  test.for(cases)("%s", ([, state, expected]) => expect(truth(carries, state)).toBe(expected));

  test("a let-through call sets those that may speak of it, until its answer, and owes them", () => {
    const labels = [
      { ...head("l", flag("big")), label: "untrusted", duration: 5, onResult: false },
      { ...head("m"), label: "later", duration: 5, onResult: true },
    ];
    const loaded = load(watched(policy([rule({ id: "a", effect: "allow" })], { labels })));
    const { decision, event } = loaded.step(call({}), "c");
    expect(decision.obligations).toEqual([{ kind: "label", rule: "l", label: "untrusted", duration: 5 }]);
    expect(event).toMatchObject({
      labels: [{ caller: callerKeyOf(caller), label: "untrusted", since: NOW, call: "c", duration: 5 }],
    });
    expect((event as { labels: readonly object[] }).labels[0]).not.toHaveProperty("until");
    expect(loaded.step(call({ big: false }), "c").event).toMatchObject({ labels: [] });
  });
});

test("in a list all of history is unknown: it neither hides nor, alone, shows", () => {
  const state = { labels: [{ caller: callerKeyOf(caller), label: "untrusted", since: 0, call: "c", duration: 5 }] };
  const carries: ConditionIr = { kind: "carries", label: "untrusted", at };
  const rules = [rule({ id: "a", effect: "allow" }), rule({ id: "d", effect: "deny" }, carries)];
  const loaded = load(policy(rules));
  expect(loaded.list(caller, "tool", "fs", NOW)).toEqual(["read"]);
  expect(loaded.decide(call({}, { state: remembered(state) }))).toMatchObject({ effect: "deny", reason: "rule" });
});

test("an explanation says what history showed", () => {
  const read = (condition: ConditionIr, state: Partial<State>) =>
    load(policy([rule({ id: "a", effect: "allow" }, condition)], { servers })).explain(
      call({}, { state: remembered(state) }),
    ).seen[0]!.atoms[0]!.read;
  const calls = [pastCall(NOW, { arguments: { ok: true } }), pastCall(NOW)];
  const asked = { with: okOf("args") };
  expect(read(happened("called", asked), { calls })).toEqual(["1 called in the window, 1 more in doubt"]);
  expect(read(happened("called"), { forgottenBefore: NOW })).toEqual([
    "0 called in the window, what lies further back was forgotten",
  ]);
  const bound: OperandIr = { kind: "constant", value: 5, as: { kind: "number" } };
  const tally: TallyIr = { kind: "count", verb: "called", events: events(asked) };
  expect(read({ kind: "tally", tally, operator: "less", bound, at }, { calls })).toEqual([
    "count is between 1 and 2",
    "1 called in the window, 1 more in doubt",
  ]);
  expect(read({ kind: "carries", label: "x", at }, {})).toEqual(["the caller carries no label x"]);
  const label = { caller: callerKeyOf(caller), label: "x", since: 0, until: NOW + 1, call: "c", duration: 5 };
  expect(read({ kind: "carries", label: "x", at }, { labels: [label] })).toEqual([
    `the caller carries label x until ${new Date(NOW + 1).toISOString()}`,
  ]);
});

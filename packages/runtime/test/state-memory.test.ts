import { callerKeyOf, type StateEvent } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { defaultStateBounds, memoryStore } from "../src/index.ts";
import { call, caller, head, load, pastCall, place, policy, rule } from "./small-policies.ts";

const windows = { calls: 100, takes: 100, proofs: 100 };

const request = (at: number, over: Partial<Extract<StateEvent, { kind: "request" }>> = {}): StateEvent => {
  const { completed: _, ended: __, ...flying } = pastCall(at);
  return { kind: "request", call: flying, takes: [], labels: [], proofs: [], ...over };
};
const attempt = (at: number, id = `call at ${at}`): StateEvent => {
  const { called: _, completed: __, ended: ___, ...denied } = pastCall(at);
  return { kind: "request", call: { ...denied, id }, takes: [], labels: [], proofs: [] };
};
const answered = (at: number, id: string): StateEvent => ({ kind: "answer", id, at, completed: true, labels: [] });

/** A store after these events. */
function after(events: readonly StateEvent[], bounds = defaultStateBounds) {
  const store = memoryStore(windows, bounds);
  for (const event of events) expect(store.commit(store.read().version, event)).toBe(true);
  return store.read().state;
}

test("a commit counts only on the version that was read", () => {
  const store = memoryStore(windows);
  const { version } = store.read();
  expect(store.commit(version, request(1))).toBe(true);
  expect(store.commit(version, request(2))).toBe(false);
  expect(store.read().state.calls).toHaveLength(1);
  expect(store.commit(store.read().version, request(2))).toBe(true);
});

test("what no window looks back at is forgotten, and it is known that it is", () => {
  const state = after([
    request(0),
    answered(1, "call at 0"),
    request(2),
    request(101),
    answered(102, "call at 2"),
    request(103),
  ]);
  expect(state.calls.map(({ id }) => id)).toEqual(["call at 2", "call at 101", "call at 103"]);
  // The call at 0 was completed at 1.
  expect(state.forgottenBefore).toBe(1);
});

test("a call in flight is not forgotten, however old", () => {
  expect(after([request(0), attempt(1), attempt(1000)]).calls.map(({ id }) => id)).toEqual([
    "call at 0",
    "call at 1000",
  ]);
});

test("with too many calls the oldest that ended go, and what looks back so far is unknown", () => {
  const events = [attempt(1), attempt(2), attempt(3), attempt(4)];
  const state = after(events, { ...defaultStateBounds, calls: 2 });
  expect(state.calls.map(({ attempted }) => attempted)).toEqual([3, 4]);
  expect(state.forgottenBefore).toBe(2);

  const happened = {
    kind: "happened",
    verb: "attempted",
    at: { place, text: "attempted" },
    events: { branches: head("x").branches.map((each) => ({ ...each, operations: [] })), byAnyone: false, last: 3 },
  } as const;
  const loaded = load(policy([rule({ id: "a", effect: "allow" }), rule({ id: "d", effect: "deny" }, happened)]));
  const decide = (time: number) => loaded.decide(call({}, { state, context: { time } }));
  expect(decide(4)).toMatchObject({ effect: "deny", reason: "unknown" });
  expect(decide(5).effect).toBe("allow");
});

describe("nothing is let through for want of room", () => {
  const take = { rule: "l", key: "[]", at: 1, amount: 1, call: "c", atOnce: false };
  const label = { caller: callerKeyOf(caller), label: "x", since: 1, call: "c", duration: 5 };
  // biome-ignore format: table
  const cases: readonly (readonly [string, StateEvent, Partial<typeof defaultStateBounds>])[] = [
    ["takes",           request(1, { takes: [take, take] }),               { takes: 1 }],
    ["labels",          request(1, { labels: [label, label] }),            { labels: 1 }],
    ["spent proofs",    request(1, { proofs: ["p", "q"] }),                { spent: 1 }],
    ["calls in flight", request(1),                                        { calls: 0 }],
  ];
  test.for(cases)("%s", ([, event, bounds]) => {
    const store = memoryStore(windows, { ...defaultStateBounds, ...bounds });
    expect(() => store.commit(store.read().version, event)).toThrow(/room|too many/);
    expect(store.read().state.calls).toEqual([]);
  });
});

test("proofs are forgotten when they are too old for any duty, not before", () => {
  const spend = request(0, { proofs: ["p"] });
  expect(after([spend, request(99)]).spent).toEqual(["p"]);
  expect(after([spend, request(100)]).spent).toEqual([]);
});

test("labels of one name on one caller are kept as the one that lasts longest", () => {
  const held = (until: number | undefined, call: string) => ({
    caller: callerKeyOf(caller),
    label: "x",
    since: 0,
    call,
    duration: 5,
    ...(until === undefined ? {} : { until }),
  });
  const state = after([request(1, { labels: [held(9, "a"), held(20, "b"), held(15, "c"), held(undefined, "d")] })]);
  expect(state.labels.map((label) => label.call)).toEqual(["d", "b"]);
});

test("what a host does to an event later changes nothing", () => {
  const args = { p: "a" };
  const store = memoryStore(windows);
  const call = pastCall(1, { arguments: args });
  store.commit(0, { kind: "request", call, takes: [], labels: [], proofs: [] });
  args.p = "b";
  expect(store.read().state.calls[0]!.arguments).toEqual({ p: "a" });
});

test("a whole life: limit, answer, label, and room again", () => {
  const label = { ...head("t"), label: "x", duration: 10, onResult: false };
  const limit = { ...head("l"), amount: 1, window: { kind: "at once" }, keys: [{ kind: "principal" }] } as const;
  const carries = { kind: "carries", label: "x", at: { place, text: "carries x" } } as const;
  const write = { kind: "tool", server: "fs", name: "write" } as const;
  const rules = [
    rule({ id: "a", effect: "allow" }),
    { ...rule({ id: "d", effect: "deny" }), branches: [{ operations: [write], except: [], condition: carries }] },
  ];
  const loaded = load(policy(rules, { labels: [label], limits: [limit] }));
  const store = memoryStore(loaded.windows);
  const step = (id: string, time: number) => {
    const { state, version } = store.read();
    const { decision, event } = loaded.step(call({}, { state, context: { time } }), id);
    store.commit(version, event!);
    return decision.reason;
  };
  const carried = (time: number) => store.read().state.labels.some(({ until }) => until === undefined || time < until);
  expect(step("one", 1)).toBe("rule");
  expect(step("two", 2)).toBe("limit");
  expect(carried(1000)).toBe(true);
  const { state, version } = store.read();
  const { event, result } = loaded.answer(call({}, { state }), "one", { content: [] }, 5);
  expect(result).toEqual({ content: [] });
  store.commit(version, event);
  expect(carried(14)).toBe(true);
  expect(carried(15)).toBe(false);
  expect(step("three", 6)).toBe("rule");
});

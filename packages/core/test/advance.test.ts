import { expect, test } from "vitest";
import { advance, emptyState, isCarried, type PastCall, type State, type StateEvent, type Take } from "../src/index.ts";

const windows = { calls: 100, takes: 50 };
const operation = { kind: "tool", server: "fs", name: "read" } as const;
const take = (over: Partial<Take>): Take => ({
  rule: "l",
  key: "[]",
  at: 0,
  amount: 1,
  call: "a",
  atOnce: false,
  ...over,
});
const label = { caller: "ann", label: "x", since: 0, call: "a", duration: 10 };

const request = (id: string, at: number, over: Partial<Extract<StateEvent, { kind: "request" }>> = {}): StateEvent => {
  const call: PastCall = { id, caller: "ann", operation, arguments: {}, attempted: at, called: at };
  return { kind: "request", call, takes: [], labels: [], proofs: [], ...over };
};
const answer = (id: string, at: number, over: Partial<Extract<StateEvent, { kind: "answer" }>> = {}): StateEvent => {
  return { kind: "answer", id, at, completed: true, labels: [], ...over };
};
const run = (events: readonly StateEvent[], from: State = emptyState): State =>
  events.reduce((state, event) => advance(state, event, windows), from);

test("an answer completes its call, ends its labels and gives back what it had at once", () => {
  const takes = [take({ atOnce: true }), take({}), take({ atOnce: true, call: "b" })];
  const state = run([request("a", 0, { takes, labels: [label] }), answer("a", 5, { result: { ok: true } })]);
  expect(state.calls).toMatchObject([{ id: "a", called: 0, completed: 5, ended: 5, result: { ok: true } }]);
  expect(state.labels).toEqual([{ ...label, until: 15 }]);
  expect(state.takes).toEqual([take({}), take({ atOnce: true, call: "b" })]);
});

test("an error ends a call and completes nothing", () => {
  const [call] = run([request("a", 0), answer("a", 5, { completed: false })]).calls;
  expect(call).toMatchObject({ ended: 5 });
  expect(call).not.toHaveProperty("completed");
});

test("a second answer changes no call and makes no label longer", () => {
  const once = run([request("a", 0, { labels: [label] }), answer("a", 5)]);
  expect(run([answer("a", 9, { result: { late: true } })], once)).toEqual(once);
});

test("labels, takes and calls go when nothing looks at them any more", () => {
  const state = run([request("a", 0, { takes: [take({})], labels: [label] }), answer("a", 5)]);
  expect(run([request("b", 14)], state).labels).toHaveLength(1);
  expect(run([request("b", 15)], state).labels).toEqual([]);
  expect(run([request("b", 49)], state).takes).toHaveLength(1);
  expect(run([request("b", 50)], state).takes).toEqual([]);
  expect(run([request("b", 104)], state).calls).toHaveLength(2);
  expect(run([request("b", 105)], state).calls).toHaveLength(1);
});

test("that something was forgotten is known, so that a clock which goes back finds it unknown", () => {
  const state = run([request("a", 0), answer("a", 5)]);
  expect(run([request("b", 104)], state).forgottenBefore).toBe(Number.NEGATIVE_INFINITY);
  expect(run([request("b", 200)], state).forgottenBefore).toBe(100);
});

test("a call in flight outlives its window", () => {
  expect(run([request("a", 0), request("b", 1000)]).calls.map(({ id }) => id)).toEqual(["a", "b"]);
});

test("a label is carried while its call is in flight, and then until its time is over", () => {
  expect(isCarried(label, 1e9)).toBe(true);
  expect(isCarried({ ...label, until: 5 }, 4)).toBe(true);
  expect(isCarried({ ...label, until: 5 }, 5)).toBe(false);
});

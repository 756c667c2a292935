import type { ConditionIr, EventsIr, PolicyIr } from "@mcpolicy/core";
import { expect, test } from "vitest";
import { head, load, place, policy, rule } from "./small-policies.ts";

const at = { place, text: "history" };
const events = (last: number): EventsIr => ({ branches: head("x").branches, byAnyone: false, last });
const happened = (last: number): ConditionIr => ({ kind: "happened", verb: "called", events: events(last), at });
const allow = rule({ id: "a", effect: "allow" });
const limit = (duration: number) =>
  ({ ...head("l"), amount: 1, window: { kind: "per", duration }, keys: [{ kind: "everyone" }] }) as const;
const mfa = (valid: number) => ({ ...head("r"), duty: { kind: "mfa" }, valid }) as const;
const label = (duration: number) => ({ ...head("t"), label: "x", duration, onResult: false }) as const;
const atOnce = { ...head("m"), amount: 1, window: { kind: "at once" }, keys: [{ kind: "everyone" }] } as const;

// biome-ignore format: table
const cases: readonly (readonly [string, PolicyIr, { readonly calls: number; readonly takes: number; readonly proofs: number; readonly labels: number }, string])[] = [
  ["nothing",            policy([allow]),                                                                    { calls: 0, takes: 0, proofs: 0, labels: 0 },        "nothing is remembered"],
  ["the longest",        policy([rule({ id: "a", effect: "allow" }, { kind: "and", parts: [happened(1000), { kind: "not", part: happened(3_600_000) }] })]),
                                                                                                             { calls: 3_600_000, takes: 0, proofs: 0, labels: 0 }, "remembers calls of the last 1h"],
  ["of limits too",      policy([allow], { limits: [{ ...limit(60_000), ...head("l", happened(1000)) }, atOnce] }), { calls: 1000, takes: 60_000, proofs: 0, labels: 0 }, "remembers calls of the last 1s, what limits gave out in the last 1m, calls in flight"],
  ["of result rules",    policy([allow], { resultDenies: [head("x", happened(7))] }),                        { calls: 7, takes: 0, proofs: 0, labels: 0 },         "remembers calls of the last 7ms"],
  ["proofs and labels",  policy([allow], { requires: [mfa(600_000)], labels: [label(7_200_000)] }),          { calls: 0, takes: 0, proofs: 600_000, labels: 7_200_000 },   "remembers labels until 2h after an answer, proofs that were used in the last 10m"],
  ["of what is narrowed", policy([allow], { narrows: [policy([allow], { limits: [limit(86_400_000)] })] }),  { calls: 0, takes: 86_400_000, proofs: 0, labels: 0 }, "remembers what limits gave out in the last 1d"],
];

test.for(cases)("%s", ([, ir, windows, text]) => {
  const loaded = load(ir);
  expect(loaded.windows).toEqual(windows);
  expect(loaded.stateBound).toBe(text);
});

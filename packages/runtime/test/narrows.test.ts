import type { LimitIr, PolicyIr, RequireIr } from "@mcpolicy/core";
import { expect, test } from "vitest";
import {
  always,
  call,
  caller,
  flag,
  head,
  load,
  now,
  policy,
  remembered,
  rule,
  server,
  watched,
} from "./small-policies.ts";

const allow = rule({ id: "a", effect: "allow" });
const deny = rule({ id: "d", effect: "deny", because: "Org says no." }, flag("x"));
const invalid = { ...server, tools: { read: { ...server.tools["read"]!, schema: { required: ["p"] } } } };
const limit: LimitIr = {
  ...head("l"),
  amount: 1,
  window: { kind: "per", duration: 1000 },
  keys: [{ kind: "everyone" }],
};
const mfa: RequireIr = { ...head("r"), duty: { kind: "mfa" }, valid: 1000 };
const justification: RequireIr = { ...head("s"), duty: { kind: "justification" }, valid: 1000 };

const both = (own: PolicyIr, org: PolicyIr) => load(watched({ ...own, narrows: [org] }));
const take = { rule: "l", key: '["everyone"]', at: now.time, amount: 1, call: "b", atOnce: false };
const spent = remembered({ takes: [take, { ...take, rule: "narrows 0: l" }] });

/** Outcomes of one policy, lowest first. */
// biome-ignore format: table
const outcomes: readonly (readonly [string, PolicyIr])[] = [
  ["unauthenticated",    policy([allow], { principal: { team: { type: { kind: "string" }, optional: false } } })],
  ["unknown-operation",  policy([])],
  ["invalid",            policy([allow], { servers: [invalid] })],
  ["unknown",            policy([allow, deny])],
  ["limit",              policy([allow], { limits: [limit] })],
  ["approval",           policy([allow], { requires: [mfa] })],
  ["rule",               policy([allow])],
];
const pairs = outcomes.flatMap(([one, own], lower) =>
  outcomes.map(([other, org], upper) => [one, other, own, org, outcomes[Math.min(lower, upper)]![0]] as const),
);

test.for(pairs)("%s and %s: the lower", ([, , own, org, expected]) => {
  const { decision, event } = both(own, org).step(call({}, { state: spent }), "c");
  expect(decision.reason).toBe(expected);
  // Nothing is taken where it is not let through.
  if (decision.effect !== "allow") expect(event ?? { takes: [] }).toMatchObject({ takes: [] });
});

test("what an org hides is unknown, whatever one's own policy says of the arguments", () => {
  const { told } = both(policy([allow], { servers: [invalid] }), policy([])).decide(call({}));
  expect(told).toEqual({ because: [] });
});

test("rules and texts of all that are as low, sorted, each once", () => {
  const own = policy([allow, { ...deny, id: "z", because: "No." }]);
  const { rules, told } = both(own, policy([allow, deny, { ...deny, id: "y" }])).decide(call({ x: true }));
  expect(rules.map(({ id }) => id)).toEqual(["d", "y", "z"]);
  expect(told.because.toSorted()).toEqual(["No.", "Org says no."]);
});

test("duties, labels, takes and redactions of all", () => {
  const label = { ...head("t"), label: "x", duration: 5, onResult: false };
  const own = policy([allow], { limits: [{ ...limit, id: "k" }], requires: [justification] });
  const org = policy([allow], { limits: [limit], labels: [label], requires: [mfa] });
  const asked = both(own, org).decide(call({}));
  expect(asked).toMatchObject({ effect: "ask", told: { missing: ["justification", "mfa"] } });
  const proofs = (["mfa", "justification"] as const).map((kind) => ({ id: kind, kind, at: now.time }));
  const { decision, event } = both(own, org).step(call({}, { proofs }), "c");
  expect(decision).toMatchObject({ effect: "allow", obligations: [{ rule: "t" }] });
  expect(event).toMatchObject({
    takes: [{ rule: "k" }, { rule: "narrows 0: l" }],
    labels: [{ label: "x" }],
    proofs: ["justification", "mfa"],
  });
});

test("limits that are called alike count each for itself", () => {
  const pair = both(policy([allow], { limits: [limit] }), policy([allow], { limits: [{ ...limit, amount: 2 }] }));
  const wider = { ...take, rule: "narrows 0: l" };
  const reasonAfter = (...takes: readonly (typeof take)[]) =>
    pair.decide(call({}, { state: remembered({ takes }) })).reason;
  expect(reasonAfter()).toBe("rule");
  expect(reasonAfter(wider)).toBe("rule");
  expect(reasonAfter(take)).toBe("limit");
  expect(reasonAfter(wider, wider)).toBe("limit");
});

test("a list shows what both show, a schema asks what both ask", () => {
  const loaded = both(policy([allow]), policy([]));
  expect(loaded.list(caller, "tool", "fs", now.time)).toEqual([]);
  expect(loaded.isListed(caller, { kind: "tool", server: "fs", name: "read" }, now.time)).toBe(false);
  const checked = {
    ...server,
    tools: { read: { ...server.tools["read"]!, schema: { allOf: [{ required: ["p"] }] } } },
  };
  const own = { ...server, tools: { read: { ...server.tools["read"]!, schema: { allOf: [{ required: ["q"] }] } } } };
  const narrowed = both(policy([allow], { servers: [own] }), policy([allow], { servers: [checked] }));
  expect(narrowed.schemaOf("fs", "read")).toEqual({ allOf: [{ required: ["q"] }, { required: ["p"] }] });
  expect(narrowed.validate("fs", "read", {}).map(({ pointer }) => pointer)).toEqual(["/q", "/p"]);
});

test("a result is held back by either, and sets the labels of both", () => {
  const onResult = { ...head("t"), label: "x", duration: 5, onResult: true };
  const own = policy([allow], { labels: [onResult] });
  const org = policy([allow], { labels: [{ ...onResult, label: "y" }], resultDenies: [head("no", always)] });
  const { decision, result, event } = both(own, org).answer(call({}), "c", {}, now.time);
  expect(decision).toMatchObject({ effect: "deny", rules: [{ id: "no" }] });
  expect(result).toBeUndefined();
  expect(event).toMatchObject({ labels: [{ label: "x" }, { label: "y" }] });
});

test("one that narrows what narrows is held by all three", () => {
  const org = { ...policy([allow]), narrows: [policy([allow, deny])] };
  expect(both(policy([allow]), org).decide(call({ x: true })).reason).toBe("rule");
});

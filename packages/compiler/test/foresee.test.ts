import {
  type ConditionIr,
  callerKeyOf,
  type Effect,
  type LimitIr,
  type PolicyIr,
  type RequireIr,
} from "@mcpolicy/core";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { decideAlike, type Unseen } from "../../runtime/src/index.ts";
import { always, call, flag, head, load, now, policy, rule, tool } from "../../runtime/test/small-policies.ts";
import { args, condition, state } from "./arbitrary-ir.ts";

const principal = { id: "ann", roles: ["dev"], team: "red" };
const past = state(callerKeyOf(principal), now.time);

const unseen = (more: Partial<Unseen> = {}): Unseen => ({
  principal,
  operation: tool,
  time: now.time,
  isValid: true,
  hasProofs: false,
  ...more,
});

const limit = (about: ConditionIr): LimitIr => ({
  ...head("l", about),
  amount: 1,
  keys: [{ kind: "everyone" }],
  window: { kind: "per", duration: 10_000 },
});
const require = (about: ConditionIr): RequireIr => ({ ...head("q", about), duty: { kind: "mfa" }, valid: 1_000 });

const never: ConditionIr = { kind: "constant", truth: false };
const often: fc.Arbitrary<ConditionIr> = fc.oneof(fc.constant(always), fc.constant(never), condition(2));

/** Policies with and without each kind of rule. */
const policies: fc.Arbitrary<PolicyIr> = fc
  .record({
    allow: often,
    deny: fc.oneof(fc.constant(never), often),
    limit: fc.option(often, { nil: undefined, freq: 3 }),
    require: fc.option(often, { nil: undefined, freq: 3 }),
    wider: fc.option(often, { nil: undefined, freq: 3 }),
  })
  .map(({ allow, deny, limit: limits, require: requires, wider }) =>
    policy([rule({ id: "a", effect: "allow" }, allow), rule({ id: "d", effect: "deny" }, deny)], {
      ...(limits === undefined ? {} : { limits: [limit(limits)] }),
      ...(requires === undefined ? {} : { requires: [require(requires)] }),
      ...(wider === undefined ? {} : { narrows: [policy([rule({ id: "a", effect: "allow" }, wider)])] }),
    }),
  );

test("what is foreseen comes, whatever the arguments and whatever is remembered", () => {
  const seen = new Map<Effect | undefined, number>();
  fc.assert(
    fc.property(policies, args, past, fc.boolean(), fc.boolean(), (ir, given, remembered, isKnown, isValid) => {
      const loaded = load(ir);
      const effect = loaded.foresee(unseen({ isValid, ...(isKnown ? { context: now } : {}) }));
      seen.set(effect, (seen.get(effect) ?? 0) + 1);
      if (effect === undefined) return;
      const decided = loaded.decide(call(given, { principal, state: remembered }));
      if (decided.reason !== "fault") expect(decided.effect).toBe(effect);
    }),
    { numRuns: 1200 },
  );
  for (const effect of ["allow", "deny", "ask", undefined] as const) {
    expect(seen.get(effect), String(effect)).toBeGreaterThan(8);
  }
});

describe("foreseen is", () => {
  const allow = rule({ id: "a", effect: "allow" });
  const strange = { ...tool, name: "write" } as const;
  // biome-ignore format: table
  const cases: readonly (readonly [string, PolicyIr, Partial<Unseen>, Effect | undefined])[] = [
    ["an allow of all",               policy([allow]),                                       {},                               "allow"],
    ["nothing, of arguments that may be invalid", policy([allow]),                           { isValid: false },               undefined],
    ["a denial of what nobody allows", policy([]),                                           { isValid: false },               "deny"],
    ["a denial of what is unknown",   policy([allow]),                                       { operation: strange },           "deny"],
    ["nobody",                        policy([allow]),                                       { principal: undefined },         "unauthenticated"],
    ["nothing, where arguments count", policy([rule({ id: "a", effect: "allow" }, flag("x"))]), {},                            undefined],
    ["a denial, where a deny holds of all", policy([allow, rule({ id: "d", effect: "deny" })]), {},                            "deny"],
    ["an ask without proofs",         policy([allow], { requires: [require(always)] }),      {},                               "ask"],
    ["nothing, with proofs",          policy([allow], { requires: [require(always)] }),      { hasProofs: true },              undefined],
    ["nothing, where a limit may be spent", policy([allow], { limits: [limit(always)] }),    {},                               undefined],
    ["what the wider policy says",    policy([allow], { narrows: [policy([])] }),            {},                               "deny"],
    ["known facts",                   policy([rule({ id: "a", effect: "allow" }, flag("x", "context"))]), { context: { ...now, x: true } }, "allow"],
    ["nothing of unknown facts",      policy([rule({ id: "a", effect: "allow" }, flag("x", "context"))]), {},                  undefined],
  ];
  test.each(cases)("%s", (_what, ir, more, effect) => expect(load(ir).foresee(unseen(more))).toBe(effect));
});

describe("policies decide an operation alike", () => {
  const one = policy([rule({ id: "a", effect: "allow" }, flag("x"))], { roles: { dev: ["dev"] } });
  const elsewhere = { file: "other.mcpolicy", line: 7, column: 3 };
  const moved: PolicyIr = JSON.parse(JSON.stringify(one).replaceAll(/\{"file"[^}]*\}/g, JSON.stringify(elsewhere)));
  const other = { ...tool, name: "write" } as const;
  const about = (name: string) => [{ operations: [{ ...tool, name }], except: [], condition: always }];
  // biome-ignore format: table
  const cases: readonly (readonly [string, PolicyIr, boolean])[] = [
    ["with itself",                     one,                                                                    true],
    ["from another place",              moved,                                                                  true],
    ["with a rule about another tool",  { ...one, rules: [...one.rules, rule({ id: "b", effect: "deny", branches: about("write") })] }, true],
    ["with other words",                { ...one, rules: one.rules.map((each) => ({ ...each, because: "so" })) }, true],
    ["not with another rule",           { ...one, rules: [...one.rules, rule({ id: "b", effect: "deny" })] },   false],
    ["not with another condition",      policy([rule({ id: "a", effect: "allow" }, flag("y"))], { roles: { dev: ["dev"] } }), false],
    ["not with other roles",            { ...one, roles: {} },                                                  false],
    ["not where one narrows",           { ...one, narrows: [one] },                                             false],
    ["not with another schema",         { ...one, servers: one.servers.map((each) => ({ ...each, tools: { read: { ...each.tools["read"]!, digest: "sha256-1" } } })) }, false],
  ];
  test.each(cases)("%s", (_what, ir, isAlike) => {
    expect(decideAlike(one, ir)(tool)).toBe(isAlike);
    expect(decideAlike(ir, one)(tool)).toBe(isAlike);
  });

  test("each operation by itself", () => {
    const more = { ...one, rules: [...one.rules, rule({ id: "b", effect: "deny", branches: about("write") })] };
    expect(decideAlike(one, more)(other)).toBe(false);
    expect(decideAlike(one, more)({ kind: "sampling", server: "fs" })).toBe(true);
  });
});

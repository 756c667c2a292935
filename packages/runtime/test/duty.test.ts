import type { DutyIr, Proof, RequireIr } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { dutyText } from "../src/duty.ts";
import { call, caller, everyone, flag, head, load, now, policy, remembered, rule, watched } from "./small-policies.ts";

const VALID = 600_000;
const NOW = now.time;

const lead = { anyone: false, roles: ["lead"], ids: [] };
const require = (duty: DutyIr, over: Partial<RequireIr> = {}): RequireIr => ({
  ...head("r"),
  duty,
  valid: VALID,
  ...over,
});
const fromLead = require({ kind: "approval", from: lead });

const approval = (id: string, roles: readonly string[], over: Partial<Proof> = {}): Proof =>
  ({ id: "p", kind: "approval", by: { id, roles }, at: NOW - 1, ...over }) as Proof;
const proof = (kind: "mfa" | "justification", over: Partial<Proof> = {}): Proof =>
  ({ id: "p", kind, at: NOW, ...over }) as Proof;

const roles = { lead: ["lead"], chief: ["chief", "lead"], guest: ["guest"] };
const decide = (requires: readonly RequireIr[], proofs: readonly Proof[], spent: readonly string[] = [], args = {}) =>
  load(watched(policy([rule({ id: "a", effect: "allow" })], { requires, roles }))).step(
    call(args, { proofs, state: remembered({ spent }) }),
    "c",
  );

describe("a proof", () => {
  // biome-ignore format: table
  const cases: readonly (readonly [string, RequireIr, readonly Proof[], readonly string[], "allow" | "ask"])[] = [
    ["none",                                fromLead, [],                                              [],    "ask"],
    ["approval by a lead",                  fromLead, [approval("bob", ["lead"])],                     [],    "allow"],
    ["by who includes lead",                fromLead, [approval("bob", ["chief"])],                    [],    "allow"],
    ["by another role",                     fromLead, [approval("bob", ["guest"])],                    [],    "ask"],
    ["by a role nobody declared",           fromLead, [approval("bob", ["constructor", "boss"])],      [],    "ask"],
    ["by the caller, though lead",          fromLead, [approval("ann", ["lead"])],                     [],    "ask"],
    ["spent already",                       fromLead, [approval("bob", ["lead"])],                     ["p"], "ask"],
    ["as old as it may be",                 fromLead, [approval("bob", ["lead"], { at: NOW - VALID + 1 })], [], "allow"],
    ["too old",                             fromLead, [approval("bob", ["lead"], { at: NOW - VALID })], [],   "ask"],
    ["of the future",                       fromLead, [approval("bob", ["lead"], { at: NOW + 1 })],    [],    "ask"],
    ["without an id",                       fromLead, [approval("bob", ["lead"], { id: "" })],         [],    "ask"],
    ["at no time",                          fromLead, [approval("bob", ["lead"], { at: Number.NaN })], [],    "ask"],
    ["asked for this rule",                 fromLead, [approval("bob", ["lead"], { rules: ["q", "r"] })], [],  "allow"],
    ["asked for another rule",              fromLead, [approval("bob", ["lead"], { rules: ["q"] })],   [],    "ask"],
    ["of another kind",                     fromLead, [proof("mfa")],                                  [],    "ask"],
    ["anyone's approval",                   require({ kind: "approval", from: everyone }), [approval("bob", [])], [], "allow"],
    ["anyone's, but not one's own",         require({ kind: "approval", from: everyone }), [approval("ann", [])], [], "ask"],
    ["anyone's except a lead's",            require({ kind: "approval", from: { ...everyone, except: lead } }), [approval("bob", ["chief"])], [], "ask"],
    ["a confirmation by the caller",        require({ kind: "approval", from: "caller" }), [approval("ann", [])], [], "allow"],
    ["a confirmation by somebody else",     require({ kind: "approval", from: "caller" }), [approval("bob", ["lead"])], [], "ask"],
    ["mfa",                                 require({ kind: "mfa" }), [proof("mfa")],                  [],    "allow"],
    ["a justification is no mfa",           require({ kind: "mfa" }), [proof("justification")],        [],    "ask"],
    ["the duty of that name",               require({ kind: "duty", name: "x" }), [{ id: "p", kind: "duty", name: "x", at: NOW }], [], "allow"],
    ["a duty of another name",              require({ kind: "duty", name: "x" }), [{ id: "p", kind: "duty", name: "y", at: NOW }], [], "ask"],
  ];

  test.for(cases)("%s", ([, rule, proofs, spent, effect]) => {
    expect(decide([rule], proofs, spent).decision.effect).toBe(effect);
  });
});

test("an ask says what is missing, and takes nothing", () => {
  const requires = [
    fromLead,
    require({ kind: "mfa" }, { id: "s", because: "Prove it." }),
    require({ kind: "mfa" }, { id: "t" }),
  ];
  const { decision, event } = decide(requires, []);
  expect(decision).toMatchObject({ effect: "ask", reason: "approval" });
  expect(decision.rules.map(({ id }) => id)).toEqual(["r", "s", "t"]);
  expect(decision.told).toEqual({ because: ["Prove it."], missing: ["approval from lead", "mfa"] });
  expect(decision.kept.missing).toEqual([
    { duty: "approval from lead", rule: "r", demands: { kind: "approval", from: lead }, valid: VALID },
    { duty: "mfa", rule: "s", demands: { kind: "mfa" }, valid: VALID },
    { duty: "mfa", rule: "t", demands: { kind: "mfa" }, valid: VALID },
  ]);
  expect(event).toMatchObject({ takes: [], proofs: [], labels: [] });
  expect((event as { call: object }).call).not.toHaveProperty("called");
});

test("only what still lacks its proof is asked for", () => {
  const { decision } = decide([fromLead, require({ kind: "mfa" }, { id: "s" })], [proof("mfa")]);
  expect(decision.told.missing).toEqual(["approval from lead"]);
  expect(decision.rules.map(({ id }) => id)).toEqual(["r"]);
});

test("the first proof by id is spent, and one may serve several duties", () => {
  const proofs = ["q", "b", "c"].map((id) => approval("bob", ["lead"], { id }));
  const { event } = decide([fromLead, { ...fromLead, id: "s" }], proofs, ["b"]);
  expect(event).toMatchObject({ proofs: ["c"] });
});

test("a duty whose condition is unknown asks; one that is false does not", () => {
  const rule = { ...fromLead, ...head("r", flag("big")) };
  expect(decide([rule], []).decision).toMatchObject({ effect: "ask", rules: [{ matched: "unknown" }] });
  expect(decide([rule], [], [], { big: false }).decision.effect).toBe("allow");
});

test("a shadow duty asks for nothing and spends nothing", () => {
  const { decision, event } = decide([{ ...fromLead, shadow: true }], [approval("bob", ["lead"])]);
  expect(decision).toMatchObject({ effect: "allow", kept: { shadow: [{ id: "r" }] } });
  expect(event).toMatchObject({ proofs: [] });
});

test("an approver that is no principal fails closed", () => {
  const broken = { id: "p", kind: "approval", by: undefined, at: NOW } as unknown as Proof;
  const { decision, event } = decide([fromLead], [broken]);
  expect(decision).toMatchObject({ effect: "deny", reason: "fault" });
  expect(event).toMatchObject({ takes: [], call: { caller: expect.any(String) } });
});

test("duties in words", () => {
  const who = {
    anyone: false,
    roles: ["lead", "Domain Admins"],
    ids: ["x@y"],
    except: { ...everyone, anyone: false, ids: ["z"] },
  };
  expect(dutyText(require({ kind: "approval", from: who }))).toBe(
    'approval from lead or role "Domain Admins" or id "x@y" except id "z"',
  );
  expect(dutyText(require({ kind: "approval", from: "caller" }))).toBe("approval from caller");
  expect(dutyText(require({ kind: "justification" }))).toBe("justification");
  expect(dutyText(require({ kind: "duty", name: "two keys" }))).toBe('duty "two keys"');
  expect(caller.id).toBe("ann");
});

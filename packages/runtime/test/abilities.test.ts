import { type Artifact, digestOf, type PolicyIr, type RequireIr } from "@mcpolicy/core";
import { describe, expect, test } from "vitest";
import { type Abilities, ArtifactError, everyAbility, loadPolicy } from "../src/index.ts";
import { always, everyone, flag, head, place, policy, rule, server, tool } from "./small-policies.ts";

const allow = rule({ id: "a", effect: "allow" });
const artifactOf = (ir: PolicyIr): Artifact => ({ mcpolicyArtifact: 1, digest: digestOf(ir), policy: ir });

/** Why the policy is not loaded with these abilities; undefined where it is. */
function refusal(ir: PolicyIr, abilities?: Abilities): string | undefined {
  try {
    loadPolicy(artifactOf(ir), abilities === undefined ? {} : { abilities });
    return undefined;
  } catch (failure) {
    expect(failure).toBeInstanceOf(ArtifactError);
    expect((failure as ArtifactError).code).toBe("P0605");
    return (failure as ArtifactError).message;
  }
}

const require = (duty: RequireIr["duty"]): RequireIr => ({ ...head("r"), duty, valid: 1 });
const requiring = (duty: RequireIr["duty"]) => policy([allow], { requires: [require(duty)] });
const lead = { anyone: false, roles: [], ids: ["lea"] };
const looking = {
  kind: "happened",
  verb: "called",
  events: { branches: [{ operations: [tool], except: [], condition: always }], byAnyone: false, last: 1 },
  at: { place, text: "called" },
} as const;
const label = (onResult: boolean) => ({ ...head("l"), label: "x", duration: 1, onResult });
const narrowed = { tools: { read: { ...server.tools["read"]!, resultSchema: { allOf: [] } } } };

// biome-ignore format: table
const cases: readonly (readonly [string, PolicyIr, Abilities, Abilities, string])[] = [
  ["approval",        requiring({ kind: "approval", from: lead }), { memory: true, proofs: ["approval"] },             { memory: true, proofs: ["approval from caller"] }, "`approval`"],
  ["confirmation",    requiring({ kind: "approval", from: "caller" }), { memory: true, proofs: ["approval from caller"] }, { memory: true, proofs: ["approval"] },         "`approval from caller`"],
  ["mfa",             requiring({ kind: "mfa" }),                 { memory: true, proofs: ["mfa"] },                   { memory: true, proofs: ["justification"] },       "`mfa`"],
  ["justification",   requiring({ kind: "justification" }),       { memory: true, proofs: ["justification"] },         { memory: true, duties: ["justification"] },       "`justification`"],
  ["a duty",          requiring({ kind: "duty", name: "ticket" }), { memory: true, proofs: ["duty"] },                 { memory: true },                                  '`duty "ticket"`'],
  ["a duty by name",  requiring({ kind: "duty", name: "ticket" }), { memory: true, duties: ["ticket"] },               { memory: true, proofs: ["duty"], duties: ["form"] }, '`duty "ticket"`'],
  ["proofs are spent", requiring({ kind: "mfa" }),                { memory: true, proofs: ["mfa"] },                   { proofs: ["mfa"] },                               "`require`, which uses up proofs"],
  ["limits",          policy([allow], { limits: [{ ...head("l"), amount: 1, keys: [{ kind: "everyone" }], window: { kind: "at once" } }] }), { memory: true }, { results: true }, "`limit`"],
  ["labels",          policy([allow], { labels: [label(false)] }),  { memory: true },                                  {},                                                "`label`"],
  ["labels on results", policy([allow], { labels: [label(true)] }), { memory: true, results: true },                   { memory: true },                                  "`label` by what a result says"],
  ["history",         policy([allow, rule({ id: "d", effect: "deny" }, looking)]), { memory: true },                   {},                                                "history of calls"],
  ["history, in shadow", policy([allow, rule({ id: "d", effect: "deny", shadow: true }, looking)]), { memory: true },  {},                                                "history of calls"],
  ["deny result",     policy([allow], { resultDenies: [head("d", flag("ok", "result"))] }), { results: true },         { memory: true },                                  "`deny result`"],
  ["redact",          policy([allow], { redacts: [{ ...head("r"), detectors: [{ kind: "constant", value: "card", as: { kind: "detector" } }] }] }), { results: true }, { memory: true }, "`redact`"],
  ["check result",    policy([allow], { servers: [{ ...server, ...narrowed }] }), { results: true },                   { memory: true },                                  "`check result`"],
  ["audit",           policy([allow], { deployment: { audit: { arguments: "full" }, network: {} } }), { audit: true }, { memory: true, results: true },                   "`audit`"],
  ["of what is narrowed", policy([allow], { narrows: [requiring({ kind: "mfa" })] }), { memory: true, proofs: ["mfa"] }, { memory: true },                                 "`mfa`"],
];

describe("what a host has not declared, a policy that asks for it is not loaded with", () => {
  test.for(cases)("%s", ([, ir, enough, tooLittle, what]) => {
    expect(refusal(ir, enough)).toBeUndefined();
    expect(refusal(ir, everyAbility)).toBeUndefined();
    expect(refusal(ir, tooLittle)).toContain(`: ${what};`);
    expect(refusal(ir)).toContain(what);
  });
});

test("a policy that asks for nothing needs nothing, one in shadow neither", () => {
  const shadowed = { ...require({ kind: "mfa" }), shadow: true };
  expect(refusal(policy([allow]))).toBeUndefined();
  expect(refusal(policy([allow], { requires: [shadowed] }))).toBeUndefined();
});

test("all that lacks is told at once", () => {
  const ir = policy([allow], {
    requires: [require({ kind: "mfa" }), require({ kind: "approval", from: everyone })],
    labels: [label(false)],
  });
  expect(refusal(ir)).toContain("`approval`, `label`, `mfa`, `require`, which uses up proofs;");
});

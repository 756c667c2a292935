import type { WhoIr } from "@mcpolicy/core";
import { diagnostic } from "@mcpolicy/diagnostics";
import type { Assert, Role, Statement } from "./ast.ts";
import { branchesOf } from "./check-condition.ts";
import { checkLabel } from "./check-label.ts";
import { checkLimit } from "./check-limit.ts";
import { checkRedact } from "./check-redact.ts";
import { checkRequire } from "./check-require.ts";
import { checkDenyResult } from "./check-result-rules.ts";
import { conditionsOf, entriesOf, expand } from "./expand.ts";
import type { Report } from "./report.ts";
import { headOf } from "./rule-head.ts";
import type { Scope } from "./scope.ts";
import type { SiteOfRule } from "./site.ts";
import type { CheckedAssert, CheckedPolicy, CheckedRule, CheckedRuleHead } from "./typed.ts";
import { anyone, callersOf } from "./who.ts";

/** The rules of a policy, sort by sort. */
export type CheckedRules = Pick<
  CheckedPolicy,
  "capabilities" | "rules" | "requires" | "limits" | "labels" | "resultDenies" | "redacts"
>;

/** All of them together, for what is said of every rule. */
export function headsOf(all: CheckedRules): readonly CheckedRuleHead[] {
  return [all.rules, all.requires, all.limits, all.labels, all.resultDenies, all.redacts].flat();
}

const grants: SiteOfRule = { effect: "grants", readsResult: false, isPast: false };
const claims: SiteOfRule = { effect: "claims", readsResult: false, isPast: false };

/** Every rule that this version enforces, and the grants of roles, each with an id of its own. */
export function checkRules(statements: readonly Statement[], scope: Scope, report: Report): CheckedRules {
  // Each by itself, so that one that nothing grants is looked at too.
  const capabilities = [...scope.capabilities.values()].map((capability) => [
    capability.name.text,
    entriesOf(capability, scope, report).flatMap((entry) => branchesOf(entry, [], grants, scope, report)),
  ]);
  const ids = new Map<string, CheckedRuleHead>();
  /** The rule, unless one of its id is there: the same nameless rule twice is one rule, since statements form a set. */
  const once = <T extends CheckedRuleHead>(rule: T): readonly T[] => {
    const before = ids.get(rule.id);
    if (before !== undefined) {
      if (rule.named || before.named) reportTwice(rule, before, report);
      return [];
    }
    ids.set(rule.id, rule);
    return [rule];
  };
  const rules: CheckedRule[] = [];
  const requires: CheckedPolicy["requires"][number][] = [];
  const limits: CheckedPolicy["limits"][number][] = [];
  const labels: CheckedPolicy["labels"][number][] = [];
  const resultDenies: CheckedPolicy["resultDenies"][number][] = [];
  const redacts: CheckedPolicy["redacts"][number][] = [];
  for (const statement of statements) {
    switch (statement.kind) {
      case "role":
        rules.push(...grantsOf(statement, scope, report).flatMap(once));
        break;
      case "allow":
      case "deny":
        rules.push(...once({ effect: statement.kind, ...headOf(statement, scope, report).head }));
        break;
      case "require":
        requires.push(...once(checkRequire(statement, scope, report)));
        break;
      case "limit":
        limits.push(...once(checkLimit(statement, scope, report)));
        break;
      case "label":
        labels.push(...once(checkLabel(statement, scope, report)));
        break;
      case "deny-result":
        resultDenies.push(...once(checkDenyResult(statement, scope, report)));
        break;
      case "redact":
        redacts.push(...once(checkRedact(statement, scope, report)));
        break;
    }
  }
  return { capabilities: Object.fromEntries(capabilities), rules, requires, limits, labels, resultDenies, redacts };
}

function reportTwice(rule: CheckedRuleHead, before: CheckedRuleHead, report: Report): void {
  report(
    diagnostic("P0215", rule.span, `two rules are called \`${rule.id}\``)
      .withLabel("again here")
      .at(before.span, "a rule of this name")
      .withNote("a rule's name is its id in decisions, tests and the audit log")
      .withHelp("rename one of the two"),
  );
}

/** A capability that a role lists is granted to it: `allow NAME to CAPABILITY`. */
function grantsOf(role: Role, scope: Scope, report: Report): readonly CheckedRule[] {
  const name = role.name.text;
  if (scope.roles.get(name) !== role) return [];
  const listed = new Map(role.members.map((member) => [member.text, member]));
  return [...listed.values()].flatMap((member): readonly CheckedRule[] => {
    const capability = scope.capabilities.get(member.text);
    if (capability === undefined || scope.roles.has(member.text)) return [];
    const who: WhoIr = { anyone: false, roles: [name], ids: [] };
    return [
      {
        effect: "allow",
        id: `role ${name}: ${member.text}`,
        named: true,
        span: member.span,
        who,
        branches: entriesOf(capability, scope, report).flatMap((entry) => branchesOf(entry, [], grants, scope, report)),
        from: undefined,
        until: undefined,
        because: undefined,
        note: undefined,
        shadow: false,
      },
    ];
  });
}

/** An assertion, checked as a rule is; proving it is a later version's. */
export function checkAssert(claim: Assert, scope: Scope, report: Report): CheckedAssert {
  const entries = expand(claim.operations, scope, { bare: claim.claim !== "always" }, report);
  return {
    name: claim.name?.value,
    span: claim.name?.span ?? claim.span,
    claim: claim.claim,
    who: callersOf(claim.who, scope, report) ?? anyone,
    branches: entries.flatMap((entry) => branchesOf(entry, conditionsOf(claim), claims, scope, report)),
  };
}

import { digestOf, type WhoIr } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Allow, Assert, Clause, Deny, Role, Statement } from "./ast.ts";
import { spend } from "./bounds.ts";
import { conditionOf } from "./check-condition.ts";
import { conditionsOf, type Entry, type Expanded, entriesOf, expand } from "./expand.ts";
import { print } from "./print.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { Site } from "./site.ts";
import type { CheckedAssert, CheckedBranch, CheckedRule } from "./typed.ts";
import { anyone, callersOf } from "./who.ts";

type Effect = Site["effect"];

/** Every rule that this version enforces, and the grants of roles, each with an id of its own. */
export function checkRules(statements: readonly Statement[], scope: Scope, report: Report): readonly CheckedRule[] {
  for (const capability of scope.capabilities.values()) {
    // By itself, so that one that nothing grants is looked at too.
    for (const entry of entriesOf(capability, scope, report)) branchesOf(entry, [], "grants", scope, report);
  }
  const rules = new Map<string, CheckedRule>();
  for (const statement of statements) {
    if (statement.kind === "role") {
      for (const rule of grantsOf(statement, scope, report)) rules.set(rule.id, rule);
    } else if (statement.kind === "allow" || statement.kind === "deny") {
      const rule = checkRule(statement, scope, report);
      const before = rules.get(rule.id);
      // Statements form a set: the same nameless rule twice is one rule.
      if (before !== undefined && (statement.name !== undefined || before.named)) {
        const span = statement.name?.span ?? statement.span;
        report(
          diagnostic("P0215", span, `two rules are called \`${rule.id}\``)
            .withLabel("again here")
            .at(before.span, "a rule of this name")
            .withNote("a rule's name is its id in decisions, tests and the audit log")
            .withHelp("rename one of the two"),
        );
        continue;
      }
      rules.set(rule.id, rule);
    }
  }
  return [...rules.values()];
}

function checkRule(rule: Allow | Deny, scope: Scope, report: Report): CheckedRule {
  const effect: Effect = rule.kind === "allow" ? "grants" : "narrows";
  const own = conditionsOf(rule);
  const entries = expand(rule.operations, scope, { bare: rule.kind === "deny" }, report);
  const dates = datesOf(rule.clauses, report);
  return {
    effect: rule.kind,
    id: rule.name?.value ?? namelessId(rule),
    named: rule.name !== undefined,
    span: rule.name?.span ?? headSpan(rule),
    who: callersOf(rule.who, scope, report),
    branches: entries.flatMap((entry) => branchesOf(entry, own, effect, scope, report)),
    from: dates.from,
    until: dates.until,
    because: textOfClause(rule.clauses, "because"),
    note: textOfClause(rule.clauses, "note"),
    shadow: rule.shadow,
  };
}

/** A rule's first line is enough to find it: its whole text would be underlined otherwise. */
function headSpan(rule: Allow | Deny): Span {
  const { file, start } = rule.span;
  return { file, start, end: Math.max(rule.operations.span.end, start) };
}

/** A capability that a role lists is granted to it: `allow NAME to CAPABILITY`. */
function grantsOf(role: Role, scope: Scope, report: Report): readonly CheckedRule[] {
  const name = role.name.text;
  if (scope.roles.get(name) !== role) return [];
  return role.members.flatMap((member): readonly CheckedRule[] => {
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
        branches: entriesOf(capability, scope, report).flatMap((entry) =>
          branchesOf(entry, [], "grants", scope, report),
        ),
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
    branches: entries.flatMap((entry) => branchesOf(entry, conditionsOf(claim), "claims", scope, report)),
  };
}

/**
 * An entry under further conditions. Operations on untyped servers get a branch of their own, in which arguments are `any`, so that
 * they take nothing from the types of the others.
 */
function branchesOf(
  entry: Entry,
  more: Entry["conditions"],
  effect: Effect,
  scope: Scope,
  report: Report,
): readonly CheckedBranch[] {
  const conditions = [...entry.conditions, ...more];
  const [first] = conditions;
  if (first !== undefined && !spend(scope.work, 200, first.expression.span, report)) return [];
  const groups = [entry.operations.filter((each) => !each.untyped), entry.operations.filter((each) => each.untyped)];
  return groups
    .filter((operations) => operations.length > 0)
    .map((operations) => ({
      operations: irOf(operations),
      except: irOf(entry.except),
      condition: conditionOf(
        conditions,
        { scope, report, operations, effect },
        first?.expression.span ?? { file: "", start: 0, end: 0 },
      ),
    }));
}

function irOf(operations: readonly Expanded[]): CheckedBranch["operations"] {
  return operations.map((each) => each.ir);
}

/** The effect and eight digits of a digest over the rule's canonical text, without its comments. */
function namelessId(rule: Allow | Deny): string {
  const { trailing: _, ...plain } = rule;
  const bare: Allow | Deny = { ...plain, docs: [], comments: [] };
  const text = print({ statements: [bare], closing: [], span: rule.span });
  return `${rule.kind}-${digestOf(text).slice("sha256-".length, "sha256-".length + 8)}`;
}

function datesOf(
  clauses: readonly Clause[],
  report: Report,
): { readonly from: number | undefined; readonly until: number | undefined } {
  const date = (kind: "from" | "until") =>
    clauses.flatMap((clause) => (clause.kind === kind && "date" in clause ? [clause.date] : []))[0];
  const [from, until] = [date("from"), date("until")];
  if (from !== undefined && until !== undefined && until.value <= from.value) {
    report(
      diagnostic("P0321", until.span, "this rule ends before it begins")
        .at(from.span, "it begins here")
        .withNote("it would never apply")
        .withHelp("`until` names the first instant at which the rule no longer applies: let it be later than `from`"),
    );
  }
  return { from: from?.value, until: until?.value };
}

function textOfClause(clauses: readonly Clause[], kind: "because" | "note"): string | undefined {
  return clauses.flatMap((clause) => (clause.kind === kind && "text" in clause ? [clause.text.value] : []))[0];
}

import { digestOf } from "@mcpolicy/core";
import { diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Clause, Rule } from "./ast.ts";
import { branchesOf } from "./check-condition.ts";
import { conditionsOf, type Expanded, expand } from "./expand.ts";
import { print } from "./print.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { SiteOfRule } from "./site.ts";
import type { CheckedRuleHead } from "./typed.ts";
import { callersOf } from "./who.ts";

/** What each sort of rule says of its conditions. A capability brings its own conditions along in grants alone. */
// biome-ignore format: table
const siteOf: Readonly<Record<Rule["kind"], SiteOfRule>> = {
  allow:         { effect: "grants",  readsResult: false, isPast: false },
  deny:          { effect: "narrows", readsResult: false, isPast: false },
  require:       { effect: "narrows", readsResult: false, isPast: false },
  limit:         { effect: "narrows", readsResult: false, isPast: false },
  label:         { effect: "narrows", readsResult: true,  isPast: false },
  "deny-result": { effect: "narrows", readsResult: true,  isPast: false },
  redact:        { effect: "narrows", readsResult: true,  isPast: false },
};

/** What every sort of rule has, and the operations that it speaks of. */
export interface Head {
  readonly head: CheckedRuleHead;
  readonly operations: readonly Expanded[];
  readonly site: SiteOfRule;
}

/** Looks a rule's callers, operations and conditions up. */
export function headOf(rule: Rule, scope: Scope, report: Report): Head {
  const site = siteOf[rule.kind];
  const entries = expand(rule.operations, scope, { bare: site.effect === "narrows" }, report);
  const own = conditionsOf(rule);
  const dates = datesOf(rule.clauses, report);
  return {
    site,
    operations: entries.flatMap((entry) => entry.operations),
    head: {
      id: rule.name?.value ?? namelessId(rule),
      named: rule.name !== undefined,
      span: rule.name?.span ?? headSpan(rule),
      who: callersOf(rule.who, scope, report),
      branches: entries.flatMap((entry) => branchesOf(entry, own, site, scope, report)),
      from: dates.from,
      until: dates.until,
      because: textOfClause(rule.clauses, "because"),
      note: textOfClause(rule.clauses, "note"),
      shadow: rule.shadow,
    },
  };
}

/** A rule's first line is enough to find it: its whole text would be underlined otherwise. */
function headSpan(rule: Rule): Span {
  const { file, start } = rule.span;
  return { file, start, end: Math.max(rule.operations.span.end, start) };
}

/** The effect and eight digits of a digest over the rule's canonical text, without its comments. */
function namelessId(rule: Rule): string {
  const { trailing: _, ...plain } = rule;
  const bare = { ...plain, docs: [], comments: [] } as Rule;
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

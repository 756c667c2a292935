import { type DecidingRule, type Decision, denied, type Truth } from "@mcpolicy/core";
import { unique } from "../unique.ts";
import type { EmbeddedRule, Moment } from "./parts.ts";

/** A rule that applies, and its truth. */
export interface Matched {
  readonly rule: EmbeddedRule;
  readonly truth: Truth;
}

/** Rules of a sort that count: those in `shadow` are only logged. */
export function enforced(rules: readonly EmbeddedRule[], sort: EmbeddedRule["sort"]): readonly EmbeddedRule[] {
  return rules.filter((rule) => rule.sort === sort && !rule.head.shadow);
}

/** Enforced rules of a sort that narrow: they apply unless they are plainly false. */
export function narrowing(
  rules: readonly EmbeddedRule[],
  sort: EmbeddedRule["sort"],
  moment: Moment,
): readonly Matched[] {
  return withTruth(enforced(rules, sort), moment).filter(({ truth }) => truth !== false);
}

function withTruth(rules: readonly EmbeddedRule[], moment: Moment): readonly Matched[] {
  return rules.map((rule) => ({ rule, truth: rule.truth(moment) }));
}

export function decidingRule({ rule: { head }, truth }: Matched): DecidingRule {
  return { id: head.id, place: head.place, matched: truth === true ? "true" : "unknown" };
}

/** The denies that hide an operation from a caller whatever the arguments. */
export function hidingRules(rules: readonly EmbeddedRule[], before: Moment): readonly EmbeddedRule[] {
  return enforced(rules, "deny").filter((rule) => rule.before(before));
}

/** Whether a caller's list shows an operation: some allow is not false and no deny is true, whatever the arguments. */
export function isListed(rules: readonly EmbeddedRule[], before: Moment): boolean {
  return hidingRules(rules, before).length === 0 && enforced(rules, "allow").some((rule) => rule.before(before));
}

/** Steps 4 and 5: denies, then allows. `shadow`: what rules in `shadow` would have said. */
export function byRules(
  rules: readonly EmbeddedRule[],
  moment: Moment,
  shadow: Pick<Decision["kept"], "shadow">,
): Decision {
  const kept = { ...denied.kept, ...shadow };
  const denies = narrowing(rules, "deny", moment);
  if (denies.length > 0) {
    const pointers = unique(denies.flatMap(({ rule }) => rule.behind(moment).flat()));
    const [only] = pointers;
    return {
      ...denied,
      reason: denies.some(({ truth }) => truth === true) ? "rule" : "unknown",
      rules: denies.map(decidingRule),
      told: {
        because: becauseOf(denies),
        // Where several arguments are at fault together, none is named.
        ...(pointers.length === 1 && only !== undefined ? { argument: only } : {}),
      },
      kept: { ...kept, notes: notesOf(denies) },
    };
  }
  const allows = withTruth(enforced(rules, "allow"), moment).filter(({ truth }) => truth === true);
  if (allows.length === 0) return { ...denied, kept };
  return {
    ...denied,
    effect: "allow",
    reason: "rule",
    rules: allows.map(decidingRule),
    kept: { ...kept, notes: notesOf(allows) },
  };
}

/** Rules in `shadow` that would have matched: logged, and nothing else. */
export function inShadow(rules: readonly EmbeddedRule[], moment: Moment): Pick<Decision["kept"], "shadow"> {
  const found = withTruth(
    rules.filter(({ head, sort }) => head.shadow && sort !== "redact"),
    moment,
  ).filter(({ rule, truth }) => (rule.sort === "allow" ? truth === true : truth !== false));
  return found.length === 0 ? {} : { shadow: found.map(decidingRule) };
}

/** What rules that match say to the caller. */
export function becauseOf(matches: readonly Matched[]): readonly string[] {
  return unique(matches.map(({ rule }) => rule.head.because));
}

/** What they say to the operator. */
export function notesOf(matches: readonly Matched[]): readonly string[] {
  return unique(matches.map(({ rule }) => rule.head.note));
}

import { any, type DecidingRule, isPossibly, isSurely, type Truth } from "@mcpolicy/core";
import type { CheckedPolicy, CheckedRuleHead } from "@mcpolicy/language";
import { truthOfBranch } from "./reference-condition.ts";
import { byCodeUnits, isAmong, type Situation } from "./reference-situation.ts";

/** A rule and its truth for a request. */
export interface Match<Rule extends CheckedRuleHead = CheckedRuleHead> {
  readonly rule: Rule;
  readonly truth: Truth;
}

/** The truth of a rule: its callers and dates, and any of its branches. */
export function truthOfRule(rule: CheckedRuleHead, situation: Situation): Truth {
  const { principal } = situation.request;
  if (!isAmong(rule.who, principal)) return false;
  if (rule.from !== undefined && situation.now < rule.from) return false;
  if (rule.until !== undefined && situation.now >= rule.until) return false;
  return any(rule.branches.map((branch) => truthOfBranch(branch, situation)));
}

/** Rules with their truth, by id. */
export function matches<Rule extends CheckedRuleHead>(
  rules: readonly Rule[],
  situation: Situation,
): readonly Match<Rule>[] {
  return rules
    .map((rule) => ({ rule, truth: truthOfRule(rule, situation) }))
    .toSorted((a, b) => byCodeUnits(a.rule.id, b.rule.id));
}

/** Those that grant: plain truth. */
export function surely<Rule extends CheckedRuleHead>(found: readonly Match<Rule>[]): readonly Match<Rule>[] {
  return found.filter(({ truth }) => isSurely(truth));
}

/** Those that narrow: all but plain falsehood. */
export function possibly<Rule extends CheckedRuleHead>(found: readonly Match<Rule>[]): readonly Match<Rule>[] {
  return found.filter(({ truth }) => isPossibly(truth));
}

/** Rules that count. */
export function enforced<Rule extends CheckedRuleHead>(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ shadow }) => !shadow);
}

/** Rules that are only logged. */
export function shadows<Rule extends CheckedRuleHead>(rules: readonly Rule[]): readonly Rule[] {
  return rules.filter(({ shadow }) => shadow);
}

/** Matches as a decision names them: id, place, how it matched; sorted by id. */
export function deciding(policy: CheckedPolicy, found: readonly Match[]): readonly DecidingRule[] {
  return found
    .map(({ rule, truth }): DecidingRule => {
      const source = policy.sources.find(({ name }) => name === rule.span.file);
      const position = source?.position(rule.span.start) ?? { line: 0, column: 0 };
      const place = { file: rule.span.file, ...position };
      return { id: rule.id, place, matched: isSurely(truth) ? "true" : "unknown" };
    })
    .toSorted((a, b) => byCodeUnits(a.id, b.id));
}

/** What the caller is told of rules, each text once. */
export function becauseOf(found: readonly Match[]): readonly string[] {
  return [...new Set(found.map(({ rule }) => rule.because).filter((text) => text !== undefined))];
}

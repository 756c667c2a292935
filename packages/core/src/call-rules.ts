import type { PolicyIr, RuleHeadIr } from "./ir.ts";

/** What a rule does to a call that it applies to. */
export type CallSort = "allow" | "deny" | "require" | "limit" | "label" | "redact";

/** A rule that a call is held against before it is let through; an allow applies where it surely does, all others where they possibly do. */
export interface CallRule {
  readonly sort: CallSort;
  readonly rule: RuleHeadIr;
}

/**
 * All rules that speak of calls, those in `shadow` too, without what reads results alone. The number of a rule is its place here: that is what
 * engines tell of rules.
 */
export function callRules(ir: PolicyIr): readonly CallRule[] {
  const of = (sort: CallSort, rules: readonly RuleHeadIr[] = []): readonly CallRule[] =>
    rules.map((rule) => ({ sort, rule }));
  return [
    ...ir.rules.map((rule): CallRule => ({ sort: rule.effect, rule })),
    ...of("require", ir.requires),
    ...of("limit", ir.limits),
    ...of(
      "label",
      ir.labels?.filter(({ onResult }) => !onResult),
    ),
    ...of("redact", ir.redacts),
  ];
}

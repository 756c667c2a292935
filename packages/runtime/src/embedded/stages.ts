import { type Decision, denied, emptyState, type LabelIr, type LimitIr, type RequireIr } from "@mcpolicy/core";
import { proofFor } from "../duty.ts";
import { askLimit, limitKey } from "../limit.ts";
import { byDuties, byLimits } from "../stopped.ts";
import type { EmbeddedHead, Stage } from "./parts.ts";
import { becauseOf, decidingRule, type Matched, narrowing, notesOf } from "./rules.ts";

/** Step 6: what was taken already. What this call takes is for the host to find by `step` of a loaded policy. */
export const limitStage: Stage = (allowed, { rules, moment, caller, request: { operation, state = emptyState } }) => {
  const limits = narrowing(rules, "limit", moment).map((match) => {
    const limit = said<LimitIr>(match);
    const value = match.rule.amount(moment);
    const amount = typeof value === "number" ? value : undefined;
    const key = limitKey(limit.keys, caller, operation);
    return { match, ...askLimit(limit, { call: "", key, now: moment.context.time, amount }, state) };
  });
  const spent = limits.filter((each) => each.spent);
  if (spent.length === 0) return allowed;
  const matches = spent.map(({ match }) => match);
  return byLimits(stoppedBy(matches, allowed), spent);
};

/** Step 7: duties whose proofs the request does not bring. */
export const requireStage: Stage = (allowed, { roles, rules, moment, caller, request }) => {
  const { proofs = [], state = emptyState } = request;
  const proving = { ir: { roles }, caller, now: moment.context.time, state };
  const unproven = narrowing(rules, "require", moment).filter(
    (match) => proofFor(said<RequireIr>(match), proofs, proving) === undefined,
  );
  if (unproven.length === 0) return allowed;
  return byDuties(stoppedBy(unproven, allowed), unproven.map(said<RequireIr>));
};

/** Step 8: labels that the call sets. */
export const labelStage: Stage = (allowed, { rules, moment }) => ({
  ...allowed,
  obligations: [
    ...allowed.obligations,
    ...narrowing(rules, "label", moment).map((match) => {
      const { id, label, duration } = said<LabelIr>(match);
      return { kind: "label", rule: id, label, duration } as const;
    }),
  ],
});

/** Step 8: rules by which the host masks the result. */
export const redactStage: Stage = (allowed, { rules, moment }) => ({
  ...allowed,
  obligations: [
    ...allowed.obligations,
    ...narrowing(rules, "redact", moment).map(({ rule }) => ({ kind: "redact", rule: rule.head.id }) as const),
  ],
});

/** What the compiler wrote of a rule of one sort. */
function said<Rule>({ rule }: Matched): Rule {
  return rule.head satisfies EmbeddedHead as unknown as Rule;
}

/** A denial by rules that narrow what is allowed. */
function stoppedBy(matches: readonly Matched[], { kept }: Decision): Decision {
  return {
    ...denied,
    rules: matches.map(decidingRule),
    told: { because: becauseOf(matches) },
    kept: { ...kept, notes: notesOf(matches) },
  };
}

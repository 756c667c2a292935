import {
  type CallRule,
  callerKeyOf,
  type DecidingRule,
  type Decision,
  denied,
  emptyState,
  frozen,
  type HeldLabel,
  type LabelIr,
  type LimitIr,
  type Obligation,
  type Principal,
  type RedactIr,
  type Request,
  type RequireIr,
  type RuleHeadIr,
} from "@mcpolicy/core";
import { type Caller, callerOf, isRefused } from "./caller.ts";
import type { Means } from "./decide.ts";
import { proofFor } from "./duty.ts";
import { byId, decidingRule } from "./explain.ts";
import { askLimit, limitKey } from "./limit.ts";
import { nothingTaken, type Outcome } from "./outcome.ts";
import type { Question } from "./question.ts";
import { byDuties, byLimits } from "./stopped.ts";
import { unique } from "./unique.ts";

/**
 * What becomes of a request that the engine permits: steps 6 to 8 of a decision. The engine names the rules, so that no condition is asked
 * twice; undefined where it says no, or where the request does not get as far as the rules. The interpreter is asked only to say what stopped
 * a call after all, and how a rule in `shadow` met it.
 */
export function permitted(means: Means, request: Request, id: string): Outcome | undefined {
  const caller = means.ready.caller(request.principal);
  if (caller === undefined || !Number.isFinite(request.context.time)) return undefined;
  const context = means.ready.context(request.context);
  const asked = context === request.context ? request : { ...request, context };
  const numbers = means.engine.applying(asked, caller);
  if (numbers === undefined) return undefined;
  const [only, ...more] = numbers;
  return more.length === 0 && only !== undefined
    ? byOne(means, asked, caller, id, only)
    : byAll(means, asked, caller, id, [...new Set(numbers)]);
}

/** One allow, and nothing that narrows: the outcome is always the same, and made once. */
function byOne(means: Means, request: Request, caller: Principal, id: string, number: number): Outcome {
  const known = means.soleAllows[number];
  if (known !== undefined) return known;
  const outcome = frozen(byAll(means, request, caller, id, [number]));
  means.soleAllows[number] = outcome;
  return outcome;
}

function byAll(means: Means, request: Request, caller: Principal, id: string, numbers: readonly number[]): Outcome {
  const { context, operation, state = emptyState, proofs = [] } = request;
  const { time: now } = context;
  const rules = numbers.map((number) => means.rules[number] as CallRule);
  const inShadow = rules.filter(({ sort, rule }) => rule.shadow && sort !== "redact");
  const of = <Rule extends RuleHeadIr>(sort: CallRule["sort"]): readonly Rule[] =>
    rules
      .filter((each) => each.sort === sort && !each.rule.shadow)
      .map(({ rule }) => rule as Rule)
      .sort(byId);
  const shadow = inShadow.map((each) => shadowed(each, means, request)).sort(byId);
  const allows = of("allow");
  const kept = shadow.length === 0 ? {} : { shadow };
  const allowed: Decision = {
    ...denied,
    effect: "allow",
    reason: "rule",
    rules: allows.map((rule) => decidingRule(rule, true)),
    kept: { ...kept, notes: unique(allows.map(({ note }) => note)), atoms: [] },
  };

  const limits = of<LimitIr>("limit").map((rule) => {
    const isSummed = rule.window.kind === "per" && rule.window.of !== undefined;
    const amount = isSummed ? asQuestion(means, request).amountOf(rule) : 1;
    const key = limitKey(rule.keys, fullCaller(means, caller), operation);
    return { rule, ...askLimit(rule, { call: id, key, now, amount }, state) };
  });
  const spent = limits.filter((each) => each.spent);
  if (spent.length > 0) {
    const spentRules = spent.map(({ rule }) => rule);
    return nothingTaken(byLimits(stoppedBy(spentRules, allowed, means, request), spent));
  }

  const requires = of<RequireIr>("require").map((rule) => {
    return { rule, proof: proofFor(rule, proofs, { ir: means.ir, caller: fullCaller(means, caller), now, state }) };
  });
  const unproven = requires.filter(({ proof }) => proof === undefined).map(({ rule }) => rule);
  if (unproven.length > 0) return nothingTaken(byDuties(stoppedBy(unproven, allowed, means, request), unproven));

  const labels = of<LabelIr>("label");
  const redacts = of<RedactIr>("redact");
  const obligations: readonly Obligation[] = [
    ...labels.map((rule): Obligation => {
      return { kind: "label", rule: rule.id, label: rule.label, duration: rule.duration };
    }),
    ...redacts.map((rule): Obligation => ({ kind: "redact", rule: rule.id })),
  ];
  return {
    decision: { ...allowed, obligations },
    takes: limits.flatMap(({ take }) => take ?? []),
    labels: labels.map((rule) => heldLabel(rule, caller, id, now)),
    proofs: unique(requires.map(({ proof }) => proof?.id)).toSorted(),
  };
}

/** The label that a rule sets: on a call until its answer, on a result until `until`. */
export function heldLabel(rule: LabelIr, caller: Principal, call: string, since: number, until?: number): HeldLabel {
  const { label, duration } = rule;
  return { caller: callerKeyOf(caller), label, since, ...(until === undefined ? {} : { until }), call, duration };
}

/** A denial by rules that narrow what is allowed. */
function stoppedBy(rules: readonly RuleHeadIr[], { kept }: Decision, means: Means, request: Request): Decision {
  const question = asQuestion(means, request);
  return {
    ...denied,
    rules: rules.map((rule) => decidingRule(rule, question.truthOf(rule))),
    told: { because: unique(rules.map(({ because }) => because)) },
    kept: {
      ...(kept.shadow === undefined ? {} : { shadow: kept.shadow }),
      notes: unique(rules.map(({ note }) => note)),
      atoms: rules.flatMap((rule) => question.behind(rule).atoms),
    },
  };
}

function shadowed({ sort, rule }: CallRule, means: Means, request: Request): DecidingRule {
  return decidingRule(rule, sort === "allow" ? true : asQuestion(means, request).truthOf(rule));
}

/** What the request asks, for what the engine does not tell. */
function asQuestion({ ir, ask }: Means, request: Request): Question {
  const { principal, operation, state = emptyState } = request;
  const caller = callerOf(ir, principal);
  const server = ir.servers.find(({ name }) => name === operation.server);
  if (isRefused(caller) || server === undefined) throw new Error("the engine permits what cannot be asked");
  return ask(server, caller, request, state);
}

/** The caller with all roles that those of the token include. */
function fullCaller({ ir }: Means, principal: Principal): Caller {
  const caller = callerOf(ir, principal);
  if (isRefused(caller)) throw new Error(caller.why);
  return caller;
}

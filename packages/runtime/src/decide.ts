import {
  callerKeyOf,
  type Decision,
  denied,
  type Engine,
  emptyState,
  fault,
  type HeldLabel,
  isPossibly,
  isSurely,
  type LabelIr,
  type MissingDuty,
  type Obligation,
  type Operation,
  type PolicyIr,
  type Request,
  type RuleHeadIr,
  type SeenAtom,
  type ServerIr,
  type State,
  type Truth,
  type Violation,
} from "@mcpolicy/core";
import { type Caller, callerOf, given, isRefused } from "./caller.ts";
import { dutyText, proofFor } from "./duty.ts";
import { byId, decidingRule } from "./explain.ts";
import { askLimit, limitKey } from "./limit.ts";
import { enforced, hidingRules, isListed } from "./list.ts";
import { isKnown } from "./operations.ts";
import { lowest, nothingTaken, type Outcome } from "./outcome.ts";
import type { Question } from "./question.ts";
import { asRemembered, asSeenBy } from "./side.ts";
import type { ToolResult } from "./tool-result.ts";

/** What a decision is made with. */
export interface Means {
  readonly ir: PolicyIr;
  readonly engine: Engine;
  /** How the arguments of an operation break bounds, schema or checks. Throws where a schema cannot be compiled. */
  readonly violations: (operation: Operation, args: unknown) => readonly Violation[];
  /** Whether there are none. Throws as `violations` does. */
  readonly isValid: (operation: Operation, args: unknown) => boolean;
  /** The policy without the rules that cannot speak of an operation. */
  readonly near: (operation: Operation) => PolicyIr;
  /** How a tool's result breaks its output schema. Throws where the schema cannot be compiled. */
  readonly resultViolations: (server: string, tool: string, result: ToolResult) => readonly Violation[];
  /** Whether there are none. Throws as `resultViolations` does. */
  readonly isValidResult: (server: string, tool: string, result: ToolResult) => boolean;
  /** What a call asks of the rules, with what is remembered. */
  readonly ask: (server: ServerIr, caller: Caller, request: Request, state: State) => Question;
  /** What is asked before anything is known of a call but its operation and its caller: whether a list shows it. */
  readonly askBefore: (server: ServerIr, operation: Operation, caller: Caller, time: number) => Question;
  /** The policies that this one narrows. */
  readonly narrows: readonly Means[];
}

/**
 * Decides a request, in the order of language.md section 6, by a policy and all that it narrows; `id` names the call in what it
 * takes. Never throws: any failure is a denial with reason `fault`.
 *
 * Two evaluators look at the rules: the engine answers yes or no, the interpreter names the rules. An answer needs both: where they
 * differ the request is denied as a fault.
 */
export function decide(means: Means, request: Request, id: string): Outcome {
  try {
    const own = decideOrThrow(means, request, id);
    return means.narrows.length === 0
      ? own
      : lowest([
          own,
          ...means.narrows.map((wider, side) => asRemembered(side, decide(wider, asSeenBy(side, request), id))),
        ]);
  } catch (failure) {
    return nothingTaken(fault(failure instanceof Error ? failure.message : String(failure)));
  }
}

function decideOrThrow(means: Means, request: Request, id: string): Outcome {
  const { operation } = request;
  const ir = means.near(operation);
  const context = given(request.context);

  const caller = callerOf(ir, request.principal);
  if (isRefused(caller)) {
    const kept = { ...denied.kept, notes: [caller.why] };
    return nothingTaken({ ...denied, effect: "unauthenticated", reason: "unauthenticated", kept });
  }
  if (!Number.isFinite(context.time)) return nothingTaken(fault("the host gave no `context.time`"));

  const server = ir.servers.find((each) => each.name === operation.server);
  if (server === undefined) return unknownOperation(`the policy knows no server \`${operation.server}\``);
  if (!isKnown(server, operation)) return unknownOperation(`it is not among what is pinned of \`${server.name}\``);

  const hidden = hiddenDecision(ir, means.askBefore(server, operation, caller, context.time));
  if (hidden !== undefined) return nothingTaken(hidden);

  if (!means.isValid(operation, request.arguments)) {
    const violations = means.violations(operation, request.arguments);
    if (violations.length === 0) throw new Error("the validators disagree about the arguments");
    return nothingTaken(invalid(violations));
  }

  const state = request.state ?? emptyState;
  const permits = means.engine.permits({ ...request, context }, asPrincipal(caller));
  const question = means.ask(server, caller, request, state);
  const byRule = byRules(ir, question);
  if (permits !== (byRule.effect === "allow")) {
    const differ = `${permits} and ${byRule.effect}`;
    return nothingTaken(fault(`engine ${means.engine.name} and interpreter disagree: ${differ}`));
  }
  return permits ? byDuties(ir, byRule, question, request, state, id) : nothingTaken(byRule);
}

function asPrincipal(caller: Caller): NonNullable<Request["principal"]> {
  return caller as NonNullable<Request["principal"]>;
}

function unknownOperation(note: string): Outcome {
  return nothingTaken({ ...denied, reason: "unknown-operation", kept: { ...denied.kept, notes: [note] } });
}

/** The answer where the caller's list hides the operation: as if it were unknown, whatever its arguments. */
function hiddenDecision(ir: PolicyIr, residual: Question): Decision | undefined {
  const { kind } = residual.operation;
  if (kind !== "tool" && kind !== "prompt") return undefined;
  if (isListed(ir, residual)) return undefined;
  const rules = [...hidingRules(ir, residual)].sort(byId).map((rule) => decidingRule(rule, true));
  const nearest = rules.length === 0 ? residual.nearestOf(ir) : undefined;
  const note = "this caller's list hides it, so it is answered as an unknown operation";
  const kept = { ...denied.kept, notes: [note], hidden: true, ...(nearest === undefined ? {} : { nearest }) };
  return { ...denied, reason: "unknown-operation", rules, kept };
}

function invalid(violations: readonly Violation[]): Decision {
  return { ...denied, effect: "invalid", reason: "invalid", told: { because: [], violations } };
}

/** Steps 4 and 5: denies, then allows. */
function byRules(ir: PolicyIr, question: Question): Decision {
  const keptShadow = shadowOf(ir, question);

  const denies = possibly(enforced(ir, "deny"), question);
  if (denies.length > 0) {
    const held = denies.map(({ rule }) => question.behind(rule));
    const pointers = unique(held.flatMap((each) => each.pointers));
    return {
      ...denied,
      reason: denies.some(({ truth }) => truth === true) ? "rule" : "unknown",
      rules: denies.map(({ rule, truth }) => decidingRule(rule, truth)),
      told: {
        because: unique(denies.map(({ rule }) => rule.because)),
        // Where several arguments are at fault together, none is named.
        ...(pointers.length === 1 ? { argument: pointers[0]! } : {}),
      },
      kept: {
        ...keptShadow,
        notes: unique(denies.map(({ rule }) => rule.note)),
        atoms: held.flatMap((each) => each.atoms),
      },
    };
  }

  const allows = surely(enforced(ir, "allow"), question);
  if (allows.length === 0) {
    const nearest = question.nearestOf(ir);
    const atoms: readonly SeenAtom[] = nearest?.failed === undefined ? [] : [nearest.failed];
    return { ...denied, kept: { ...keptShadow, notes: [], atoms, ...(nearest === undefined ? {} : { nearest }) } };
  }
  return {
    ...denied,
    effect: "allow",
    reason: "rule",
    rules: allows.map(({ rule, truth }) => decidingRule(rule, truth)),
    kept: { ...keptShadow, notes: unique(allows.map(({ rule }) => rule.note)), atoms: [] },
  };
}

/** Steps 6 to 8, for a request that the rules allow: limits, then duties, then all that the call takes and owes. */
function byDuties(
  ir: PolicyIr,
  allowed: Decision,
  question: Question,
  request: Request,
  state: State,
  id: string,
): Outcome {
  const { caller, operation, time: now } = question;

  const limits = possibly(enforcedOf(ir.limits), question).map((match) => {
    const amount = question.amountOf(match.rule);
    const key = limitKey(match.rule.keys, caller, operation);
    return { match, ...askLimit(match.rule, { call: id, key, now, amount }, state) };
  });
  const spent = limits.filter((each) => each.spent);
  if (spent.length > 0) {
    const waits = spent.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
    const stopped = stoppedBy(
      spent.map(({ match }) => match),
      allowed,
      question,
    );
    // Waiting helps only where it helps with each of them.
    const retry = waits.length === spent.length ? { retryAfterMs: Math.max(...waits) } : {};
    return nothingTaken({ ...stopped, reason: "limit", told: { ...stopped.told, ...retry } });
  }

  const proving = { ir, caller, now, state };
  const requires = possibly(enforcedOf(ir.requires), question).map((match) => {
    return { match, proof: proofFor(match.rule, request.proofs ?? [], proving) };
  });
  const unproven = requires.filter(({ proof }) => proof === undefined).map(({ match }) => match);
  if (unproven.length > 0) {
    const missing = unproven.map(({ rule }): MissingDuty => {
      return { duty: dutyText(rule), rule: rule.id, demands: rule.duty, valid: rule.valid };
    });
    const stopped = stoppedBy(unproven, allowed, question);
    const told = { ...stopped.told, missing: unique(missing.map(({ duty }) => duty)).toSorted() };
    return nothingTaken({
      ...stopped,
      effect: "ask",
      reason: "approval",
      told,
      kept: { ...stopped.kept, missing },
    });
  }

  const labels = possibly(enforcedOf(ir.labels?.filter(({ onResult }) => !onResult)), question);
  const redacts = possibly(enforcedOf(ir.redacts), question);
  const obligations: readonly Obligation[] = [
    ...labels.map(({ rule }): Obligation => {
      return { kind: "label", rule: rule.id, label: rule.label, duration: rule.duration };
    }),
    ...redacts.map(({ rule }): Obligation => ({ kind: "redact", rule: rule.id })),
  ];
  return {
    decision: { ...allowed, obligations },
    takes: limits.flatMap(({ take }) => take ?? []),
    labels: labels.map(({ rule }) => heldLabel(rule, caller, id, now)),
    proofs: unique(requires.map(({ proof }) => proof?.id)).toSorted(),
  };
}

/** The label that a rule sets: on a call until its answer, on a result until `until`. */
export function heldLabel(rule: LabelIr, caller: Caller, call: string, since: number, until?: number): HeldLabel {
  const key = callerKeyOf(asPrincipal(caller));
  const { label, duration } = rule;
  return { caller: key, label, since, ...(until === undefined ? {} : { until }), call, duration };
}

/** A denial by rules that narrow what is allowed. */
function stoppedBy(matches: readonly Matched<RuleHeadIr>[], { kept }: Decision, question: Question): Decision {
  return {
    ...denied,
    rules: matches.map(({ rule, truth }) => decidingRule(rule, truth)),
    told: { because: unique(matches.map(({ rule }) => rule.because)) },
    kept: {
      ...(kept.shadow === undefined ? {} : { shadow: kept.shadow }),
      notes: unique(matches.map(({ rule }) => rule.note)),
      atoms: matches.flatMap(({ rule }) => question.behind(rule).atoms),
    },
  };
}

/** Rules in `shadow` that would have matched: logged, and nothing else. */
function shadowOf(ir: PolicyIr, question: Question): Pick<Decision["kept"], "shadow"> {
  const isShadow = ({ shadow }: RuleHeadIr): boolean => shadow;
  const ofEffect = (effect: string): readonly RuleHeadIr[] => ir.rules.filter((rule) => rule.effect === effect);
  const narrowing = [ofEffect("deny"), ir.requires ?? [], ir.limits ?? [], ir.labels ?? []].flat();
  const found = [
    ...possibly(narrowing.filter(isShadow), question),
    ...surely(ofEffect("allow").filter(isShadow), question),
  ];
  if (found.length === 0) return {};
  return { shadow: found.map(({ rule, truth }) => decidingRule(rule, truth)).toSorted(byId) };
}

/** A rule that applies, and its truth. */
export interface Matched<Rule extends RuleHeadIr> {
  readonly rule: Rule;
  readonly truth: Truth;
}

/** Rules that narrow apply unless they are plainly false. Sorted by id. */
export function possibly<Rule extends RuleHeadIr>(
  rules: readonly Rule[],
  question: Question,
): readonly Matched<Rule>[] {
  return withTruth(rules, question).filter(({ truth }) => isPossibly(truth));
}

/** Rules that grant apply where they are plainly true. Sorted by id. */
function surely<Rule extends RuleHeadIr>(rules: readonly Rule[], question: Question): readonly Matched<Rule>[] {
  return withTruth(rules, question).filter(({ truth }) => isSurely(truth));
}

function withTruth<Rule extends RuleHeadIr>(rules: readonly Rule[], question: Question): readonly Matched<Rule>[] {
  return rules.map((rule) => ({ rule, truth: question.truthOf(rule) })).sort((a, b) => byId(a.rule, b.rule));
}

/** Those of the rules that count: `shadow` ones are only logged. */
export function enforcedOf<Rule extends RuleHeadIr>(rules: readonly Rule[] | undefined): readonly Rule[] {
  return (rules ?? []).filter((rule) => !rule.shadow);
}

/** Each text once, without those that are not there. */
export function unique(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

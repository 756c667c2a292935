import {
  callerKeyOf,
  type DecidingRule,
  type Decision,
  denied,
  emptyState,
  type JsonObject,
  type Obligation,
  type Operation,
  type PastCall,
  type Principal,
  type Reason,
  type Request,
  type StateEvent,
  type Truth,
  type Violation,
} from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import { askLimit, dutyText, heldLabel, proofFor } from "./reference-duties.ts";
import { lowest, type Outcome } from "./reference-narrows.ts";
import {
  becauseOf,
  deciding,
  enforced,
  type Match,
  matches,
  possibly,
  shadows,
  surely,
  truthOfRule,
} from "./reference-rules.ts";
import {
  authenticated,
  byCodeUnits,
  isKnown,
  isListed,
  listSituation,
  type Situation,
  wholeSituation,
} from "./reference-situation.ts";

/**
 * The reference interpreter: language.md, "The decision", step by step, over the checked policy. Slow on purpose, and independent of
 * lowering, IR and runtime, so that it can judge them; it shares the readers, the operator rows, Kleene's connectives and the step of
 * a state with them.
 */

/** How the reference learns what validation says of a call: it judges decisions, not JSON Schema. */
export type Violations = (server: string, tool: string, args: JsonObject) => readonly Violation[];

/** A decision, and what is to be remembered of it; nothing where nobody is known to have asked. */
export interface ReferenceStep {
  readonly decision: Decision;
  readonly event: StateEvent | undefined;
}

/** The decision of a request, with the rules that made it; `kept` holds only `hidden` and `shadow`. */
export function decideByReference(policy: CheckedPolicy, request: Request, violations: Violations): Decision {
  return stepByReference(policy, request, "", violations).decision;
}

/** The decision of a request that is called `id`, and the event that goes into the state with it. */
export function stepByReference(
  policy: CheckedPolicy,
  request: Request,
  id: string,
  violations: Violations,
): ReferenceStep {
  const { decision, takes, labels, proofs } = outcomeOf(policy, request, id, violations);
  if (decision.effect === "unauthenticated" || request.principal === undefined) return { decision, event: undefined };
  const { time } = request.context;
  const isLetThrough = decision.effect === "allow";
  const call: PastCall = {
    id,
    caller: callerKeyOf(request.principal),
    operation: request.operation,
    arguments: request.arguments,
    attempted: time,
    ...(isLetThrough ? { called: time } : {}),
  };
  const event = isLetThrough ? { takes, labels, proofs } : { takes: [], labels: [], proofs: [] };
  return { decision, event: { kind: "request", call, ...event } };
}

/** What comes of a request by a policy and all that it narrows: the lowest, with the duties of each. */
function outcomeOf(policy: CheckedPolicy, request: Request, id: string, violations: Violations): Outcome {
  const own = ownOutcome(policy, request, id, violations);
  if (policy.narrows.length === 0) return own;
  return lowest([own, ...policy.narrows.map((wider, side) => sideOutcome(side, wider, request, id, violations))]);
}

/** A wider policy has names of its own: its limits count apart, even where they are called alike. */
function sideOutcome(
  side: number,
  wider: CheckedPolicy,
  request: Request,
  id: string,
  violations: Violations,
): Outcome {
  const prefix = `narrows ${side}: `;
  const state = request.state ?? emptyState;
  const own = state.takes.flatMap((take) =>
    take.rule.startsWith(prefix) ? [{ ...take, rule: take.rule.slice(prefix.length) }] : [],
  );
  const outcome = outcomeOf(wider, { ...request, state: { ...state, takes: own } }, id, violations);
  return { ...outcome, takes: outcome.takes.map((take) => ({ ...take, rule: prefix + take.rule })) };
}

function ownOutcome(policy: CheckedPolicy, request: Request, id: string, violations: Violations): Outcome {
  const { operation } = request;
  const state = request.state ?? emptyState;

  // 1. No valid token.
  const principal = authenticated(policy, request.principal);
  if (principal === undefined) return only({ ...denied, effect: "unauthenticated", reason: "unauthenticated" });

  // 2. An operation that is not known, or that this caller's list hides: answered before its arguments are read.
  const server = policy.servers.find((each) => each.name === operation.server);
  if (server === undefined || !isKnown(server, operation)) return only(deny("unknown-operation", []));
  if (isListed(operation)) {
    const residual = listSituation(policy, server, { ...request, principal });
    if (!isVisible(residual)) {
      const hiding = surely(matches(enforced(denies(policy)), residual));
      return only({ ...deny("unknown-operation", deciding(policy, hiding)), kept: { ...denied.kept, hidden: true } });
    }
  }

  // 3. Arguments that break the tool's schema or a `check`.
  if (operation.kind === "tool") {
    const found = violations(server.name, operation.name, request.arguments);
    if (found.length > 0) {
      return only({ ...denied, effect: "invalid", reason: "invalid", told: { because: [], violations: found } });
    }
  }

  const now = wholeSituation(policy, server, { ...request, principal }, state);
  const kept = { ...denied.kept, shadow: deciding(policy, shadowMatches(policy, now)) };

  // 4. A `deny` whose condition is not false.
  const denying = possibly(matches(enforced(denies(policy)), now));
  if (denying.length > 0) {
    const reason = surely(denying).length > 0 ? "rule" : "unknown";
    return only({ ...deny(reason, deciding(policy, denying)), told: { because: becauseOf(denying) }, kept });
  }

  // 5. No `allow` whose condition is true.
  const allowing = surely(matches(enforced(allows(policy)), now));
  if (allowing.length === 0) return only({ ...deny("default", []), kept });

  // 6. A `limit` whose condition is not false and that is spent.
  const asked = possibly(matches(enforced(policy.limits), now)).map((match) => askLimit(match, id, state, now));
  const spent = asked.filter((each) => each.spent);
  if (spent.length > 0) {
    const over = spent.map(({ match }) => match);
    const waits = spent.map(({ retryAfterMs }) => retryAfterMs);
    const told = {
      because: becauseOf(over),
      ...(waits.includes(undefined) ? {} : { retryAfterMs: Math.max(...(waits as number[])) }),
    };
    return only({ ...deny("limit", deciding(policy, over)), told, kept });
  }

  // 7. A `require` whose condition is not false and for which the request brings no proof.
  const required = possibly(matches(enforced(policy.requires), now)).map((match) => ({
    match,
    proof: proofFor(match.rule, state, now),
  }));
  const missing = required.filter(({ proof }) => proof === undefined).map(({ match }) => match);
  if (missing.length > 0) {
    const duties = missing.map(({ rule }) => dutyText(rule));
    const told = { because: becauseOf(missing), missing: [...new Set(duties)].toSorted(byCodeUnits) };
    return only({ ...deny("approval", deciding(policy, missing)), effect: "ask", told, kept });
  }

  // 8. Otherwise allowed: all limits are taken, proofs spent, labels set.
  const labelling = possibly(matches(enforced(policy.labels.filter(({ onResult }) => !onResult)), now));
  const redacting = possibly(matches(enforced(policy.redacts), now));
  const obligations: readonly Obligation[] = [
    ...labelling.map(({ rule }) => {
      return { kind: "label" as const, rule: rule.id, label: rule.label, duration: rule.duration };
    }),
    ...redacting.map(({ rule }) => ({ kind: "redact" as const, rule: rule.id })),
  ];
  return {
    decision: { ...denied, effect: "allow", reason: "rule", rules: deciding(policy, allowing), obligations, kept },
    takes: asked.flatMap(({ take }) => take ?? []),
    labels: labelling.map(({ rule }) => heldLabel(rule, principal, id, request.context.time)),
    proofs: [...new Set(required.flatMap(({ proof }) => proof?.id ?? []))].toSorted(byCodeUnits),
  };
}

function only(decision: Decision): Outcome {
  return { decision, takes: [], labels: [], proofs: [] };
}

function deny(reason: Reason, rules: readonly DecidingRule[]): Decision {
  return { ...denied, reason, rules };
}

function denies(policy: CheckedPolicy): CheckedPolicy["rules"] {
  return policy.rules.filter(({ effect }) => effect === "deny");
}

function allows(policy: CheckedPolicy): CheckedPolicy["rules"] {
  return policy.rules.filter(({ effect }) => effect === "allow");
}

/** Rules in shadow that would have matched; what reads a result is told with the result. */
function shadowMatches(policy: CheckedPolicy, now: Situation): readonly Match[] {
  const ofCalls = policy.labels.filter(({ onResult }) => !onResult);
  const narrowing = [...denies(policy), ...policy.requires, ...policy.limits, ...ofCalls];
  return [...possibly(matches(shadows(narrowing), now)), ...surely(matches(shadows(allows(policy)), now))];
}

function isVisible(residual: Situation): boolean {
  const { policy } = residual;
  const someAllow = possibly(matches(enforced(allows(policy)), residual)).length > 0;
  const someDeny = surely(matches(enforced(denies(policy)), residual)).length > 0;
  return someAllow && !someDeny;
}

/**
 * The names of a server's tools or prompts that a caller's list shows: some `allow` is not false and no `deny` is true, with the
 * arguments, the context (but for `from` and `until`) and the history unknown, by the policy and all that it narrows. None for a
 * caller who is not authenticated. Sorted.
 */
export function listByReference(
  policy: CheckedPolicy,
  caller: Principal | undefined,
  kind: "tool" | "prompt",
  serverName: string,
  time: number,
): readonly string[] {
  const principal = authenticated(policy, caller);
  const server = policy.servers.find((each) => each.name === serverName);
  if (principal === undefined || server === undefined) return [];
  const names = kind === "tool" ? server.tools.map(({ name }) => name) : server.prompts;
  const visible = names.filter((name) => {
    const operation: Operation = { kind, server: serverName, name };
    return isVisible(listSituation(policy, server, { principal, operation, arguments: {}, context: { time } }));
  });
  return policy.narrows
    .reduce((shown, wider) => {
      const alsoThere = listByReference(wider, caller, kind, serverName, time);
      return shown.filter((name) => alsoThere.includes(name));
    }, visible)
    .toSorted(byCodeUnits);
}

/** The truth of each allow and deny for a request, in the policy's order; none where it never gets as far as the rules. */
export function truthsByReference(policy: CheckedPolicy, request: Request): readonly Truth[] {
  const principal = authenticated(policy, request.principal);
  const server = policy.servers.find((each) => each.name === request.operation.server);
  if (principal === undefined || server === undefined || !isKnown(server, request.operation)) return [];
  const now = wholeSituation(policy, server, { ...request, principal }, request.state ?? emptyState);
  return policy.rules.map((rule) => truthOfRule(rule, now));
}

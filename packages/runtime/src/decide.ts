import {
  type Decision,
  denied,
  type Engine,
  fault,
  isPossibly,
  isSurely,
  type Operation,
  type PolicyIr,
  type Request,
  type RuleIr,
  type SeenAtom,
  type ServerIr,
  type Truth,
  type Violation,
} from "@mcpolicy/core";
import { type Caller, callerOf, given, isRefused } from "./caller.ts";
import { byId, decidingRule, nearestAllow, whatHeld } from "./explain.ts";
import { enforced, hidingRules, isListed, residualQuestion } from "./list.ts";
import { type Question, ruleTruth } from "./rule-truth.ts";
import { sceneOf } from "./scene.ts";

/** What a decision is made with. */
export interface Means {
  readonly ir: PolicyIr;
  readonly engine: Engine;
  /** How the arguments of an operation break bounds, schema or checks. Throws where a schema cannot be compiled. */
  readonly violations: (operation: Operation, args: unknown) => readonly Violation[];
}

/**
 * Decides a request, in the order of language.md section 6. Never throws: any failure is a denial with reason `fault`.
 *
 * Two evaluators look at the rules: the engine answers yes or no, the interpreter names the rules. An answer needs both: where they
 * differ the request is denied as a fault.
 */
export function decide(means: Means, request: Request): Decision {
  try {
    return decideOrThrow(means, request);
  } catch (failure) {
    return fault(failure instanceof Error ? failure.message : String(failure));
  }
}

function decideOrThrow(means: Means, request: Request): Decision {
  const { ir } = means;
  const { operation } = request;
  const context = given(request.context);

  const caller = callerOf(ir, request.principal);
  if (isRefused(caller)) {
    const kept = { ...denied.kept, notes: [caller.why] };
    return { ...denied, effect: "unauthenticated", reason: "unauthenticated", kept };
  }
  if (!Number.isFinite(context.time)) return fault("the host gave no `context.time`");

  const server = ir.servers.find((each) => each.name === operation.server);
  if (server === undefined) return unknownOperation(`the policy knows no server \`${operation.server}\``);
  if (!isKnown(server, operation)) return unknownOperation(`it is not among what is pinned of \`${server.name}\``);

  const hidden = hiddenDecision(ir, residualQuestion(server, operation, caller, context.time));
  if (hidden !== undefined) return hidden;

  const violations = means.violations(operation, request.arguments);
  if (violations.length > 0) return invalid(violations);

  const permits = means.engine.permits({ ...request, context, principal: asPrincipal(caller) });
  const question = {
    caller,
    operation,
    time: context.time,
    scene: sceneOf(server, operation, caller, request.arguments, context),
  };
  const decision = byRules(ir, question);
  const agrees = permits === (decision.effect === "allow");
  return agrees
    ? decision
    : fault(`engine ${means.engine.name} and interpreter disagree: ${permits} and ${decision.effect}`);
}

/** What a request asks, where it gets as far as the rules; for the explainer. */
export function questionOf(ir: PolicyIr, request: Request): Question | undefined {
  const caller = callerOf(ir, request.principal);
  const server = ir.servers.find((each) => each.name === request.operation.server);
  if (isRefused(caller) || server === undefined) return undefined;
  const { operation } = request;
  const context = given(request.context);
  return {
    caller,
    operation,
    time: context.time,
    scene: sceneOf(server, operation, caller, request.arguments, context),
  };
}

/** Whether a server may have an operation: on a typed one, tools and prompts are those that are pinned. */
export function isKnown(server: ServerIr, operation: Operation): boolean {
  if (operation.kind === "tool") return server.untyped || Object.hasOwn(server.tools, operation.name);
  if (operation.kind === "prompt") return server.untyped || server.prompts.includes(operation.name);
  return true;
}

function asPrincipal(caller: Caller): NonNullable<Request["principal"]> {
  return caller as NonNullable<Request["principal"]>;
}

function unknownOperation(note: string): Decision {
  return { ...denied, reason: "unknown-operation", kept: { ...denied.kept, notes: [note] } };
}

/** The answer where the caller's list hides the operation: as if it were unknown, whatever its arguments. */
function hiddenDecision(ir: PolicyIr, residual: Question): Decision | undefined {
  const { kind } = residual.operation;
  if (kind !== "tool" && kind !== "prompt") return undefined;
  if (isListed(ir, residual)) return undefined;
  const rules = [...hidingRules(ir, residual)].sort(byId).map((rule) => decidingRule(rule, true));
  const nearest = rules.length === 0 ? nearestAllow(ir, residual) : undefined;
  const note = "this caller's list hides it, so it is answered as an unknown operation";
  const kept = { ...denied.kept, notes: [note], hidden: true, ...(nearest === undefined ? {} : { nearest }) };
  return { ...denied, reason: "unknown-operation", rules, kept };
}

function invalid(violations: readonly Violation[]): Decision {
  return { ...denied, effect: "invalid", reason: "invalid", told: { because: [], violations } };
}

/** Steps 4, 5 and 8: denies, then allows. */
function byRules(ir: PolicyIr, question: Question): Decision {
  const shadow = matching(
    ir.rules.filter((rule) => rule.shadow),
    question,
  );
  const keptShadow = shadow.length === 0 ? {} : { shadow: shadow.map(({ rule, truth }) => decidingRule(rule, truth)) };

  const denies = matching(enforced(ir, "deny"), question);
  if (denies.length > 0) {
    const held = denies.map(({ rule }) => whatHeld(rule, question));
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

  const allows = matching(enforced(ir, "allow"), question);
  if (allows.length === 0) {
    const nearest = nearestAllow(ir, question);
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

interface Matched {
  readonly rule: RuleIr;
  readonly truth: Truth;
}

/** The rules that apply, sorted by id: an allow where it is surely true, a deny where it is possibly true. */
function matching(rules: readonly RuleIr[], question: Question): readonly Matched[] {
  return rules
    .map((rule) => ({ rule, truth: ruleTruth(rule, question) }))
    .filter(({ rule, truth }) => (rule.effect === "allow" ? isSurely(truth) : isPossibly(truth)))
    .sort((a, b) => byId(a.rule, b.rule));
}

function unique(texts: readonly (string | undefined)[]): readonly string[] {
  return [...new Set(texts.filter((text) => text !== undefined))];
}

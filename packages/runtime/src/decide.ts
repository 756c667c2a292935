import {
  type CallRule,
  type Decision,
  denied,
  type Engine,
  emptyState,
  fault,
  isPossibly,
  isSurely,
  messageOf,
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
import { type Caller, callerOf, isRefused } from "./caller.ts";
import { byId, decidingRule } from "./explain.ts";
import { enforced, hidingRules, isListed } from "./list.ts";
import { isKnown } from "./operations.ts";
import { lowest, nothingTaken, type Outcome } from "./outcome.ts";
import { permitted } from "./permitted.ts";
import type { Question } from "./question.ts";
import type { Readiness } from "./readiness.ts";
import { asRemembered, asSeenBy } from "./side.ts";
import type { ToolResult } from "./tool-result.ts";
import { unique } from "./unique.ts";

/** What a decision is made with. */
export interface Means {
  readonly ir: PolicyIr;
  readonly engine: Engine;
  /** The rules by their numbers, as the engine tells them. */
  readonly rules: readonly CallRule[];
  readonly ready: Readiness;
  /** By the number of an allow, what becomes of a request to which it alone applies: made when it is first asked for. */
  readonly soleAllows: (Outcome | undefined)[];
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
 * The engine is asked first, and says which rules apply: what it permits needs no other evaluator. What it does not permit the interpreter
 * explains. An explanation never lets anything through: where the interpreter would, the two disagree, and that is a fault.
 */
export function decide(means: Means, request: Request, id: string): Outcome {
  try {
    const own = permittedOrDenied(means, request, id);
    return means.narrows.length === 0
      ? own
      : lowest([
          own,
          ...means.narrows.map((wider, side) => asRemembered(side, decide(wider, asSeenBy(side, request), id))),
        ]);
  } catch (failure) {
    return nothingTaken(fault(messageOf(failure)));
  }
}

function permittedOrDenied(means: Means, request: Request, id: string): Outcome {
  const isValid = validity(means, request);
  const outcome = isValid === true ? permitted(means, request, id) : undefined;
  return outcome ?? nothingTaken(denial(means, request, isValid));
}

/** Whether the arguments are valid; undefined where that cannot be found out: the denial says why, unless something else comes before it. */
function validity({ isValid }: Means, { operation, arguments: args }: Request): boolean | undefined {
  try {
    return isValid(operation, args);
  } catch {
    return undefined;
  }
}

/** Why a request is not permitted. Throws where nothing can be found out. */
function denial(means: Means, request: Request, isValid: boolean | undefined): Decision {
  const { operation, context } = request;
  const ir = means.near(operation);

  const caller = callerOf(ir, request.principal);
  if (isRefused(caller)) {
    const kept = { ...denied.kept, notes: [caller.why] };
    return { ...denied, effect: "unauthenticated", reason: "unauthenticated", kept };
  }
  if (!Number.isFinite(context.time)) return fault("the host gave no `context.time`");

  const server = ir.servers.find((each) => each.name === operation.server);
  if (server === undefined) return unknownOperation(`the policy knows no server \`${operation.server}\``);
  if (!isKnown(server, operation)) return unknownOperation(`it is not among what is pinned of \`${server.name}\``);

  const hidden = hiddenDecision(ir, means.askBefore(server, operation, caller, context.time));
  if (hidden !== undefined) return hidden;

  if (!(isValid ?? means.isValid(operation, request.arguments))) {
    const violations = means.violations(operation, request.arguments);
    if (violations.length === 0) throw new Error("the validators disagree about the arguments");
    return { ...denied, effect: "invalid", reason: "invalid", told: { because: [], violations } };
  }

  return (
    byRules(ir, means.ask(server, caller, request, request.state ?? emptyState)) ??
    fault(`engine ${means.engine.name} and interpreter disagree: by the interpreter it would be allowed`)
  );
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
  const nearest = rules.length === 0 ? residual.nearestOf(ir) : undefined;
  const note = "this caller's list hides it, so it is answered as an unknown operation";
  const kept = { ...denied.kept, notes: [note], hidden: true, ...(nearest === undefined ? {} : { nearest }) };
  return { ...denied, reason: "unknown-operation", rules, kept };
}

/** Steps 4 and 5: denies, then allows. Undefined where some allow covers the request. */
function byRules(ir: PolicyIr, question: Question): Decision | undefined {
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

  if (surely(enforced(ir, "allow"), question).length > 0) return undefined;
  const nearest = question.nearestOf(ir);
  const atoms: readonly SeenAtom[] = nearest?.failed === undefined ? [] : [nearest.failed];
  return { ...denied, kept: { ...keptShadow, notes: [], atoms, ...(nearest === undefined ? {} : { nearest }) } };
}

/** Rules in `shadow` that would have matched: logged, and nothing else. What reads a result is told with the result. */
function shadowOf(ir: PolicyIr, question: Question): Pick<Decision["kept"], "shadow"> {
  const isShadow = ({ shadow }: RuleHeadIr): boolean => shadow;
  const ofEffect = (effect: string): readonly RuleHeadIr[] => ir.rules.filter((rule) => rule.effect === effect);
  const labels = (ir.labels ?? []).filter(({ onResult }) => !onResult);
  const narrowing = [ofEffect("deny"), ir.requires ?? [], ir.limits ?? [], labels].flat();
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

import {
  callerKeyOf,
  type LimitIr,
  type LimitNeed,
  type Operation,
  type PolicyIr,
  type Principal,
  type Request,
  type RuleHeadIr,
  type StateEvent,
  type StateNeed,
  tenantKeyOf,
} from "@mcpolicy/core";
import { type Caller, callerOf, isRefused } from "./caller.ts";
import { enforcedOf, type Means } from "./decide.ts";
import { type Keeping, keepingOf } from "./kept-events.ts";
import { limitKey } from "./limit.ts";
import { lookBackOf, pastOf } from "./past.ts";
import { prefixOf } from "./side.ts";

/** Which part of a state the rules of a policy and of all that it narrows look at, and what they ever look at of its events. */
export interface Needs {
  /** What a call's decision reads; undefined where it reads nothing and leaves nothing behind, so that no store need be asked. */
  readonly need: (request: Request) => StateNeed | undefined;
  /** The same of the answer to a call that was let through, read at `now` (epoch milliseconds). */
  readonly answerNeed: (request: Request, now: number) => StateNeed | undefined;
  /** What of an event of an operation any rule can look at; undefined where that is nothing. */
  readonly kept: (event: StateEvent, operation: Operation) => StateEvent | undefined;
}

/** What the rules about one operation look at, whoever calls. */
interface Look {
  readonly calls: StateNeed["calls"];
  readonly last: number;
  readonly labels: boolean;
  readonly limits: readonly LimitLook[];
  readonly proofs: boolean;
  /** Whether it can leave something behind. */
  readonly leaves: boolean;
}

/** A limit as the common state knows it, and the policy whose attributes its keys are. */
interface LimitLook {
  readonly rule: string;
  readonly limit: LimitIr;
  readonly ir: PolicyIr;
}

/** Of how many names of operations it is remembered what is looked at: on a server where nothing is pinned a caller invents them. */
const mostRemembered = 10_000;

/** Answers from what is found out once for each operation. */
export function needsOf(means: Means): Needs {
  let found: Keeping | undefined;
  const keeping = (): Keeping => {
    found ??= keepingOf(means.ir);
    return found;
  };
  const looks = new Map<string, { readonly ofCall: Look; readonly ofAnswer: Look }>();

  function looksAt(operation: Operation): { readonly ofCall: Look; readonly ofAnswer: Look } {
    const { kind, server } = operation;
    const key = "name" in operation ? `${kind} ${server} ${operation.name}` : `${kind} ${server}`;
    const known = looks.get(key);
    if (known !== undefined) return known;
    if (looks.size >= mostRemembered) looks.clear();
    const made = make(operation);
    looks.set(key, made);
    return made;
  }

  function make(operation: Operation): { readonly ofCall: Look; readonly ofAnswer: Look } {
    const near = nearOf(means, operation, "");
    const { watchedNear, isAskedFor } = keeping();
    const watch = watchedNear(operation);
    const labels = near.flatMap(({ ir }) => enforcedOf(ir.labels)).filter(({ label }) => isAskedFor(label));
    const opens = labels.some(({ onResult }) => !onResult);
    const limits = near.flatMap(({ ir, prefix }) =>
      enforcedOf(ir.limits).map((limit): LimitLook => ({ rule: prefix + limit.id, limit, ir })),
    );
    const proofs = near.some(({ ir }) => enforcedOf(ir.requires).length > 0);
    const atOnce = limits.filter(({ limit }) => limit.window.kind === "at once");
    const ofCalls = near.flatMap(({ ir }) => [
      ...ir.rules,
      ...(ir.requires ?? []),
      ...(ir.limits ?? []),
      ...(ir.labels ?? []),
      ...(ir.redacts ?? []),
    ]);
    const ofResults = near.flatMap(({ ir }) => [
      ...(ir.labels ?? []).filter(({ onResult }) => onResult),
      ...(ir.resultDenies ?? []),
      ...(ir.redacts ?? []),
    ]);
    return {
      ofCall: {
        ...readBy(ofCalls),
        limits,
        proofs,
        leaves: watch.attempts || watch.calls || opens || limits.length > 0 || proofs,
      },
      ofAnswer: {
        ...readBy(ofResults),
        limits: atOnce,
        proofs: false,
        leaves: watch.ends || labels.length > 0 || atOnce.length > 0,
      },
    };
  }

  function needOf(look: Look, request: Request, now: number): StateNeed | undefined {
    const { principal, proofs = [] } = request;
    if (principal === undefined || isStateless(look)) return undefined;
    const limits = limitsOf(look, principal, request.operation);
    if (limits === undefined) return undefined;
    return {
      tenant: tenantKeyOf(principal),
      caller: callerKeyOf(principal),
      now,
      calls: look.calls,
      last: look.last,
      labels: look.labels,
      limits,
      proofs: look.proofs ? [...new Set(proofs.map(({ id }) => id))] : [],
    };
  }

  return {
    need: (request) => needOf(looksAt(request.operation).ofCall, request, request.context.time),
    answerNeed: (request, now) => needOf(looksAt(request.operation).ofAnswer, request, now),
    kept(event, operation) {
      const { ofCall, ofAnswer } = looksAt(operation);
      const { leaves } = event.kind === "request" ? ofCall : ofAnswer;
      return leaves ? keeping().kept(event, operation) : undefined;
    },
  };
}

function isStateless({ calls, labels, limits, proofs, leaves }: Look): boolean {
  return calls === "none" && !labels && limits.length === 0 && !proofs && !leaves;
}

/** The rules about an operation, of a policy and of each that it narrows, with the prefix of its takes in the common state. */
function nearOf(means: Means, operation: Operation, prefix: string): readonly { ir: PolicyIr; prefix: string }[] {
  return [
    { ir: means.near(operation), prefix },
    ...means.narrows.flatMap((wider, side) => nearOf(wider, operation, prefix + prefixOf(side))),
  ];
}

function readBy(rules: readonly RuleHeadIr[]): Pick<Look, "calls" | "last" | "labels"> {
  const pasts = rules.flatMap(pastOf);
  const events = pasts.flatMap((past) => lookBackOf(past)?.events ?? []);
  return {
    calls: events.length === 0 ? "none" : events.some(({ byAnyone }) => byAnyone) ? "anyone" : "own",
    last: Math.max(0, ...events.map(({ last }) => last)),
    labels: pasts.some(({ kind }) => kind === "carries"),
  };
}

/** The limits under the keys of this caller; undefined where the principal cannot be a caller at all. */
function limitsOf({ limits }: Look, principal: Principal, operation: Operation): readonly LimitNeed[] | undefined {
  const callers = new Map<PolicyIr, Caller>();
  const needs: LimitNeed[] = [];
  for (const { rule, limit, ir } of limits) {
    const caller = callers.get(ir) ?? callerOf(ir, principal);
    if (isRefused(caller)) return undefined;
    callers.set(ir, caller);
    const { window, amount, keys } = limit;
    needs.push({
      rule,
      key: limitKey(keys, caller, operation),
      amount,
      duration: window.kind === "per" ? window.duration : undefined,
      sums: window.kind === "per" && window.of !== undefined,
    });
  }
  return needs;
}

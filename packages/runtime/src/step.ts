import { callerKeyOf, type Decision, type PastCall, type Request, type StateEvent } from "@mcpolicy/core";
import { outOfBounds } from "./bounds.ts";
import { callerOf, isRefused } from "./caller.ts";
import { decide, type Means } from "./decide.ts";
import type { Needs } from "./need.ts";
import type { Outcome } from "./outcome.ts";

/**
 * A decision, and what is to be committed with it in one step; nothing where no rule can ever look at it, or nobody is known to have asked.
 */
export interface Step {
  readonly decision: Decision;
  readonly event: StateEvent | undefined;
}

/** Decides a call by its unique id, and says what is to be remembered of it: the attempt, and of what is let through all it takes. */
export function stepOf(means: Means, { kept }: Needs, request: Request, id: string): Step {
  const outcome = decide(means, request, id);
  const event = eventOf(means, request, id, outcome);
  return { decision: outcome.decision, event: event && kept(event, request.operation) };
}

function eventOf(means: Means, request: Request, id: string, outcome: Outcome): StateEvent | undefined {
  const { principal, operation, context } = request;
  const { decision, takes, labels, proofs } = outcome;
  if (decision.effect === "unauthenticated" || principal === undefined) return undefined;
  if (isRefused(callerOf(means.ir, principal)) || !Number.isFinite(context.time)) return undefined;
  const isLetThrough = decision.effect === "allow";
  const call: PastCall = {
    id,
    caller: callerKeyOf(principal),
    operation,
    // Arguments beyond all bounds are not kept: nothing can be said of them.
    arguments: outOfBounds(request.arguments) === undefined ? request.arguments : {},
    attempted: context.time,
    ...(isLetThrough ? { called: context.time } : {}),
  };
  return { kind: "request", call, takes, labels, proofs };
}

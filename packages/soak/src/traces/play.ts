import {
  advance,
  type Decision,
  emptyState,
  type Principal,
  type Proof,
  type Request,
  type State,
} from "@mcpolicy/core";
import type { LoadedPolicy, ToolResult } from "@mcpolicy/runtime";

/** A request that traces are made of, with the answer that comes if it is let through. */
export interface Letter {
  readonly principal: Principal;
  readonly tool: string;
  readonly args: { readonly x?: number };
  /** Whether those who are asked agree: then what is asked for is brought at once. */
  readonly isApproved: boolean;
  /** Undefined where the call stays in flight. */
  readonly result: ToolResult | undefined;
}

/** What became of one letter. */
export interface Turn {
  /** 0 not let through, 1 asked, 2 let through; of the first answer, before anything was brought. */
  readonly rank: number;
  readonly isLetThrough: boolean;
  readonly state: State;
  /** What no policy may do, whatever was added to it. */
  readonly wrong: string | undefined;
}

/** How high an outcome is: invalid = deny < ask < allow. */
export function rankOf({ effect }: Decision): number {
  return effect === "allow" ? 2 : effect === "ask" ? 1 : 0;
}

/** Plays one letter at an instant. */
export function play(policy: LoadedPolicy, before: State, letter: Letter, now: number, id: string): Turn {
  const request = requestOf(letter, now, before);
  const first = policy.step(request, id);
  const rank = rankOf(first.decision);
  const wrong = mistakeIn(policy, request, first.decision, id);
  let state = first.event === undefined ? before : advance(before, first.event, policy.windows);
  if (rank === 2) return { rank, isLetThrough: true, state: answered(policy, state, letter, now, id), wrong };
  if (rank < 1 || !letter.isApproved) return { rank, isLetThrough: false, state, wrong };
  const again = `${id} again`;
  const second = policy.step({ ...request, state, proofs: proofsOf(letter, now, again) }, again);
  if (second.event !== undefined) state = advance(state, second.event, policy.windows);
  const isLetThrough = rankOf(second.decision) === 2;
  return { rank, isLetThrough, state: isLetThrough ? answered(policy, state, letter, now, again) : state, wrong };
}

/** A letter as a request. */
export function requestOf({ principal, tool, args }: Letter, now: number, state: State): Request {
  return {
    principal,
    operation: { kind: "tool", server: "s", name: tool },
    arguments: args,
    context: { time: now },
    state,
  };
}

/** Every proof that any rule may ask for. */
export function proofsOf({ principal }: Letter, now: number, id: string): readonly Proof[] {
  return [
    { id: `${id}: lead`, kind: "approval", by: { id: "boss", roles: ["lead"] }, at: now },
    { id: `${id}: caller`, kind: "approval", by: principal, at: now },
    { id: `${id}: mfa`, kind: "mfa", at: now },
    { id: `${id}: justification`, kind: "justification", at: now },
    { id: `${id}: duty`, kind: "duty", name: "look", at: now },
  ];
}

function answered(policy: LoadedPolicy, state: State, letter: Letter, now: number, id: string): State {
  if (letter.result === undefined) return state;
  const { event } = policy.answer(requestOf(letter, now, state), id, letter.result, now);
  return event === undefined ? state : advance(state, event, policy.windows);
}

/**
 * What makes an outcome mean what it says. An ask is kept: with all that is asked for, the call is let through. And nobody gains by
 * trying or by taking up labels: without the attempts that came to nothing, and without labels, the outcome is at least as high.
 */
function mistakeIn(policy: LoadedPolicy, request: Request, decision: Decision, id: string): string | undefined {
  if (decision.reason === "fault") return `a fault: ${decision.kept.fault}`;
  const letter: Letter = { principal: request.principal!, tool: "", args: {}, isApproved: true, result: undefined };
  if (decision.effect === "ask") {
    const proofs = proofsOf(letter, request.context.time, id);
    const then = policy.decide({ ...request, proofs });
    if (then.effect !== "allow")
      return `asked for ${decision.told.missing?.join(", ")} in vain: then ${then.effect} (${then.reason})`;
  }
  const state = request.state ?? emptyState;
  const calls = state.calls.filter((call) => call.called !== undefined);
  if (calls.length === state.calls.length && state.labels.length === 0) return undefined;
  const without = policy.decide({ ...request, state: { ...state, calls, labels: [] } });
  if (rankOf(without) >= rankOf(decision)) return undefined;
  return `attempts or labels gain something: ${decision.effect} with them, ${without.effect} (${without.reason}) without`;
}

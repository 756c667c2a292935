import { advance, type Effect, emptyState, type JsonObject, type Request, type State } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import type { Call } from "./suite.ts";

/** What was decided so far: what the policy remembers, and the time of the next call. */
export interface Conversation {
  readonly state: State;
  /** Epoch milliseconds. */
  readonly now: number;
}

/** A conversation's beginning, on the benchmark's own day. */
export const beginning: Conversation = { state: emptyState, now: Date.UTC(2024, 4, 15) };

const minute = 60_000;
const person = { id: "emma", roles: [] } as const;

/**
 * One call a minute, each with the answer that its tool gave. What is asked about is agreed to by the person where `agrees`, and goes
 * on as in life; what is denied does not happen. `moments`: behind each of the calls.
 */
export function converse(
  policy: LoadedPolicy,
  server: string,
  calls: readonly Call[],
  facts: JsonObject,
  from: Conversation,
  agrees: boolean,
): { readonly effects: readonly Effect[]; readonly moments: readonly Conversation[] } {
  let { state, now } = from;
  const moments: Conversation[] = [];
  const effects = calls.map(({ name, args, result = "" }): Effect => {
    const operation = { kind: "tool", server, name } as const;
    const request: Request = { principal: person, operation, arguments: args, context: { ...facts, time: now }, state };
    const first = take(policy, request);
    state = first.state;
    let { effect } = first;
    if (effect === "ask" && agrees) {
      const proofs = [{ id: `yes ${now}`, kind: "approval", by: person, at: now }] as const;
      const second = take(policy, { ...request, state, proofs });
      state = second.state;
      effect = second.effect;
    }
    if (effect === "allow") {
      const answered = { content: [{ type: "text", text: result }] };
      const { event } = policy.answer({ ...request, state }, String(now), answered, now + 1000);
      if (event !== undefined) state = advance(state, event, policy.windows);
    }
    now += minute;
    moments.push({ state, now });
    return first.effect;
  });
  return { effects, moments };
}

/** Decides a request and remembers what came of it. */
function take(policy: LoadedPolicy, request: Request): { readonly effect: Effect; readonly state: State } {
  const { decision, event } = policy.step(request, String(request.context.time));
  if (decision.reason === "fault") throw new Error(`${request.operation.server}: ${decision.kept.fault}`);
  const state = request.state ?? emptyState;
  return { effect: decision.effect, state: event === undefined ? state : advance(state, event, policy.windows) };
}

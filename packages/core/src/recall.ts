import type { EventVerb } from "./ir.ts";
import type { CallerKey, PastCall, State } from "./state.ts";

/** A past call, and the instant that it is remembered for: of its attempt, of being let through, of its completion. */
export interface Recalled {
  readonly at: number;
  readonly call: PastCall;
}

/** What a window of history shows. `forgotten`: there may have been more. */
export interface Recollection {
  readonly events: readonly Recalled[];
  readonly forgotten: boolean;
}

/**
 * The events of the window `(now - last, now]`, in the order of the state; of one caller, or of anyone where `caller` is undefined.
 * The only place that says what lies in a window.
 */
export function recall(
  state: State,
  caller: CallerKey | undefined,
  verb: EventVerb,
  last: number,
  now: number,
): Recollection {
  const events: Recalled[] = [];
  for (const call of state.calls) {
    if (caller !== undefined && call.caller !== caller) continue;
    const at = call[verb];
    if (at !== undefined && at > now - last && at <= now) events.push({ at, call });
  }
  return { events, forgotten: state.forgottenBefore > now - last };
}

/** What a condition reads as `its`: arguments, result where there is one, and the tool's name and server. */
export function itsOf(call: PastCall): { readonly [name: string]: PastCall["arguments"] } {
  const { operation } = call;
  return {
    args: call.arguments,
    ...(call.result === undefined ? {} : { result: call.result }),
    ...(operation.kind === "tool" ? { tool: { name: operation.name, server: operation.server } } : {}),
  };
}

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
 * The instant that a call is remembered for, where that lies in the window `(now - last, now]` and the call is of one caller, or of anyone where
 * `caller` is undefined; else undefined. The only place that says what lies in a window.
 */
export function instantWithin(
  call: PastCall,
  caller: CallerKey | undefined,
  verb: EventVerb,
  last: number,
  now: number,
): number | undefined {
  // The instant first: two numbers are sooner compared than two texts.
  const at = instantOf(call, verb);
  if (at === undefined || !(at > now - last && at <= now)) return undefined;
  return caller === undefined || call.caller === caller ? at : undefined;
}

/** When a call did what a verb says; undefined where it did not. By names that stand in the code: an engine of JavaScript knows where these are. */
function instantOf(call: PastCall, verb: EventVerb): number | undefined {
  switch (verb) {
    case "attempted":
      return call.attempted;
    case "called":
      return call.called;
    case "completed":
      return call.completed;
  }
}

/** Whether something of a window may have been forgotten. */
export function mayBeForgotten({ forgottenBefore }: State, last: number, now: number): boolean {
  return forgottenBefore > now - last;
}

/** The events of a window (`instantWithin`), in the order of the state. */
export function recall(
  state: State,
  caller: CallerKey | undefined,
  verb: EventVerb,
  last: number,
  now: number,
): Recollection {
  const events: Recalled[] = [];
  for (const call of state.calls) {
    const at = instantWithin(call, caller, verb, last, now);
    if (at !== undefined) events.push({ at, call });
  }
  return { events, forgotten: mayBeForgotten(state, last, now) };
}

/** What a condition reads as `its`: arguments, result where there is one, and the tool's name and server. */
export function itsOf(call: PastCall): { readonly [name: string]: PastCall["arguments"] } {
  const { operation, arguments: args, result } = call;
  const tool = operation.kind === "tool" ? { name: operation.name, server: operation.server } : undefined;
  if (result === undefined) return tool === undefined ? { args } : { args, tool };
  return tool === undefined ? { args, result } : { args, result, tool };
}

import type { HeldLabel, PastCall, State, StateEvent, Take } from "./state.ts";

/** How long each kind of memory is looked at, in milliseconds: the longest window of any rule. What is older may be forgotten. */
export interface Windows {
  readonly calls: number;
  readonly takes: number;
  /** The longest that a proof can wait: one that was spent longer ago is too old in any case. Without it none is dropped. */
  readonly proofs?: number;
}

/** The state after an event. Pure: the same state, event and windows give the same state. */
export function advance(state: State, event: StateEvent, windows: Windows): State {
  return event.kind === "request" ? afterRequest(state, event, windows) : afterAnswer(state, event);
}

function afterRequest(state: State, event: Extract<StateEvent, { kind: "request" }>, windows: Windows): State {
  const now = event.call.attempted;
  const since = now - windows.calls;
  // A call in flight is kept however old it is: its answer is still to come.
  const kept = state.calls.filter((call) => isRemembered(call, since));
  return {
    calls: [...kept, event.call],
    labels: [...state.labels.filter((label) => isCarried(label, now)), ...event.labels],
    takes: [...state.takes.filter((take) => take.atOnce || take.at > now - windows.takes), ...event.takes],
    spent: [...state.spent, ...event.proofs],
    // A clock that goes back, or a policy that looks further back, finds out that something is gone.
    forgottenBefore:
      kept.length === state.calls.length ? state.forgottenBefore : Math.max(state.forgottenBefore, since),
  };
}

function afterAnswer(state: State, event: Extract<StateEvent, { kind: "answer" }>): State {
  const answered = (call: PastCall): PastCall => ({
    ...call,
    ended: event.at,
    ...(event.completed ? { completed: event.at } : {}),
    ...(event.result === undefined ? {} : { result: event.result }),
  });
  const ended = (label: HeldLabel): HeldLabel => ({ ...label, until: event.at + label.duration });
  return {
    ...state,
    calls: state.calls.map((call) => (call.id === event.id && call.ended === undefined ? answered(call) : call)),
    labels: [
      ...state.labels.map((label) => (label.call === event.id && label.until === undefined ? ended(label) : label)),
      ...event.labels,
    ],
    takes: state.takes.filter((take: Take) => !(take.atOnce && take.call === event.id)),
  };
}

function isRemembered(call: PastCall, since: number): boolean {
  return isInFlight(call) || latestInstant(call) > since;
}

/** Whether a call was let through and its answer is still to come. */
export function isInFlight(call: PastCall): boolean {
  return call.called !== undefined && call.ended === undefined;
}

/** The last instant that a call can be remembered for. */
export function latestInstant(call: PastCall): number {
  return Math.max(call.attempted, call.called ?? call.attempted, call.completed ?? call.attempted);
}

/** Whether a label is carried at an instant: from the moment it was set until its time is over. */
export function isCarried(label: HeldLabel, now: number): boolean {
  return label.until === undefined || now < label.until;
}

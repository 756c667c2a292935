import type { HeldLabel, PastCall, State, StateEvent, Take } from "./state.ts";

/** How long each kind of memory is looked at, in milliseconds: the longest window of any rule. What is older may be forgotten. */
export interface Windows {
  readonly calls: number;
  readonly takes: number;
  /** The longest that a proof can wait: one that was spent longer ago is too old in any case. Without it none is dropped. */
  readonly proofs?: number;
  /** The longest that a label lasts after an answer. */
  readonly labels?: number;
  /** How long the host lets a call be in flight: one that takes longer is lost. Without it each is waited for. */
  readonly flight?: number;
}

/** The state after an event. Pure: the same state, event and windows give the same state. */
export function advance(state: State, event: StateEvent, windows: Windows): State {
  return event.kind === "request" ? afterRequest(state, event, windows) : afterAnswer(state, event, windows);
}

/**
 * A state as it is read at an instant. A call that is in flight for longer than the host lets it be is lost: what it took at once is given
 * back, and its labels last as if it had been answered then.
 */
export function asOf(state: State, now: number, { flight }: Windows): State {
  if (flight === undefined) return state;
  return {
    ...state,
    takes: state.takes.filter((take) => !take.atOnce || take.at > now - flight),
    labels: state.labels.map((label) =>
      label.until === undefined && label.since <= now - flight
        ? { ...label, until: label.since + flight + label.duration }
        : label,
    ),
  };
}

function afterRequest(before: State, event: Extract<StateEvent, { kind: "request" }>, windows: Windows): State {
  const now = event.call.attempted;
  const state = asOf(before, now, windows);
  const since = now - windows.calls;
  const lost = now - (windows.flight ?? Number.POSITIVE_INFINITY);
  // A call in flight is kept however old it is: its answer is still to come.
  const kept = state.calls.filter((call) => latestInstant(call) > since || (isInFlight(call) && call.attempted > lost));
  return {
    calls: event.unseen ? kept : [...kept, event.call],
    labels: [...state.labels.filter((label) => isCarried(label, now)), ...event.labels],
    takes: [...state.takes.filter((take) => take.atOnce || take.at > now - windows.takes), ...event.takes],
    spent: [...state.spent, ...event.proofs],
    // A clock that goes back, or a policy that looks further back, finds out that something is gone.
    forgottenBefore:
      kept.length === state.calls.length ? state.forgottenBefore : Math.max(state.forgottenBefore, since),
  };
}

function afterAnswer(before: State, event: Extract<StateEvent, { kind: "answer" }>, windows: Windows): State {
  const state = asOf(before, event.at, windows);
  const answered = (call: PastCall): PastCall => ({
    ...call,
    ended: event.at,
    ...(event.completed ? { completed: event.at } : {}),
    ...(event.result === undefined ? {} : { result: event.result }),
  });
  const ended = (label: HeldLabel): HeldLabel => ({ ...label, until: event.at + label.duration });
  // That it was completed cannot be said of a call which was lost and forgotten.
  const isGone = event.completed && !state.calls.some((call) => call.id === event.id);
  return {
    ...state,
    ...(isGone ? { forgottenBefore: Math.max(state.forgottenBefore, event.at) } : {}),
    calls: state.calls.map((call) => (call.id === event.id && call.ended === undefined ? answered(call) : call)),
    labels: [
      ...state.labels.map((label) => (label.call === event.id && label.until === undefined ? ended(label) : label)),
      ...event.labels,
    ],
    takes: state.takes.filter((take: Take) => !(take.atOnce && take.call === event.id)),
  };
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

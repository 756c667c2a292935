import type { HeldLabel, PastCall, State, StateEvent, Take } from "./state.ts";

/** How long each kind of memory is looked at, in milliseconds: the longest window of any rule. What is older may be forgotten. */
export interface Windows {
  readonly calls: number;
  readonly takes: number;
}

/** The state after an event. Pure: the same state, event and windows give the same state. */
export function advance(state: State, event: StateEvent, windows: Windows): State {
  return event.kind === "request" ? afterRequest(state, event, windows) : afterAnswer(state, event);
}

function afterRequest(state: State, event: Extract<StateEvent, { kind: "request" }>, windows: Windows): State {
  const now = event.call.attempted;
  return {
    // A call in flight is kept however old it is: its answer is still to come.
    calls: [...state.calls.filter((call) => isRemembered(call, now - windows.calls)), event.call],
    labels: [...state.labels.filter((label) => isCarried(label, now)), ...event.labels],
    takes: [...state.takes.filter((take) => take.atOnce || take.at > now - windows.takes), ...event.takes],
    spent: [...state.spent, ...event.proofs],
    forgottenBefore: state.forgottenBefore,
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
  const inFlight = call.called !== undefined && call.ended === undefined;
  return inFlight || Math.max(call.attempted, call.called ?? call.attempted, call.completed ?? call.attempted) > since;
}

/** Whether a label is carried at an instant: from the moment it was set until its time is over. */
export function isCarried(label: HeldLabel, now: number): boolean {
  return label.until === undefined || now < label.until;
}

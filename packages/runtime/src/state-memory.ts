import {
  advance,
  emptyState,
  type HeldLabel,
  isInFlight,
  latestInstant,
  type PastCall,
  type State,
  type StateEvent,
  type Windows,
} from "@mcpolicy/core";

/** A state that several decisions share. */
export interface StateStore {
  /** The state, and its version for the commit of what is decided with it. */
  readonly read: () => { readonly state: State; readonly version: number };
  /**
   * Moves the state on, all at once, if it still is of this version; false where it is not: then decide again. Throws where there is
   * no room left for what must not be forgotten; the host then lets nothing through.
   */
  readonly commit: (version: number, event: StateEvent) => boolean;
}

/** How many of each a store in memory holds at most. */
export interface StateBounds {
  /** Beyond this the oldest calls are forgotten, and what looks back further reads as unknown. */
  readonly calls: number;
  /** Beyond these nothing more is taken in: forgetting one of them would let something through. */
  readonly takes: number;
  readonly labels: number;
  readonly spent: number;
}

/** 20,000 of each. */
export const defaultStateBounds: StateBounds = Object.freeze({
  calls: 20_000,
  takes: 20_000,
  labels: 20_000,
  spent: 20_000,
});

/** A store in memory for one process. It forgets what no window looks back at, and all when the process ends. */
export function memoryStore(windows: Windows, bounds: StateBounds = defaultStateBounds): StateStore {
  let state = emptyState;
  let version = 0;
  const spentAt = new Map<string, number>();

  return {
    read: () => ({ state, version }),
    commit(from, event) {
      if (from !== version) return false;
      const next = bounded(advance(state, structuredClone(event), windows), bounds);
      if (event.kind === "request") for (const id of event.proofs) spentAt.set(id, event.call.attempted);
      const now = event.kind === "request" ? event.call.attempted : event.at;
      state = { ...next, spent: next.spent.filter((id) => !isTooOld(spentAt, id, now, windows)) };
      for (const id of spentAt.keys()) if (isTooOld(spentAt, id, now, windows)) spentAt.delete(id);
      version += 1;
      return true;
    },
  };
}

/** A proof that was spent so long ago that it would be too old for any duty. */
function isTooOld(spentAt: ReadonlyMap<string, number>, id: string, now: number, { proofs }: Windows): boolean {
  const at = spentAt.get(id);
  return at === undefined || (proofs !== undefined && now - at >= proofs);
}

function bounded(state: State, bounds: StateBounds): State {
  const labels = longestLabels(state.labels);
  for (const [name, count] of Object.entries({ takes: state.takes, labels, spent: state.spent })) {
    if (count.length > bounds[name as "takes" | "labels" | "spent"]) {
      throw new Error(`there is no room for more ${name} in memory: ${count.length}`);
    }
  }
  return { ...withoutOldest(state, bounds.calls), labels };
}

/** The oldest calls that have ended go; nothing of the time in which they were is sure any more. */
function withoutOldest(state: State, most: number): State {
  const surplus = state.calls.length - most;
  if (surplus <= 0) return state;
  const gone = new Set<PastCall>(state.calls.filter((call) => !isInFlight(call)).slice(0, surplus));
  if (gone.size < surplus) throw new Error(`there are too many calls in flight: ${state.calls.length}`);
  const forgottenBefore = [...gone].reduce(
    (latest, call) => Math.max(latest, latestInstant(call)),
    state.forgottenBefore,
  );
  return { ...state, calls: state.calls.filter((call) => !gone.has(call)), forgottenBefore };
}

/** Of labels of one name on one caller that have an end, the one that lasts longest says as much as all. */
function longestLabels(labels: readonly HeldLabel[]): readonly HeldLabel[] {
  const ended = new Map<string, HeldLabel>();
  for (const label of labels) {
    if (label.until === undefined) continue;
    const key = JSON.stringify([label.caller, label.label]);
    const known = ended.get(key);
    if (known?.until === undefined || known.until < label.until) ended.set(key, label);
  }
  return [...labels.filter(({ until }) => until === undefined), ...ended.values()];
}

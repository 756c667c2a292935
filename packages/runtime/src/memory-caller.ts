import {
  type HeldLabel,
  isCarried,
  isInFlight,
  latestInstant,
  type PastCall,
  type StateEvent,
  type Windows,
} from "@mcpolicy/core";

/** A call that is held, to be written to when its answer comes. `order` is that of all calls, whoever's. */
interface HeldCall extends PastCall {
  readonly order: number;
  completed?: number;
  ended?: number;
  result?: NonNullable<PastCall["result"]>;
}

/** How many calls there ever were. */
let asked = 0;

/** What is remembered of one caller, in memory. */
export class CallerMemory {
  #calls: HeldCall[] = [];
  readonly #awaited = new Map<string, HeldCall>();
  #labels: HeldLabel[] = [];
  /** How many calls were left when all of them were last looked through. */
  #looked = 0;
  /** Changes with every call and every end of one. */
  callsVersion = 0;
  labelsVersion = 0;
  forgottenBefore: number;

  constructor(forgottenBefore: number) {
    this.forgottenBefore = forgottenBefore;
  }

  /** In the order in which they were asked for. */
  get calls(): readonly (PastCall & { readonly order: number })[] {
    return this.#calls;
  }

  get labels(): readonly HeldLabel[] {
    return this.#labels;
  }

  /** How many of the calls have ended. */
  get endedCalls(): number {
    return this.#calls.length - this.#awaited.size;
  }

  add(call: PastCall): void {
    asked += 1;
    const held: HeldCall = { ...call, order: asked };
    this.#calls.push(held);
    if (isInFlight(call)) this.#awaited.set(call.id, held);
    this.callsVersion += 1;
  }

  /** Writes an answer down; whether anything was known of its call. */
  answer({ id, at, completed, result }: Extract<StateEvent, { kind: "answer" }>): void {
    const call = this.#awaited.get(id);
    this.#awaited.delete(id);
    if (call === undefined) {
      // That it was completed cannot be said of a call which was lost and forgotten.
      if (completed && !this.#calls.some((each) => each.id === id)) this.#forget(at);
      else if (!completed) return;
    } else {
      call.ended = at;
      if (completed) call.completed = at;
      if (result !== undefined) call.result = result;
    }
    this.callsVersion += 1;
  }

  setLabels(labels: readonly HeldLabel[], now: number, windows: Windows): void {
    if (labels.length === 0) return;
    this.#labels = longest([...this.#labels, ...labels], now, windows);
    this.labelsVersion += 1;
  }

  /** The labels that a call set last from now on until their time is over. */
  endLabels(call: string, at: number): void {
    if (!this.#labels.some((label) => label.call === call && label.until === undefined)) return;
    this.#labels = this.#labels.map((label) =>
      label.call === call && label.until === undefined ? { ...label, until: at + label.duration } : label,
    );
    this.labelsVersion += 1;
  }

  /** Forgets calls that ended and lie before every window, a few at a time, and labels whose time is over. */
  prune(now: number, windows: Windows): void {
    this.#labels = longest(this.#labels, now, windows);
    const { calls, flight = Number.POSITIVE_INFINITY } = windows;
    const since = now - calls;
    const isStale = (call: PastCall): boolean =>
      latestInstant(call) <= since && !(isInFlight(call) && call.attempted > now - flight);
    let stale = 0;
    while (stale < this.#calls.length && isStale(this.#calls[stale]!)) stale += 1;
    // The move has to be worth it. Behind one in flight there may be many: all are looked through once they are twice as many.
    if (stale > 0 && stale * 4 >= this.#calls.length) this.#drop(this.#calls.slice(0, stale), since);
    else if (this.#calls.length >= 2 * this.#looked + 64) this.#drop(this.#calls.filter(isStale), since);
  }

  /** Forgets the oldest calls that ended, at most so many, and says how many; what looks back so far is unknown from now on. */
  forgetOldest(most: number): number {
    const gone = this.#calls.filter((call) => !isInFlight(call)).slice(0, most);
    this.#drop(gone, Math.max(...gone.map(latestInstant)));
    this.callsVersion += 1;
    return gone.length;
  }

  #drop(gone: readonly HeldCall[], before: number): void {
    if (gone.length > 0) {
      this.#forget(before);
      const isGone = new Set(gone);
      this.#calls = this.#calls.filter((call) => !isGone.has(call));
      for (const { id } of gone) this.#awaited.delete(id);
    }
    this.#looked = this.#calls.length;
  }

  #forget(before: number): void {
    this.forgottenBefore = Math.max(this.forgottenBefore, before);
  }
}

/** Labels that are carried; of those of one name that have an end, the one that lasts longest says as much as all. */
function longest(labels: readonly HeldLabel[], now: number, { flight }: Windows): HeldLabel[] {
  const ended = new Map<string, HeldLabel>();
  const open: HeldLabel[] = [];
  for (const label of labels) {
    if (label.until === undefined && (flight === undefined || label.since > now - flight)) {
      open.push(label);
      continue;
    }
    const until = label.until ?? label.since + flight! + label.duration;
    const known = ended.get(label.label);
    if (isCarried({ ...label, until }, now) && !(known?.until !== undefined && known.until >= until)) {
      ended.set(label.label, { ...label, until });
    }
  }
  return [...open, ...ended.values()];
}

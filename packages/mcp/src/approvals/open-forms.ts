/** A form that is, or was, before the person behind a caller. Times in epoch milliseconds. */
export interface OpenForm {
  readonly nonce: string;
  readonly asked: number;
  readonly until: number;
}

interface Entry extends OpenForm {
  /** `shown`: a client is asked on its live connection, and has not answered. */
  state: "free" | "shown" | "declined";
}

/** What asking comes to: the form, or why there is none. */
export type Opened = OpenForm | "shown" | "declined" | "many";

/** From here on callers without an open form are looked for and forgotten. */
const MOST_CALLERS = 10_000;

/**
 * How many forms may be before the person behind one caller: whoever is asked too often says yes in the end. A form counts until it was accepted or
 * its time is over, and what was declined is not asked again for that long: saying no makes no room for the next question. Those of this process;
 * questions to others are counted by their store.
 */
export class OpenForms {
  readonly #most: number;
  readonly #now: () => number;
  /** By the caller's key, then by what the question is bound to. */
  readonly #open = new Map<string, Map<string, Entry>>();

  constructor(most: number, now: () => number) {
    this.#most = most;
    this.#now = now;
  }

  /** Asks; the same question is one, whoever asks it how often. */
  ask(caller: string, binding: string, form: OpenForm, isShown: boolean): Opened {
    const open = this.#current(caller);
    const same = open.get(binding);
    if (same !== undefined && same.state !== "free") return same.state;
    if (same === undefined && open.size >= this.#most) return "many";
    const entry: Entry = { ...(same ?? form), state: isShown ? "shown" : "free" };
    open.set(binding, entry);
    this.#open.set(caller, open);
    return entry;
  }

  /** What the person did; `nothing` where the form was put away without an answer. */
  answered(caller: string, nonce: string, what: "accepted" | "declined" | "nothing"): void {
    const open = this.#current(caller);
    for (const [binding, entry] of open) {
      if (entry.nonce !== nonce) continue;
      if (what === "accepted") open.delete(binding);
      else if (entry.state !== "declined") entry.state = what === "declined" ? "declined" : "free";
    }
    if (open.size === 0) this.#open.delete(caller);
  }

  #current(caller: string): Map<string, Entry> {
    const now = this.#now();
    if (this.#open.size > MOST_CALLERS) {
      for (const [each, forms] of this.#open) {
        if ([...forms.values()].every(({ until }) => until <= now)) this.#open.delete(each);
      }
    }
    const open = this.#open.get(caller) ?? new Map<string, Entry>();
    for (const [binding, { until }] of open) if (until <= now) open.delete(binding);
    return open;
  }
}

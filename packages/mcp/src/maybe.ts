/** A value now, or later. What needs to wait for nothing is computed without a promise in between. */
export type Maybe<T> = T | Promise<T>;

/** Whether it comes later; thenables of hosts count. */
export function isLater<T>(value: Maybe<T>): value is Promise<T> {
  return typeof value === "object" && value !== null && typeof (value as Partial<Promise<T>>).then === "function";
}

/** What follows once a value is there. A rejection passes through. */
export function after<T, R>(value: Maybe<T>, next: (value: T) => Maybe<R>): Maybe<R> {
  return isLater(value) ? value.then(next) : next(value);
}

/** Runs something that may throw or reject, and gives `failed` of what it threw instead. */
export function caught<T>(run: () => Maybe<T>, failed: (problem: unknown) => T): Maybe<T> {
  try {
    const value = run();
    return isLater(value) ? Promise.resolve(value).catch(failed) : value;
  } catch (problem) {
    return failed(problem);
  }
}

/** Acts upon values in the order in which they were added, however late each of them comes. */
export class InOrder {
  #last: Promise<void> | undefined;

  /** Settles when all that was added so far was acted upon; undefined where it was. */
  get pending(): Promise<void> | undefined {
    return this.#last;
  }

  /** Acts now where nothing is waited for. Values may not reject. */
  add<T>(value: Maybe<T>, act: (value: T) => Maybe<void>): Maybe<void> {
    const before = this.#last;
    if (before === undefined && !isLater(value)) return act(value);
    const turn = (async () => {
      await before;
      return act(await value);
    })();
    const last = turn.then(noop, noop).then(() => {
      if (this.#last === last) this.#last = undefined;
    });
    this.#last = last;
    return turn;
  }
}

function noop(): void {}

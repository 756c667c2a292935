/** Kleene's strong three-valued truth: `undefined` is *unknown*. The only file that defines and, or, not on it. */
export type Truth = true | false | undefined;

/** True where both are, false where either is, else unknown. */
export function and(a: Truth, b: Truth): Truth {
  if (a === false || b === false) return false;
  return a === true && b === true ? true : undefined;
}

/** True where either is, false where both are, else unknown. */
export function or(a: Truth, b: Truth): Truth {
  if (a === true || b === true) return true;
  return a === false && b === false ? false : undefined;
}

/** Turns true and false about; unknown stays unknown. */
export function not(a: Truth): Truth {
  return a === undefined ? undefined : !a;
}

/** `and` over all; true for none. */
export function all(truths: Iterable<Truth>): Truth {
  let result: Truth = true;
  for (const truth of truths) result = and(result, truth);
  return result;
}

/** `or` over all; false for none. */
export function any(truths: Iterable<Truth>): Truth {
  let result: Truth = false;
  for (const truth of truths) result = or(result, truth);
  return result;
}

/** What an `allow` asks: only plain truth grants. */
export function isSurely(truth: Truth): boolean {
  return truth === true;
}

/** What a `deny` asks: all but plain falsehood meets it. */
export function isPossibly(truth: Truth): boolean {
  return truth !== false;
}

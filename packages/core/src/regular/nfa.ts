import type { CharSet } from "./charset.ts";
import type { Assertion, Regular } from "./syntax.ts";

/**
 * A nondeterministic automaton in Thompson's form. State numbers index the arrays. A state either consumes one character of
 * `sets[consumes[s]]` and goes to `target[s]`, or (`consumes[s]` is -1) consumes nothing and goes on along `jumps[s]`.
 */
export interface Nfa {
  readonly start: number;
  readonly accept: number;
  readonly sets: readonly CharSet[];
  readonly consumes: readonly number[];
  readonly target: readonly number[];
  readonly jumps: readonly (readonly Jump[])[];
  readonly hasAssertions: boolean;
}

/** A step that consumes nothing; with `where`, only where the assertion holds. */
export interface Jump {
  readonly to: number;
  readonly where: Assertion | undefined;
}

/** Thompson's construction: at most a few states for each position of the tree. */
export function toNfa(tree: Regular): Nfa {
  const sets: CharSet[] = [];
  const numbers = new Map<string, number>();
  const consumes: number[] = [];
  const target: number[] = [];
  const jumps: Jump[][] = [];
  let hasAssertions = false;

  const state = (): number => {
    consumes.push(-1);
    target.push(-1);
    return jumps.push([]) - 1;
  };
  const jump = (from: number, to: number, where?: Assertion): void => {
    jumps[from]!.push({ to, where });
  };
  const numberOf = (set: CharSet): number => {
    const key = set.join();
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, sets.length);
    return sets.push(set) - 1;
  };

  /** Adds what leads from `from` to `to` by a word of the tree. */
  const connect = (node: Regular, from: number, to: number): void => {
    switch (node.kind) {
      case "set": {
        const reader = state();
        consumes[reader] = numberOf(node.set);
        target[reader] = to;
        jump(from, reader);
        return;
      }
      case "sequence":
        connectAll(node.parts, from, to);
        return;
      case "choice":
        for (const option of node.options) connect(option, from, to);
        return;
      case "repeat": {
        let here = from;
        const times = (count: number, optional: boolean): void => {
          for (let copy = 0; copy < count; copy += 1) {
            // Each optional copy leads straight to the end, so that no chain of jumps grows with the bound.
            if (optional) jump(here, to);
            const next = state();
            connect(node.body, here, next);
            here = next;
          }
        };
        times(node.min, false);
        if (node.max === Number.POSITIVE_INFINITY) {
          const loop = state();
          jump(here, loop);
          connect(node.body, loop, loop);
          here = loop;
        } else {
          times(node.max - node.min, true);
        }
        jump(here, to);
        return;
      }
      case "assertion":
        hasAssertions = true;
        jump(from, to, node.where);
        return;
      default:
        assertNever(node);
    }
  };
  const connectAll = (parts: readonly Regular[], from: number, to: number): void => {
    let here = from;
    for (const part of parts) {
      const next = state();
      connect(part, here, next);
      here = next;
    }
    jump(here, to);
  };

  const start = state();
  const accept = state();
  connect(tree, start, accept);
  return { start, accept, sets, consumes, target, jumps, hasAssertions };
}

/** Where an automaton can be between two characters: the consuming states, ascending, and whether the text may end here. */
export interface Standing {
  readonly states: readonly number[];
  readonly accepts: boolean;
}

/**
 * A function from states just entered to the `Standing` they stand for. It owns its marks, so that a call costs no more than the
 * states it visits; `work.states` counts them.
 */
export function closure(nfa: Nfa, work: { states: number }): (entered: Iterable<number>, atStart: boolean) => Standing {
  // Rounds are counted for as long as the automaton lives: more than 32 bits.
  const seen = new Float64Array(nfa.jumps.length);
  const stack: number[] = [];
  let round = 0;

  const reach = (entered: Iterable<number>, holds: readonly Assertion[], visit: (state: number) => void): void => {
    round += 1;
    const enter = (state: number): void => {
      if (seen[state] === round) return;
      seen[state] = round;
      stack.push(state);
    };
    for (const state of entered) enter(state);
    for (let state = stack.pop(); state !== undefined; state = stack.pop()) {
      work.states += 1;
      visit(state);
      for (const { to, where } of nfa.jumps[state]!) if (where === undefined || holds.includes(where)) enter(to);
    }
  };

  return (entered, atStart) => {
    const before: readonly Assertion[] = atStart ? ["begin"] : [];
    const states: number[] = [];
    let accepts = false;
    // Seen from here the text either goes on ("more" holds) or is over ("end" holds), never both.
    reach(entered, [...before, "more"], (state) => {
      if (nfa.consumes[state] !== -1) states.push(state);
      else if (state === nfa.accept && !nfa.hasAssertions) accepts = true;
    });
    if (nfa.hasAssertions) {
      reach(entered, [...before, "end"], (state) => {
        if (state === nfa.accept) accepts = true;
      });
    }
    return { states: states.sort((a, b) => a - b), accepts };
  };
}

function assertNever(node: never): never {
  throw new Error(`no such node: ${JSON.stringify(node)}`);
}

import { type CharClasses, classesOf, coarsen, exampleOf, refine } from "./classes.ts";
import { closure, type Nfa } from "./nfa.ts";

/**
 * A complete, minimal deterministic automaton. `next[state * classes.count + class]` is where a character of the class leads;
 * `accepts[state]` is 1 where the text may end. `dead` is the state from which nothing is accepted any more, or -1 without one.
 */
export interface Dfa {
  readonly classes: CharClasses;
  readonly start: number;
  readonly dead: number;
  readonly next: Int32Array;
  readonly accepts: Uint8Array;
}

/** Counted, never timed, so that every machine gives the same answer. `work` bounds the visits of nondeterministic states. */
export interface Budget {
  readonly states: number;
  readonly work: number;
}

export const ATOM_BUDGET: Budget = { states: 10_000, work: 2_000_000 };

/** Subset construction, then minimisation. `undefined` where the budget does not suffice. */
export function toDfa(nfa: Nfa, budget: Budget = ATOM_BUDGET): Dfa | undefined {
  const { classes, members } = classesOf(nfa.sets);
  const work = { states: 0 };
  const standing = closure(nfa, work);
  const numbers = new Map<string, number>();
  const found: (readonly number[])[] = [];
  const accepts: number[] = [];
  const next: number[] = [];

  const numberOf = (entered: readonly number[], atStart: boolean): number => {
    const here = standing(entered, atStart);
    const key = `${here.accepts ? 1 : 0}:${here.states.join()}`;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, found.length);
    accepts.push(here.accepts ? 1 : 0);
    return found.push(here.states) - 1;
  };

  const start = numberOf([nfa.start], true);
  for (let state = 0; state < found.length; state += 1) {
    if (found.length > budget.states || work.states > budget.work) return undefined;
    for (let character = 0; character < classes.count; character += 1) {
      const entered: number[] = [];
      for (const reader of found[state]!) {
        work.states += 1;
        if (members[nfa.consumes[reader]!]![character]) entered.push(nfa.target[reader]!);
      }
      next.push(numberOf(entered, false));
    }
  }
  return minimal(classes, start, Int32Array.from(next), Uint8Array.from(accepts));
}

/** The texts that `a` and `b` both accept, that either accepts, and so on, as `keep` says. `undefined` where the budget ends. */
export function product(
  a: Dfa,
  b: Dfa,
  keep: (inA: boolean, inB: boolean) => boolean,
  budget: Budget = ATOM_BUDGET,
): Dfa | undefined {
  const { classes, origins } = refine(a.classes, b.classes);
  const numbers = new Map<number, number>();
  const pairs: (readonly [number, number])[] = [];
  const next: number[] = [];
  const numberOf = (inA: number, inB: number): number => {
    const key = inA * b.accepts.length + inB;
    const known = numbers.get(key);
    if (known !== undefined) return known;
    numbers.set(key, pairs.length);
    return pairs.push([inA, inB]) - 1;
  };

  const start = numberOf(a.start, b.start);
  for (let state = 0; state < pairs.length; state += 1) {
    if (pairs.length > budget.states) return undefined;
    const [inA, inB] = pairs[state]!;
    for (const [classA, classB] of origins) {
      next.push(numberOf(a.next[inA * a.classes.count + classA]!, b.next[inB * b.classes.count + classB]!));
    }
  }
  const accepts = pairs.map(([inA, inB]) => (keep(a.accepts[inA] === 1, b.accepts[inB] === 1) ? 1 : 0));
  return minimal(classes, start, Int32Array.from(next), Uint8Array.from(accepts));
}

/** The texts that both accept. `undefined` where the budget ends. */
export function intersect(a: Dfa, b: Dfa, budget: Budget = ATOM_BUDGET): Dfa | undefined {
  return product(a, b, (inA, inB) => inA && inB, budget);
}

/** The well-formed texts that `dfa` does not accept. */
export function complementOf(dfa: Dfa): Dfa {
  const accepts = dfa.accepts.map((accept) => 1 - accept);
  return { ...dfa, accepts, dead: deadState(dfa.classes.count, dfa.next, accepts) };
}

/** Whether no text is accepted. */
export function isEmpty(dfa: Dfa): boolean {
  return dfa.start === dfa.dead;
}

/** A shortest text that is accepted, of readable characters where it can; `undefined` where none is. */
export function shortestWord(dfa: Dfa): string | undefined {
  const { count } = dfa.classes;
  const cameFrom = new Map<number, readonly [state: number, character: number]>();
  const queue = [dfa.start];
  for (let at = 0; at < queue.length; at += 1) {
    const state = queue[at]!;
    if (dfa.accepts[state] === 1) return spell(dfa, cameFrom, state);
    for (let character = 0; character < count; character += 1) {
      const to = dfa.next[state * count + character]!;
      if (to === dfa.start || cameFrom.has(to)) continue;
      cameFrom.set(to, [state, character]);
      queue.push(to);
    }
  }
  return undefined;
}

function spell(dfa: Dfa, cameFrom: ReadonlyMap<number, readonly [number, number]>, last: number): string {
  const characters: string[] = [];
  for (let step = cameFrom.get(last); step !== undefined; step = cameFrom.get(step[0])) {
    characters.push(exampleOf(dfa.classes, step[1]));
  }
  return characters.reverse().join("");
}

/**
 * The minimal automaton: states merged (Hopcroft), then classes that lead alike. Both are numbered in the order in which they are
 * met from the start and from U+0000, so that automata of the same language are equal field by field.
 */
function minimal(finer: CharClasses, start: number, next: Int32Array, accepts: Uint8Array): Dfa {
  const block = partition(finer.count, next, accepts);
  const met = new Map<number, number>([[block[start]!, start]]);
  for (const example of met.values()) {
    for (let character = 0; character < finer.count; character += 1) {
      const to = next[example * finer.count + character]!;
      if (!met.has(block[to]!)) met.set(block[to]!, to);
    }
  }
  const merged = [...met.values()];
  const columns = Array.from({ length: finer.count }, (_, character) =>
    merged.map((example) => block[next[example * finer.count + character]!]).join(),
  );
  const { classes, origins } = coarsen(finer, columns);

  const numbers = new Map([[block[start]!, 0]]);
  const examples = [start];
  const table: number[] = [];
  for (let state = 0; state < examples.length; state += 1) {
    for (const character of origins) {
      const to = next[examples[state]! * finer.count + character]!;
      let number = numbers.get(block[to]!);
      if (number === undefined) {
        number = examples.push(to) - 1;
        numbers.set(block[to]!, number);
      }
      table.push(number);
    }
  }
  const rows = Int32Array.from(table);
  const accepting = Uint8Array.from(examples, (state) => accepts[state]!);
  return { classes, start: 0, next: rows, accepts: accepting, dead: deadState(classes.count, rows, accepting) };
}

/** The block of each state in the coarsest partition of which no block is told apart by a text (Hopcroft 1971). */
function partition(width: number, next: Int32Array, accepts: Uint8Array): Int32Array {
  const size = accepts.length;
  const sources = predecessors(width, next, size);
  // Blocks are ranges [first, end) of `order`; `place` is the inverse of `order`.
  const order = Int32Array.from({ length: size }, (_, index) => index).sort((a, b) => accepts[b]! - accepts[a]!);
  const place = new Int32Array(size);
  order.forEach((state, index) => {
    place[state] = index;
  });
  const block = Int32Array.from(accepts, (accept) => 1 - accept);
  const accepting = accepts.reduce((total, accept) => total + accept, 0);
  if (accepting === 0 || accepting === size) return block.fill(0);
  const first = [0, accepting];
  const end = [accepting, size];
  const marked = [0, 0];
  const waiting = [accepting <= size - accepting ? 0 : 1];
  const isWaiting = [waiting[0] === 0, waiting[0] === 1];

  for (let splitter = waiting.pop(); splitter !== undefined; splitter = waiting.pop()) {
    isWaiting[splitter] = false;
    const members = order.slice(first[splitter], end[splitter]);
    for (let character = 0; character < width; character += 1) {
      const touched: number[] = [];
      for (const member of members) {
        const slot = character * size + member;
        for (let index = sources.first[slot]!; index < sources.first[slot + 1]!; index += 1) {
          const state = sources.states[index]!;
          const own = block[state]!;
          if (marked[own] === 0) touched.push(own);
          const target = first[own]! + marked[own]!;
          if (place[state]! < target) continue;
          const other = order[target]!;
          order[place[state]!] = other;
          place[other] = place[state]!;
          order[target] = state;
          place[state] = target;
          marked[own] = marked[own]! + 1;
        }
      }
      for (const own of touched) {
        const cut = first[own]! + marked[own]!;
        marked[own] = 0;
        if (cut === end[own]) continue;
        // The marked states leave `own` for a new block.
        const created = first.push(first[own]!) - 1;
        end.push(cut);
        marked.push(0);
        first[own] = cut;
        for (let index = first[created]!; index < cut; index += 1) block[order[index]!] = created;
        const smaller = end[created]! - first[created]! <= end[own]! - first[own]! ? created : own;
        isWaiting.push(false);
        const queued = isWaiting[own] ? created : smaller;
        isWaiting[queued] = true;
        waiting.push(queued);
      }
    }
  }
  return block;
}

/** For each class and state the states that lead to it: `states[first[class * size + state] …]`. */
function predecessors(width: number, next: Int32Array, size: number): { first: Int32Array; states: Int32Array } {
  const first = new Int32Array(width * size + 1);
  const slotOf = (state: number, character: number): number => character * size + next[state * width + character]!;
  for (let state = 0; state < size; state += 1) {
    for (let character = 0; character < width; character += 1) first[slotOf(state, character) + 1]! += 1;
  }
  for (let slot = 0; slot < width * size; slot += 1) first[slot + 1]! += first[slot]!;
  const free = first.slice();
  const states = new Int32Array(width * size);
  for (let state = 0; state < size; state += 1) {
    for (let character = 0; character < width; character += 1) {
      const slot = slotOf(state, character);
      states[free[slot]!] = state;
      free[slot]! += 1;
    }
  }
  return { first, states };
}

/** In a minimal automaton there is at most one state that leads nowhere but to itself and does not accept. */
function deadState(width: number, next: Int32Array, accepts: Uint8Array): number {
  return accepts.findIndex(
    (accept, state) => accept === 0 && next.subarray(state * width, (state + 1) * width).every((to) => to === state),
  );
}

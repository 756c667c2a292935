import { classesOf, classOf } from "./classes.ts";
import { codePointOf, type Text } from "./code-points.ts";
import { closure, type Nfa } from "./nfa.ts";

/**
 * Follows all states at once, for automata whose deterministic form is too large: a character costs at most a visit of each state, whatever the
 * text. It owns its marks and lists, so that it allocates nothing for a character. `work.states` counts the visits.
 */
export function simulator(nfa: Nfa, work: { states: number } = { states: 0 }): (text: Text) => boolean {
  const { classes, members } = classesOf(nfa.sets);
  const standing = closure(nfa, work);
  const first = standing([nfa.start], true);
  const size = nfa.jumps.length;
  const [target, consumes] = [Int32Array.from(nfa.target), Int32Array.from(nfa.consumes)];
  const jumps = jumpsWithin(nfa);
  // `seen[state] === round`: the state was entered at this character. Counted for as long as the automaton lives: more than 32 bits.
  const seen = new Float64Array(size);
  const stack = new Int32Array(size);
  let round = 0;

  /** From `here`, the first `count` consuming states, over a character: the consuming states after it are put into `there`. Gives their number. */
  function step(here: Int32Array, count: number, isRead: Uint8Array, there: Int32Array): number {
    round += 1;
    let [found, visits] = [0, 0];
    for (let at = 0; at < count; at += 1) {
      const reader = here[at]!;
      visits += 1;
      if (isRead[reader] === 0) continue;
      const entered = target[reader]!;
      if (seen[entered] === round) continue;
      seen[entered] = round;
      stack[0] = entered;
      for (let depth = 1; depth > 0; ) {
        depth -= 1;
        const state = stack[depth]!;
        visits += 1;
        if (consumes[state] !== -1) {
          there[found] = state;
          found += 1;
        }
        for (let jump = jumps.first[state]!; jump < jumps.first[state + 1]!; jump += 1) {
          const to = jumps.to[jump]!;
          if (seen[to] === round) continue;
          seen[to] = round;
          stack[depth] = to;
          depth += 1;
        }
      }
    }
    work.states += visits;
    return found;
  }

  // For each class of characters, which states read one: made when the first such character comes.
  const readers: Uint8Array[] = [];
  const readersOf = (character: number): Uint8Array => {
    readers[character] ??= Uint8Array.from(consumes, (set) => (set !== -1 && members[set]![character]! ? 1 : 0));
    return readers[character];
  };

  let here = new Int32Array(size);
  let there = new Int32Array(size);
  return (text) => {
    if (text.length === 0) return first.accepts;
    here.set(first.states);
    let count = first.states.length;
    for (let index = 0; ; index += 1) {
      const codePoint = codePointOf(text, index, text.charCodeAt(index));
      if (codePoint < 0) return false;
      if (codePoint > 0xffff) index += 1;
      const isRead = readersOf(classOf(classes, codePoint));
      if (index === text.length - 1) {
        const entered = here.subarray(0, count).filter((state) => isRead[state] === 1);
        return standing(
          entered.map((state) => target[state]!),
          false,
        ).accepts;
      }
      count = step(here, count, isRead, there);
      if (count === 0) return false;
      [here, there] = [there, here];
    }
  };
}

/** The steps that consume nothing where the text has begun and goes on: those from a state stand in `to` from `first[state]` up to `first[state + 1]`. */
function jumpsWithin({ jumps }: Nfa): { readonly first: Int32Array; readonly to: Int32Array } {
  const within = jumps.map((each) => each.filter(({ where }) => where === undefined || where === "more"));
  const first = new Int32Array(jumps.length + 1);
  for (const [state, { length }] of within.entries()) first[state + 1] = first[state]! + length;
  return { first, to: Int32Array.from(within.flat(), ({ to }) => to) };
}

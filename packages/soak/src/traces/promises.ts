import { emptyState } from "@mcpolicy/core";
import type { LoadedPolicy } from "@mcpolicy/runtime";
import { type Letter, play, proofsOf, rankOf, requestOf } from "./play.ts";

/** A policy, the same with something added, and which way that may move an outcome. */
export interface Pair {
  readonly before: LoadedPolicy;
  readonly after: LoadedPolicy;
  readonly way: Way;
  readonly letters: readonly Letter[];
  /** Milliseconds between one letter and the next. */
  readonly gap: number;
}

/** What is added lowers outcomes or leaves them, raises them or leaves them, or leaves them as they are. */
export type Way = "lowers" | "raises" | "leaves";

const start = Date.UTC(2026, 0, 1);
const longest = 4;

/** A stream of letters, for people. */
export type Stream = readonly number[];

/** The first stream on which a promise is broken, and how; undefined where it holds on all streams up to the length. */
export type Finding = { readonly stream: Stream; readonly what: string } | undefined;

/**
 * Promise 3 (a): for the same request, proofs and recorded state, what is added moves the outcome one way. Of every state that either
 * policy comes to.
 */
export function oneDecision({ before, after, way, letters, gap }: Pair): Finding {
  for (const world of [before, after]) {
    const finding = everyStream(letters, emptyState, (state, letter, stream) => {
      const now = start + stream.length * gap;
      const bare = requestOf(letter, now, state);
      for (const request of [bare, { ...bare, proofs: proofsOf(letter, now, "a proof") }]) {
        const [one, other] = [before.decide(request), after.decide(request)];
        if (!isAllowedMove(rankOf(one), rankOf(other), way)) {
          return { what: `one decision: ${one.effect} (${one.reason}) becomes ${other.effect} (${other.reason})` };
        }
      }
      const turn = play(world, state, letter, now, `call ${stream.length}`);
      return turn.wrong === undefined ? { next: turn.state } : { what: turn.wrong };
    });
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** Promise 3 (b): calls that are let through one after the other, whatever else is tried between them, are let through by the wider policy. */
export function manyCalls({ before, after, way, letters, gap }: Pair): Finding {
  const ways = { lowers: [[after, before]], raises: [[before, after]], leaves: [[after, before]] } as const;
  for (const [narrow, wide] of ways[way]) {
    const finding = everyStream(letters, { narrow: emptyState, wide: emptyState }, (states, letter, stream) => {
      const now = start + stream.length * gap;
      const id = `call ${stream.length}`;
      const turn = play(narrow, states.narrow, letter, now, id);
      if (turn.wrong !== undefined) return { what: turn.wrong };
      // What was not let through is not part of the sequence.
      if (!turn.isLetThrough) return { next: { narrow: turn.state, wide: states.wide } };
      const same = play(wide, states.wide, letter, now, id);
      if (same.wrong !== undefined) return { what: same.wrong };
      if (!same.isLetThrough) return { what: "many calls: let through by the narrower policy, not by the wider" };
      return { next: { narrow: turn.state, wide: same.state } };
    });
    if (finding !== undefined) return finding;
  }
  return undefined;
}

/** Promise 3 (c), of policies of which `policy check` says so: for one stream of requests each answer moves the same way. */
export function oneStream({ before, after, way, letters, gap }: Pair): Finding {
  return everyStream(letters, { before: emptyState, after: emptyState }, (states, letter, stream) => {
    const now = start + stream.length * gap;
    const id = `call ${stream.length}`;
    const one = play(before, states.before, letter, now, id);
    const other = play(after, states.after, letter, now, id);
    const wrong = one.wrong ?? other.wrong;
    if (wrong !== undefined) return { what: wrong };
    if (!isAllowedMove(one.rank, other.rank, way)) return { what: `one stream: ${one.rank} becomes ${other.rank}` };
    return { next: { before: one.state, after: other.state } };
  });
}

function isAllowedMove(before: number, after: number, way: Way): boolean {
  if (way === "leaves") return before === after;
  return way === "lowers" ? after <= before : after >= before;
}

/** Goes through every stream of letters up to the length, each beginning once. Stops at what is wrong. */
function everyStream<World>(
  letters: readonly Letter[],
  first: World,
  move: (world: World, letter: Letter, stream: Stream) => { readonly next: World } | { readonly what: string },
): Finding {
  const go = (world: World, stream: Stream): Finding => {
    if (stream.length === longest) return undefined;
    for (const [index, letter] of letters.entries()) {
      const moved = move(world, letter, stream);
      if ("what" in moved) return { stream: [...stream, index], what: moved.what };
      const deeper = go(moved.next, [...stream, index]);
      if (deeper !== undefined) return deeper;
    }
    return undefined;
  };
  return go(first, []);
}

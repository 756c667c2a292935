import type { CharSet } from "./charset.ts";

/**
 * The tree that globs, the regular expressions of policies and the patterns of foreign schemas are all read into. `positions` is
 * how many character positions the tree unfolds to, so that a parser can refuse `(a{999}){999}` before anything is built.
 */
export type Regular =
  | { readonly kind: "set"; readonly set: CharSet; readonly positions: number }
  | { readonly kind: "sequence"; readonly parts: readonly Regular[]; readonly positions: number }
  | { readonly kind: "choice"; readonly options: readonly Regular[]; readonly positions: number }
  | {
      readonly kind: "repeat";
      readonly body: Regular;
      readonly min: number;
      readonly max: number;
      readonly positions: number;
    }
  | { readonly kind: "assertion"; readonly where: Assertion; readonly positions: 0 };

/** Holds at the start of the text, at its end, or wherever a character follows. Consumes nothing. */
export type Assertion = "begin" | "end" | "more";

/** The most positions that a pattern may unfold to. */
export const MOST_POSITIONS = 10_000;

/** The deepest nesting of groups, so that no pattern exhausts the stack. */
export const DEEPEST_NESTING = 100;

/** Why a pattern is refused, as a sentence for the person who wrote it, and where: an offset in UTF-16 units. */
export interface PatternError {
  readonly message: string;
  readonly offset: number;
}

/** Thrown by the parsers below, within this folder only: the compile functions make a value of it. */
export class Refused extends Error {
  readonly offset: number;

  constructor(message: string, offset: number) {
    super(message);
    this.offset = offset;
  }
}

export function oneOf(set: CharSet): Regular {
  return { kind: "set", set, positions: 1 };
}

/** One after the other; without parts, the empty text. */
export function sequence(...parts: readonly Regular[]): Regular {
  if (parts.length === 1) return parts[0]!;
  return { kind: "sequence", parts, positions: sum(parts) };
}

/** Any one of them; without options, nothing matches. */
export function choice(...options: readonly Regular[]): Regular {
  if (options.length === 1) return options[0]!;
  return { kind: "choice", options, positions: sum(options) };
}

/** `min` to `max` times; `Infinity` for no bound. */
export function repeat(body: Regular, min: number, max: number): Regular {
  const copies = max === Number.POSITIVE_INFINITY ? Math.max(min, 1) : max;
  return { kind: "repeat", body, min, max, positions: copies * body.positions };
}

export function assertion(where: Assertion): Regular {
  return { kind: "assertion", where, positions: 0 };
}

export const emptyText: Regular = sequence();

function sum(nodes: readonly Regular[]): number {
  return nodes.reduce((total, node) => total + node.positions, 0);
}

/** Message for a pattern that unfolds to too much. */
export function tooLarge(positions: number, most: number): string {
  const count = Number.isSafeInteger(positions) ? positions.toLocaleString("en") : "too many";
  return `this pattern unfolds to ${count} positions, and ${most.toLocaleString("en")} are the most it may have: use smaller bounds, or limit the length with \`size()\``;
}

/** Message for a pattern whose deterministic automaton is too large, and which is too large to be simulated as well. */
export function tooManyStates(positions: number, most: number): string {
  return `this pattern needs more than 10,000 states, and unfolds to ${positions.toLocaleString("en")} positions, of which such a pattern may have ${most.toLocaleString("en")}: use smaller bounds, or limit the length with \`size()\``;
}

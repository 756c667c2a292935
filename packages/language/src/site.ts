import type { Type } from "@mcpolicy/core";
import type { Span } from "@mcpolicy/diagnostics";
import type { Expanded } from "./expand.ts";
import type { Facts } from "./narrow.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";

/** Where a condition stands: what it can read, and what an unknown would do there. */
export interface Site {
  readonly scope: Scope;
  readonly report: Report;
  /** The operations that the condition speaks of; what it reads as `args` exists in each of them. */
  readonly operations: readonly Expanded[];
  /**
   * `grants`: an unknown grants nothing. `narrows`: an unknown matches, so an optional is read behind a guard. `claims`: an
   * assertion, in which both are fine.
   */
  readonly effect: "grants" | "narrows" | "claims";
  /** The rule speaks of results, or may: then the condition reads `result`. */
  readonly readsResult: boolean;
  /** `true` where a part that becomes true can make the whole condition true, `false` below an odd number of `not`. */
  readonly plain: boolean;
  /** The earlier event, where the condition stands behind `with`. */
  readonly its: Its | undefined;
  /** The condition is about an earlier event, so that it does not look at history again. */
  readonly isPast: boolean;
  readonly facts: Facts;
  /** Text may hold `{principal.x}` here. */
  readonly takesHoles: boolean;
  /** Quantified names, with the types of what they stand for. */
  readonly variables: ReadonlyMap<string, Variable>;
  /**
   * The smallest condition around what is looked at; `bare` where `and` can be put before it without parentheses. Or the value around
   * it (`isValue`), in which no condition can stand.
   */
  readonly atom: { readonly span: Span; readonly bare: boolean } | { readonly span: Span; readonly isValue: true };
}

/** The operations of an earlier event; its result is known only where it was looked for as completed. */
export interface Its {
  readonly operations: readonly Expanded[];
  readonly hasResult: boolean;
}

/** What a rule's sort says of every condition in it. */
export type SiteOfRule = Pick<Site, "effect" | "readsResult" | "isPast">;

export interface Variable {
  readonly type: Type;
  readonly span: Span;
}

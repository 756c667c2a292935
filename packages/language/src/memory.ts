import type { Span } from "@mcpolicy/diagnostics";
import type { CheckedBranch, CheckedPolicy, CheckedRuleHead, TypedCondition, TypedEvents } from "./typed.ts";

/** What a policy makes a host remember, and what that does to streams of requests. */
export interface Memory {
  /** The longest look back at calls, and where it stands; undefined where no condition looks back. */
  readonly history: Longest | undefined;
  /** The longest window of a limit; undefined where none has one. */
  readonly limits: Longest | undefined;
  /** The longest time that a label lasts after the answer of its call. */
  readonly labels: Longest | undefined;
  /** Promise 3 (c): for one fixed stream of requests, adding a narrowing rule never lets a later request through that was denied. */
  readonly isMonotoneOverRequests: boolean;
  /** What keeps it from being so: rules and conditions, by place. */
  readonly against: readonly Span[];
}

/** A duration in milliseconds. */
export interface Longest {
  readonly duration: number;
  readonly span: Span;
}

/**
 * What `policy check` says of a policy's memory: state is bounded by these windows. Looks at the policies that it narrows too. Promise
 * 3 (c) holds where no limit, label or proof is taken, and what a call that was let through can turn against the caller reads `attempted`:
 * a call that an added rule denies is then still attempted, and nothing else of it was looked at to narrow.
 */
export function memoryOf(policy: CheckedPolicy): Memory {
  const looks: Look[] = [];
  const sides = withNarrowed(policy);
  for (const side of sides) {
    for (const { rules, narrows } of headsOf(side)) {
      for (const head of rules) for (const branch of head.branches) look(branch.condition, narrows, looks);
    }
  }
  const limits = sides.flatMap((side) => side.limits);
  const labels = sides.flatMap((side) => side.labels);
  const requires = sides.flatMap((side) => side.requires);
  const against = [
    ...requires.filter((each) => !each.shadow).map((each) => each.span),
    ...limits.filter((each) => !each.shadow).map((each) => each.span),
    ...labels.filter((each) => !each.shadow).map((each) => each.span),
    ...looks.filter((each) => each.turnsAgainst).map((each) => each.span),
  ];
  const windows = limits.flatMap(({ window, span }) =>
    window.kind === "per" ? [{ duration: window.duration, span }] : [],
  );
  return {
    history: longest(looks),
    limits: longest(windows),
    labels: longest(labels),
    isMonotoneOverRequests: against.length === 0,
    against,
  };
}

function withNarrowed(policy: CheckedPolicy): readonly CheckedPolicy[] {
  return [policy, ...policy.narrows.flatMap(withNarrowed)];
}

function longest(all: readonly Longest[]): Longest | undefined {
  const [first, ...rest] = all;
  if (first === undefined) return undefined;
  const { duration, span } = rest.reduce<Longest>((a, b) => (b.duration > a.duration ? b : a), first);
  return { duration, span };
}

interface Look extends Longest {
  /** A call that was let through can make the whole policy narrower. */
  readonly turnsAgainst: boolean;
}

function headsOf(
  policy: CheckedPolicy,
): readonly { readonly rules: readonly CheckedRuleHead[]; readonly narrows: boolean }[] {
  const { rules, requires, limits, labels, resultDenies, redacts } = policy;
  return [
    { rules: rules.filter((each) => each.effect === "allow"), narrows: false },
    { rules: rules.filter((each) => each.effect === "deny"), narrows: true },
    ...[requires, limits, labels, resultDenies, redacts].map((each) => ({ rules: each, narrows: true })),
  ];
}

/** `narrows`: a condition that becomes true lets less through. */
function look(condition: TypedCondition, narrows: boolean, looks: Look[]): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const part of condition.parts) look(part, narrows, looks);
      return;
    case "not":
      look(condition.part, !narrows, looks);
      return;
    case "happened": {
      const { verb, events, span } = condition;
      add(events, span, (narrows && verb !== "attempted") || events.since !== undefined, looks);
      return;
    }
    case "tally": {
      const { tally, operator, span } = condition;
      const grows = operator === "more" || operator === "at-least";
      const shrinks = operator === "less" || operator === "at-most";
      // A sum may fall where a number in it is negative.
      const isSure = (grows || shrinks) && tally.kind !== "sum";
      const isAgainst = tally.verb !== "attempted" && (!isSure || grows === narrows);
      add(tally.events, span, isAgainst || tally.events.since !== undefined, looks);
      return;
    }
    default:
      return;
  }
}

function add(events: TypedEvents, span: Span, turnsAgainst: boolean, looks: Look[]): void {
  looks.push({ duration: events.last, span, turnsAgainst });
  const branches: readonly CheckedBranch[] = [...events.branches, ...(events.since?.branches ?? [])];
  // What stands in there looks at no history of its own; a capability's conditions are looked through all the same.
  for (const branch of branches) look(branch.condition, true, looks);
}

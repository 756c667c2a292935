import {
  type BranchIr,
  type ConditionIr,
  durationText,
  type EventsIr,
  type PolicyIr,
  type RuleHeadIr,
  type Windows,
} from "@mcpolicy/core";

/** How long a policy, with all that it narrows, looks back: what is older may be forgotten. */
export function windowsOf(ir: PolicyIr): Windows {
  const policies = withNarrowed(ir);
  const rules = policies.flatMap(rulesOf);
  const limits = policies.flatMap((each) => each.limits ?? []);
  const requires = policies.flatMap((each) => each.requires ?? []);
  return {
    calls: longest(rules.flatMap(({ branches }) => branches.flatMap(windowsOfBranch))),
    takes: longest(limits.flatMap(({ window }) => (window.kind === "per" ? [window.duration] : []))),
    proofs: longest(requires.map(({ valid }) => valid)),
  };
}

/** What a policy remembers and how long, in a line for people. */
export function stateBoundOf(ir: PolicyIr): string {
  const { calls, takes, proofs = 0 } = windowsOf(ir);
  const labels = longest(withNarrowed(ir).flatMap((each) => (each.labels ?? []).map(({ duration }) => duration)));
  const isAtOnce = withNarrowed(ir).some((each) => each.limits?.some(({ window }) => window.kind === "at once"));
  const parts = [
    ...(calls > 0 ? [`calls of the last ${durationText(calls)}`] : []),
    ...(takes > 0 ? [`what limits gave out in the last ${durationText(takes)}`] : []),
    ...(isAtOnce ? ["calls in flight"] : []),
    ...(labels > 0 ? [`labels until ${durationText(labels)} after an answer`] : []),
    ...(proofs > 0 ? [`proofs that were used in the last ${durationText(proofs)}`] : []),
  ];
  return parts.length === 0 ? "nothing is remembered" : `remembers ${parts.join(", ")}`;
}

function withNarrowed(ir: PolicyIr): readonly PolicyIr[] {
  return [ir, ...(ir.narrows ?? []).flatMap(withNarrowed)];
}

function rulesOf(ir: PolicyIr): readonly RuleHeadIr[] {
  const { rules, requires = [], limits = [], labels = [], resultDenies = [], redacts = [] } = ir;
  return [...rules, ...requires, ...limits, ...labels, ...resultDenies, ...redacts];
}

function windowsOfBranch(branch: BranchIr): readonly number[] {
  return windowsOfCondition(branch.condition);
}

function windowsOfCondition(condition: ConditionIr): readonly number[] {
  switch (condition.kind) {
    case "constant":
    case "has":
    case "atom":
    case "carries":
      return [];
    case "and":
    case "or":
      return condition.parts.flatMap(windowsOfCondition);
    case "not":
      return windowsOfCondition(condition.part);
    case "every":
    case "some":
      return windowsOfCondition(condition.body);
    case "happened":
      return windowsOfEvents(condition.events);
    case "tally":
      return windowsOfEvents(condition.tally.events);
  }
}

// Conditions about an earlier event know no history of their own, so that windows do not add up.
function windowsOfEvents(events: EventsIr): readonly number[] {
  return [events.last];
}

function longest(durations: readonly number[]): number {
  return Math.max(0, ...durations);
}

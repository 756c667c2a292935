import { durationText, type PolicyIr, type Windows } from "@mcpolicy/core";
import { lookBackOf, pastOf, rulesOf, withNarrowed } from "./past.ts";

/** How long a policy, with all that it narrows, looks back: what is older may be forgotten. */
export function windowsOf(ir: PolicyIr): Windows {
  const policies = withNarrowed(ir);
  const pasts = policies.flatMap(rulesOf).flatMap(pastOf);
  const limits = policies.flatMap((each) => each.limits ?? []);
  const requires = policies.flatMap((each) => each.requires ?? []);
  return {
    // Conditions about an earlier event know no history of their own, so that windows do not add up.
    calls: longest(pasts.map((past) => lookBackOf(past)?.events.last ?? 0)),
    takes: longest(limits.flatMap(({ window }) => (window.kind === "per" ? [window.duration] : []))),
    proofs: longest(requires.map(({ valid }) => valid)),
    labels: longest(policies.flatMap((each) => (each.labels ?? []).map(({ duration }) => duration))),
  };
}

/** What a policy remembers and how long, in a line for people. */
export function stateBoundOf(ir: PolicyIr): string {
  const { calls, takes, proofs = 0, labels = 0 } = windowsOf(ir);
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

function longest(durations: readonly number[]): number {
  return durations.reduce((most, each) => Math.max(most, each), 0);
}

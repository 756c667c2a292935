import { asOf, type State, type StateNeed, type Windows } from "@mcpolicy/core";

/** The part of a tenant's whole state that a need names, as it is read at its instant: what every driver's reads are held against. */
export function sliceOf(whole: State, need: StateNeed, windows: Windows): State {
  const { calls, labels, takes, spent, forgottenBefore } = asOf(whole, need.now, windows);
  const isOurs = ({ caller }: { readonly caller: string }): boolean => caller === need.caller;
  return {
    calls: need.calls === "none" ? [] : need.calls === "anyone" ? calls : calls.filter(isOurs),
    labels: need.labels ? labels.filter(isOurs) : [],
    takes: takes.filter((take) => need.limits.some(({ rule, key }) => rule === take.rule && key === take.key)),
    spent: need.proofs.filter((id) => spent.includes(id)),
    forgottenBefore: need.calls === "none" ? Number.NEGATIVE_INFINITY : forgottenBefore,
  };
}

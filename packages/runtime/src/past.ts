import type { ConditionIr, EventsIr, EventVerb, OperandIr, PolicyIr, RuleHeadIr } from "@mcpolicy/core";

type Of<Kind> = Extract<ConditionIr, { readonly kind: Kind }>;

/** A question about the past: whether a label is carried, or about events. */
export type PastIr = Of<"carries"> | Of<"happened"> | Of<"tally">;

const none: readonly PastIr[] = [];

/** Every question about the past that a condition asks. Those about an earlier event ask none of their own. */
export function pastIn(condition: ConditionIr): readonly PastIr[] {
  switch (condition.kind) {
    case "constant":
    case "has":
    case "atom":
      return none;
    case "and":
    case "or":
      return condition.parts.flatMap(pastIn);
    case "not":
      return pastIn(condition.part);
    case "every":
    case "some":
      return pastIn(condition.body);
    case "carries":
    case "happened":
    case "tally":
      return [condition];
  }
}

/** Every question about the past that a rule asks. */
export function pastOf({ branches }: Pick<RuleHeadIr, "branches">): readonly PastIr[] {
  const [only, ...more] = branches;
  if (only !== undefined && more.length === 0) return pastIn(only.condition);
  return branches.flatMap(({ condition }) => pastIn(condition));
}

/** Whether a rule asks about the past at all. */
export function looksBack(rule: RuleHeadIr): boolean {
  return pastOf(rule).length > 0;
}

/** Which events a question is about, by which verb, and what it reads of each beside their conditions. */
export interface LookBack {
  readonly verb: EventVerb;
  readonly events: EventsIr;
  readonly of: OperandIr | undefined;
}

/** The look back at events that a question makes; undefined where it is about a label. */
export function lookBackOf(past: PastIr): LookBack | undefined {
  switch (past.kind) {
    case "carries":
      return undefined;
    case "happened":
      return { verb: past.verb, events: past.events, of: undefined };
    case "tally": {
      const { tally } = past;
      return { verb: tally.verb, events: tally.events, of: tally.kind === "count" ? undefined : tally.of };
    }
  }
}

/** A policy and all that it narrows. */
export function withNarrowed(ir: PolicyIr): readonly PolicyIr[] {
  return [ir, ...(ir.narrows ?? []).flatMap(withNarrowed)];
}

/** Every rule of a policy, but for those of what it narrows. */
export function rulesOf(ir: PolicyIr): readonly RuleHeadIr[] {
  const { rules, requires = [], limits = [], labels = [], resultDenies = [], redacts = [] } = ir;
  return [...rules, ...requires, ...limits, ...labels, ...resultDenies, ...redacts];
}

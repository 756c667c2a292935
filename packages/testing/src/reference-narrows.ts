import type { Decision, Effect, HeldLabel, Take } from "@mcpolicy/core";
import { byCodeUnits } from "./reference-situation.ts";

/** A decision, and what it takes where it lets the call through. */
export interface Outcome {
  readonly decision: Decision;
  readonly takes: readonly Take[];
  readonly labels: readonly HeldLabel[];
  readonly proofs: readonly string[];
}

/** What becomes of a request, lowest first. */
const order: readonly Effect[] = ["unauthenticated", "invalid", "deny", "ask", "allow"];

/**
 * The outcome of several policies together: the lowest of their effects, with the reason of the first that has it, the rules and
 * texts of all that have it, and the duties of each.
 */
export function lowest(outcomes: readonly Outcome[]): Outcome {
  const effects = outcomes.map(({ decision }) => order.indexOf(decision.effect));
  const deciding = outcomes.filter((_, index) => effects[index] === Math.min(...effects));
  const decisions = deciding.map(({ decision }) => decision);
  return {
    decision: together(decisions, outcomes),
    takes: outcomes.flatMap(({ takes }) => takes),
    labels: outcomes.flatMap(({ labels }) => labels),
    proofs: distinct(outcomes.flatMap(({ proofs }) => proofs)).toSorted(byCodeUnits),
  };
}

function together(decisions: readonly Decision[], all: readonly Outcome[]): Decision {
  const [first] = decisions;
  if (first === undefined) throw new Error("there is no decision to take together");
  const violations = decisions.flatMap(({ told }) => told.violations ?? []);
  const missing = decisions.flatMap(({ told }) => told.missing ?? []);
  const waits = decisions.map(({ told }) => told.retryAfterMs);
  return {
    ...first,
    rules: distinct(decisions.flatMap(({ rules }) => rules)).toSorted((a, b) => byCodeUnits(a.id, b.id)),
    obligations: all.flatMap(({ decision }) => decision.obligations),
    told: {
      because: distinct(decisions.flatMap(({ told }) => told.because)),
      ...(violations.length === 0 ? {} : { violations: distinct(violations) }),
      ...(missing.length === 0 ? {} : { missing: distinct(missing).toSorted(byCodeUnits) }),
      ...(waits.includes(undefined) ? {} : { retryAfterMs: Math.max(...(waits as number[])) }),
    },
    kept: {
      ...first.kept,
      shadow: distinct(all.flatMap(({ decision }) => decision.kept.shadow ?? [])).toSorted((a, b) =>
        byCodeUnits(a.id, b.id),
      ),
    },
  };
}

/** Each value once, values of the same JSON being the same. */
function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

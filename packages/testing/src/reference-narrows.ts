import { type Decision, denied, type Effect, type HeldLabel, reasons, type Take } from "@mcpolicy/core";
import { byCodeUnits } from "./reference-situation.ts";

/** A decision, and what it takes where it lets the call through. */
export interface Outcome {
  readonly decision: Decision;
  readonly takes: readonly Take[];
  readonly labels: readonly HeldLabel[];
  readonly proofs: readonly string[];
}

/**
 * How far a decision got, lowest first. What one policy hides is unknown, whatever another says of the arguments: a complaint about
 * them would tell that it is there.
 */
const order: readonly (Effect | "hidden")[] = ["unauthenticated", "hidden", "invalid", "deny", "ask", "allow"];

function placeOf({ effect, reason }: Decision): number {
  return order.indexOf(reason === "unknown-operation" ? "hidden" : effect);
}

/**
 * The outcome of several policies together: the lowest decides, with the rules and texts of all that are as low; where it is let
 * through, with the duties of each.
 */
export function lowest(outcomes: readonly Outcome[]): Outcome {
  const all = outcomes.map(({ decision }) => decision);
  const low = Math.min(...all.map(placeOf));
  const decision = together(
    all.filter((each) => placeOf(each) === low),
    all,
  );
  const isLetThrough = decision.effect === "allow";
  return {
    decision,
    takes: isLetThrough ? outcomes.flatMap(({ takes }) => takes) : [],
    labels: isLetThrough ? outcomes.flatMap(({ labels }) => labels) : [],
    proofs: isLetThrough ? distinct(outcomes.flatMap(({ proofs }) => proofs)).toSorted(byCodeUnits) : [],
  };
}

function together(lowestOnes: readonly Decision[], all: readonly Decision[]): Decision {
  const decisions = lowestOnes.toSorted((a, b) => reasons.indexOf(a.reason) - reasons.indexOf(b.reason));
  const [first] = decisions;
  if (first === undefined) throw new Error("there is no decision to take together");
  const violations = decisions.flatMap(({ told }) => told.violations ?? []);
  const missing = decisions.flatMap(({ told }) => told.missing ?? []);
  const waits = decisions.map(({ told }) => told.retryAfterMs);
  const shadow = distinct(all.flatMap(({ kept }) => kept.shadow ?? []));
  return {
    ...first,
    rules: distinct(decisions.flatMap(({ rules }) => rules)).toSorted((a, b) => byCodeUnits(a.id, b.id)),
    obligations: first.effect === "allow" ? distinct(all.flatMap(({ obligations }) => obligations)) : [],
    told: {
      because: distinct(decisions.flatMap(({ told }) => told.because)),
      ...(violations.length === 0 ? {} : { violations: distinct(violations) }),
      ...(missing.length === 0 ? {} : { missing: distinct(missing).toSorted(byCodeUnits) }),
      // Waiting helps only where it helps with each of them.
      ...(waits.includes(undefined) ? {} : { retryAfterMs: Math.max(...(waits as number[])) }),
    },
    kept: {
      ...denied.kept,
      ...(decisions.some(({ kept }) => kept.hidden) ? { hidden: true } : {}),
      shadow: shadow.toSorted((a, b) => byCodeUnits(a.id, b.id)),
    },
  };
}

/** Each value once, values of the same JSON being the same. */
function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

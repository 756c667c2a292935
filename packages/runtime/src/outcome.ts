import { type DecidingRule, type Decision, denied, type HeldLabel, reasons, type Take } from "@mcpolicy/core";
import { byId } from "./explain.ts";

/** A decision, and what is taken, set and spent with it: nothing unless it lets the call through. */
export interface Outcome {
  readonly decision: Decision;
  readonly takes: readonly Take[];
  readonly labels: readonly HeldLabel[];
  readonly proofs: readonly string[];
}

/** The outcome of a call that is not let through. */
export function nothingTaken(decision: Decision): Outcome {
  return { decision, takes: [], labels: [], proofs: [] };
}

/**
 * How far a decision got, lowest first. An operation that one policy does not show is unknown whatever the others say of its
 * arguments, else a complaint about them would tell of it.
 */
const stages: readonly ((decision: Decision) => boolean)[] = [
  ({ effect }) => effect === "unauthenticated",
  ({ reason }) => reason === "unknown-operation",
  ({ effect }) => effect === "invalid",
  ({ effect }) => effect === "deny",
  ({ effect }) => effect === "ask",
  ({ effect }) => effect === "allow",
];

function stageOf(decision: Decision): number {
  return stages.findIndex((isAt) => isAt(decision));
}

/**
 * The outcome of a policy together with those that it narrows: the lowest decides, all of the lowest give rules and texts. The
 * obligations of all stand, and the call takes what all of them take, or nothing.
 */
export function lowest(outcomes: readonly [Outcome, ...Outcome[]]): Outcome {
  const stage = Math.min(...outcomes.map(({ decision }) => stageOf(decision)));
  const decisions = outcomes.map(({ decision }) => decision).filter((each) => stageOf(each) === stage);
  const decision = together(
    decisions.toSorted((a, b) => reasons.indexOf(a.reason) - reasons.indexOf(b.reason)),
    outcomes.map((each) => each.decision),
  );
  if (decision.effect !== "allow") return nothingTaken(decision);
  return {
    decision,
    takes: outcomes.flatMap(({ takes }) => takes),
    labels: outcomes.flatMap(({ labels }) => labels),
    proofs: [...new Set(outcomes.flatMap(({ proofs }) => proofs))].sort(),
  };
}

/** Decisions of one stage as one; the first gives the reason. */
function together(decisions: readonly Decision[], all: readonly Decision[]): Decision {
  const [first] = decisions;
  if (first === undefined) return denied;
  const violations = distinct(decisions.flatMap(({ told }) => told.violations ?? []));
  const missing = distinct(decisions.flatMap(({ told }) => told.missing ?? [])).toSorted();
  const duties = distinct(decisions.flatMap(({ kept }) => kept.missing ?? []));
  const waits = decisions.flatMap(({ told }) => told.retryAfterMs ?? []);
  const places = distinct(decisions.flatMap(({ told }) => told.argument ?? []));
  const shadow = distinct(all.flatMap(({ kept }) => kept.shadow ?? [])).toSorted(byId);
  const faults = all.flatMap(({ kept }) => kept.fault ?? []);
  const nearest = decisions.find(({ kept }) => kept.nearest !== undefined)?.kept.nearest;
  return {
    effect: first.effect,
    reason: first.reason,
    rules: distinct<DecidingRule>(decisions.flatMap(({ rules }) => rules)).toSorted(byId),
    obligations: first.effect === "allow" ? distinct(all.flatMap(({ obligations }) => obligations)) : [],
    told: {
      because: distinct(decisions.flatMap(({ told }) => told.because)),
      ...(places.length === 1 ? { argument: places[0]! } : {}),
      ...(violations.length === 0 ? {} : { violations }),
      ...(missing.length === 0 ? {} : { missing }),
      // Waiting helps only where it helps with each of them.
      ...(waits.length === decisions.length ? { retryAfterMs: Math.max(...waits) } : {}),
    },
    kept: {
      notes: distinct(decisions.flatMap(({ kept }) => kept.notes)),
      atoms: decisions.flatMap(({ kept }) => kept.atoms),
      ...(nearest === undefined ? {} : { nearest }),
      ...(decisions.some(({ kept }) => kept.hidden) ? { hidden: true } : {}),
      ...(shadow.length === 0 ? {} : { shadow }),
      ...(faults[0] === undefined ? {} : { fault: faults[0] }),
      ...(duties.length === 0 ? {} : { missing: duties }),
    },
  };
}

/** Each value once; values of the same JSON are the same. */
export function distinct<T>(values: readonly T[]): readonly T[] {
  return [...new Map(values.map((value) => [JSON.stringify(value), value])).values()];
}

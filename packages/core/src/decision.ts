import type { DutyIr } from "./ir.ts";

/** What becomes of a request, lowest first: the first three let nothing through. */
export type Effect = "unauthenticated" | "invalid" | "deny" | "ask" | "allow";

/** Why. Stable ids, part of the public interface; a caller may be told them. */
// biome-ignore format: one row a stage of the decision
export const reasons = [
  "unauthenticated", "scope",
  "unknown-operation", "pin-mismatch",
  "invalid",
  "rule", "unknown", "default",
  "limit", "approval",
  "output", "fault",
] as const;

export type Reason = (typeof reasons)[number];

/** One-based place in a policy's source. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** A rule that made a decision. `matched` is `unknown` where only an unknown made it match. */
export interface DecidingRule {
  readonly id: string;
  readonly place: Place;
  readonly matched: "true" | "unknown";
}

/** One way in which arguments break a schema or a `check`: a JSON pointer and what was expected there. */
export interface Violation {
  readonly pointer: string;
  readonly expected: string;
}

/** One atom of a condition as it was seen: its text, its place, its truth, and what it read. */
export interface SeenAtom {
  readonly text: string;
  readonly place: Place;
  readonly truth: "true" | "false" | "unknown";
  /** `args.path = "/etc/passwd"`, or `args.path = "/a/../b" (it has a .. segment)`. */
  readonly read: readonly string[];
}

/** The allow that came nearest to covering a request, and the first atom of it that failed. */
export interface NearestAllow {
  readonly id: string;
  readonly place: Place;
  readonly failed: SeenAtom | undefined;
  /** What failed where it was no atom: the caller lacks the role, the rule speaks of another operation. */
  readonly because: string;
}

/** What the host must do with an allowed call, or with its result. */
export type Obligation =
  | { readonly kind: "label"; readonly rule: string; readonly label: string; readonly duration: number }
  | { readonly kind: "redact"; readonly rule: string }
  | { readonly kind: "check result"; readonly rule: string };

/** A duty whose proof a request lacks, in words a caller may be told: `approval from lead`, `mfa`, `duty "NAME"`. */
export interface MissingDuty {
  readonly duty: string;
  readonly rule: string;
  /** The same, for the host that is to obtain the proof. */
  readonly demands: DutyIr;
  /** How long the host may wait for the proof, in milliseconds. */
  readonly valid: number;
}

/** What the caller may be told. */
export interface Told {
  readonly because: readonly string[];
  readonly argument?: string;
  readonly violations?: readonly Violation[];
  /** What an `ask` waits for, sorted, without rule ids: they are the operator's. */
  readonly missing?: readonly string[];
  /** When a spent limit has room again, in milliseconds from now. */
  readonly retryAfterMs?: number;
}

/** What only operators see. */
export interface Kept {
  readonly notes: readonly string[];
  readonly atoms: readonly SeenAtom[];
  readonly nearest?: NearestAllow;
  /** The caller's list hides the operation: it was answered as unknown before its arguments were read. */
  readonly hidden?: boolean;
  /** `shadow` rules that would have matched: logged, not enforced. */
  readonly shadow?: readonly DecidingRule[];
  readonly fault?: string;
  readonly missing?: readonly MissingDuty[];
}

/** A plain value that serialises to JSON. */
export interface Decision {
  readonly effect: Effect;
  readonly reason: Reason;
  /** Every rule that made it: the denies that matched, or the allows that covered it. Sorted by id. */
  readonly rules: readonly DecidingRule[];
  readonly obligations: readonly Obligation[];
  readonly told: Told;
  readonly kept: Kept;
}

/** The zero value: denied, since nothing allowed it. */
export const denied: Decision = Object.freeze({
  effect: "deny",
  reason: "default",
  rules: [],
  obligations: [],
  told: { because: [] },
  kept: { notes: [], atoms: [] },
});

/** A failure inside the decision: denied, and the operator sees why. */
export function fault(what: string): Decision {
  return { ...denied, reason: "fault", kept: { ...denied.kept, fault: what } };
}

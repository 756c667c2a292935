import type { LimitIr, NearestAllow, Operation, PolicyIr, RuleHeadIr, SeenAtom, Truth } from "@mcpolicy/core";
import type { Caller } from "./caller.ts";

/** What rules are asked about: who calls, which operation, when (epoch milliseconds); and what can be said of each rule about that. */
export interface Question {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly time: number;
  /** The truth of a whole rule: its callers and its dates and any of its branches. */
  readonly truthOf: (rule: RuleHeadIr) => Truth;
  /** On what it hangs that a rule is not false. */
  readonly behind: (rule: RuleHeadIr) => Behind;
  /** What a limit counts of this call, where it does not count calls; undefined where that is unknown. */
  readonly amountOf: (limit: LimitIr) => number | undefined;
  /** The allow that came nearest: for operators only. */
  readonly nearestOf: (ir: PolicyIr) => NearestAllow | undefined;
}

/** `pointers` are JSON pointers of arguments. `atoms` are for operators only, and empty where nothing is told to them. */
export interface Behind {
  readonly pointers: readonly string[];
  readonly atoms: readonly SeenAtom[];
}

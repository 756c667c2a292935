import { and, any, type BranchIr, type Operation, type RuleHeadIr, type Truth, type WhoIr } from "@mcpolicy/core";
import type { Caller } from "./caller.ts";
import { truthOf } from "./interpret.ts";
import { branchSpeaks } from "./operations.ts";
import type { Scene } from "./scene.ts";

/** What the interpreter is asked about a rule: who calls, which operation, when (epoch milliseconds), and what its conditions can read. */
export interface Asked {
  readonly caller: Caller;
  readonly operation: Operation;
  readonly time: number;
  readonly scene: Scene;
}

/** The truth of a whole rule: its callers and its dates and any of its branches. */
export function ruleTruth(rule: RuleHeadIr, question: Asked): Truth {
  if (!isAbout(rule.who, question.caller) || !isInForce(rule, question.time)) return false;
  return any(rule.branches.map((branch) => branchTruth(branch, question)));
}

/** A branch is false where its operations do not match, whatever its condition. */
export function branchTruth(branch: BranchIr, question: Asked): Truth {
  const speaks = branchSpeaks(branch, question.operation);
  return speaks === false ? false : and(speaks, truthOf(branch.condition, question.scene));
}

/** Whether a caller is among those that a rule names. */
export function isAbout(who: WhoIr, caller: Pick<Caller, "id" | "roles">): boolean {
  const named =
    who.anyone || who.roles.some((role) => caller.roles.includes(role)) || who.ids.some((id) => id === caller.id);
  return named && !(who.except !== undefined && isAbout(who.except, caller));
}

/** `from <= time < until`. */
export function isInForce(rule: RuleHeadIr, time: number): boolean {
  return (rule.from === undefined || rule.from <= time) && (rule.until === undefined || time < rule.until);
}

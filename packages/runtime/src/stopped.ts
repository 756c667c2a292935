import type { Decision, MissingDuty, RequireIr } from "@mcpolicy/core";
import { dutyText } from "./duty.ts";
import type { Asked } from "./limit.ts";
import { unique } from "./unique.ts";

/** Step 6: a denial by limits that are spent. It says when there is room again, where waiting helps with each of them. */
export function byLimits(stopped: Decision, spent: readonly Pick<Asked, "retryAfterMs">[]): Decision {
  const waits = spent.flatMap(({ retryAfterMs }) => retryAfterMs ?? []);
  const retry = waits.length === spent.length ? { retryAfterMs: Math.max(...waits) } : {};
  return { ...stopped, reason: "limit", told: { ...stopped.told, ...retry } };
}

/** Step 7: a denial by duties that no proof answers becomes the question for them. */
export function byDuties(stopped: Decision, unproven: readonly RequireIr[]): Decision {
  const missing = unproven.map((rule): MissingDuty => {
    return { duty: dutyText(rule), rule: rule.id, demands: rule.duty, valid: rule.valid };
  });
  const told = { ...stopped.told, missing: unique(missing.map(({ duty }) => duty)).toSorted() };
  return { ...stopped, effect: "ask", reason: "approval", told, kept: { ...stopped.kept, missing } };
}

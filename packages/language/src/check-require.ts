import type { DutyIr } from "@mcpolicy/core";
import type { Duty, Require } from "./ast.ts";
import { lengthOf } from "./check-history.ts";
import type { Report } from "./report.ts";
import { headOf } from "./rule-head.ts";
import type { Scope } from "./scope.ts";
import type { CheckedRequire } from "./typed.ts";
import { callersOf } from "./who.ts";

/** How long a proof is waited for where a rule does not say: ten minutes. */
const usualWait = 600_000;

/** `require DUTY for …`. */
export function checkRequire(rule: Require, scope: Scope, report: Report): CheckedRequire {
  return {
    ...headOf(rule, scope, report).head,
    duty: dutyOf(rule.duty, scope, report),
    valid: rule.valid === undefined ? usualWait : lengthOf(rule.valid, report),
  };
}

function dutyOf(duty: Duty, scope: Scope, report: Report): DutyIr {
  switch (duty.kind) {
    case "approval":
      return { kind: "approval", from: duty.from === "caller" ? "caller" : callersOf(duty.from, scope, report) };
    case "duty":
      return { kind: "duty", name: duty.name.value };
    default:
      return { kind: duty.kind };
  }
}

import type { PolicyIr, Principal } from "@mcpolicy/core";
import { callerOf, isRefused } from "./caller.ts";
import { enforcedOf } from "./decide.ts";
import { finderOf } from "./detect.ts";
import { type Find, redact } from "./redact.ts";
import { isAbout, isInForce } from "./rule-truth.ts";
import type { ToolResult } from "./tool-result.ts";

/**
 * What a server says that is no result of a tool (resources, prompts, progress, log messages), with all masked that any `redact` about this
 * server would mask for this caller, whatever its condition and tools. The same value where there is none. `time` in epoch milliseconds.
 */
export function scrubbed(
  policies: readonly PolicyIr[],
  principal: Principal | undefined,
  server: string,
  said: ToolResult,
  time: number,
): ToolResult {
  const finders = policies.flatMap((ir) => findersOf(ir, principal, server, time));
  return finders.length === 0 ? said : redact(said, (text) => finders.flatMap((find) => find(text)));
}

function findersOf(ir: PolicyIr, principal: Principal | undefined, server: string, time: number): readonly Find[] {
  const caller = callerOf(ir, principal);
  return enforcedOf(ir.redacts)
    .filter(({ branches }) => branches.some(({ operations }) => operations.some((each) => each.server === server)))
    .filter((rule) => isInForce(rule, time) && (isRefused(caller) || isAbout(rule.who, caller)))
    .map(finderOf);
}

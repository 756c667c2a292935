import type { DecisionRecord } from "@mcpolicy/core";

/** The name of the logs of tests. */
export const origin = "example.com/audit";

/** The decision of a call; records of different numbers are different. */
export function decision(n: number, more: Partial<DecisionRecord> = {}): DecisionRecord {
  return {
    kind: "decision",
    at: 1_795_341_600_000 + n,
    id: `call ${n}`,
    server: "fs",
    from: "client",
    method: "tools/call",
    era: "legacy",
    caller: { id: "dev", roles: ["developer"] },
    operation: { kind: "tool", server: "fs", name: "read" },
    effect: "allow",
    reason: "rule",
    rules: [{ id: "r", matched: "true" }],
    policy: "sha256-0",
    arguments: { kept: "keys", names: ["path"] },
    ...more,
  };
}

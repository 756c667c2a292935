import type { Abilities } from "@mcpolicy/runtime";
import type { ApprovalChannelOptions } from "./channel.ts";

/** The proofs that a channel of these options obtains, for `loadPolicy`: `{ ...abilities, proofs: proofsOf(options) }`. */
export function proofsOf({
  approvals,
  proves = [],
}: Pick<ApprovalChannelOptions, "approvals" | "proves">): NonNullable<Abilities["proofs"]> {
  return [
    "approval from caller",
    "justification",
    ...(approvals === undefined ? [] : (["approval", ...proves] as const)),
  ];
}

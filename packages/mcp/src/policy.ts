import type { LoadedPolicy } from "@mcpolicy/runtime";

/** What enforcement needs of a loaded policy: to decide, to remember, to judge results, to list, to record. */
export type EnforcedPolicy = Pick<
  LoadedPolicy,
  | ("ir" | "digest" | "windows")
  | ("decide" | "permits")
  | ("need" | "step" | "answerNeed" | "answer" | "giveUp" | "kept")
  | ("isListed" | "isTemplateListed" | "schemaOf" | "fits" | "scrub" | "record")
>;

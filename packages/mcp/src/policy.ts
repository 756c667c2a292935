import type { LoadedPolicy } from "@mcpolicy/runtime";

/** What enforcement needs of a loaded policy. */
export type EnforcedPolicy = Pick<LoadedPolicy, "ir" | "digest" | "decide" | "isListed" | "schemaOf" | "windows">;

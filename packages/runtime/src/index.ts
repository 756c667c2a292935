export { ArtifactError } from "./artifact-error.ts";
export { type Bounds, defaultBounds, outOfBounds } from "./bounds.ts";
export type { RuleSort, SeenRule } from "./explain.ts";
export { type Explanation, type LoadedPolicy, loadPolicy } from "./load.ts";
export type { Answer } from "./result.ts";
export { defaultStateBounds, memoryStore, type StateBounds, type StateStore } from "./state-memory.ts";
export type { Step } from "./step.ts";
export { closureEngine } from "./to-closure.ts";
export type { ToolResult } from "./tool-result.ts";

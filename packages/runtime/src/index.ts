export { ArtifactError } from "./artifact-error.ts";
export { type Bounds, defaultBounds, outOfBounds } from "./bounds.ts";
export type { SeenRule } from "./explain.ts";
export { type Explanation, type LoadedPolicy, loadPolicy } from "./load.ts";
export { closureEngine } from "./to-closure.ts";
export { type Validator, validatorOf } from "./validate.ts";

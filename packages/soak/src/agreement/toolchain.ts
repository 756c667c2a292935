import { compile, generatedEngine, type Kernel } from "@mcpolicy/compiler";
import { closureEngine, everyAbility, loadPolicy } from "@mcpolicy/runtime";

/** What makes deciders of a checked policy: the compiler and both engines. With a fault seeded, another one stands in its place. */
export interface Toolchain {
  readonly compile: typeof compile;
  readonly generatedEngine: typeof generatedEngine;
  readonly closureEngine: typeof closureEngine;
  readonly loadPolicy: typeof loadPolicy;
  readonly everyAbility: typeof everyAbility;
  /** What modules are put together from, where they are compared. */
  readonly kernel?: Kernel;
}

export const toolchain: Toolchain = { compile, generatedEngine, closureEngine, loadPolicy, everyAbility };

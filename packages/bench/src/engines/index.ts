import { authorizes, bound, closures, decides, permits, steps } from "./mcpolicy.ts";
import { handWritten, peers } from "./others.ts";
import type { RuleEngine } from "./rule-engine.ts";

/** Every engine that takes rules. The first is the reference. */
export const ruleEngines: readonly RuleEngine[] = [
  ...handWritten,
  authorizes,
  bound,
  closures,
  permits,
  decides,
  steps,
  ...peers,
];

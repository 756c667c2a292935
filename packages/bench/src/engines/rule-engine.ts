import type { Loaded } from "../engine.ts";
import type { RuleRequest, RuleSet } from "../rules/rule.ts";

/** An engine that is given rules and answers whether a request is allowed. */
export interface RuleEngine {
  readonly name: string;
  readonly label: string;
  readonly peers?: readonly string[];
  readonly isSlow?: boolean;
  /** The most rules that it is asked to take; beyond it loading or answering takes too long to wait for. */
  readonly most?: number;
  /** The same of rules about one tool, where that is less: what makes one expression of them overflows the stack. */
  readonly mostOnOneTool?: number;
  readonly load: (rules: RuleSet) => Loaded<RuleRequest> | Promise<Loaded<RuleRequest>>;
}

import type { Diagnostic, Source } from "@mcpolicy/diagnostics";
import type { Policy, Statement } from "../ast.ts";
import type { Mentions } from "../mentions.ts";
import type { Scope } from "../scope.ts";
import type { CheckedCheck, CheckedPolicy, CheckedRule, CheckedRuleHead } from "../typed.ts";

/** What a lint looks at. */
export interface Linted {
  readonly statements: readonly Statement[];
  /** The same, file by file. */
  readonly syntax: readonly Policy[];
  /** Their texts. */
  readonly sources: ReadonlyMap<string, Source>;
  readonly scope: Scope;
  readonly rules: readonly CheckedRule[];
  /** Every rule of whatever sort, `rules` among them. */
  readonly heads: readonly CheckedRuleHead[];
  readonly mentions: Mentions;
  readonly checks: readonly CheckedCheck[];
  readonly deployment: CheckedPolicy["deployment"];
  /** What the policy narrows, each with names of its own. */
  readonly narrows: readonly CheckedPolicy[];
  /** Epoch milliseconds; where it is not given, nothing is said about dates. */
  readonly now: number | undefined;
}

/** One thing worth saying about a policy that is right as it stands. */
export type Lint = (linted: Linted) => Iterable<Diagnostic>;

import { canonicalJson, type Decision, type DutyIr } from "@mcpolicy/core";

/** One duty that a call lacks the proof of, with all rules that ask for the same. */
export interface Lacked {
  readonly duty: DutyIr;
  /** In words that a caller may be told. */
  readonly missing: string;
  readonly rules: readonly string[];
  /** How long the proof may take, in milliseconds: the shortest of the rules. */
  readonly valid: number;
}

/** The duties that a decision waits for, each once. */
export function lackedBy({ kept: { missing = [] } }: Decision): readonly Lacked[] {
  const found = new Map<string, Lacked>();
  for (const { demands, duty, rule, valid } of missing) {
    const key = canonicalJson(demands);
    const { rules = [], valid: before = valid } = found.get(key) ?? {};
    found.set(key, { duty: demands, missing: duty, rules: [...rules, rule].sort(), valid: Math.min(before, valid) });
  }
  return [...found.values()];
}

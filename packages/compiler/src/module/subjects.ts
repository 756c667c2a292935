import { type CallRule, dispatch, type PolicyIr, type Speaking, type Subject } from "@mcpolicy/core";

/** A subject, and all rules that speak of it, those in `shadow` too, sorted by id. */
export interface SubjectRules {
  readonly subject: Subject;
  readonly rules: readonly Speaking[];
}

/** Every subject of a policy that some rule about calls speaks of. */
export function subjectsOf(ir: PolicyIr): readonly SubjectRules[] {
  return dispatch(ir).map((subject) => ({
    subject,
    rules: [...subject.deciding, ...subject.others].sort((a, b) => (a.rule.id < b.rule.id ? -1 : 1)),
  }));
}

/** Whether some rule lets calls through. */
export function canAllow(rules: readonly CallRule[]): boolean {
  return rules.some(({ sort, rule }) => sort === "allow" && !rule.shadow);
}

import type { PolicyIr } from "@mcpolicy/core";
export const regExpEngine: any = Object.assign((pattern: string, flags: string) => new RegExp(pattern, flags), {
  code: "new RegExp",
});
export function unenforcedPatterns(_ir: PolicyIr): readonly string[] {
  return [];
}

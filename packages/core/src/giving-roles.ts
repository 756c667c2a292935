import type { PolicyIr } from "./ir.ts";

/** The declared roles that give one of some roles: those themselves, and those that include them. Sorted. */
export function givingRoles(policy: Pick<PolicyIr, "roles">, wanted: readonly string[]): readonly string[] {
  return Object.entries(policy.roles)
    .filter(([, included]) => included.some((each) => wanted.includes(each)))
    .map(([role]) => role)
    .sort();
}

import type { PolicyIr } from "./ir.ts";

/** The roles that give one of some roles: those themselves, and those that include them. */
export function givingRoles(policy: Pick<PolicyIr, "roles">, wanted: readonly string[]): readonly string[] {
  const including = Object.entries(policy.roles)
    .filter(([, included]) => included.some((each) => wanted.includes(each)))
    .map(([role]) => role);
  return [...new Set([...wanted, ...including])].sort();
}

import { type Facts, type Field, type PolicyIr, type Principal, read, type Value } from "@mcpolicy/core";

/** A caller as rules see it: `roles` hold all included roles, sorted; attributes without a value are left out. */
export interface Caller extends Facts {
  readonly id: string;
  readonly roles: readonly string[];
}

/**
 * A principal made ready, or why it cannot be one: a required attribute is missing or of another type. Roles are closed under
 * inclusion; roles that the policy does not declare are ignored. An optional attribute of another type stays, and reads as unknown.
 */
export function callerOf(
  ir: Pick<PolicyIr, "roles" | "principal">,
  principal: Principal | undefined,
): Caller | { readonly why: string } {
  if (principal === undefined) return { why: "no verified caller came with the request" };
  if (typeof principal.id !== "string" || principal.id === "") return { why: "the caller has no `id`" };
  if (!areTexts(principal.roles)) return { why: "the caller's `roles` are not a list of texts" };
  const caller: Caller = { ...given(principal), id: principal.id, roles: includedRoles(ir, principal.roles) };
  const broken = Object.entries(ir.principal).find(([name, field]) => !isFit(caller, name, field));
  if (broken !== undefined)
    return { why: `the caller's required attribute \`${broken[0]}\` is missing or of another type` };
  return caller;
}

/**
 * Whether something is a list of texts, each of them there: an array, or what a host gives out as one, which nothing that came as JSON can; it is read by
 * its `length`. That is asked first, since a compiler that sees the list made knows the answer and need not make it: no other question about arrays is as
 * plain to it.
 */
export function areTexts(list: unknown): list is ArrayLike<string> {
  if ((list as object | null | undefined)?.constructor !== Array && !Array.isArray(list)) return false;
  const given = list as ArrayLike<unknown>;
  for (let at = 0; at < given.length; at++) if (typeof given[at] !== "string") return false;
  return true;
}

/** A host's record without the fields that have no value: to a condition these are absent. */
export function given<Record extends object>(facts: Record): Record {
  return Object.fromEntries(Object.entries(facts).filter(([, value]) => value !== undefined)) as Record;
}

/** Whether it is a reason instead of a caller. */
export function isRefused(caller: Caller | { readonly why: string }): caller is { readonly why: string } {
  return !Object.hasOwn(caller, "roles");
}

/** Roles with all that they include, sorted; those that the policy does not declare are nothing to it. */
export function includedRoles(ir: Pick<PolicyIr, "roles">, roles: ArrayLike<string>): readonly string[] {
  const declared = Array.from(roles).filter((role) => Object.hasOwn(ir.roles, role));
  return [...new Set(declared.flatMap((role) => ir.roles[role] ?? []))].sort();
}

function isFit(caller: Caller, name: string, field: Field): boolean {
  if (field.optional || name === "roles") return true;
  return Object.hasOwn(caller, name) && read(field.type, caller[name] as Value | undefined, undefined) !== undefined;
}

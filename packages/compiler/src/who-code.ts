import {
  allOf,
  anyOf,
  type Code,
  givingRoles,
  joinCode,
  js,
  type PolicyIr,
  type RuleHeadIr,
  type WhoIr,
} from "@mcpolicy/core";
import type { Frame } from "./frame.ts";
import { type Entry, entryCode } from "./table-entry.ts";

/**
 * Code of whether a rule is about this caller at this time. Roles are asked of what the caller has as it stands: a role of the policy
 * is had by whoever has one that includes it, so it makes no difference whether included roles were added before.
 */
export function callerTests(rule: RuleHeadIr, roles: RoleTests, frame: Frame): readonly Code[] {
  const time = (): Code => js`${frame.start("context")}.time`;
  return [
    ...(rule.from === undefined ? [] : [js`${time()} >= ${rule.from}`]),
    ...(rule.until === undefined ? [] : [js`${time()} < ${rule.until}`]),
    ...whoTests(rule.who, roles, frame),
  ];
}

/** Whether a rule is about every caller at any time, so that there are no such tests. */
export function isAboutAnyone({ from, until, who }: RuleHeadIr): boolean {
  return from === undefined && until === undefined && who.anyone && who.except === undefined;
}

function whoTests(who: WhoIr, roles: RoleTests, frame: Frame): readonly Code[] {
  const except = who.except === undefined ? [] : [js`!${allOf(whoTests(who.except, roles, frame))}`];
  if (who.anyone) return except;
  const ids = who.ids.map((id) => js`${frame.start("principal")}.id === ${frame.literal(id)}`);
  return [anyOf([...(who.roles.length === 0 ? [] : [roles(who.roles)]), ...ids]), ...except];
}

/** Code of whether the caller has one of some roles, each of which the policy declares. */
export type RoleTests = (wanted: readonly string[]) => Code;

/** The most roles of which each has a bit of one number. */
const MOST_BITS = 30;

/**
 * How a module knows the roles of a caller. Where the policy declares few, a number has a bit for each, and is made once for a request, or
 * once for a caller that the policy is bound to; else the list is asked each time.
 */
export interface RoleCode {
  /** Code of a function from the caller's list to what subjects are given as `roles`. */
  readonly fromList: Code;
  /** Whether the caller has one of some roles, as an entry of a table. `literal`: as of a frame. */
  readonly entry: (wanted: readonly string[], literal: Frame["literal"]) => Entry;
}

/** The questions for roles of code that stands in a frame. */
export function roleTests({ entry }: RoleCode, { roles, literal }: Frame): RoleTests {
  return (wanted) => entryCode(entry(wanted, literal), roles);
}

export function roleCode(policy: Pick<PolicyIr, "roles">, set: (roles: readonly string[]) => Code): RoleCode {
  const declared = Object.keys(policy.roles);
  return declared.length > MOST_BITS ? listed(policy, set) : masked(policy, declared);
}

function masked(policy: Pick<PolicyIr, "roles">, declared: readonly string[]): RoleCode {
  const bitOf = (role: string): number => 1 << declared.indexOf(role);
  /** By a role, the bits of all that give it: very many rules ask for the same few. */
  const giving = new Map<string, number>();
  const bitsOf = (role: string): number => {
    const bits = giving.get(role) ?? givingRoles(policy, [role]).reduce((sum, each) => sum | bitOf(each), 0);
    giving.set(role, bits);
    return bits;
  };
  const cases = declared.map((role) => js`\n    case ${role}: bits |= ${bitOf(role)}; break;`);
  return {
    fromList: js`(list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {${joinCode(cases, js``)}
  }
  return bits;
}`,
    entry: (wanted, literal) => ({
      kind: "bits",
      value: literal(wanted.reduce((sum, role) => sum | bitsOf(role), 0)),
    }),
  };
}

function listed(policy: Pick<PolicyIr, "roles">, set: (roles: readonly string[]) => Code): RoleCode {
  return {
    fromList: js`(list) => list`,
    entry(wanted, literal) {
      const giving = givingRoles(policy, wanted);
      const [only] = giving;
      return giving.length === 1 && only !== undefined
        ? { kind: "role", value: literal(only) }
        : { kind: "roles", value: set(giving) };
    },
  };
}

import { allOf, anyOf, type Code, givingRoles, js, type PolicyIr, type RuleHeadIr, type WhoIr } from "@mcpolicy/core";
import type { Frame } from "./frame.ts";

/**
 * Code of whether a rule is about this caller at this time. Roles are asked of what the caller has as it stands: a role of the policy
 * is had by whoever has one that includes it, so it makes no difference whether included roles were added before.
 */
export function callerTests(rule: RuleHeadIr, roles: RoleTests, frame: Frame): readonly Code[] {
  const time = js`${frame.start("context")}.time`;
  return [
    ...(rule.from === undefined ? [] : [js`${time} >= ${rule.from}`]),
    ...(rule.until === undefined ? [] : [js`${time} < ${rule.until}`]),
    ...whoTests(rule.who, roles, frame),
  ];
}

function whoTests(who: WhoIr, roles: RoleTests, frame: Frame): readonly Code[] {
  const except = who.except === undefined ? [] : [js`!${allOf(whoTests(who.except, roles, frame))}`];
  if (who.anyone) return except;
  const ids = who.ids.map((id) => js`${frame.start("principal")}.id === ${frame.literal(id)}`);
  return [anyOf([...(who.roles.length === 0 ? [] : [roles(who.roles)]), ...ids]), ...except];
}

/** Code of whether the caller has one of some roles, each of which the policy declares. */
export type RoleTests = (wanted: readonly string[]) => Code;

/** Role tests that ask the caller's list each time. */
export function roleTests(
  policy: Pick<PolicyIr, "roles">,
  frame: Frame,
  set: (roles: readonly string[]) => Code,
): RoleTests {
  const list = js`${frame.start("principal")}.roles`;
  return (wanted) => {
    const [only, ...more] = givingRoles(policy, wanted);
    return more.length === 0
      ? js`hasRole(${list}, ${frame.literal(only as string)})`
      : js`hasAnyRole(${list}, ${set([only as string, ...more])})`;
  };
}

/** The most tests that one number of bits answers. */
const MOST_BITS = 30;

/**
 * Role tests that look at the caller's list once: `roles` is a number with a bit for each test. `mask` is code of a function from the
 * list to that number, to be asked when all tests are made; undefined where there are none.
 */
export function maskedRoleTests(
  policy: Pick<PolicyIr, "roles">,
  otherwise: RoleTests,
): { readonly tests: RoleTests; readonly mask: () => Code | undefined } {
  const sets = new Map<string, { readonly bit: number; readonly roles: readonly string[] }>();
  return {
    tests(wanted) {
      const roles = givingRoles(policy, wanted);
      const key = JSON.stringify(roles);
      const known = sets.get(key);
      if (known === undefined && sets.size === MOST_BITS) return otherwise(wanted);
      const { bit } = known ?? { bit: 1 << sets.size };
      sets.set(key, { bit, roles });
      return js`(roles & ${bit}) !== 0`;
    },
    mask() {
      if (sets.size === 0) return undefined;
      const bits = new Map<string, number>();
      for (const { bit, roles } of sets.values()) for (const role of roles) bits.set(role, (bits.get(role) ?? 0) | bit);
      const byBits = Map.groupBy(bits, ([, bit]) => bit);
      const cases = [...byBits].map(
        ([bit, named]) => js`\n    ${joined(named.map(([role]) => js`case ${role}: `))}bits |= ${bit}; break;`,
      );
      return js`(list) => {
  let bits = 0;
  for (let at = 0; at < list.length; at++) switch (list[at]) {${joined(cases)}
  }
  return bits;
}`;
    },
  };
}

function joined(pieces: readonly Code[]): Code {
  return pieces.reduce((all, piece) => js`${all}${piece}`, js``);
}

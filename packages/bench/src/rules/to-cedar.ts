import { type Condition, infix, type Rule, signs } from "./rule.ts";

const quoted = JSON.stringify;

/** The rules as Cedar policies, one each. */
export function toCedar(rules: readonly Rule[]): string {
  return rules.map(policyOf).join("\n");
}

function policyOf({ effect, roles, tools, condition }: Rule): string {
  const actions = tools.map((tool) => `Action::${quoted(tool)}`);
  const action = actions.length === 1 ? `action == ${actions[0]}` : `action in [${actions.join(", ")}]`;
  // One role stands in the scope, several in the condition, so that a rule stays one policy.
  const [only, ...more] = roles ?? [];
  const inScope = only !== undefined && more.length === 0 ? ` in Role::${quoted(only)}` : "";
  const named = (roles ?? []).map((role) => `Role::${quoted(role)}`).join(", ");
  const conditions = [
    ...(more.length === 0 ? [] : [`principal in [${named}]`]),
    ...(condition === undefined ? [] : [`(${expressionOf(condition)})`]),
  ];
  const when = conditions.length === 0 ? "" : `\nwhen { ${conditions.join(" && ")} }`;
  return `${effect} (principal${inScope}, ${action}, resource)${when};`;
}

function expressionOf(condition: Condition): string {
  return infix(condition, (leaf) => {
    const field = `context.${leaf.field}`;
    switch (leaf.kind) {
      case "like":
        return `${field} like ${quoted(leaf.pattern)}`;
      case "is":
        return `${field} == ${quoted(leaf.value)}`;
      case "in":
        return `[${leaf.values.map((value) => quoted(value)).join(", ")}].contains(${field})`;
      default:
        return `${field} ${signs[leaf.kind]} ${leaf.number}`;
    }
  });
}

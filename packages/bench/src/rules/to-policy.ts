import type { Texts } from "../artifacts.ts";
import { testOf } from "./pattern.ts";
import { type Condition, type FieldType, type Leaf, type Rule, type RuleSet, signs } from "./rule.ts";

const quoted = JSON.stringify;

/** A file of a policy is at most a MiB long: so many rules stand in one, and more in files of so many that it imports. */
const MOST_IN_A_FILE = 10_000;

/**
 * The rules as an mcpolicy over one server, `tools`, whose definitions stand in "tools.json": texts by file, of which "policy.mcpolicy" leads to the
 * others. Paths are read as paths.
 */
export function toPolicy({ rules, roles, fields, schemas }: RuleSet): Texts {
  const statements = rules.map((rule) => statementOf(rule, fields));
  const declared = ['server tools from "tools.json"', ...roles.map((role) => `role ${role} { }`)];
  const listing = { "tools.json": toListing({ schemas }) };
  if (statements.length <= MOST_IN_A_FILE) {
    return { "policy.mcpolicy": fileOf([...declared, ...statements]), ...listing };
  }
  const parts = Array.from({ length: Math.ceil(statements.length / MOST_IN_A_FILE) }, (_, index) => {
    const own = statements.slice(index * MOST_IN_A_FILE, (index + 1) * MOST_IN_A_FILE);
    return [`rules-${index}.mcpolicy`, fileOf(own)] as const;
  });
  const imports = parts.map(([file]) => `import ${quoted(file)}`);
  return { "policy.mcpolicy": fileOf([...imports, ...declared]), ...Object.fromEntries(parts), ...listing };
}

function fileOf(statements: readonly string[]): string {
  return ["mcpolicy 1", ...statements, ""].join("\n");
}

/** The listing of the tools that a rule set is about. */
function toListing({ schemas }: Pick<RuleSet, "schemas">): string {
  return JSON.stringify({ tools: [...schemas].map(([name, inputSchema]) => ({ name, inputSchema })) });
}

function statementOf({ id, effect, roles, tools, condition }: Rule, fields: RuleSet["fields"]): string {
  const operations = tools.map((tool) => `tools.${tool}`).join(", ");
  const when = condition === undefined ? "" : ` when ${conditionOf(condition, fields)}`;
  const who = roles === undefined ? "anyone" : roles.join(" or ");
  return effect === "permit"
    ? `allow ${quoted(id)} ${who} to ${operations}${when}`
    : `deny ${quoted(id)} ${roles === undefined ? "" : `${who} to `}${operations}${when}`;
}

function conditionOf(condition: Condition, fields: RuleSet["fields"]): string {
  switch (condition.kind) {
    case "and":
    case "or":
      return climbsIn(condition) ?? condition.parts.map((part) => within(part, fields)).join(` ${condition.kind} `);
    case "not":
      return `not ${within(condition.part, fields)}`;
    default:
      return leafOf(condition, fields);
  }
}

function within(condition: Condition, fields: RuleSet["fields"]): string {
  const text = conditionOf(condition, fields);
  return condition.kind === "and" || condition.kind === "or" ? `(${text})` : text;
}

/**
 * That a path climbs (`../` within it, or `/..` at its end): here such a text is no path at all, and a condition about one as a path
 * covers it with all other spellings that could mean another place.
 */
function climbsIn({ kind, parts }: Extract<Condition, { readonly parts: unknown }>): string | undefined {
  const [left, right] = parts;
  if (kind !== "or" || parts.length !== 2 || left?.kind !== "like" || right?.kind !== "like") return undefined;
  const climbs = left.field === right.field && left.pattern === "*../*" && right.pattern === "*/..";
  return climbs ? `not (args.${left.field} under "/")` : undefined;
}

function leafOf(leaf: Leaf, fields: RuleSet["fields"]): string {
  const field = `args.${leaf.field}`;
  switch (leaf.kind) {
    case "like":
      return patternOf(field, leaf.pattern, fields[leaf.field]);
    case "is":
      return `${field} == ${quoted(leaf.value)}`;
    case "in":
      return `${field} in [${leaf.values.map((value) => quoted(value)).join(", ")}]`;
    default:
      return `${field} ${signs[leaf.kind]} ${leaf.number}`;
  }
}

function patternOf(field: string, pattern: string, type: FieldType | undefined): string {
  const { kind, text } = testOf(pattern);
  if (type === "path") {
    // A directory with all below it; else the end of a name.
    if (kind === "starts with" && text.endsWith("/")) return `${field} under ${quoted(text.slice(0, -1))}`;
    if (kind === "ends with") return `${field} like ${quoted(text.startsWith("/") ? `**${text}` : `**/*${text}`)}`;
    throw new Error(`no words for a path like ${pattern}`);
  }
  if (kind === "is") return `${field} == ${quoted(text)}`;
  if (kind !== "matches") return `${field} ${kind} ${quoted(text)}`;
  const source = pattern.split("*").map((part) => part.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&"));
  return `${field} matches /${source.join(".*")}/`;
}

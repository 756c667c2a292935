import type * as ast from "./ast.ts";
import { quote } from "./hidden-characters.ts";
import { fill, group, hardBreak, indent, join, type Layout, line, render, softLine } from "./layout.ts";

/** Lines are broken where they would be longer. */
export const lineWidth = 110;

/**
 * A policy's canonical text: one way to write each tree, comments and documentation kept. `parse(print(policy))` is `policy` but for
 * spans, and printing that again gives the same text. Ends in a newline; the empty policy is the empty text.
 */
export function print(policy: ast.Policy): string {
  const parts: Layout[] = [];
  policy.statements.forEach((statement, index) => {
    const before = policy.statements[index - 1];
    const isClose = before !== undefined && standTogether(before, statement);
    if (before !== undefined) parts.push(hardBreak, isClose ? "" : hardBreak);
    parts.push(lineNode(statement, printStatement(statement)));
  });
  if (policy.closing.length > 0) {
    if (parts.length > 0) parts.push(hardBreak, hardBreak);
    parts.push(join(hardBreak, policy.closing.map(comment)));
  }
  const text = render(parts, lineWidth);
  return text === "" ? "" : `${text}\n`;
}

/** An expression's canonical text, on one line. */
export function printExpression(expression: ast.Expression): string {
  return render(group(expr(expression, loosest)), Number.POSITIVE_INFINITY);
}

/** An operation's canonical text. */
export function printOperation(operation: ast.Operation): string {
  return operationText(operation);
}

/** Whether no empty line stands between two statements: both of one sort, each on one line, the second without a comment. */
function standTogether(a: ast.Statement, b: ast.Statement): boolean {
  if (a.kind !== b.kind || blockKinds.has(a.kind) || b.docs.length > 0 || b.comments.length > 0) return false;
  return isOneLine(a) && isOneLine(b);
}

const blockKinds: ReadonlySet<ast.Statement["kind"]> = new Set(["capability", "check", "principal", "context"]);

function isOneLine(statement: ast.Statement): boolean {
  const text = render(printStatement(statement), lineWidth);
  return !text.includes("\n");
}

// ---------------------------------------------------------------------- lines

function comment(text: string): string {
  // `////…` is a comment; a space would keep it from being one again.
  return text === "" ? "//" : text.startsWith("//") ? `//${text}` : `// ${text}`;
}

function lineNode(node: ast.LineNode, text: Layout): Layout {
  const before = [...node.comments.map(comment), ...node.docs.map((doc) => (doc === "" ? "///" : `/// ${doc}`))];
  const trailing = node.trailing === undefined ? [] : [` ${comment(node.trailing)}`];
  return [...before.flatMap((each) => [each, hardBreak]), text, ...trailing];
}

/** `{`, a line for each part, `}`. */
function block(parts: readonly Layout[], closing: readonly string[]): Layout {
  const lines = [...parts, ...closing.map(comment)];
  if (lines.length === 0) return "{ }";
  return ["{", indent([hardBreak, join(hardBreak, lines)]), hardBreak, "}"];
}

// ----------------------------------------------------------------- statements

function printStatement(statement: ast.Statement): Layout {
  switch (statement.kind) {
    case "edition":
      return `mcpolicy ${statement.edition}`;
    case "import":
    case "narrows":
      return `${statement.kind} ${quote(statement.path.value)}`;
    case "server":
      return serverText(statement);
    case "principal":
    case "context":
      return [`${statement.kind} `, recordBlock(statement.record)];
    case "data":
      return `data ${statement.name.text} from ${quote(statement.from.value)}`;
    case "let": {
      const parameters = statement.parameters && `(${statement.parameters.map((each) => each.text).join(", ")})`;
      const head = `let ${statement.name.text}${parameters ?? ""} =`;
      const value = expr(statement.value, loosest);
      return statement.value.kind === "list" ? [head, " ", value] : group([head, indent([line, value])]);
    }
    case "capability":
      return [`capability ${statement.name.text} `, block(statement.entries.map(entry), statement.closing)];
    case "role":
      return role(statement);
    case "check": {
      const head = `check ${statement.ofResult ? "result of " : ""}${statement.server.text}.${word(statement.tool)} `;
      return [head, recordBlock(statement.record)];
    }
    case "assert": {
      const head = ["assert ", ...named(statement.name), `${who(statement.who)} ${statement.claim} `];
      return sentence([...head, operations(statement.operations)], statement, []);
    }
    case "token":
    case "audit":
    case "network":
      return settings(statement);
    default:
      return rule(statement);
  }
}

function serverText(server: ast.Server): string {
  const from = server.from === undefined ? " untyped" : ` from ${quote(server.from.value)}`;
  const root = server.root === undefined ? "" : ` root ${quote(server.root.value)}`;
  return `server ${server.name.text}${from}${root}${server.trusted ? " trusted" : ""}`;
}

function entry(node: ast.CapabilityEntry): Layout {
  return lineNode(node, sentence([operations(node.operations)], node, []));
}

function role({ name, members }: ast.Role): Layout {
  const head = `role ${word(name)} `;
  if (members.length === 0) return `${head}{ }`;
  const list = members.map((member, index) => (index < members.length - 1 ? `${member.text},` : member.text));
  return group([head, "{", indent([line, fill(list)]), line, "}"]);
}

function settings({ kind, server, words }: ast.Settings): Layout {
  const head = `${kind}${server === undefined ? "" : ` ${server.text}`} `;
  if (words.length === 0) return `${head}{ }`;
  // A comma stands at the word before it.
  const texts: string[] = [];
  for (const each of words) {
    const text = each.kind === "string" ? quote(each.text) : each.text;
    if (each.kind === "," && texts.length > 0 && texts.at(-1) !== "|") texts[texts.length - 1] += ",";
    else texts.push(text);
  }
  return group([head, "{", indent([line, fill(texts)]), line, "}"]);
}

// ---------------------------------------------------------------------- rules

interface Conditions {
  readonly when: ast.Expression | undefined;
  readonly unless: ast.Expression | undefined;
}

/** A head, `when`, `unless` and what stands behind: on one line where it fits, else a line for each. */
function sentence(head: Layout, { when, unless }: Conditions, tail: readonly Layout[]): Layout {
  const parts: Layout[] = [];
  if (when !== undefined) parts.push(["when ", group(indent(expr(when, loosest)))]);
  if (unless !== undefined) parts.push(["unless ", group(indent(expr(unless, loosest)))]);
  parts.push(...tail);
  return group([head, indent(parts.map((part) => [line, part]))]);
}

function named(name: ast.Text | undefined): readonly Layout[] {
  return name === undefined ? [] : [`${quote(name.value)} `];
}

function target(node: { readonly who: ast.Who | undefined; readonly operations: ast.Operations }): Layout {
  return [node.who === undefined ? "" : `${who(node.who)} to `, operations(node.operations)];
}

function rule(node: ast.Rule): Layout {
  const shadow = node.shadow ? "shadow " : "";
  const clauses = node.clauses.map((clause) => indent([hardBreak, clauseText(clause)]));
  return [shadow, ruleText(node), ...clauses];
}

function ruleText(node: ast.Rule): Layout {
  const name = named(node.name);
  switch (node.kind) {
    case "allow":
      return sentence(["allow ", ...name, target(node)], node, []);
    case "deny":
      return sentence(["deny ", ...name, target(node)], node, []);
    case "deny-result":
      return sentence(["deny ", ...name, "result of ", target(node)], node, []);
    case "require": {
      const valid = node.valid === undefined ? [] : [`valid ${node.valid.text}`];
      return sentence(["require ", ...name, `${duty(node.duty)} for `, target(node)], node, valid);
    }
    case "limit": {
      const keys = node.keys.map((key) => `${key.kind}${key.attribute === undefined ? "" : `.${word(key.attribute)}`}`);
      const head = [
        "limit ",
        ...name,
        target(node),
        ` to ${node.amount.text} `,
        windowText(node.window),
        ` per ${keys.join(", ")}`,
      ];
      return sentence(head, node, []);
    }
    case "label":
      return sentence([`label ${node.label.text} on `, operations(node.operations)], node, [
        `for ${node.duration.text}`,
      ]);
    case "redact": {
      const detectors = node.detectors.map((each) => each.text).join(", ");
      return sentence(["redact ", ...name, `${detectors} in result of `, operations(node.operations)], node, []);
    }
    default:
      return assertNever(node);
  }
}

function windowText(window: ast.Limit["window"]): Layout {
  if (window.kind === "at once") return "at once";
  const of = window.of === undefined ? [] : ["of ", expr(window.of, levels.sumFor), " "];
  return [...of, `per ${window.duration.text}`];
}

function duty(node: ast.Duty): string {
  switch (node.kind) {
    case "approval":
      return `approval from ${node.from === "caller" ? "caller" : who(node.from)}`;
    case "duty":
      return `duty ${quote(node.name.value)}`;
    default:
      return node.kind;
  }
}

function clauseText(clause: ast.Clause): string {
  return "text" in clause ? `${clause.kind} ${quote(clause.text.value)}` : `${clause.kind} ${clause.date.text}`;
}

// ----------------------------------------------------- callers and operations

function who({ any, except }: ast.Who): string {
  const atoms = (list: readonly ast.WhoAtom[]): string => list.map(whoAtom).join(" or ");
  return except.length === 0 ? atoms(any) : `${atoms(any)} except ${atoms(except)}`;
}

function whoAtom(atom: ast.WhoAtom): string {
  switch (atom.kind) {
    case "anyone":
      return "anyone";
    case "id":
      return `id ${quote(atom.id.value)}`;
    case "role":
      return atom.name.quoted ? `role ${quote(atom.name.text)}` : atom.name.text;
    default:
      return assertNever(atom);
  }
}

function operations({ include, except }: ast.Operations): Layout {
  const list = (each: readonly ast.Operation[]): Layout[] =>
    each.map((one, index) => (index < each.length - 1 ? `${operationText(one)},` : operationText(one)));
  const included = indent(fill(list(include)), 4);
  return except.length === 0 ? included : [included, " except ", indent(fill(list(except)), 4)];
}

function operationText(operation: ast.Operation): string {
  switch (operation.kind) {
    case "tool": {
      const tool = word(operation.tool);
      if (operation.server === "*") return tool === "*" ? "*" : `*.${tool}`;
      return `${operation.server.text}.${tool}`;
    }
    case "resource":
      return `resource ${operation.server.text} ${quote(operation.glob.value)}`;
    case "prompt":
      return `prompt ${operation.server.text}.${word(operation.prompt)}`;
    case "completion":
      return `completion ${operation.server.text}`;
    case "sampling":
    case "elicitation":
      return `${operation.kind} by ${operation.server.text}`;
    case "roots":
      return `roots for ${operation.server.text}`;
    case "everything":
      return operation.server === undefined ? "everything" : `everything of ${operation.server.text}`;
    case "capability":
      return operation.name.text;
    default:
      return assertNever(operation);
  }
}

function word({ text, quoted }: ast.Word): string {
  return quoted ? quote(text) : text;
}

// ---------------------------------------------------------------------- types

function recordBlock(record: ast.RecordType): Layout {
  const fields = record.fields.map((field) => lineNode(field, fieldText(field)));
  return block(record.open ? [...fields, "open"] : fields, record.closing);
}

/** On one line where it fits and holds no comment. */
function recordInline(record: ast.RecordType): Layout {
  if (hasComments(record)) return recordBlock(record);
  const parts: Layout[] = record.fields.map(fieldText);
  if (record.open) parts.push("open");
  if (parts.length === 0) return "{ }";
  return group(["{", indent([line, join([",", line], parts)]), line, "}"]);
}

function hasComments(record: ast.RecordType): boolean {
  return (
    record.closing.length > 0 ||
    record.fields.some(
      ({ comments, docs, trailing }) => comments.length > 0 || docs.length > 0 || trailing !== undefined,
    )
  );
}

function fieldText(field: ast.FieldType): Layout {
  return [
    `${word(field.name)}${field.optional ? "?" : ""}: `,
    typeText(field.type),
    ...field.refinements.map((each) => [" ", refinement(each)]),
    field.claim === undefined ? "" : ` from claim ${quote(field.claim.value)}`,
    field.onResult ? " on result" : "",
  ];
}

function typeText(type: ast.TypeExpression): Layout {
  switch (type.kind) {
    case "named":
      return type.of === undefined ? type.name.text : [`${type.name.text}<`, typeText(type.of), ">"];
    case "text":
      return quote(type.value);
    case "union":
      return group(indent(join([line, "| "], type.members.map(typeText))));
    case "record":
      return recordInline(type);
    default:
      return assertNever(type);
  }
}

function refinement(node: ast.Refinement): Layout {
  switch (node.kind) {
    case "size":
      return `size ${node.low.text}..${node.high.text}`;
    case "range":
      return `${node.low.text}..${node.high.text}`;
    case "matches":
      return `matches /${node.regex.source}/`;
    case "like":
      return ["like ", expr(node.globs, levels.primary)];
    case "in":
      return ["in ", expr(node.list, levels.primary)];
    case "unique":
      return "unique";
    default:
      return `${node.kind} ${quote(node.text.value)}`;
  }
}

// ---------------------------------------------------------------- expressions

/** How tightly an expression holds together: in a place that asks for more it stands in parentheses. */
const levels = { or: 1, and: 2, not: 3, comparison: 4, sumFor: 5, sum: 6, product: 7, default: 8, primary: 9 } as const;
const loosest = 0;

const levelOfKind: Readonly<Partial<Record<ast.Expression["kind"], number>>> = {
  or: levels.or,
  and: levels.and,
  not: levels.not,
  every: levels.not,
  some: levels.not,
  has: levels.not,
  carries: levels.not,
  happened: levels.not,
  test: levels.comparison,
  // Only ever on the right of `in`, which asks for no more.
  range: levels.sumFor,
  "sum-for": levels.sumFor,
  default: levels.default,
};

/** Operators whose right operand is a single constant or name. */
const takesPrimary: ReadonlySet<string> = new Set(["like", "runs", "invokes", "under", "matches"]);
const arithmetic: Readonly<Record<string, { readonly level: number; readonly left: number; readonly right: number }>> =
  {
    "+": { level: levels.sum, left: levels.sum, right: levels.product },
    "-": { level: levels.sum, left: levels.sum, right: levels.product },
    "*": { level: levels.product, left: levels.default, right: levels.default },
  };

function binding(operator: string): { readonly level: number; readonly left: number; readonly right: number } {
  const right = takesPrimary.has(operator) ? levels.primary : levels.sumFor;
  return Object.hasOwn(arithmetic, operator)
    ? arithmetic[operator]!
    : { level: levels.comparison, left: levels.sumFor, right };
}

function expr(expression: ast.Expression, least: number): Layout {
  const level =
    expression.kind === "binary"
      ? binding(expression.operator).level
      : (levelOfKind[expression.kind] ?? levels.primary);
  const text = bare(expression);
  return level < least ? group(["(", indent([softLine, text]), softLine, ")"]) : text;
}

function bare(expression: ast.Expression): Layout {
  switch (expression.kind) {
    case "string":
      return quote(expression.value);
    case "number":
    case "duration":
    case "date":
      return expression.text;
    case "regex":
      return `/${expression.source}/`;
    case "bool":
      return String(expression.value);
    case "null":
      return "null";
    case "list":
      return list(expression.items);
    case "range":
      return [expr(expression.low, levels.sumFor), "..", expr(expression.high, levels.sumFor)];
    case "and":
    case "or": {
      const parts = expression.parts.map((part) => expr(part, levels.not));
      return join([line, `${expression.kind} `], parts);
    }
    case "not":
      return ["not ", expr(expression.part, levels.not)];
    case "every":
    case "some":
      return [
        `${expression.kind} ${expression.variable.text} in `,
        expr(expression.list, levels.sumFor),
        ": ",
        expr(expression.body, levels.not),
      ];
    case "has":
      return ["has ", expr(expression.path, levels.primary)];
    case "carries":
      return `carries ${expression.label.text}`;
    case "happened":
      return [`${expression.verb} `, events(expression.events)];
    case "binary": {
      const { left, right } = binding(expression.operator);
      return [expr(expression.left, left), ` ${expression.operator} `, expr(expression.right, right)];
    }
    case "test":
      return [expr(expression.operand, levels.sumFor), ` ${expression.operator}`];
    case "default":
      return [expr(expression.value, levels.primary), " ?? ", expr(expression.fallback, levels.primary)];
    case "call":
      return [
        `${expression.function.text}(`,
        join(
          ", ",
          expression.operands.map((each) => expr(each, loosest)),
        ),
        ")",
      ];
    case "name":
      return expression.name.text;
    case "member":
      return [expr(expression.of, levels.primary), `.${word(expression.key)}`];
    case "index":
      return [expr(expression.of, levels.primary), "[", expr(expression.key, levels.sumFor), "]"];
    case "count": {
      const distinct = expression.distinct && ["distinct ", expr(expression.distinct, levels.sumFor), " over "];
      return [
        "count of ",
        ...(distinct ?? []),
        expression.verb === undefined ? "" : `${expression.verb} `,
        events(expression.events),
      ];
    }
    case "sum-over":
      return ["sum of ", expr(expression.value, levels.sumFor), " over ", events(expression.events)];
    case "sum-for":
      return [
        "sum of ",
        expr(expression.value, levels.sumFor),
        ` for ${expression.variable.text} in `,
        expr(expression.list, levels.sumFor),
      ];
    default:
      return assertNever(expression);
  }
}

function list(items: readonly ast.Expression[]): Layout {
  if (items.length === 0) return "[]";
  const texts = items.map((item, index): Layout => {
    const text = expr(item, levels.sumFor);
    return index < items.length - 1 ? [text, ","] : text;
  });
  return group(["[", indent([softLine, fill(texts)]), softLine, "]"]);
}

function events(node: ast.Events): Layout {
  const withText = (condition: ast.Expression | undefined): Layout =>
    condition === undefined ? "" : [" with ", expr(condition, levels.not)];
  return [
    operationText(node.operation),
    node.byAnyone ? " by anyone" : "",
    withText(node.with),
    ...(node.since === undefined ? [] : [` since ${operationText(node.since.operation)}`, withText(node.since.with)]),
    ` in last ${node.last.text}`,
  ];
}

function assertNever(node: never): never {
  throw new Error(`no way to print ${JSON.stringify(node)}`);
}

import type { Expression, Operation, Operations, Statement, Who } from "./ast.ts";
import { fieldsIn } from "./written-types.ts";

/** The names that statements use, by what they are used as. */
export interface Mentions {
  readonly capabilities: ReadonlySet<string>;
  readonly roles: ReadonlySet<string>;
  readonly names: ReadonlySet<string>;
}

/** Collects every use of a name, in all statements, those of later versions too. */
export function mentionsIn(statements: readonly Statement[]): Mentions {
  const capabilities = new Set<string>();
  const roles = new Set<string>();
  const names = new Set<string>();

  const operation = (each: Operation): void => {
    if (each.kind === "capability") capabilities.add(each.name.text);
  };
  const operations = (each: Operations): void => [...each.include, ...each.except].forEach(operation);
  const who = (each: Who | undefined): void => {
    for (const atom of [...(each?.any ?? []), ...(each?.except ?? [])])
      if (atom.kind === "role") roles.add(atom.name.text);
  };
  const expression = (each: Expression | undefined): void => {
    if (each === undefined) return;
    if (each.kind === "name") names.add(each.name.text);
    if (each.kind === "string") for (const match of each.value.matchAll(/\{([^{},]*)\}/g)) names.add(match[1] ?? "");
    if (each.kind === "member" && each.of.kind === "name" && each.of.name.text === "data") names.add(each.key.text);
    if (each.kind === "call") names.add(each.function.text);
    if (each.kind === "happened" || each.kind === "count" || each.kind === "sum-over") {
      operation(each.events.operation);
      if (each.events.since !== undefined) operation(each.events.since.operation);
    }
    for (const part of partsOf(each)) expression(part);
  };

  for (const statement of statements) {
    if ("operations" in statement) operations(statement.operations);
    if ("who" in statement) who(statement.who);
    if ("when" in statement) for (const each of [statement.when, statement.unless]) expression(each);
    if (statement.kind === "require" && statement.duty.kind === "approval" && statement.duty.from !== "caller") {
      who(statement.duty.from);
    }
    if (statement.kind === "redact") for (const each of statement.detectors) names.add(each.text);
    if (statement.kind === "audit") for (const each of statement.words) names.add(each.text);
    if (statement.kind === "limit" && statement.window.kind === "per") expression(statement.window.of);
    if (statement.kind === "let") expression(statement.value);
    if (statement.kind === "capability") {
      for (const entry of statement.entries) {
        operations(entry.operations);
        expression(entry.when);
        expression(entry.unless);
      }
    }
    if (statement.kind === "role") {
      for (const member of statement.members) {
        capabilities.add(member.text);
        roles.add(member.text);
      }
    }
    if (statement.kind === "check") {
      for (const field of fieldsIn(statement.record)) {
        for (const refinement of field.refinements) {
          if (refinement.kind === "like") expression(refinement.globs);
          if (refinement.kind === "in") expression(refinement.list);
        }
      }
    }
  }
  return { capabilities, roles, names };
}

/** The expressions right below an expression. */
export function partsOf(each: Expression): readonly Expression[] {
  switch (each.kind) {
    case "list":
      return each.items;
    case "range":
      return [each.low, each.high];
    case "and":
    case "or":
      return each.parts;
    case "not":
      return [each.part];
    case "every":
    case "some":
      return [each.list, each.body];
    case "has":
      return [each.path];
    case "binary":
      return [each.left, each.right];
    case "test":
      return [each.operand];
    case "default":
      return [each.value, each.fallback];
    case "call":
      return each.operands;
    case "member":
      return [each.of];
    case "index":
      return [each.of, each.key];
    case "happened":
      return eventParts(each.events);
    case "count":
      return [...(each.distinct === undefined ? [] : [each.distinct]), ...eventParts(each.events)];
    case "sum-over":
      return [each.value, ...eventParts(each.events)];
    case "sum-for":
      return [each.value, each.list];
    default:
      return [];
  }
}

function eventParts(events: (Expression & { readonly kind: "happened" })["events"]): readonly Expression[] {
  return [events.with, events.since?.with].filter((each) => each !== undefined);
}

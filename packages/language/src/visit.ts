import type * as ast from "./ast.ts";

type OfKind<Node, Kind> = Node extends { readonly kind: infer Kinds } ? (Kind extends Kinds ? Node : never) : never;

/** The parts of each sort of expression, in the order of the text. A new sort without a row is a compile error. */
const partsOf: {
  readonly [Kind in ast.Expression["kind"]]: (node: OfKind<ast.Expression, Kind>) => readonly ast.Expression[];
} = {
  string: none,
  number: none,
  duration: none,
  date: none,
  regex: none,
  bool: none,
  null: none,
  name: none,
  carries: none,
  list: (node) => node.items,
  range: (node) => [node.low, node.high],
  and: (node) => node.parts,
  or: (node) => node.parts,
  not: (node) => [node.part],
  every: (node) => [node.list, node.body],
  some: (node) => [node.list, node.body],
  has: (node) => [node.path],
  happened: (node) => eventParts(node.events),
  binary: (node) => [node.left, node.right],
  test: (node) => [node.operand],
  default: (node) => [node.value, node.fallback],
  call: (node) => node.operands,
  member: (node) => [node.of],
  index: (node) => [node.of, node.key],
  count: (node) => [...present(node.distinct), ...eventParts(node.events)],
  "sum-over": (node) => [node.value, ...eventParts(node.events)],
  "sum-for": (node) => [node.value, node.list],
};

function none(): readonly ast.Expression[] {
  return [];
}

function present(expression: ast.Expression | undefined): readonly ast.Expression[] {
  return expression === undefined ? [] : [expression];
}

function eventParts(events: ast.Events): readonly ast.Expression[] {
  return [...present(events.with), ...present(events.since?.with)];
}

/** The expressions directly inside of one. */
export function childrenOf(expression: ast.Expression): readonly ast.Expression[] {
  const parts = partsOf[expression.kind] as (node: ast.Expression) => readonly ast.Expression[];
  return parts(expression);
}

/** The same expression over other parts, each made of the old one by `change`. */
export function withParts(node: ast.Expression, change: (part: ast.Expression) => ast.Expression): ast.Expression {
  switch (node.kind) {
    case "list":
      return { ...node, items: node.items.map(change) };
    case "range":
      return { ...node, low: change(node.low), high: change(node.high) };
    case "and":
    case "or":
      return { ...node, parts: node.parts.map(change) };
    case "not":
      return { ...node, part: change(node.part) };
    case "every":
    case "some":
      return { ...node, list: change(node.list), body: change(node.body) };
    case "has":
      return { ...node, path: change(node.path) };
    case "happened":
      return { ...node, events: withEventParts(node.events, change) };
    case "binary":
      return { ...node, left: change(node.left), right: change(node.right) };
    case "test":
      return { ...node, operand: change(node.operand) };
    case "default":
      return { ...node, value: change(node.value), fallback: change(node.fallback) };
    case "call":
      return { ...node, operands: node.operands.map(change) };
    case "member":
      return { ...node, of: change(node.of) };
    case "index":
      return { ...node, of: change(node.of), key: change(node.key) };
    case "count":
      return {
        ...node,
        distinct: node.distinct === undefined ? undefined : change(node.distinct),
        events: withEventParts(node.events, change),
      };
    case "sum-over":
      return { ...node, value: change(node.value), events: withEventParts(node.events, change) };
    case "sum-for":
      return { ...node, value: change(node.value), list: change(node.list) };
    default:
      return node;
  }
}

function withEventParts(events: ast.Events, change: (part: ast.Expression) => ast.Expression): ast.Events {
  const { since } = events;
  return {
    ...events,
    with: events.with === undefined ? undefined : change(events.with),
    since:
      since === undefined ? undefined : { ...since, with: since.with === undefined ? undefined : change(since.with) },
  };
}

/** An expression and all inside of it, outer before inner, in the order of the text. */
export function* walk(expression: ast.Expression): Iterable<ast.Expression> {
  const waiting = [expression];
  while (waiting.length > 0) {
    const next = waiting.pop()!;
    yield next;
    waiting.push(...childrenOf(next).toReversed());
  }
}

/** A value from the bottom up: `combine` gets each expression with the values of its parts. */
export function fold<T>(expression: ast.Expression, combine: (node: ast.Expression, parts: readonly T[]) => T): T {
  return combine(
    expression,
    childrenOf(expression).map((part) => fold(part, combine)),
  );
}

/** The conditions of a statement: `when`, `unless`, a macro's body, what a limit sums. */
export function expressionsOf(statement: ast.Statement): readonly ast.Expression[] {
  switch (statement.kind) {
    case "let":
      return [statement.value];
    case "capability":
      return statement.entries.flatMap((entry) => [...present(entry.when), ...present(entry.unless)]);
    case "limit": {
      const sum = statement.window.kind === "per" ? present(statement.window.of) : [];
      return [...sum, ...present(statement.when), ...present(statement.unless)];
    }
    case "assert":
    case "allow":
    case "deny":
    case "deny-result":
    case "require":
    case "label":
    case "redact":
      return [...present(statement.when), ...present(statement.unless)];
    default:
      return [];
  }
}

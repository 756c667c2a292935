import {
  type AnyNode,
  type Expression,
  type Identifier,
  type ObjectExpression,
  type Program,
  parse,
  type Statement,
} from "acorn";

/** A module or a script as a tree (ESTree). Throws on a mistake in it. */
export function parsed(code: string): Program {
  return parse(code, { ecmaVersion: "latest", sourceType: "module" });
}

/** The text of a node. */
export function slice(code: string, { start, end }: { readonly start: number; readonly end: number }): string {
  return code.slice(start, end);
}

/** A name that a statement declares. */
export interface Declared {
  readonly name: string;
  readonly init: Expression | null | undefined;
  readonly node: AnyNode;
}

/** What a statement of a module declares. */
export function declarationsIn(statement: Statement | AnyNode): readonly Declared[] {
  switch (statement.type) {
    case "ExportNamedDeclaration":
      return statement.declaration == null ? [] : declarationsIn(statement.declaration);
    case "FunctionDeclaration":
    case "ClassDeclaration":
      return statement.id === null ? [] : [{ name: statement.id.name, init: undefined, node: statement }];
    case "VariableDeclaration":
      return statement.declarations.flatMap((node) =>
        namesIn(node.id).map((name) => ({ name, init: node.init, node })),
      );
    default:
      return [];
  }
}

/** The names that a pattern binds. */
export function namesIn(pattern: AnyNode): readonly string[] {
  switch (pattern.type) {
    case "Identifier":
      return [pattern.name];
    case "ObjectPattern":
      return pattern.properties.flatMap((each) => namesIn(each.type === "Property" ? each.value : each.argument));
    case "ArrayPattern":
      return pattern.elements.flatMap((each) => (each === null ? [] : namesIn(each)));
    case "AssignmentPattern":
      return namesIn(pattern.left);
    case "RestElement":
      return namesIn(pattern.argument);
    default:
      return [];
  }
}

/** What stands in a property of an object that is written out. */
export function propertyOf(object: ObjectExpression, name: string): AnyNode | undefined {
  const property = object.properties.find(
    (each) => each.type === "Property" && !each.computed && keyOf(each.key) === name,
  );
  return property?.type === "Property" ? property.value : undefined;
}

/** The text of a key, or of a name. */
export function keyOf(key: AnyNode): string {
  return key.type === "Literal" ? String(key.value) : (key as Identifier).name;
}

/** Every node below one, with its parent and the field that it stands in. */
export function visit(node: AnyNode, look: (node: AnyNode, parent: AnyNode, key: string) => void): void {
  for (const [key, value] of Object.entries(node)) {
    for (const child of Array.isArray(value) ? value : [value]) {
      if (typeof child !== "object" || child === null || typeof child.type !== "string") continue;
      look(child, node, key);
      visit(child, look);
    }
  }
}

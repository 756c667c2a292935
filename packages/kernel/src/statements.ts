import type { KernelPart } from "@mcpolicy/compiler";
import { declarationsIn, keyOf, namesIn, parsed, slice, visit } from "./syntax.ts";

/** A statement, and what it declares. */
export interface Cut {
  readonly code: string;
  readonly declares: readonly string[];
}

/** What a bundle exports, by the names that it declares it under, and the bundle without that. */
export function exportsOf(text: string): {
  readonly rest: string;
  readonly exports: readonly (readonly [string, string])[];
} {
  const all = parsed(text).body.flatMap((each) =>
    each.type === "ExportNamedDeclaration" && each.declaration == null ? [each] : [],
  );
  const exports = all.flatMap(({ specifiers }) =>
    specifiers.map(({ exported: name, local }) => [keyOf(name), keyOf(local)] as const),
  );
  const rest = all.reduceRight((left, { start, end }) => left.slice(0, start) + left.slice(end), text);
  return { rest, exports };
}

/** The statements of a script. Throws on one that only has an effect. */
export function statementsOf(text: string): readonly Cut[] {
  return parsed(text).body.flatMap((statement): readonly Cut[] => {
    const declared = declarationsIn(statement);
    if (declared.length === 0)
      throw new Error(`the kernel holds more than declarations: ${slice(text, statement).slice(0, 200)}`);
    if (statement.type !== "VariableDeclaration")
      return [{ code: slice(text, statement), declares: declared.map(({ name }) => name) }];
    return declared.map(({ name, node }) => ({ code: `const ${slice(text, node)};`, declares: [name] }));
  });
}

/** Throws where a name of the whole is also that of a parameter or a local: then a reference could not be told by its name. esbuild renames those. */
export function demandUnshadowed(text: string, names: ReadonlyMap<string, string>): void {
  for (const statement of parsed(text).body) {
    const own = new Set(declarationsIn(statement).map(({ name }) => name));
    visit(statement, (node) => {
      const locals =
        node.type === "VariableDeclarator"
          ? [node.id]
          : node.type === "FunctionDeclaration" ||
              node.type === "FunctionExpression" ||
              node.type === "ArrowFunctionExpression"
            ? [...node.params, ...("id" in node && node.id ? [node.id] : [])]
            : node.type === "CatchClause" && node.param
              ? [node.param]
              : [];
      for (const name of locals.flatMap(namesIn)) {
        if (names.has(name) && !own.has(name)) throw new Error(`${name} is declared twice in the kernel`);
      }
    });
  }
}

/** A part with the names of the whole as the kernel calls them. */
export function renamed({ code: short, declares }: Cut, names: ReadonlyMap<string, string>): KernelPart {
  const needs = new Set<string>();
  const places = new Map<number, { readonly name: string; readonly isShorthand: boolean }>();
  visit(parsed(short), (node, parent, key) => {
    if (node.type !== "Identifier" || !names.has(node.name)) return;
    if (parent.type === "MemberExpression" && key === "property" && !parent.computed) return;
    const isProperty =
      parent.type === "Property" || parent.type === "MethodDefinition" || parent.type === "PropertyDefinition";
    const isShorthand = parent.type === "Property" && parent.shorthand;
    if (isProperty && key === "key" && !parent.computed && !isShorthand) return;
    needs.add(node.name);
    places.set(node.start, { name: node.name, isShorthand });
  });
  let out = "";
  let at = 0;
  for (const [start, { name, isShorthand }] of [...places].sort(([a], [b]) => a - b)) {
    out += short.slice(at, start) + (isShorthand ? `${name}:` : "") + names.get(name);
    at = start + name.length;
  }
  const known = (name: string): string => names.get(name) as string;
  return {
    code: out + short.slice(at),
    declares: declares.map(known),
    needs: [...needs].filter((name) => !declares.includes(name)).map(known),
  };
}

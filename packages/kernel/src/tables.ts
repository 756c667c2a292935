import type { AnyNode, Expression, ObjectExpression } from "acorn";
import { fullFormats } from "ajv-formats/dist/formats.js";
import { asModule } from "./as-module.ts";
import { declarationsIn, keyOf, parsed, propertyOf, slice } from "./syntax.ts";
import { withoutUnused } from "./unused.ts";

/** A table of ours that a module holds in rows: its file, how it is written, and what of a row a module uses. */
interface Table {
  readonly files: RegExp;
  /** What the names of its rows begin with, in the kernel. */
  readonly prefix: string;
  /** The property that tells one row from another; of an object of rows it is their key. */
  readonly by: "id" | "name" | "key";
  /** The property that is the row, where it is not the whole of it. */
  readonly take?: string;
  /** The code of a row, by its key and as it is written. */
  readonly as?: (key: string, row: string) => string;
}

// biome-ignore format: table
const tables: readonly Table[] = [
  { files: /core\/src\/operators\/(?!index|operator|examples|scalar)\w+\.ts$/, prefix: "operator", by: "id", take: "evaluate" },
  { files: /core\/src\/schema\/keywords\/(?!index)\w+\.ts$/,                   prefix: "keyword",  by: "name" },
  { files: /core\/src\/schema\/words\.ts$/,                                    prefix: "words",    by: "key" },
  { files: /ajv-formats\/dist\/formats\.js$/,                                  prefix: "format",   by: "key", as: formatRow },
];

/** Formats as checks ask them. Most are functions, and need nothing more. */
function formatRow(name: string, row: string): string {
  const isPlain = typeof (fullFormats as Readonly<Record<string, unknown>>)[name] === "function" && name !== "url";
  return isPlain ? `{ of: "string", validate: ${row} }` : `formatOf(${JSON.stringify(name)}, ${row})`;
}

/** A module with its tables cut into rows. */
export interface Rows {
  readonly code: string;
  /** By the key of a row the name that it is exported under. */
  readonly rows: ReadonlyMap<string, string>;
}

/** A module with its tables cut into rows, each exported, and without what is unused. */
export async function rowsOf(path: string): Promise<Rows> {
  const table = tables.find(({ files }) => files.test(path));
  const code = withoutUnused(path, await asModule(path));
  if (table === undefined) return { code, rows: new Map() };
  const { body } = parsed(code);
  const named = new Map(
    body
      .flatMap((each) => declarationsIn(each))
      .flatMap(({ name, init }) => (init?.type === "ObjectExpression" ? [[name, init] as const] : [])),
  );
  const rows = new Map<string, string>();
  const lines = body.flatMap((statement) => {
    const [declared, ...more] = declarationsIn(statement);
    const found = declared === undefined || more.length > 0 ? undefined : rowsIn(declared.init, table, named);
    if (declared === undefined || found === undefined) return [slice(code, statement)];
    const cut = found.map(([key, row]) => {
      const name = `${table.prefix}_${key.replaceAll(/[^A-Za-z0-9]/g, "_")}`;
      rows.set(key, name);
      const text = slice(code, row);
      return `export const ${name} = ${table.as?.(key, text) ?? text};`;
    });
    const isExported = statement.type === "ExportNamedDeclaration";
    return [...cut, `${isExported ? "export " : ""}let ${declared.name} = ${table.by === "key" ? "{}" : "[]"};`];
  });
  return { code: lines.join("\n"), rows };
}

/** The rows of a table with their keys; undefined of what is none. */
function rowsIn(
  init: Expression | null | undefined,
  { by, take }: Table,
  named: ReadonlyMap<string, ObjectExpression>,
): readonly (readonly [string, AnyNode])[] | undefined {
  if (by === "key") {
    if (init?.type !== "ObjectExpression" || init.properties.length < 10) return undefined;
    return init.properties.map((each) => {
      if (each.type !== "Property") throw new Error("a table of rows by key holds something else");
      return [keyOf(each.key), each.value] as const;
    });
  }
  if (init?.type !== "ArrayExpression" || init.elements.length === 0) return undefined;
  const rows = init.elements.flatMap((element): readonly (readonly [string, AnyNode])[] => {
    // Another table, which is cut where it stands.
    if (element === null || element.type === "SpreadElement") return [];
    if (element.type === "CallExpression") {
      const [name] = element.arguments;
      return name?.type === "Literal" && typeof name.value === "string" ? [[name.value, element]] : [];
    }
    const object = element.type === "Identifier" ? named.get(element.name) : element;
    const key = object?.type === "ObjectExpression" ? propertyOf(object, by) : undefined;
    if (object?.type !== "ObjectExpression" || key?.type !== "Literal") return [];
    const taken = take === undefined ? element : propertyOf(object, take);
    return taken === undefined ? [] : [[String(key.value), taken]];
  });
  return rows.length > 0 || init.elements.every((element) => element?.type === "SpreadElement") ? rows : undefined;
}

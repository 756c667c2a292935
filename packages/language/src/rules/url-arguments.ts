import { isRecord, type JsonObject, membersOf, type Type, type Value } from "@mcpolicy/core";
import type { CheckedCheck, CheckedTool, TypedCondition, TypedOperand, TypedReference } from "../typed.ts";

/** An argument that holds a URL: `path` leads to it, in the arguments or, where there is one, in each element of the list at `over`. */
export interface UrlArgument {
  readonly over: Path | undefined;
  readonly path: Path;
  /** All the texts that it may be, where the tool's schema or a check lists them. */
  readonly values: readonly string[] | undefined;
}

type Path = readonly (string | number)[];

/** Words in names of arguments that hold a URL. */
const urlWords: ReadonlySet<string> = new Set(["url", "urls", "uri", "uris", "href", "hrefs", "endpoint", "webhook"]);

/** Parts of a name are runs of letters, split at camelCase too: `pageUrl`. */
function isUrlName(name: string): boolean {
  const parts = name.replace(/([a-z0-9])([A-Z])/g, "$1_$2").split(/[^A-Za-z]+/);
  return parts.some((part) => urlWords.has(part.toLowerCase()));
}

/** How an argument is written: `args.pages[].url`. */
export function argumentText({ over, path }: UrlArgument): string {
  const steps = (way: Path): string =>
    way.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("");
  return over === undefined ? `args${steps(path)}` : `args${steps(over)}[]${steps(path)}`;
}

/**
 * The arguments of a tool, or of one that is not pinned, that hold URLs: by their type, by their name, or since one of the conditions about it reads them as one. Of a tool that is not
 * pinned only those are known that some rule looks at; lists in lists are passed over.
 */
export function urlArguments(
  tool: CheckedTool | undefined,
  conditions: readonly TypedCondition[],
  checks: readonly CheckedCheck[],
): readonly UrlArgument[] {
  const found = new Map<string, UrlArgument>();
  const add: Add = (over, path) => {
    const values = over === undefined ? listedValues(tool, checks, path) : undefined;
    found.set(JSON.stringify([over, path]), { over, path, values });
  };
  if (tool !== undefined) byType(tool.arguments, undefined, [], add);
  for (const condition of conditions) byReading(condition, new Map(), add);
  return [...found.values()];
}

type Add = (over: Path | undefined, path: Path) => void;

// ------------------------------------------------------------------- by type

function byType(type: Type, over: Path | undefined, path: Path, add: Add): void {
  const name = path.findLast((step) => typeof step === "string") ?? over?.at(-1);
  for (const member of membersOf(type)) {
    if (member.kind === "record") {
      for (const [field, { type: inner }] of Object.entries(member.fields)) byType(inner, over, [...path, field], add);
    } else if (member.kind === "list" && over === undefined) byType(member.element, path, [], add);
    else if (member.kind === "url") add(over, path);
    else if (texts.has(member.kind) && typeof name === "string" && isUrlName(name)) add(over, path);
  }
}

const texts: ReadonlySet<Type["kind"]> = new Set(["string", "enum", "any"]);

// ---------------------------------------------------------------- by reading

function byReading(condition: TypedCondition, lists: ReadonlyMap<string, Path>, add: Add): void {
  switch (condition.kind) {
    case "and":
    case "or":
      for (const part of condition.parts) byReading(part, lists, add);
      return;
    case "not":
      byReading(condition.part, lists, add);
      return;
    case "every":
    case "some": {
      const { over, variable, body } = condition;
      const isArgument = over.kind === "reference" && over.root === "args";
      byReading(body, isArgument ? new Map([...lists, [variable, over.path]]) : lists, add);
      return;
    }
    case "atom":
      readsIn(condition.operand, lists, add);
      return;
    default:
  }
}

function readsIn(operand: TypedOperand, lists: ReadonlyMap<string, Path>, add: Add): void {
  if (operand.kind === "reference" && isUrl(operand)) placeOf(operand, lists, add);
  if (operand.kind === "field") readsIn(operand.of, lists, add);
  if (operand.kind !== "apply") return;
  for (const each of operand.operands) {
    if (operand.operator.id === "url") placeOf(each, lists, add);
    readsIn(each, lists, add);
  }
}

function isUrl({ as, path }: TypedReference): boolean {
  const last = path.at(-1);
  return as.kind === "url" || (texts.has(as.kind) && typeof last === "string" && isUrlName(last));
}

function placeOf(operand: TypedOperand, lists: ReadonlyMap<string, Path>, add: Add): void {
  if (operand.kind !== "reference") return;
  if (operand.root === "args") add(undefined, operand.path);
  const over = operand.root === "variable" ? lists.get(operand.variable ?? "") : undefined;
  if (over !== undefined) add(over, operand.path);
}

// ------------------------------------------------------------- listed values

/** The narrowest list of texts that the tool's schema and its checks give for an argument. */
function listedValues(
  tool: CheckedTool | undefined,
  checks: readonly CheckedCheck[],
  path: Path,
): readonly string[] | undefined {
  const schemas = [tool?.inputSchema, ...checks.map(({ schema }) => schema)];
  const lists = schemas.flatMap((schema) => {
    const node = schemaAt(schema, path);
    const list = node !== undefined && Object.hasOwn(node, "const") ? [node["const"]] : node?.["enum"];
    return Array.isArray(list) ? [list.filter((each): each is string => typeof each === "string")] : [];
  });
  return lists.reduce<readonly string[] | undefined>(
    (known, next) => (known === undefined ? next : known.filter((each) => next.includes(each))),
    undefined,
  );
}

/** Where nothing but `properties` stands on the way. */
function schemaAt(schema: JsonObject | undefined, path: Path): JsonObject | undefined {
  let at: Value | undefined = schema;
  for (const step of path) {
    const properties: Value | undefined = isRecord(at) ? at["properties"] : undefined;
    at = isRecord(properties) && Object.hasOwn(properties, step) ? properties[step] : undefined;
  }
  return isRecord(at) ? at : undefined;
}

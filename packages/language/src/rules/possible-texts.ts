import {
  compileForeign,
  compileRegex,
  type Dfa,
  intersect,
  isRecord,
  type JsonObject,
  membersOf,
  type OperationIr,
  product,
  type Type,
  type Value,
} from "@mcpolicy/core";
import type { Scope } from "../scope.ts";
import type { TypedOperand, TypedReference } from "../typed.ts";
import type { TypedAtom } from "./typed-atoms.ts";

/**
 * What an operand's text may be in one operation: some words, or a set as an automaton. `why` says so in words, as a sentence about
 * the operand. The set is never smaller than what can come.
 */
export type PossibleTexts =
  | { readonly kind: "words"; readonly words: readonly string[]; readonly why: string }
  | { readonly kind: "set"; readonly set: Dfa; readonly why: string };

/** For each operation what the operand may be there; an undefined one may be any text. */
export function possibleTexts(
  operand: TypedOperand,
  atom: TypedAtom,
  scope: Scope,
): readonly (PossibleTexts | undefined)[] {
  if (operand.kind === "reference") return ofReference(operand, atom, scope);
  if (operand.kind === "field") return [operand.of.as.kind === "url" ? parts[String(operand.key)] : undefined];
  if (operand.kind === "apply") return [results[operand.operator.id]];
  return [undefined];
}

// ------------------------------------------------------------- sets by nature

/** Texts with any control character, backslash or odd percent-encoding left out: those of canonical paths and more. */
const segment = "(?:[^\\/\\\\%\\u{0}-\\u{1F}\\u{7F}-\\u{9F}]|%20|%[C-Fc-f][0-9A-Fa-f](?:%[89ABab][0-9A-Fa-f])+)+";
const special = "(?:https?|wss?|ftp):\\/\\/[!-.0-~]+\\/[!-~]*|file:\\/\\/[!-.0-~]*\\/[!-~]*";
const scheme = "[a-z][a-z0-9+.\\-]*";

const paths = setOf(
  `\\/|(?:\\/${segment})+`,
  "a path is read in full, from `/` on, without a slash at its end, a backslash or a control character",
);
const urls: PossibleTexts = {
  kind: "set",
  set: product(
    dfaOf(special),
    product(
      dfaOf(`${scheme}:[ -~]*`),
      dfaOf("(?:https?|wss?|ftp|file):.*"),
      (isUrl, isSpecial) => isUrl && !isSpecial,
    )!,
    (isSpecial, isOther) => isSpecial || isOther,
  )!,
  why: "a URL is read in full, as the standard writes it: its scheme, then its host in small letters, then at least `/`",
};

/** The texts of resources' URIs as globs are matched against them. */
export const resourceUris: PossibleTexts = setOf(
  `${scheme}:.*`,
  "a resource's URI begins with its scheme, as in `file:///workspace/**`",
);

const parts: Readonly<Record<string, PossibleTexts>> = {
  scheme: setOf(scheme, "a scheme is read in small letters, without the colon"),
  host: setOf("[^A-Z\\/:@ ]*|\\[[0-9a-f:.]*\\]", "a host is read in small letters, without port or slash"),
  href: urls,
};

/** By the ids of functions. */
const results: Readonly<Record<string, PossibleTexts>> = {
  lower: setOf("[^A-Z]*", "`lower(…)` leaves no capital letter from `A` to `Z`"),
  path: paths,
  url: urls,
};

const byKind: Partial<Record<Type["kind"], PossibleTexts>> = { path: paths, url: urls };

function setOf(source: string, why: string): PossibleTexts {
  return { kind: "set", set: dfaOf(source), why };
}

/** Of an expression written in this file. */
function dfaOf(source: string): Dfa {
  const compiled = compileRegex(source);
  if (!compiled.ok || compiled.pattern.dfa === undefined) throw new Error(`no automaton of ${source}`);
  return compiled.pattern.dfa;
}

// ----------------------------------------------------------------- references

function ofReference(reference: TypedReference, atom: TypedAtom, scope: Scope): readonly (PossibleTexts | undefined)[] {
  const { root, path, fallback } = reference;
  const [first, ...rest] = path;
  if (root === "tool" || (root === "its" && first === "tool")) {
    const operations = root === "tool" ? atom.operations : atom.past;
    return toolNames(operations, root === "tool" ? first : rest[0]);
  }
  if (root === "args") return arguments_(atom.operations, path, reference, scope);
  if (root === "its" && first === "args") return arguments_(atom.past, rest, reference, scope);
  if (root === "variable") {
    const over = atom.variables.get(reference.variable ?? "");
    if (over?.kind === "reference" && over.root === "args") {
      return arguments_(atom.operations, [...over.path, 0, ...path], reference, scope);
    }
    return [byKind[reference.as.kind]];
  }
  if (root === "principal" || root === "context") {
    const type = typeAt({ kind: "record", fields: scope[root], open: false }, path);
    const words = wordsOf(type, fallback);
    return [words === undefined ? byKind[reference.as.kind] : words];
  }
  return [byKind[reference.as.kind]];
}

function toolNames(
  operations: readonly OperationIr[],
  part: string | number | undefined,
): readonly (PossibleTexts | undefined)[] {
  const words = operations.map((each) => {
    if (each.kind !== "tool") return undefined;
    if (part === "server") return each.server;
    return part === "name" && "name" in each ? each.name : undefined;
  });
  if (words.some((word) => word === undefined)) return [undefined];
  const known = [...new Set(words as string[])];
  const shown = known.slice(0, 6).map((word) => `\`${word}\``);
  const more = known.length > 6 ? `, and ${known.length - 6} more` : "";
  return [{ kind: "words", words: known, why: `here it is ${shown.join(", ")}${more}` }];
}

function arguments_(
  operations: readonly OperationIr[],
  path: readonly (string | number)[],
  { as, fallback }: TypedReference,
  scope: Scope,
): readonly (PossibleTexts | undefined)[] {
  return operations.map((operation) => {
    const tool =
      operation.kind === "tool" && "name" in operation
        ? scope.servers.get(operation.server)?.checked.tools.find((each) => each.name === operation.name)
        : undefined;
    if (tool === undefined) return fallback === undefined ? byKind[as.kind] : undefined;
    const words = wordsOf(typeAt(tool.arguments, path), fallback);
    if (words !== undefined) return words;
    if (fallback !== undefined) return undefined;
    return byKind[as.kind] ?? bySchema(schemaAt(tool.inputSchema, path));
  });
}

function wordsOf(type: Type | undefined, fallback: Value | undefined): PossibleTexts | undefined {
  if (type?.kind !== "enum") return undefined;
  const words = [...type.values, ...(typeof fallback === "string" ? [fallback] : [])];
  const shown = type.values.slice(0, 8).map((word) => JSON.stringify(word));
  return { kind: "words", words, why: `it is one of ${shown.join(", ")}${type.values.length > 8 ? ", …" : ""}` };
}

/** What stands under constant steps of a type; a number is any element. */
function typeAt(type: Type, path: readonly (string | number)[]): Type | undefined {
  let at: Type | undefined = type;
  for (const key of path) {
    if (at === undefined || membersOf(at).length > 1) return undefined;
    if (at.kind === "list" && typeof key === "number") at = at.element;
    else at = at.kind === "record" && Object.hasOwn(at.fields, key) ? at.fields[key]?.type : undefined;
  }
  return at;
}

/** The same in a schema, where nothing but `properties` and `items` stands on the way. */
function schemaAt(schema: JsonObject, path: readonly (string | number)[]): JsonObject | undefined {
  let at: Value | undefined = schema;
  for (const key of path) {
    if (!isRecord(at) || "$ref" in at) return undefined;
    const { properties, items }: JsonObject = at;
    if (typeof key === "number") at = items;
    else at = isRecord(properties) && Object.hasOwn(properties, key) ? properties[key] : undefined;
  }
  return isRecord(at) && !("$ref" in at) ? at : undefined;
}

/** The longest text whose bound is worth an automaton of as many states. */
const longestBound = 200;

const schemas = new WeakMap<JsonObject, PossibleTexts | undefined>();

function bySchema(schema: JsonObject | undefined): PossibleTexts | undefined {
  if (schema?.["type"] !== "string") return undefined;
  if (!schemas.has(schema)) schemas.set(schema, boundedBy(schema));
  return schemas.get(schema);
}

function boundedBy(schema: JsonObject): PossibleTexts | undefined {
  const { pattern, minLength, maxLength } = schema;
  const compiled = typeof pattern === "string" ? compileForeign(pattern) : undefined;
  const said = compiled?.ok === true ? compiled.pattern.dfa : undefined;
  const [least, most] = [boundOf(minLength), boundOf(maxLength)];
  const bound =
    least === undefined && most === undefined ? undefined : dfaOf(`.{${least ?? 0},${most === undefined ? "" : most}}`);
  const set = said !== undefined && bound !== undefined ? (intersect(said, bound) ?? said) : (said ?? bound);
  if (set === undefined) return undefined;
  const words = [
    ...(said === undefined ? [] : [`the pattern ${JSON.stringify(pattern)}`]),
    ...(least === undefined ? [] : [`a length of at least ${least}`]),
    ...(most === undefined ? [] : [`a length of at most ${most}`]),
  ];
  return { kind: "set", set, why: `the tool's schema asks for ${words.join(" and ")}` };
}

function boundOf(value: Value | undefined): number | undefined {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= longestBound
    ? value
    : undefined;
}

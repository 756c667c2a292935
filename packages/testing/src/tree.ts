import type { JsonObject, Value } from "@mcpolicy/core";
import { type Diagnostic, diagnostic, type Source, type Span } from "@mcpolicy/diagnostics";
import { type Document, isAlias, isMap, isScalar, isSeq, parseDocument, type Range, type Node as YamlNode } from "yaml";

/** A YAML value with its place. What JSON cannot say is no `Tree`. */
export type Tree = ScalarTree | ListTree | MapTree;

export interface ScalarTree {
  readonly kind: "scalar";
  readonly span: Span;
  readonly value: null | boolean | number | string;
}

export interface ListTree {
  readonly kind: "list";
  readonly span: Span;
  readonly items: readonly Tree[];
}

export interface MapTree {
  readonly kind: "map";
  readonly span: Span;
  readonly entries: ReadonlyMap<string, Entry>;
}

/** A key and its value. */
export interface Entry {
  readonly key: Span;
  readonly value: Tree;
}

/** Bounds on a fixture: an alias may stand anywhere, so that a short text can unfold into a huge or endless tree. */
const maxDepth = 100;
const maxNodes = 500_000;
const maxAliasCount = 1_000;

/**
 * Reads YAML 1.2 (JSON is YAML) into a tree with positions; undefined where there is no one tree that JSON could say. `meanwhile` says
 * what becomes of the file then.
 */
export function readTree(
  source: Source,
  meanwhile = "no test of this file runs",
): {
  readonly tree: Tree | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const document = parseDocument(source.text, { version: "1.2", uniqueKeys: true, merge: false, logLevel: "error" });
  const problems = [...document.errors, ...document.warnings].map((problem) =>
    diagnostic(
      "P0701",
      { file: source.name, start: problem.pos[0], end: problem.pos[1] },
      firstLine(problem.message),
    ).withNote(meanwhile),
  );
  if (problems.length > 0) return { tree: undefined, diagnostics: problems };
  const reading: Reading = { source, meanwhile, document, nodes: 0, aliases: 0, diagnostics: [] };
  const tree = toTree(document.contents, reading, 0);
  return { tree: reading.diagnostics.length > 0 ? undefined : tree, diagnostics: reading.diagnostics };
}

/** The JSON value of a tree; own properties only, whatever the keys are called. */
export function jsonOf(tree: Tree): Value {
  if (tree.kind === "scalar") return tree.value;
  if (tree.kind === "list") return tree.items.map(jsonOf);
  return jsonOfMap(tree);
}

/** The JSON object of a map. */
export function jsonOfMap(tree: MapTree): JsonObject {
  return Object.fromEntries([...tree.entries].map(([key, { value }]) => [key, jsonOf(value)]));
}

interface Reading {
  readonly source: Source;
  readonly meanwhile: string;
  readonly document: Document.Parsed;
  nodes: number;
  aliases: number;
  readonly diagnostics: Diagnostic[];
}

function toTree(node: YamlNode | null | undefined, reading: Reading, depth: number): Tree | undefined {
  const span = spanOf(node, reading.source);
  const refuse = (message: string): undefined => {
    reading.diagnostics.push(diagnostic("P0701", span, message).withNote(reading.meanwhile));
  };
  if (reading.diagnostics.length > 0) return undefined;
  reading.nodes += 1;
  if (depth > maxDepth) return refuse(`this is nested more than ${maxDepth} deep`);
  if (reading.nodes > maxNodes) return refuse(`with its aliases unfolded this file has more than ${maxNodes} values`);

  if (node === null || node === undefined) return { kind: "scalar", span, value: null };
  if (isAlias(node)) {
    reading.aliases += 1;
    if (reading.aliases > maxAliasCount) return refuse(`this file uses more than ${maxAliasCount} aliases`);
    const meant = node.resolve(reading.document);
    return meant === undefined ? refuse(`no anchor is called \`${node.source}\``) : toTree(meant, reading, depth + 1);
  }
  if (isScalar(node)) {
    const { value } = node;
    const isPlain = value === null || typeof value === "string" || typeof value === "boolean";
    if (isPlain || (typeof value === "number" && Number.isFinite(value))) return { kind: "scalar", span, value };
    return refuse("this is no value that JSON knows");
  }
  if (isSeq(node)) {
    const items = node.items.map((item) => toTree(item as YamlNode, reading, depth + 1));
    return items.includes(undefined) ? undefined : { kind: "list", span, items: items as Tree[] };
  }
  if (isMap(node)) {
    const entries = new Map<string, Entry>();
    for (const pair of node.items) {
      const key = toTree(pair.key as YamlNode | null, reading, depth + 1);
      const value = toTree(pair.value as YamlNode | null, reading, depth + 1);
      if (key === undefined || value === undefined) return undefined;
      if (key.kind !== "scalar" || key.value === null) return refuse("a key is one text");
      const name = String(key.value);
      if (entries.has(name)) return refuse(`the key \`${name}\` stands twice here`);
      entries.set(name, { key: key.span, value: { ...value, span: value.span.start < 0 ? key.span : value.span } });
    }
    return { kind: "map", span, entries };
  }
  return refuse("this is no value that JSON knows");
}

/** A place before the file for what is not written at all; its parent's place is taken then. */
function spanOf(node: YamlNode | null | undefined, source: Source): Span {
  const range = node?.range as Range | null | undefined;
  if (range === null || range === undefined) return { file: source.name, start: -1, end: -1 };
  return { file: source.name, start: range[0], end: range[1] };
}

/** YAML's messages go on with an excerpt, which our renderer draws itself. */
function firstLine(message: string): string {
  return (message.split("\n")[0] ?? message).replace(/ at line \d+, column \d+:?$/, "");
}

import { type Diagnostic, diagnostic, type Span, suggest } from "@mcpolicy/diagnostics";
import type { Located } from "./suite.ts";
import type { Entry, MapTree, Tree } from "./tree.ts";

/** The diagnostics of one reading: each once, however many cases of a matrix meet it. */
export class Problems {
  readonly #found = new Map<string, Diagnostic>();

  constructor(found: readonly Diagnostic[] = []) {
    for (const each of found) this.#keep(each);
  }

  get found(): readonly Diagnostic[] {
    return [...this.#found.values()];
  }

  /** `meant` is the word that was probably meant. */
  add(code: string, span: Span, message: string, meant?: string, help?: string): void {
    let built = diagnostic(code, span, message);
    if (meant !== undefined) {
      built = built.withFix({ title: `did you mean \`${meant}\`?`, span, replacement: meant });
    }
    if (help !== undefined) built = built.withHelp(help);
    this.#keep(built);
  }

  #keep(each: Diagnostic): void {
    this.#found.set(`${each.code} ${each.span.start} ${each.message}`, each);
  }
}

export function mapping(tree: Tree, what: string, problems: Problems): MapTree | undefined {
  if (tree.kind === "map") return tree;
  problems.add("P0703", tree.span, `${what} is a mapping of keys to values, not ${shape(tree)}`);
  return undefined;
}

export function listOf({ value: tree, key }: Entry, what: string, problems: Problems): readonly Tree[] {
  if (tree.kind === "list") return tree.items;
  problems.add("P0703", tree.span.start < 0 ? key : tree.span, `${what} is a list, not ${shape(tree)}`);
  return [];
}

export function knownKeys(map: MapTree, known: readonly string[], what: string, problems: Problems): void {
  for (const [name, { key }] of map.entries) {
    if (known.includes(name)) continue;
    const help = `${what} knows ${known.map((each) => `\`${each}\``).join(", ")}`;
    problems.add("P0702", key, `\`${name}\` means nothing in ${what}`, suggest(name, known), help);
  }
}

export function required(map: MapTree, name: string, what: string, problems: Problems): Entry | undefined {
  const entry = map.entries.get(name);
  if (entry === undefined) problems.add("P0704", map.span, `\`${name}\` is missing: ${what}`);
  return entry;
}

export function textOf(tree: Tree | undefined, what: string, problems: Problems): string | undefined {
  if (tree === undefined) return undefined;
  if (tree.kind === "scalar" && typeof tree.value === "string" && tree.value !== "") return tree.value;
  problems.add("P0703", tree.span, `${what} is a text, not ${shape(tree)}`);
  return undefined;
}

/** One text or a list of them. */
export function texts(entry: Entry | undefined, problems: Problems): readonly Located<string>[] {
  if (entry === undefined) return [];
  const trees = entry.value.kind === "list" ? entry.value.items : [entry.value];
  return trees.flatMap((tree) => {
    const value = textOf(tree, "this", problems);
    return value === undefined ? [] : [{ value, span: tree.span }];
  });
}

export function choice<T>(
  table: Readonly<Record<string, T>>,
  tree: Tree,
  what: string,
  code: string,
  problems: Problems,
): T | undefined {
  const text = textOf(tree, what, problems);
  if (text === undefined) return undefined;
  if (Object.hasOwn(table, text)) return table[text];
  const known = Object.keys(table);
  const help = `${what} is one of ${known.map((each) => `\`${each}\``).join(", ")}`;
  problems.add(code, tree.span, `\`${text}\` is not ${what}`, suggest(text, known), help);
  return undefined;
}

export function flag(entry: Entry | undefined, problems: Problems): boolean {
  if (entry === undefined) return false;
  if (entry.value.kind === "scalar" && typeof entry.value.value === "boolean") return entry.value.value;
  problems.add("P0703", entry.value.span, "`only` is `true` or `false`");
  return false;
}

export function skipReason(entry: Entry | undefined, problems: Problems): string | undefined {
  if (entry === undefined) return undefined;
  const { value: tree } = entry;
  if (tree.kind === "scalar" && typeof tree.value === "string" && tree.value.trim() !== "") return tree.value;
  problems.add("P0713", tree.span, "a skipped test says why", undefined, 'write `skip: "the reason"`');
  return undefined;
}

const milliseconds: Readonly<Record<string, number>> = { s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };

export function durationOf(tree: Tree, problems: Problems): number | undefined {
  const match =
    tree.kind === "scalar" && typeof tree.value === "string" ? /^(\d{1,9})([smhd])$/.exec(tree.value) : null;
  if (match !== null) return Number(match[1]) * milliseconds[match[2]!]!;
  problems.add("P0703", tree.span, "this is no duration", undefined, "write `30s`, `5m`, `1h` or `7d`");
  return undefined;
}

export function shape(tree: Tree): string {
  if (tree.kind === "list") return "a list";
  if (tree.kind === "map") return "a mapping";
  if (tree.value === null) return "nothing";
  return tree.value === "" ? "an empty text" : `a ${typeof tree.value === "string" ? "text" : typeof tree.value}`;
}

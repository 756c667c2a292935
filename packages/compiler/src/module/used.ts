import {
  commandGlobs,
  isRecord,
  type JsonObject,
  type OperandIr,
  resourcePattern,
  type Type,
  type Value,
} from "@mcpolicy/core";

/** What of the kernel conditions and types use, beside what their code names. */
export interface Used {
  /** Kinds of types that something is read as. */
  readonly types: Set<string>;
  /** Sources of patterns. */
  readonly globs: Set<string>;
  readonly expressions: Set<string>;
  /** Whether some glob is known only when it is asked for: one with holes, one that the caller brings. */
  openGlobs: boolean;
  /** The same of expressions; and whether one is looked for anywhere in a text, for which there are no tables. */
  openExpressions: boolean;
  /** Built-in detectors, by name. */
  readonly detectors: Set<string>;
  /** What schemas use: keywords wherever their names stand, formats, patterns. */
  readonly keywords: Set<string>;
  readonly formats: Set<string>;
  readonly foreign: Set<string>;
}

/** What is used by rules and declarations, as data (whatever looks like a type or a pattern counts), and by schemas. */
export function usedBy(parts: readonly unknown[], schemas: readonly JsonObject[]): Used {
  const used: Used = {
    types: new Set(),
    globs: new Set(),
    expressions: new Set(),
    openGlobs: false,
    openExpressions: false,
    detectors: new Set(),
    keywords: new Set(),
    formats: new Set(),
    foreign: new Set(),
  };
  for (const part of parts) look(part, used);
  for (const schema of schemas) lookInSchema(schema, used);
  return used;
}

function look(part: unknown, used: Used): void {
  if (typeof part !== "object" || part === null) return;
  const { kind, glob } = part as Partial<Record<string, unknown>>;
  if (typeof kind === "string") used.types.add(kind);
  if (kind === "resource" && typeof glob === "string") {
    used.types.add("glob").add("path").add("string");
    used.globs.add(resourcePattern(glob));
  }
  if (kind === "constant" && "as" in part) lookInConstant(part as OperandIr & { readonly kind: "constant" }, used);
  if ((kind === "reference" || kind === "text" || kind === "field") && "as" in part) lookAtRead(part.as as Type, used);
  for (const each of Object.values(part)) look(each, used);
}

function lookInConstant({ as, value }: Extract<OperandIr, { readonly kind: "constant" }>, used: Used): void {
  if (as.kind === "list") {
    const all = Array.isArray(value) ? value : [value];
    for (const each of all) lookInConstant({ kind: "constant", as: as.element, value: each as Value }, used);
  }
  if (as.kind === "glob") used.globs.add(String(value));
  if (as.kind === "regex") used.expressions.add(String(value));
  if (as.kind === "command") for (const each of commandGlobs(String(value))) used.globs.add(each);
  if (as.kind === "detector") {
    if (typeof value === "string") used.detectors.add(value);
    else used.openExpressions = true;
  }
}

/** At the type of what is read while a request is decided. */
function lookAtRead(as: Type, used: Used): void {
  if (as.kind === "list") lookAtRead(as.element, used);
  if (as.kind === "union") for (const member of as.members) lookAtRead(member, used);
  if (as.kind === "glob" || as.kind === "command") used.openGlobs = true;
  if (as.kind === "regex" || as.kind === "detector") used.openExpressions = true;
}

function lookInSchema(part: unknown, used: Used): void {
  if (typeof part !== "object" || part === null) return;
  for (const [name, value] of Object.entries(part)) {
    used.keywords.add(name);
    if (name === "format" && typeof value === "string") used.formats.add(value);
    if (name === "pattern" && typeof value === "string") used.foreign.add(value);
    if (name === "patternProperties" && isRecord(value)) for (const each of Object.keys(value)) used.foreign.add(each);
    if (name === "x-mcpolicy-path") {
      used.types.add("path").add("list").add("glob");
      const { like = [] } = (isRecord(value) ? value : {}) as { readonly like?: string | readonly string[] };
      for (const each of typeof like === "string" ? [like] : like) used.globs.add(each);
    }
    lookInSchema(value, used);
  }
}

import type { JsonObject, Value } from "@mcpolicy/core";
import { durationOf, knownKeys, listOf, mapping, type Problems, shape, textOf, texts } from "./expect-tree.ts";
import type { Facts, Located } from "./suite.ts";
import { type Entry, jsonOf, jsonOfMap, type MapTree, type Tree } from "./tree.ts";

/** What a step brings beside its arguments: proofs of duties, and the answer that the server gives if the call is let through. */
export interface Brought {
  readonly proofs: Proofs;
  readonly result: Located<GivenResult> | undefined;
  /** What the host supplies with that answer. */
  readonly resultContext: Facts;
}

/** Proofs as a fixture says them. */
export interface Proofs {
  /** Names of principals that approved this very call; the caller's own is a confirmation. */
  readonly approvedBy: readonly Located<string>[];
  readonly mfa: boolean;
  readonly justification: boolean;
  readonly duties: readonly string[];
  /** Proofs with the same id are the same proof; without one each step brings its own. */
  readonly id: string | undefined;
  /** Milliseconds before the call at which they were given. */
  readonly ago: number;
}

/** What a server answers: a result of MCP's `tools/call`. */
export interface GivenResult {
  readonly content?: readonly JsonObject[];
  readonly structuredContent?: Value;
  readonly isError?: boolean;
  readonly _meta?: JsonObject;
}

/** The keys of a test or step that this file reads. */
export const broughtKeys = ["approved-by", "proofs", "result", "result-context"] as const;

const keys = {
  proofs: ["mfa", "justification", "duties", "id", "ago"],
  result: ["content", "structuredContent", "isError", "_meta"],
} as const;

/** What a step says under `approved-by`, `proofs`, `result` and `result-context`. */
export function broughtOf(step: MapTree, problems: Problems): Brought {
  const proofs = step.entries.get("proofs");
  const said = proofs && mapping(proofs.value, "`proofs`", problems);
  if (said !== undefined) knownKeys(said, keys.proofs, "`proofs`", problems);
  const get = (key: (typeof keys.proofs)[number]): Entry | undefined => said?.entries.get(key);
  const ago = get("ago");
  const id = get("id");
  const result = step.entries.get("result");
  const given = result && resultOf(result.value, problems);
  const supplied = step.entries.get("result-context");
  const resultContext = factsOf(supplied, "`result-context`", problems);
  if (supplied !== undefined && result === undefined) {
    problems.add("P0710", supplied.key, "nothing is answered: facts come with a `result`");
  }
  return {
    proofs: {
      approvedBy: texts(step.entries.get("approved-by"), problems),
      mfa: isTrue(get("mfa"), "`mfa`", problems),
      justification:
        get("justification") !== undefined &&
        textOf(get("justification")?.value, "a justification", problems) !== undefined,
      duties: texts(get("duties"), problems).map(({ value }) => value),
      id: id && textOf(id.value, "the id of a proof", problems),
      ago: (ago && durationOf(ago.value, problems)) ?? 0,
    },
    result: given && { value: given, span: result.key },
    resultContext,
  };
}

/** Facts by their names, as the host supplies them. */
export function factsOf(entry: Entry | undefined, what: string, problems: Problems): Facts {
  const map = entry && mapping(entry.value, what, problems);
  return new Map(
    [...(map?.entries ?? [])].map(([name, { key, value }]) => [name, { value: jsonOf(value), span: key }]),
  );
}

/** A result of a tool, as a step gives it or expects it. */
export function resultOf(tree: Tree, problems: Problems): GivenResult | undefined {
  const map = mapping(tree, "a result", problems);
  if (map === undefined) return undefined;
  knownKeys(map, keys.result, "a result", problems);
  const [content, structured, isError, meta] = keys.result.map((key) => map.entries.get(key));
  const blocks = content && listOf(content, "`content`", problems);
  const marks = meta && mapping(meta.value, "`_meta`", problems);
  return {
    ...(blocks && { content: blocks.flatMap((block): readonly JsonObject[] => blockOf(block, problems)) }),
    ...(structured && { structuredContent: jsonOf(structured.value) }),
    ...(isError && { isError: isTrue(isError, "`isError`", problems) }),
    ...(marks && { _meta: jsonOfMap(marks) }),
  };
}

function blockOf(tree: Tree, problems: Problems): readonly JsonObject[] {
  const map = mapping(tree, "a block of `content`", problems);
  return map === undefined ? [] : [jsonOfMap(map)];
}

function isTrue(entry: Entry | undefined, what: string, problems: Problems): boolean {
  if (entry === undefined) return false;
  if (entry.value.kind === "scalar" && typeof entry.value.value === "boolean") return entry.value.value;
  problems.add("P0703", entry.value.span, `${what} is \`true\` or \`false\`, not ${shape(entry.value)}`);
  return false;
}

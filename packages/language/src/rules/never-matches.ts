import { compileGlob, compileRegex, type Dfa, intersect, isEmpty, read, type Value } from "@mcpolicy/core";
import { type Diagnostic, diagnostic, type Span } from "@mcpolicy/diagnostics";
import type { Operations } from "../ast.ts";
import { textOf } from "../scope.ts";
import type { TypedOperand } from "../typed.ts";
import { type PossibleTexts, possibleTexts, resourceUris } from "./possible-texts.ts";
import type { Linted } from "./rule.ts";
import { atomsOf, type TypedAtom } from "./typed-atoms.ts";

/**
 * A pattern or text that nothing of what it is held against can ever be: a glob from no root against paths, a word that is none of
 * an enumeration, a regular expression of no text at all. It is dead weight, and in a `deny` most likely a hole.
 */
export function* neverMatches({ statements, heads, scope }: Linted): Iterable<Diagnostic> {
  const seen = new Map<string, Finding | undefined>();
  const sets = new Map<string, Dfa | undefined>();
  for (const atom of atomsOf(heads)) {
    for (const test of testsOf(atom.operand)) {
      for (const { key, finding } of judged(test, atom, scope, sets)) {
        // A capability's condition, or that of several tools, is dead only where it is so wherever it counts.
        if (!seen.has(key) || finding === undefined) seen.set(key, finding);
      }
    }
  }
  for (const finding of seen.values()) {
    if (finding === undefined) continue;
    const { span, pattern, subject, why, instead } = finding;
    const found = diagnostic("P0414", span, `${pattern} matches nothing that ${subject} can be`)
      .withNote(why)
      .withNote("the test is never true by it, neither to allow nor to deny");
    yield instead === undefined ? found.withHelp("mend the pattern, or leave the test out") : found.withHelp(instead);
  }
  yield* deadResources(statements);
}

interface Finding {
  readonly span: Span;
  readonly pattern: string;
  readonly subject: string;
  readonly why: string;
  readonly instead: string | undefined;
}

type Test = TypedOperand & { readonly kind: "apply" };

/** The tests of texts in an atom: an `apply` of two operands of which one is written out. */
function testsOf(operand: TypedOperand): readonly Test[] {
  return operand.kind === "apply" && operand.operands.length === 2 && Object.hasOwn(patterns, operand.operator.id)
    ? [operand]
    : [];
}

/** How an operator's constant is a set of texts. */
// biome-ignore format: table
const patterns: Readonly<Record<string, (text: string) => Dfa | undefined>> = {
  "like":        globSet,
  "like-url":    globSet,
  "like-name":   globSet,
  "matches":     regexSet,
  "equal":       (text) => regexSet(literal(text)),
  "in-list":     (text) => regexSet(literal(text)),
  "starts-with": (text) => regexSet(`${literal(text)}.*`),
  "ends-with":   (text) => regexSet(`.*${literal(text)}`),
  "contains":    (text) => regexSet(`.*${literal(text)}.*`),
};

function globSet(text: string): Dfa | undefined {
  const compiled = compileGlob(text);
  return compiled.ok ? compiled.pattern.dfa : undefined;
}

function regexSet(source: string): Dfa | undefined {
  const compiled = compileRegex(source);
  return compiled.ok ? compiled.pattern.dfa : undefined;
}

/** An expression of just this text. */
function literal(text: string): string {
  return [...text].map((each) => `\\u{${each.codePointAt(0)!.toString(16)}}`).join("");
}

/** Each pattern of a test with what is wrong with it in this place, if anything. */
function* judged(
  test: Test,
  atom: TypedAtom,
  scope: Linted["scope"],
  sets: Map<string, Dfa | undefined>,
): Iterable<{ readonly key: string; readonly finding: Finding | undefined }> {
  const [left, right] = test.operands as readonly [TypedOperand, TypedOperand];
  const [subject, constant] = left.kind === "constant" ? [right, left] : [left, right];
  if (constant.kind !== "constant" || subject.kind === "constant") return;
  const id = test.operator.id;
  const texts = textsIn(compared.has(id) ? read(constant.as, constant.value, undefined) : constant.value);
  // A list contains a value, not a piece of text.
  if (texts === undefined || (id === "contains" && subject.as.kind !== "string")) return;
  const possible = possibleTexts(subject, atom, scope);
  const called = `\`${textOf(scope, subject.span)}\``;
  const words = possible.flatMap((each) => (each?.kind === "words" ? [each] : []));
  const keyOf = (text: string) => `${constant.span.file}:${constant.span.start}:${test.span.start}:${text}`;
  if (words.length > 0 && words.length === possible.length) {
    const hit = words.some((each) => each.words.some((word) => holds(test, subject, word)));
    const pattern = `\`${textOf(scope, constant.span)}\``;
    const finding = { span: constant.span, pattern, subject: called, why: words[0]!.why, instead: undefined };
    yield { key: keyOf(""), finding: hit ? undefined : finding };
    return;
  }
  for (const text of texts) {
    const known = `${id} ${text}`;
    if (!sets.has(known)) sets.set(known, patterns[id]!(text));
    const set = sets.get(known);
    if (set === undefined) continue;
    const blocking = isEmpty(set) ? [nothing] : possible.map((each) => (excludes(each, set) ? each : undefined));
    const dead = blocking.length > 0 && blocking.every((each) => each !== undefined);
    const pattern = id === "matches" ? `\`/${text}/\`` : `\`${JSON.stringify(text)}\``;
    const why = blocking[0]?.why ?? "";
    const instead = id.startsWith("like") ? fromTheRoot(text, id, possible) : undefined;
    yield {
      key: keyOf(text),
      finding: dead ? { span: constant.span, pattern, subject: called, why, instead } : undefined,
    };
  }
}

const nothing = { why: "no text matches it, whatever it is held against" };

/** Operators whose constant is read as what it is compared with, so that two spellings of one path are the same. */
const compared: ReadonlySet<string> = new Set(["equal", "in-list"]);

function textsIn(value: Value | undefined): readonly string[] | undefined {
  const list = (Array.isArray(value) ? value : [value]) as readonly (Value | undefined)[];
  return list.every((each) => typeof each === "string") ? list : undefined;
}

/** Whether the test is true of this text, by the operator's own row. */
function holds(test: Test, subject: TypedOperand, text: string): boolean {
  const values = test.operands.map((each) =>
    each.kind === "constant" ? read(each.as, each.value, undefined) : read(subject.as, text, "/"),
  );
  // What cannot be read so is nothing to judge by.
  if (values.some((value) => value === undefined)) return true;
  return test.operator.evaluate(...(values as never[])) === true;
}

function excludes(possible: PossibleTexts | undefined, pattern: Dfa): boolean {
  if (possible?.kind !== "set") return false;
  const known = excluded.get(pattern)?.get(possible.set);
  if (known !== undefined) return known;
  const common = intersect(possible.set, pattern);
  const excludesAll = common !== undefined && isEmpty(common);
  excluded.set(pattern, (excluded.get(pattern) ?? new Map()).set(possible.set, excludesAll));
  return excludesAll;
}

/** A shared constant stands in many rules, and is looked at once. */
const excluded = new WeakMap<Dfa, Map<Dfa, boolean>>();

/** What was most likely meant by a glob that begins with no root or scheme. */
function fromTheRoot(glob: string, id: string, possible: readonly (PossibleTexts | undefined)[]): string | undefined {
  const bare = glob.replace(/^\.?\/+|^\*(?=\*[^/])/, "");
  const starts = id === "like" ? [`**/${bare}`] : id === "like-url" ? [`https://${bare}`, `https://${bare}/**`] : [];
  const fitting = [...starts, `${glob}/`, `${glob}/**`].find((candidate) => {
    const set = globSet(candidate);
    return set !== undefined && !isEmpty(set) && possible.every((each) => !excludes(each, set));
  });
  if (fitting === undefined) return undefined;
  return id === "like"
    ? `write the path in full; in any folder it is \`${JSON.stringify(fitting)}\``
    : `did you mean \`${JSON.stringify(fitting)}\`?`;
}

/** Globs of resources in operations. */
function* deadResources(statements: Linted["statements"]): Iterable<Diagnostic> {
  const written = statements.flatMap((statement): readonly Operations[] => {
    if (statement.kind === "capability") return statement.entries.map((entry) => entry.operations);
    return "operations" in statement ? [statement.operations] : [];
  });
  for (const operation of written.flatMap(({ include, except }) => [...include, ...except])) {
    if (operation.kind !== "resource" || operation.glob.value.includes("%")) continue;
    const set = globSet(operation.glob.value);
    if (set === undefined || !excludes(resourceUris, set)) continue;
    yield diagnostic("P0414", operation.glob.span, "this matches the URI of no resource")
      .withNote(resourceUris.why)
      .withNote("nothing is said about any resource by it")
      .withHelp("write the URI as the server lists it, or begin with `**`");
  }
}

import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, hasErrors, renderText, Source, type Span, suggest } from "@mcpolicy/diagnostics";
import { jsonOf, Problems, readTree, shape, type Tree } from "@mcpolicy/testing";
import { Ajv2020, type ErrorObject } from "ajv/dist/2020.js";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import type { Session } from "../session.ts";
import { configSchema } from "./schema.ts";
import type { Config } from "./types.ts";

/**
 * What a configuration file says; or the exit code, after standard error was told where it does not say what it should. `path` is as it is shown.
 * Throws a UsageError where the file cannot be read.
 */
export function configAt(session: Session, path: string): Config | ExitCode {
  let text: string;
  try {
    text = readFileSync(resolve(session.cwd, path), "utf8");
  } catch (problem) {
    throw new UsageError(`cannot read ${path}: ${(problem as Error).message}`);
  }
  const source = new Source(path, text);
  const { config, diagnostics } = readConfig(source);
  if (config !== undefined) return config;
  session.err.write(renderText(diagnostics, new Map([[path, source]]), { color: session.err.color }));
  return exitCodes.invalid;
}

/** Holds a configuration against its schema. There is none where there is an error. */
export function readConfig(source: Source): {
  readonly config: Config | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { tree, diagnostics } = readTree(source, "nothing is started");
  const problems = new Problems(diagnostics);
  if (tree === undefined) return { config: undefined, diagnostics: problems.found };
  const value = jsonOf(tree);
  const ajv = new Ajv2020({ allErrors: true, verbose: true, strict: true, strictRequired: false, ownProperties: true });
  const validate = ajv.compile(configSchema);
  validate(value);
  for (const error of validate.errors ?? []) report(error, tree, problems);
  return { config: hasErrors(problems.found) ? undefined : (value as Config), diagnostics: problems.found };
}

type Parts = Readonly<Record<string, unknown>>;

/** What is said of a keyword that does not hold; keywords that only gather others' errors say nothing. */
const words: Readonly<Record<string, (what: string, error: ErrorObject, tree: Tree) => string>> = {
  type: (what, { schema }, tree) => `${what} is ${kinds[String(schema)] ?? `of type ${schema}`}, not ${shape(tree)}`,
  enum: (what, { schema }) => `${what} is one of ${listed(schema as readonly string[])}`,
  pattern: (what, { data }) => `${what} cannot be ${JSON.stringify(data)}`,
  minLength: (what) => `${what} is empty`,
  minItems: (what) => `${what} is empty`,
  minimum: (what, { schema }) => `${what} is ${schema} at least`,
  maximum: (what, { schema }) => `${what} is ${schema} at most`,
  exclusiveMinimum: (what, { schema }) => `${what} is more than ${schema}`,
};

const kinds: Readonly<Record<string, string>> = {
  object: "an object",
  array: "a list",
  string: "a text",
  boolean: "`true` or `false`",
  integer: "a whole number",
  number: "a number",
};

function report(error: ErrorObject, root: Tree, problems: Problems): void {
  const { keyword, params, instancePath, parentSchema = {} } = error;
  const path = instancePath.split("/").slice(1).map(unescaped);
  const tree = at(root, path);
  const what = path.length === 0 ? "the configuration" : `\`${path.join(".")}\``;
  if (keyword === "additionalProperties") {
    const name = String((params as Parts)["additionalProperty"]);
    const known = Object.keys((parentSchema as { readonly properties?: object }).properties ?? {});
    const help = `${what} knows ${listed(known)}`;
    problems.add("P0702", keyOf(tree, name), `\`${name}\` means nothing in ${what}`, suggest(name, known), help);
  } else if (keyword === "required" && !isAlternative(error)) {
    problems.add("P0704", tree.span, `\`${(params as Parts)["missingProperty"]}\` is missing in ${what}`);
  } else if (keyword === "oneOf" || keyword === "anyOf") {
    const fields = (error.schema as readonly { readonly required?: readonly string[] }[]).flatMap(
      ({ required }) => required ?? [],
    );
    problems.add("P0704", tree.span, `${what} has ${keyword === "oneOf" ? "exactly one" : "one"} of ${listed(fields)}`);
  } else {
    const said = words[keyword]?.(what, error, tree);
    const { description } = parentSchema as { readonly description?: string };
    if (said !== undefined) problems.add("P0703", tree.span, said, undefined, description);
  }
}

/** Whether it is one branch of a choice, which is told of as a whole. */
function isAlternative({ schemaPath }: ErrorObject): boolean {
  return /\/(?:oneOf|anyOf)\/\d+\//.test(schemaPath);
}

function at(root: Tree, path: readonly string[]): Tree {
  return path.reduce<Tree>((tree, step) => {
    if (tree.kind === "map") return tree.entries.get(step)?.value ?? tree;
    return tree.kind === "list" ? (tree.items[Number(step)] ?? tree) : tree;
  }, root);
}

function keyOf(tree: Tree, name: string): Span {
  return (tree.kind === "map" ? tree.entries.get(name)?.key : undefined) ?? tree.span;
}

/** RFC 6901 §4. */
function unescaped(step: string): string {
  return step.replaceAll("~1", "/").replaceAll("~0", "~");
}

function listed(names: readonly string[]): string {
  return names.map((each) => `\`${each}\``).join(", ");
}

import { type Effect, type Reason, reasons } from "@mcpolicy/core";
import { type Diagnostic, type Source, suggest } from "@mcpolicy/diagnostics";
import { broughtKeys, broughtOf, factsOf, resultOf } from "./duties.ts";
import {
  choice,
  durationOf,
  flag,
  knownKeys,
  listOf,
  mapping,
  Problems,
  required,
  skipReason,
  textOf,
  texts,
} from "./expect-tree.ts";
import { combinations, type Said } from "./matrix.ts";
import type { Action, Ask, Caller, Case, Expectation, Located, Step, Suite } from "./suite.ts";
import { type Entry, jsonOf, jsonOfMap, type MapTree, readTree, type Tree } from "./tree.ts";

/**
 * A fixture file to its suite (cli.md, "Fixtures"). Everything that the format does not know is an error with its place; where there
 * is any error there is no suite, so that no malformed test passes. Names are held against the policy by `checkSuite`.
 */
export function readFixture(source: Source): {
  readonly suite: Suite | undefined;
  readonly diagnostics: readonly Diagnostic[];
} {
  const { tree, diagnostics } = readTree(source);
  const problems = new Problems(diagnostics);
  const suite = tree === undefined ? undefined : toSuite(source, tree, problems);
  return { suite: problems.found.length > 0 ? undefined : suite, diagnostics: problems.found };
}

/** What an operation of a test is called, and how its value is read. */
const actions: Readonly<Record<string, (tree: Tree, problems: Problems) => Action | undefined>> = {
  call: (tree, problems) => named("tool", tree, problems),
  prompt: (tree, problems) => named("prompt", tree, problems),
  read: resource,
  completion: (tree, problems) => ofServer("completion", tree, problems),
  sampling: (tree, problems) => ofServer("sampling", tree, problems),
  elicitation: (tree, problems) => ofServer("elicitation", tree, problems),
  roots: (tree, problems) => ofServer("roots", tree, problems),
  list: (tree, problems) => {
    const of = choice({ tools: "tool", prompts: "prompt" } as const, tree, "what a list is of", "P0703", problems);
    return of === undefined ? undefined : { kind: "list", of };
  },
};

const askKeys = ["as", ...Object.keys(actions), "with", "context", ...broughtKeys, "expect"];
const keys = {
  file: ["policy", "principals", "context", "tests"],
  test: ["name", "only", "skip", "each", "steps", ...askKeys],
  row: ["name", ...askKeys],
  step: ["wait", ...askKeys],
  read: ["server", "uri"],
  decision: ["decision", "rules", "reason", "because", "violations", "missing", "result"],
  names: ["includes", "excludes"],
} as const;

/** Keys whose lists make a matrix. */
const spread = ["as", ...Object.keys(actions)];

const effects: Readonly<Record<Effect, Effect>> = {
  allow: "allow",
  deny: "deny",
  ask: "ask",
  invalid: "invalid",
  unauthenticated: "unauthenticated",
};

const reasonsByName = Object.fromEntries(reasons.map((reason) => [reason, reason])) as Record<Reason, Reason>;

// ---------------------------------------------------------------------------------------------------------------- the file

function toSuite(source: Source, tree: Tree, problems: Problems): Suite | undefined {
  const file = mapping(tree, "a fixture file", problems);
  if (file === undefined) return undefined;
  knownKeys(file, keys.file, "a fixture file", problems);
  const policies = texts(required(file, "policy", "the policy that is tested", problems), problems);
  const principals = callers(file.entries.get("principals"), problems);
  const context = factsOf(file.entries.get("context"), "`context`", problems);
  const tests = required(file, "tests", "the list of tests", problems);
  const cases =
    tests === undefined ? [] : listOf(tests, "`tests`", problems).flatMap((test) => casesOf(test, problems));
  if (tests?.value.kind === "list" && tests.value.items.length === 0) {
    problems.add("P0705", tests.key, "this file has no test");
  }
  for (const each of cases) {
    for (const step of each.steps) if (step.kind === "ask") checkCaller(step, principals, problems);
  }
  return { source, policies, principals, context, cases };
}

function callers(entry: Entry | undefined, problems: Problems): ReadonlyMap<string, Caller> {
  const found = new Map<string, Caller>();
  const map = entry && mapping(entry.value, "`principals`", problems);
  for (const [name, { key, value }] of map?.entries ?? []) {
    const caller = mapping(value, `the principal \`${name}\``, problems);
    if (caller === undefined) continue;
    const id = textOf(required(caller, "id", `the id of \`${name}\``, problems)?.value, "an id", problems);
    const roles = texts(caller.entries.get("roles"), problems);
    const attributes = new Map(
      [...caller.entries]
        .filter(([attribute]) => attribute !== "id" && attribute !== "roles")
        .map(([attribute, { key: span, value: tree }]) => [attribute, { value: jsonOf(tree), span }]),
    );
    if (id !== undefined) found.set(name, { span: key, id, roles, attributes });
  }
  return found;
}

function checkCaller(step: Ask, principals: ReadonlyMap<string, Caller>, problems: Problems): void {
  for (const { value: name, span } of [step.as, ...step.brought.proofs.approvedBy]) {
    if (name === null || principals.has(name)) continue;
    problems.add("P0706", span, `no principal is called \`${name}\``, suggest(name, principals.keys()));
  }
}

// ---------------------------------------------------------------------------------------------------------------- the tests

function casesOf(tree: Tree, problems: Problems): readonly Case[] {
  const test = mapping(tree, "a test", problems);
  if (test === undefined) return [];
  knownKeys(test, keys.test, "a test", problems);
  const name = textOf(required(test, "name", "the name of the test", problems)?.value, "a name", problems) ?? "?";
  const only = flag(test.entries.get("only"), problems);
  const skip = skipReason(test.entries.get("skip"), problems);
  if (test.entries.has("each") && test.entries.has("steps")) {
    problems.add("P0703", test.entries.get("each")!.key, "a test has either a table (`each`) or `steps`");
  }
  const table = { rows: rowsOf(test, "each", keys.row, problems), steps: rowsOf(test, "steps", keys.step, problems) };
  for (const map of [test, ...(table.rows ?? [])]) noEmptyList(map, problems);
  return combinations(test, name, table, spread).map((combination) => ({
    name: combination.name,
    span: combination.span,
    only,
    skip,
    steps: combination.steps.flatMap((step) => stepOf(step, problems)),
  }));
}

function rowsOf(
  test: MapTree,
  name: "each" | "steps",
  known: readonly string[],
  problems: Problems,
): readonly MapTree[] | undefined {
  const entry = test.entries.get(name);
  if (entry === undefined) return undefined;
  const what = name === "each" ? "a row of `each`" : "a step";
  const rows = listOf(entry, `\`${name}\``, problems).flatMap((tree) => mapping(tree, what, problems) ?? []);
  if (entry.value.kind === "list" && rows.length === 0)
    problems.add("P0705", entry.key, `\`${name}\` is empty: nothing is tested`);
  for (const row of rows) knownKeys(row, known, what, problems);
  return rows;
}

/** An empty list would be a matrix of no case. */
function noEmptyList(map: MapTree, problems: Problems): void {
  for (const key of spread) {
    const entry = map.entries.get(key);
    if (entry?.value.kind === "list" && entry.value.items.length === 0) {
      problems.add("P0705", entry.key, `\`${key}\` is empty: nothing is tested`);
    }
  }
}

function stepOf({ whole, own }: Said, problems: Problems): readonly Step[] {
  const wait = own.entries.get("wait");
  if (wait === undefined) return askOf(whole, setsClock(own), problems) ?? [];
  if (own.entries.size > 1) problems.add("P0702", wait.key, "a step that waits does nothing else");
  const duration = durationOf(wait.value, problems);
  return duration === undefined ? [] : [{ kind: "wait", span: own.span, duration }];
}

function setsClock(step: MapTree): boolean {
  const context = step.entries.get("context")?.value;
  return context?.kind === "map" && context.entries.has("time");
}

function askOf(step: MapTree, setsTime: boolean, problems: Problems): readonly Ask[] | undefined {
  const as = callerOf(required(step, "as", "who asks; `null` for a caller without a valid token", problems), problems);
  const action = actionOf(step, problems);
  const args = step.entries.get("with");
  const given = args && mapping(args.value, "`with`", problems);
  const expected = required(step, "expect", "what is to come of it", problems);
  const isList = step.entries.has("list");
  const brought = broughtOf(step, problems);
  const expect = expected && (isList ? namesOf(expected, problems) : decisionOf(expected, problems));
  if (isList && args !== undefined) problems.add("P0702", args.key, "a list takes no arguments");
  for (const key of isList ? broughtKeys : []) {
    const entry = step.entries.get(key);
    if (entry !== undefined) problems.add("P0710", entry.key, `a list takes no \`${key}\`: nothing is let through`);
  }
  if (expect?.kind === "decision" && expect.result !== undefined && brought.result === undefined) {
    const help = "write `result: { content: [{ type: text, text: … }] }` beside `expect`: what the server answers";
    problems.add("P0710", expect.span, "a result is expected, and the step gives none", undefined, help);
  }
  if (as === undefined || action === undefined || expect === undefined) return undefined;
  const context = factsOf(step.entries.get("context"), "`context`", problems);
  return [
    {
      kind: "ask",
      span: step.span,
      as,
      action,
      with: given && { value: jsonOfMap(given), span: args.key },
      context,
      setsTime,
      brought,
      expect,
    },
  ];
}

function callerOf(entry: Entry | undefined, problems: Problems): Located<string | null> | undefined {
  if (entry === undefined) return undefined;
  const { value: tree } = entry;
  if (tree.kind === "scalar" && (tree.value === null || typeof tree.value === "string")) {
    return { value: tree.value, span: tree.span };
  }
  problems.add("P0703", tree.span, "`as` names a principal, or is `null` for a caller without a valid token");
  return undefined;
}

function actionOf(step: MapTree, problems: Problems): Located<Action> | undefined {
  const found = Object.keys(actions).filter((key) => step.entries.has(key));
  const [key, second] = found;
  if (key === undefined) {
    const known = Object.keys(actions).map((each) => `\`${each}\``);
    problems.add("P0704", step.span, "nothing is asked for", undefined, `say one of ${known.join(", ")}`);
    return undefined;
  }
  if (second !== undefined) {
    problems.add(
      "P0703",
      step.entries.get(second)!.key,
      `one thing at a time: here stand \`${key}\` and \`${second}\``,
    );
    return undefined;
  }
  const { value } = step.entries.get(key)!;
  const action = actions[key]!(value, problems);
  return action && { value: action, span: value.span };
}

/** `server.name`; a name may hold further dots. */
function named(kind: "tool" | "prompt", tree: Tree, problems: Problems): Action | undefined {
  const text = textOf(tree, `the ${kind} as \`server.name\``, problems);
  if (text === undefined) return undefined;
  const dot = text.indexOf(".");
  if (dot > 0 && dot < text.length - 1) {
    return { kind: "request", operation: { kind, server: text.slice(0, dot), name: text.slice(dot + 1) } };
  }
  problems.add("P0703", tree.span, `a ${kind} is written \`server.name\``);
  return undefined;
}

function resource(tree: Tree, problems: Problems): Action | undefined {
  const map = mapping(tree, "`read`", problems);
  if (map === undefined) return undefined;
  knownKeys(map, keys.read, "`read`", problems);
  const server = textOf(required(map, "server", "the server", problems)?.value, "a server", problems);
  const uri = textOf(required(map, "uri", "the URI of the resource", problems)?.value, "a URI", problems);
  if (server === undefined || uri === undefined) return undefined;
  return { kind: "request", operation: { kind: "resource", server, uri } };
}

function ofServer(
  kind: "completion" | "sampling" | "elicitation" | "roots",
  tree: Tree,
  problems: Problems,
): Action | undefined {
  const server = textOf(tree, "the server", problems);
  return server === undefined ? undefined : { kind: "request", operation: { kind, server } };
}

// --------------------------------------------------------------------------------------------------------- the expectations

function decisionOf({ value: tree }: Entry, problems: Problems): Expectation | undefined {
  const bare = {
    kind: "decision",
    span: tree.span,
    rules: undefined,
    because: undefined,
    violations: undefined,
    missing: undefined,
    result: undefined,
  } as const;
  if (tree.kind === "scalar") {
    const effect = effectOf(tree, problems);
    return effect === undefined ? undefined : { ...bare, effect, reason: undefined };
  }
  const map = mapping(tree, "`expect`", problems);
  if (map === undefined) return undefined;
  knownKeys(map, keys.decision, "`expect`", problems);
  const decision = required(map, "decision", "the decision", problems);
  const effect = decision && effectOf(decision.value, problems);
  const reason = map.entries.get("reason");
  if (effect === undefined) return undefined;
  const given = (key: "because" | "violations" | "missing"): readonly string[] | undefined =>
    map.entries.has(key) ? texts(map.entries.get(key), problems).map(({ value }) => value) : undefined;
  const result = map.entries.get("result");
  return {
    ...bare,
    effect,
    reason: reason && choice(reasonsByName, reason.value, "a reason", "P0709", problems),
    rules: map.entries.has("rules") ? texts(map.entries.get("rules"), problems) : undefined,
    because: given("because"),
    violations: given("violations"),
    missing: given("missing"),
    result: result && resultOf(result.value, problems),
  };
}

function effectOf(tree: Tree, problems: Problems): Effect | undefined {
  return choice(effects, tree, "a decision", "P0709", problems);
}

function namesOf({ value: tree, key }: Entry, problems: Problems): Expectation | undefined {
  const map = mapping(tree, "what a list is to hold", problems);
  if (map === undefined) return undefined;
  knownKeys(map, keys.names, "the `expect` of a list", problems);
  const includes = texts(map.entries.get("includes"), problems);
  const excludes = texts(map.entries.get("excludes"), problems);
  if (includes.length + excludes.length === 0) {
    problems.add(
      "P0704",
      key,
      "the list is held against nothing",
      undefined,
      "name tools below `includes` or `excludes`",
    );
  }
  return { kind: "names", span: tree.span, includes, excludes };
}

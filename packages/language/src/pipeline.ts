import { type Diagnostic, diagnostic, hasErrors, type Source } from "@mcpolicy/diagnostics";
import type { Check, Policy, Statement } from "./ast.ts";
import { checkLets } from "./check-lets.ts";
import { checkNarrows } from "./check-narrows.ts";
import { checkAssert, checkRules, headsOf } from "./check-rules.ts";
import { checkToSchema } from "./check-to-schema.ts";
import { deploymentOf } from "./deployment.ts";
import type { Files } from "./files.ts";
import { loadFiles } from "./imports.ts";
import { mentionsIn } from "./mentions.ts";
import { collector, type Report } from "./report.ts";
import { resolve } from "./resolve.ts";
import { lints } from "./rules/index.ts";
import type { CheckedPolicy } from "./typed.ts";

/** What becomes of a policy's files. */
export interface Checked {
  /** Undefined where there is any error: a policy with an error builds nothing. */
  readonly policy: CheckedPolicy | undefined;
  /** The syntax of each file that counts, recovered where it has errors. */
  readonly syntax: readonly Policy[];
  /** By name: policies and pin files. */
  readonly sources: ReadonlyMap<string, Source>;
  /** By file and place. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * Reads the entries and all that they import, looks every name up, types every condition and looks for what is worth saying. Reports
 * all that it finds in one run. `now` (epoch milliseconds) is for findings about dates; without it there are none.
 */
export function checkPolicy(
  entries: readonly string[],
  files: Files,
  { now }: { readonly now?: number } = {},
): Checked {
  return checkEntries(entries, files, now, [], new Map());
}

/** `trail` holds the entries of the policies that this one is narrowed by, `known` what became of those that they name. */
function checkEntries(
  entries: readonly string[],
  files: Files,
  now: number | undefined,
  trail: readonly string[],
  known: Map<string, Checked>,
): Checked {
  const { syntax, statements, sources, diagnostics } = loadFiles(entries, files);
  const { report, found } = collector();
  for (const each of diagnostics) report(each);
  checkEditions(statements, report);

  const scope = resolve(statements, sources, files, report);
  checkLets(scope, report);
  const rules = checkRules(statements, scope, report);
  const checks = statements
    .filter((each): each is Check => each.kind === "check")
    .flatMap((each) => checkToSchema(each, scope, report) ?? []);
  const below = new Map<string, Checked>();
  const check = (path: string): CheckedPolicy | undefined => {
    const checked = known.get(path) ?? checkEntries([path], files, undefined, [...trail, ...entries], known);
    known.set(path, checked);
    below.set(path, checked);
    for (const each of checked.diagnostics) if (each.severity === "error") report(each);
    return checked.policy;
  };
  const narrows = checkNarrows(statements, scope, files, { trail: [...trail, ...entries], check }, report);
  const deployment = deploymentOf(statements, scope, report);
  const asserts = statements.flatMap((each) => (each.kind === "assert" ? [checkAssert(each, scope, report)] : []));

  if (!hasErrors(found)) {
    const linted = {
      statements,
      syntax,
      sources,
      scope,
      rules: rules.rules,
      heads: headsOf(rules),
      mentions: mentionsIn(statements),
      checks,
      deployment,
      narrows,
      now,
    };
    for (const lint of lints) for (const each of lint(linted)) report(each);
  }
  const policy: CheckedPolicy = {
    sources: [...sources.values()],
    servers: [...scope.servers.values()].map((server) => server.checked),
    roles: scope.closure,
    principal: scope.principal,
    claims: scope.claims,
    context: scope.context,
    resultContext: scope.resultContext,
    ...rules,
    narrows,
    deployment,
    checks,
    asserts,
  };
  const all = new Map([...sources, ...[...below.values()].flatMap((each) => [...each.sources])]);
  return {
    policy: hasErrors(found) ? undefined : policy,
    syntax: [...syntax, ...[...below.values()].flatMap((each) => each.syntax)],
    sources: all,
    diagnostics: inOrder(found, [...all.keys()]),
  };
}

function checkEditions(statements: readonly Statement[], report: Report): void {
  for (const statement of statements) {
    if (statement.kind !== "edition" || statement.edition === 1) continue;
    report(
      diagnostic("P0217", statement.span, `this version knows edition 1 of the language, not ${statement.edition}`)
        .withNote("what another edition says must not be guessed: the policy builds nothing")
        .withHelp("write `mcpolicy 1`, or use a version that knows this edition"),
    );
  }
}

/** By the order in which files were read, then by place; what stands at one place stays in the order in which it was found. */
function inOrder(found: readonly Diagnostic[], files: readonly string[]): readonly Diagnostic[] {
  const rank = new Map(files.map((file, index) => [file, index]));
  const rankOf = (each: Diagnostic): number => rank.get(each.span.file) ?? files.length;
  return [...found].sort((a, b) => rankOf(a) - rankOf(b) || a.span.start - b.span.start);
}

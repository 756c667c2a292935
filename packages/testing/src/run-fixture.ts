import { type Diagnostic, diagnostic, hasErrors, Source } from "@mcpolicy/diagnostics";
import { checkPolicy, type Files } from "@mcpolicy/language";
import { checkSuite } from "./check-suite.ts";
import { readFixture } from "./fixture.ts";
import { type CaseResult, runSuite, type Subject, subjectOf } from "./run.ts";
import type { Suite } from "./suite.ts";

/** What became of one fixture file. Where a diagnostic is an error no case ran. */
export interface FixtureRun {
  readonly file: string;
  readonly sources: ReadonlyMap<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
  readonly cases: readonly CaseResult[];
  /** Milliseconds, compilation included. */
  readonly duration: number;
}

/** Policies compiled in one run, by their files: several fixtures often test the same. */
export type Prepared = Map<string, PreparedPolicy>;

/** A policy made ready to test; without a subject where it has errors. */
export interface PreparedPolicy {
  readonly subject: Subject | undefined;
  readonly sources: ReadonlyMap<string, Source>;
  readonly diagnostics: readonly Diagnostic[];
}

/** Reads and runs the fixture file at `path`, and tells `observe` each decision. Never throws on what a file says. */
export function runFixture(
  path: string,
  files: Files,
  prepared: Prepared = new Map(),
  observe?: Subject["observe"],
): FixtureRun {
  const began = performance.now();
  const text = files.read(path);
  const source = new Source(path, text ?? "");
  const ended = (
    rest: Pick<FixtureRun, "diagnostics" | "cases">,
    sources?: ReadonlyMap<string, Source>,
  ): FixtureRun => ({
    file: path,
    sources: new Map([...(sources ?? []), [path, source]]),
    ...rest,
    duration: performance.now() - began,
  });
  if (text === undefined) {
    const missing = diagnostic("P0701", { file: path, start: 0, end: 0 }, "there is no such fixture file");
    return ended({ diagnostics: [missing], cases: [] });
  }
  const { suite, diagnostics } = readFixture(source);
  if (suite === undefined) return ended({ diagnostics, cases: [] });

  const policy = prepare(suite, path, files, prepared);
  if (policy.subject === undefined) {
    return ended({ diagnostics: [...diagnostics, ...policy.diagnostics], cases: [] }, policy.sources);
  }
  const found = [...diagnostics, ...checkSuite(suite, policy.subject.checked)];
  const cases = hasErrors(found) ? [] : runSuite(suite, { ...policy.subject, ...(observe && { observe }) });
  return ended({ diagnostics: found, cases }, policy.sources);
}

function prepare(suite: Suite, path: string, files: Files, prepared: Prepared): PreparedPolicy {
  const entries = suite.policies.map(({ value }) => files.join(path, value));
  const missing = suite.policies.filter((_, index) => files.read(entries[index]!) === undefined);
  if (missing.length > 0) {
    const diagnostics = missing.map(({ value, span }) => diagnostic("P0712", span, `there is no policy \`${value}\``));
    return { subject: undefined, sources: new Map(), diagnostics };
  }
  const key = JSON.stringify(entries);
  const policy = prepared.get(key) ?? check(entries, files);
  prepared.set(key, policy);
  if (policy.subject !== undefined) return policy;
  const [first] = suite.policies;
  const refused = diagnostic("P0712", first!.span, `\`${first!.value}\` has errors, so that there is nothing to test`);
  return { ...policy, diagnostics: [refused, ...policy.diagnostics] };
}

function check(entries: readonly string[], files: Files): PreparedPolicy {
  const { policy, sources, diagnostics } = checkPolicy(entries, files);
  const errors = diagnostics.filter(({ severity }) => severity === "error");
  return { subject: policy && subjectOf(policy), sources, diagnostics: errors };
}

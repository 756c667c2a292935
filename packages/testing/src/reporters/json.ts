import { diagnosticJson } from "@mcpolicy/diagnostics";
import type { FixtureRun } from "../run-fixture.ts";
import { exitCodeOf, isInvalid, totalsOf } from "../totals.ts";
import type { Reporter } from "./reporter.ts";

/** For programs: `test-fixtures/schema/test-report.schema.json`. */
export const json: Reporter = (runs) => {
  const summary = totalsOf(runs);
  const report = {
    mcpolicyTestReport: 1,
    exitCode: exitCodeOf(summary),
    summary: { ...summary, duration: rounded(summary.duration) },
    files: runs.map(fileOf),
  };
  return `${JSON.stringify(report, undefined, 2)}\n`;
};

function fileOf(run: FixtureRun): object {
  const lineOf = (start: number): number => run.sources.get(run.file)?.position(start).line ?? 0;
  return {
    file: run.file,
    status: isInvalid(run) ? "invalid" : "ran",
    duration: rounded(run.duration),
    diagnostics: run.diagnostics.map((each) => diagnosticJson(each, run.sources)),
    cases: run.cases.map(({ name, span, status, skipped, failures, duration }) => ({
      name,
      line: lineOf(span.start),
      status,
      ...(skipped === undefined ? {} : { skipped }),
      duration: rounded(duration),
      failures: failures.map((failure) => ({
        line: lineOf(failure.span.start),
        expected: failure.expected,
        got: failure.got,
        ...(failure.decision === undefined ? {} : { decision: failure.decision }),
      })),
    })),
  };
}

function rounded(milliseconds: number): number {
  return Math.round(milliseconds * 100) / 100;
}

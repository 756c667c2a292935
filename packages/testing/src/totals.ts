import { hasErrors } from "@mcpolicy/diagnostics";
import type { CaseResult, Status } from "./run.ts";
import type { FixtureRun } from "./run-fixture.ts";

/** What a run comes to. */
export interface Totals {
  readonly files: number;
  /** Files with an error, of which nothing ran. */
  readonly invalid: number;
  readonly cases: number;
  readonly passed: number;
  readonly failed: number;
  readonly skipped: number;
  readonly internal: number;
  /** Milliseconds. */
  readonly duration: number;
}

/** Adds up a run. */
export function totalsOf(runs: readonly FixtureRun[]): Totals {
  const cases = runs.flatMap((run) => run.cases);
  const count = (status: Status): number => cases.filter((each: CaseResult) => each.status === status).length;
  return {
    files: runs.length,
    invalid: runs.filter(isInvalid).length,
    cases: cases.length,
    passed: count("passed"),
    failed: count("failed"),
    skipped: count("skipped"),
    internal: count("internal"),
    duration: runs.reduce((sum, run) => sum + run.duration, 0),
  };
}

/** Whether a file was refused. */
export function isInvalid(run: FixtureRun): boolean {
  return hasErrors(run.diagnostics);
}

/**
 * The exit code of cli.md: 3 a bug of ours, 2 a fixture or policy is invalid, 1 a case failed, 5 no case ran, 0 all that ran passed.
 */
export function exitCodeOf({ internal, invalid, failed, passed }: Totals): 0 | 1 | 2 | 3 | 5 {
  if (internal > 0) return 3;
  if (invalid > 0) return 2;
  if (failed > 0) return 1;
  return passed === 0 ? 5 : 0;
}

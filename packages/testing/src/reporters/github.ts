import { renderGithub, workflowCommand } from "@mcpolicy/diagnostics";
import type { CaseResult } from "../run.ts";
import type { FixtureRun } from "../run-fixture.ts";
import { failureLines } from "./failure-lines.ts";
import type { Reporter } from "./reporter.ts";

/** GitHub workflow commands: each finding and each failed case becomes an annotation at its line. */
export const github: Reporter = (runs) =>
  runs
    .map((run) => renderGithub(run.diagnostics, run.sources) + run.cases.map((each) => caseOf(each, run)).join(""))
    .join("");

function caseOf({ name, span, status, failures }: CaseResult, run: FixtureRun): string {
  if (status === "passed" || status === "skipped") return "";
  const line = run.sources.get(run.file)?.position(span.start).line;
  const title = status === "internal" ? `a bug of mcpolicy: ${name}` : name;
  const lines = failures.flatMap((failure) => failureLines(failure, run.sources));
  return `${workflowCommand("error", { file: run.file, line, title }, lines)}\n`;
}

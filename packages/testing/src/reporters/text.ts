import { printable, renderText } from "@mcpolicy/diagnostics";
import { type CaseResult, skippedByOnly } from "../run.ts";
import type { FixtureRun } from "../run-fixture.ts";
import { totalsOf } from "../totals.ts";
import { failureLines } from "./failure-lines.ts";
import type { Reporter } from "./reporter.ts";

/** For people at a terminal. Everything that policies, fixtures and servers say is escaped. */
export const text: Reporter = (runs, { color }) => {
  const paint = (code: string, shown: string): string => (color ? `\u001b[${code}m${shown}\u001b[0m` : shown);
  const lines = runs.flatMap((run) => [
    ...diagnosticsOf(run, color),
    ...run.cases.flatMap((each) => caseLines(each, run, paint)),
    ...fileLine(run),
  ]);
  const totals = totalsOf(runs);
  const counts = [
    ...(totals.internal > 0 ? [`${totals.internal} internal`] : []),
    ...(totals.invalid > 0 ? [`${totals.invalid} ${totals.invalid === 1 ? "file" : "files"} invalid`] : []),
    ...(totals.failed > 0 ? [`${totals.failed} failed`] : []),
    ...(totals.skipped > 0 ? [`${totals.skipped} skipped`] : []),
    `${totals.passed} passed`,
  ];
  const sum = counts.join(", ");
  const good = totals.failed + totals.internal + totals.invalid === 0 && totals.passed > 0;
  return `${[...lines, ` ${paint(good ? "32" : "31", sum)}`].join("\n")}\n`;
};

type Paint = (code: string, shown: string) => string;

function diagnosticsOf(run: FixtureRun, color: boolean): readonly string[] {
  return run.diagnostics.length === 0 ? [] : [renderText(run.diagnostics, run.sources, { color }).trimEnd()];
}

const titles = { failed: " FAIL ", internal: " BUG  " } as const;

function caseLines(result: CaseResult, run: FixtureRun, paint: Paint): readonly string[] {
  const { status, span, name, skipped } = result;
  const place = `${printable(run.file)}:${run.sources.get(run.file)?.position(span.start).line ?? 0}`;
  if (status === "passed") return [];
  if (status === "skipped") {
    // One `only` skips much: said once for the file.
    return skipped === skippedByOnly
      ? []
      : [`${paint("33", " SKIP ")} ${place}  ${printable(name)}: ${printable(skipped ?? "")}`];
  }
  const details = result.failures.flatMap((failure) => failureLines(failure, run.sources));
  return [`${paint("31", titles[status])} ${place}  ${printable(name)}`, ...details.map((line) => `   ${line}`)];
}

function fileLine(run: FixtureRun): readonly string[] {
  const passed = run.cases.filter(({ status }) => status === "passed").length;
  const byOnly = run.cases.filter(({ skipped }) => skipped === skippedByOnly).length;
  const only = byOnly > 0 ? `   (${byOnly} skipped: a test says \`only\`)` : "";
  return run.cases.length === 0
    ? []
    : [`${String(passed).padStart(3)} passed   ${printable(run.file)}   ${Math.round(run.duration)} ms${only}`];
}

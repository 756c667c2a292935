import { printable } from "@mcpolicy/diagnostics";
import type { CaseResult } from "../run.ts";
import type { FixtureRun } from "../run-fixture.ts";
import { totalsOf } from "../totals.ts";
import { failureLines } from "./failure-lines.ts";
import type { Reporter } from "./reporter.ts";

/** JUnit XML as Jenkins reads it: one suite a file. A file that is invalid is one case in error. */
export const junit: Reporter = (runs) => {
  const { cases, failed, internal, invalid, skipped, duration } = totalsOf(runs);
  const attributes = attributesOf({
    name: "policy test",
    tests: cases + invalid,
    failures: failed,
    errors: internal + invalid,
    skipped,
    time: seconds(duration),
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites${attributes}>\n${runs.map(suiteOf).join("")}</testsuites>\n`;
};

function suiteOf(run: FixtureRun): string {
  const { cases, failed, internal, invalid, skipped, duration } = totalsOf([run]);
  const attributes = attributesOf({
    name: run.file,
    tests: cases + invalid,
    failures: failed,
    errors: internal + invalid,
    skipped,
    time: seconds(duration),
  });
  const broken = invalid === 0 ? "" : refusedFile(run);
  return `<testsuite${attributes}>\n${broken}${run.cases.map((each) => caseOf(each, run)).join("")}</testsuite>\n`;
}

function refusedFile(run: FixtureRun): string {
  const errors = run.diagnostics.filter(({ severity }) => severity === "error");
  const lines = errors.map(({ code, span, message }) => {
    const position = run.sources.get(span.file)?.position(span.start);
    return `${code} ${span.file}:${position?.line ?? 0}:${position?.column ?? 0} ${message}`;
  });
  const attributes = { classname: run.file, name: "the file is valid", file: run.file, time: "0" };
  const [first] = errors;
  const error = element("error", { message: first?.message ?? "", type: first?.code ?? "" }, [bodyOf(lines)]);
  return element("testcase", attributes, [error]);
}

const elements = { failed: "failure", internal: "error" } as const;

function caseOf({ name, span, status, skipped, failures, duration }: CaseResult, run: FixtureRun): string {
  const line = run.sources.get(run.file)?.position(span.start).line ?? 0;
  const attributes = { classname: run.file, name, file: run.file, line, time: seconds(duration) };
  if (status === "passed") return element("testcase", attributes, []);
  if (status === "skipped")
    return element("testcase", attributes, [element("skipped", { message: skipped ?? "" }, [])]);
  const [first] = failures;
  const message = first === undefined ? "" : `expected ${first.expected}, got ${first.got}`;
  const details = failures.flatMap((failure) => failureLines(failure, run.sources));
  return element("testcase", attributes, [element(elements[status], { message, type: status }, [bodyOf(details)])]);
}

type Attributes = Readonly<Record<string, string | number>>;

function element(name: string, attributes: Attributes, children: readonly string[]): string {
  const open = `<${name}${attributesOf(attributes)}`;
  return children.length === 0 ? `${open}/>\n` : `${open}>${children.join("")}</${name}>\n`;
}

function attributesOf(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join("");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

/** XML 1.0 has no way to write a control character, so they become visible escapes, line breaks too. */
function escapeXml(text: string): string {
  return printable(text).replace(/[&<>"']/g, (char) => entities[char]!);
}

/** Our own lines, each escaped. */
function bodyOf(lines: readonly string[]): string {
  return lines.map(escapeXml).join("\n");
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

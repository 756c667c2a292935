import type { Diagnostic, Severity } from "./diagnostic.ts";
import { printable } from "./printable.ts";
import type { Source } from "./source.ts";

/** https://docs.github.com/actions/reference/workflow-commands-for-github-actions */
const command: Readonly<Record<Severity, string>> = { error: "error", warning: "warning", info: "notice" };

/** One workflow command a line. */
export function renderGithub(diagnostics: readonly Diagnostic[], sources: ReadonlyMap<string, Source>): string {
  return diagnostics.map((each) => `${one(each, sources)}\n`).join("");
}

/**
 * A GitHub workflow command: `::error file=…,line=…::message`. Properties that are undefined are left out; everything is
 * escaped, so that no text can start a command of its own.
 */
export function workflowCommand(
  severity: Severity,
  properties: Readonly<Record<string, string | number | undefined>>,
  lines: readonly string[],
): string {
  const given = Object.entries(properties).filter(([, value]) => value !== undefined);
  const list = given.map(([key, value]) => `${key}=${escapeProperty(printable(String(value)))}`).join(",");
  return `::${command[severity]}${list === "" ? "" : ` ${list}`}::${lines.map((line) => escapeData(printable(line))).join("%0A")}`;
}

function one(diagnostic: Diagnostic, sources: ReadonlyMap<string, Source>): string {
  const { span } = diagnostic;
  const source = sources.get(span.file);
  const start = source?.position(span.start);
  const end = source?.position(span.end);
  const sameLine = start?.line === end?.line;
  return workflowCommand(
    diagnostic.severity,
    {
      file: span.file,
      line: start?.line,
      endLine: end?.line,
      // GitHub ignores an annotation that has columns but spans several lines.
      col: sameLine ? start?.column : undefined,
      endColumn: sameLine ? end?.column : undefined,
      title: diagnostic.code,
    },
    [
      diagnostic.message,
      ...(diagnostic.label === "" ? [] : [diagnostic.label]),
      ...diagnostic.notes.flatMap((note) => `note: ${note}`.split("\n")),
      ...diagnostic.help.flatMap((help) => `help: ${help}`.split("\n")),
      ...(diagnostic.fix === undefined ? [] : [`fix: ${diagnostic.fix.title}`]),
    ],
  );
}

function escapeData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

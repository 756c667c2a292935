import { writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { type Diagnostic, diagnosticJson, hasErrors, printable, renderText, Source } from "@mcpolicy/diagnostics";
import { format } from "@mcpolicy/language";
import { Command } from "commander";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { filesBelow } from "../files.ts";
import { allowEmptyFlag } from "../flags.ts";
import { type Destination, formatOption, report } from "../output.ts";
import { filesAt, policyFiles } from "../paths.ts";
import type { Session } from "../session.ts";

interface Flags {
  readonly check?: boolean;
  readonly format: readonly Destination[];
  readonly allowEmpty?: boolean;
}

/** `policy fmt`: the canonical form. A file with syntax errors stays as it is. */
export function fmtCommand(session: Session): Command {
  return new Command("fmt")
    .argument("[path...]", "policies, folders or globs")
    .option("--check", "write nothing; exit with 1 where a file is not in its canonical form")
    .option(...allowEmptyFlag)
    .addOption(formatOption(["text", "json"]))
    .addHelpText("after", "\nExample: policy fmt policies --check")
    .action(async (paths: readonly string[], flags: Flags) => session.exit(await fmt(session, paths, flags)));
}

interface Formatted {
  readonly file: string;
  readonly outcome: "invalid" | "canonical" | "changed";
}

async function fmt(session: Session, paths: readonly string[], flags: Flags): Promise<ExitCode> {
  const found = await filesAt(paths, policyFiles, session.cwd);
  if (found.length === 0) {
    session.err.write("no policy found: there is no *.mcpolicy file here\n");
    return flags.allowEmpty ? exitCodes.fine : exitCodes.empty;
  }

  const sources = new Map<string, Source>();
  const diagnostics: Diagnostic[] = [];
  const files = filesBelow(session.cwd);
  const formatted = found.map((file): Formatted => {
    const text = files.read(file);
    if (text === undefined) throw new UsageError(`cannot read ${file}`);
    const source = new Source(file, text);
    sources.set(file, source);
    const result = format(source);
    diagnostics.push(...result.diagnostics.filter((each) => each.severity === "error"));
    const canonical = result.text;
    if (canonical === undefined) return { file, outcome: "invalid" };
    holds(canonical, file);
    if (canonical === text) return { file, outcome: "canonical" };
    if (!flags.check) write(resolve(session.cwd, file), file, canonical);
    return { file, outcome: "changed" };
  });

  const said = {
    invalid: "is invalid: left as it is",
    changed: flags.check ? "is not in its canonical form" : "written",
  };
  report(session, flags.format, {
    text: ({ color }) =>
      renderText(diagnostics, sources, { color }) +
      formatted
        .flatMap(({ file, outcome }) => (outcome === "canonical" ? [] : [`${printable(file)} ${said[outcome]}\n`]))
        .join(""),
    json: () =>
      `${JSON.stringify({ files: formatted, diagnostics: diagnostics.map((each) => diagnosticJson(each, sources)) }, null, 2)}\n`,
  });

  if (hasErrors(diagnostics)) return exitCodes.invalid;
  const isUntidy = flags.check === true && formatted.some(({ outcome }) => outcome === "changed");
  return isUntidy ? exitCodes.findings : exitCodes.fine;
}

/** A formatter that changes what a policy says would be a disaster: the text must read back, and print the same. */
function holds(canonical: string, file: string): void {
  if (format(new Source(file, canonical)).text === canonical) return;
  throw new Error(`the canonical form of ${file} does not read back as the same policy; the file was left as it is`);
}

function write(path: string, shown: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (problem) {
    throw new UsageError(`cannot write ${shown}: ${(problem as Error).message}`);
  }
}

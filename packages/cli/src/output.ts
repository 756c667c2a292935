import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { suggest } from "@mcpolicy/diagnostics";
import { Option } from "commander";
import { UsageError } from "./exit-codes.ts";
import type { Session } from "./session.ts";

/** The forms that a report can take. `stream` ones are lines for people or CI; of the others only one fits on standard output. */
const formats = {
  text: { stream: true },
  github: { stream: true },
  json: { stream: false },
  junit: { stream: false },
  markdown: { stream: false },
} as const;

export type Format = keyof typeof formats;

/** One `--format NAME[=FILE]`. */
export interface Destination {
  readonly format: Format;
  /** Undefined: standard output. */
  readonly file: string | undefined;
}

/** How to write a report in each form that a command has. Each gives a whole text, ending in a newline unless empty. */
export type Renderers = { readonly [F in Format]?: (options: { readonly color: boolean }) => string };

/** The option `--format`, which may stand several times. Wrong values throw a UsageError. */
export function formatOption(supported: readonly Format[]): Option {
  return new Option("--format <name[=file]>", `how to report: ${supported.join(", ")}; may stand several times`)
    .default([], "text")
    .argParser((value: string, before: readonly Destination[]) => {
      const next = [...before, destination(value, supported)];
      const whole = next.filter((each) => each.file === undefined && !formats[each.format].stream);
      if (whole.length > 1) {
        throw new UsageError(
          `--format ${whole.map((each) => each.format).join(" and ")} cannot share standard output; give one a file: --format ${whole[1]!.format}=FILE`,
        );
      }
      return next;
    });
}

function destination(value: string, supported: readonly Format[]): Destination {
  const [, name = "", file] = /^([^=]*)(?:=(.*))?$/s.exec(value)!;
  const format = supported.find((each) => each === name);
  if (format === undefined) {
    const near = suggest(name, supported);
    const hint = near === undefined ? "" : `; did you mean \`${near}\`?`;
    throw new UsageError(`this command has no format \`${name}\` (it has ${supported.join(", ")})${hint}`);
  }
  if (file === "") throw new UsageError(`--format ${name}= needs a file name`);
  return { format, file };
}

/**
 * Writes a report to each destination, as text to standard output where there is none. While a JSON or XML document has standard
 * output, people's text goes to standard error. Throws a UsageError where a file cannot be written.
 */
export function report(session: Session, destinations: readonly Destination[], renderers: Renderers): void {
  const chosen = destinations.length === 0 ? [{ format: "text", file: undefined } as const] : destinations;
  const isTaken = chosen.some((each) => each.file === undefined && !formats[each.format].stream);
  for (const { format, file } of chosen) {
    const render = renderers[format]!;
    if (file !== undefined) {
      save(resolve(session.cwd, file), file, render({ color: false }));
      continue;
    }
    const channel = isTaken && formats[format].stream ? session.err : session.out;
    channel.write(render({ color: channel.color && format === "text" }));
  }
}

function save(path: string, shown: string, text: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, text);
  } catch (problem) {
    throw new UsageError(`cannot write ${shown}: ${(problem as Error).message}`);
  }
}

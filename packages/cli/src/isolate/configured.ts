import { dirname, join, resolve } from "node:path";
import type { IsolationSettings, NetworkTarget } from "@mcpolicy/compiler";
import { hasErrors, renderText, Source } from "@mcpolicy/diagnostics";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { filesBelow, shownPath } from "../files.ts";
import { projectFolder } from "../paths.ts";
import type { Session } from "../session.ts";
import { readIsolationSettings } from "./settings.ts";

/** The section `isolate` of a configuration file. */
export interface ConfiguredIsolation {
  readonly settings: IsolationSettings;
  readonly target: NetworkTarget | undefined;
  /** The folder that the files are written to, absolute. */
  readonly folder: string | undefined;
}

/**
 * Of the file that is named, else of the nearest `mcpolicy.config.json`, else what holds without one; or the exit code, after standard
 * error was told what is wrong. `servers` are the names that the policy knows. Throws a UsageError where a file that is named cannot be
 * read.
 */
export function configuredIsolation(
  session: Session,
  config: string | undefined,
  servers: readonly string[],
): ConfiguredIsolation | ExitCode {
  const path = resolve(session.cwd, config ?? join(projectFolder(session.cwd), "mcpolicy.config.json"));
  const name = shownPath(path, session.cwd);
  const text = filesBelow(session.cwd).read(name);
  if (text === undefined && config !== undefined) throw new UsageError(`cannot read ${config}`);
  const source = new Source(name, text ?? "{}");
  const { settings, place, problems } = readIsolationSettings(source, servers);
  if (hasErrors(problems.found)) {
    session.err.write(renderText(problems.found, new Map([[name, source]]), { color: session.err.color }));
    return exitCodes.invalid;
  }
  const folder = place.output === undefined ? undefined : resolve(dirname(path), place.output);
  return { settings, target: place.target, folder };
}

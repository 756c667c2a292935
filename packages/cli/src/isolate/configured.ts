import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import type { IsolationSettings, NetworkTarget } from "@mcpolicy/compiler";
import { hasErrors, renderText, Source } from "@mcpolicy/diagnostics";
import { type ExitCode, exitCodes, UsageError } from "../exit-codes.ts";
import { filesBelow, shownPath } from "../files.ts";
import { projectFolder } from "../paths.ts";
import type { Session } from "../session.ts";
import { readIsolationSettings } from "./settings.ts";

/** The section `isolate` of a configuration file. */
export interface ConfiguredIsolation {
  /** For files that lie in this folder: folders of the host are named from there. */
  readonly settingsFor: (folder: string) => IsolationSettings;
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
  const name = configPath(session, config);
  const path = resolve(session.cwd, name);
  const text = filesBelow(session.cwd).read(name);
  if (text === undefined && config !== undefined) throw new UsageError(`cannot read ${config}`);
  const source = new Source(name, text ?? "{}");
  const { settings, place, problems } = readIsolationSettings(source, servers);
  if (hasErrors(problems.found)) {
    session.err.write(renderText(problems.found, new Map([[name, source]]), { color: session.err.color }));
    return exitCodes.invalid;
  }
  const home = dirname(path);
  return {
    settingsFor: (folder) => namedFrom(folder, home, settings),
    target: place.target,
    folder: place.output === undefined ? undefined : resolve(home, place.output),
  };
}

/** The file that is named, else the nearest `mcpolicy.config.json`, there or not: as it is shown. */
export function configPath(session: Session, config: string | undefined): string {
  return shownPath(
    resolve(session.cwd, config ?? join(projectFolder(session.cwd), "mcpolicy.config.json")),
    session.cwd,
  );
}

/** A configuration names folders from where it lies, and compose from where its file does. */
function namedFrom(folder: string, home: string, settings: IsolationSettings): IsolationSettings {
  const renamed = (from: string): string => {
    if (isAbsolute(from)) return from;
    const path = relative(folder, resolve(home, from)).split(sep).join("/");
    return path.startsWith(".") ? path : `./${path}`;
  };
  const servers = Object.entries(settings.servers).map(([name, own]) => {
    const mounts = own.mounts.map((mount) =>
      mount.from === undefined ? mount : { ...mount, from: renamed(mount.from) },
    );
    return [name, { ...own, mounts }];
  });
  return { ...settings, servers: Object.fromEntries(servers) };
}

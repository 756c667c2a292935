import { readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { type IsolationSettings, type NetworkFile, type NetworkTarget, toNetwork } from "@mcpolicy/compiler";
import type { Decision, PolicyIr } from "@mcpolicy/core";
import type { Diagnostic } from "@mcpolicy/diagnostics";
import { type Demands, demandsOf, SettingsError } from "@mcpolicy/identity";
import type { CheckedPolicy, Files } from "@mcpolicy/language";
import type { CaptureSource } from "@mcpolicy/mcp/capture";
import { type FixtureRun, type Prepared, runFixture } from "@mcpolicy/testing";
import { glob } from "tinyglobby";
import type { ProxyConfig } from "../config/types.ts";
import { UsageError } from "../exit-codes.ts";
import { filesBelow, shownPath } from "../files.ts";
import { compare, type PinnedServer, pinnedServers } from "../live/compare.ts";
import { sourcesIn } from "../live/sources.ts";
import type { Ready } from "../load-policy.ts";
import { filesAt, fixtureFiles } from "../paths.ts";
import type { Session } from "../session.ts";
import type { LogSeen } from "./log.ts";

/** What the checks look at: a policy, what was made and written beside it, and what happened under it. */
export interface Deployment {
  readonly checked: CheckedPolicy;
  readonly ir: PolicyIr;
  readonly digest: string;
  /** Findings of `policy check`, those about dates among them. */
  readonly findings: readonly Diagnostic[];
  /** What `token` statements demand together; undefined where there is none, a text where they cannot be meant. */
  readonly demands: Demands | string | undefined;
  /** How `policy proxy` is started; undefined where no configuration says it. */
  readonly proxy: ProxyConfig | undefined;
  readonly tests: Tests;
  readonly isolation: Isolation;
  /** Undefined where no log was named. */
  readonly log: LogSeen | undefined;
  /** What servers define otherwise than it is pinned, one sentence each; undefined where they were not asked. */
  readonly moved: readonly string[] | undefined;
  readonly skills: readonly Skill[];
}

export interface Tests {
  readonly runs: readonly FixtureRun[];
  /** Rules that made some decision in a test, as `FILE ID`. */
  readonly decided: ReadonlySet<string>;
}

export interface Isolation {
  readonly settings: IsolationSettings;
  /** Files that are on disk; undefined where the configuration does not say where they are written. */
  readonly written: { readonly folder: string; readonly files: readonly WrittenFile[] } | undefined;
}

export interface WrittenFile extends NetworkFile {
  readonly isAsWritten: boolean;
}

export interface Skill {
  readonly file: string;
  readonly text: string;
}

/** A rule, as `Tests.decided` names it. */
export function ruleKey(file: string, id: string): string {
  return `${file} ${id}`;
}

export function demandsIn(ir: PolicyIr): Deployment["demands"] {
  try {
    return demandsOf(ir);
  } catch (problem) {
    if (problem instanceof SettingsError) return problem.message;
    throw problem;
  }
}

/** Runs each test file below the paths. */
export async function testsBelow(session: Session, paths: readonly string[]): Promise<Tests> {
  const decided = new Set<string>();
  const observe = ({ rules }: Decision): void => {
    for (const { id, place } of rules) decided.add(ruleKey(place.file, id));
  };
  const prepared: Prepared = new Map();
  const folders = paths.map((path) => (/\.mcpolicy$/.test(path) ? dirname(path) : path));
  const found = await filesAt([...new Set(folders)], fixtureFiles, session.cwd);
  const files = filesBelow(session.cwd);
  return { runs: found.map((file) => runFixture(file, files, prepared, observe)), decided };
}

/** What `policy isolate` would write, against what is there. */
export function writtenIsolation(
  { policy }: Ready,
  settings: IsolationSettings,
  target: NetworkTarget,
  folder: string,
  cwd: string,
): Isolation["written"] {
  const files = toNetwork(policy.ir, target, settings).map((file) => ({
    ...file,
    isAsWritten: textAt(join(folder, file.path)) === file.text,
  }));
  return { folder: shownPath(folder, cwd), files };
}

function textAt(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
}

/** Asks each server that is pinned for its definitions, where the section `servers` of a file says where it is. */
export async function movedServers(session: Session, ready: Ready, config: string): Promise<readonly string[]> {
  const files = filesBelow(session.cwd);
  const sources = sourcesIn(session, config);
  const found: string[] = [];
  for (const server of pinnedServers([...ready.sources.values()], files)) {
    const source = sources.get(server.name);
    if (source === undefined) found.push(`${config} does not say where \`${server.name}\` is`);
    else found.push(...(await movedOf(server, source, files)));
  }
  return found;
}

async function movedOf(server: PinnedServer, source: CaptureSource, files: Files): Promise<readonly string[]> {
  try {
    const { moved } = await compare(server, source, files, []);
    return moved.map(({ what, name, kind }) => `${what} \`${name}\` of \`${server.name}\` ${kinds[kind]}`);
  } catch (problem) {
    if (problem instanceof UsageError) return [problem.message];
    throw problem;
  }
}

const kinds = { changed: "is not what was pinned", new: "is new", gone: "is gone" } as const;

/** Every `SKILL.md` below a folder. */
export async function skillsBelow(folder: string, cwd: string): Promise<readonly Skill[]> {
  const found = await glob("**/SKILL.md", { cwd: resolve(cwd, folder), absolute: true, ignore: "**/node_modules/**" });
  return found.sort().map((file) => ({ file: relative(cwd, file), text: readFileSync(file, "utf8") }));
}

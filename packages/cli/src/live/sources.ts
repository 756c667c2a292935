import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { CaptureSource } from "@mcpolicy/mcp/capture";
import { childEnvironment } from "@mcpolicy/mcp/stdio";
import { UsageError } from "../exit-codes.ts";
import type { Session } from "../session.ts";

/** How long a server may take for an answer, in milliseconds: `npx` may have to fetch it first. */
const PATIENCE = 60_000;

/** A program on stdio, in this folder, with the usual allow-list of variables. */
export function sourceOfCommand(session: Session, [command = "", ...args]: readonly string[]): CaptureSource {
  return { command, args, cwd: session.cwd, env: childEnvironment(session.env), timeout: PATIENCE };
}

/** Whether a text means an endpoint rather than a file. */
export function isUrl(text: string): boolean {
  return /^https?:\/\//i.test(text);
}

/** An endpoint of Streamable HTTP. Throws a UsageError where it is none. */
export function sourceOfUrl(text: string): CaptureSource {
  if (!URL.canParse(text)) throw new UsageError(`${text} is no URL`);
  const { username, password } = new URL(text);
  if (username !== "" || password !== "") {
    throw new UsageError("a URL with credentials would stand in logs; give them as `headers` in a file for --from");
  }
  return { url: text, timeout: PATIENCE };
}

/** The sections under which clients keep their servers: Claude, Cursor and others; VS Code and mcpolicy.config.json. */
const sections = ["mcpServers", "servers"] as const;

/**
 * The servers of a file such as `mcp.json`, by name: `{ "mcpServers": { NAME: { "command", "args", "env", "cwd" } or { "url", "headers" } } }`.
 * `${NAME}` and `${env:NAME}` in values stand for variables. Those of a `mcpolicy.config.json` are started in its folder, others in the current one.
 * Throws a UsageError where the file cannot be read or meant.
 */
export function sourcesIn(session: Session, path: string): ReadonlyMap<string, CaptureSource> {
  const wrong = (why: string): UsageError => new UsageError(`${path}: ${why}`);
  let json: Value;
  try {
    json = JSON.parse(readFileSync(resolve(session.cwd, path), "utf8")) as Value;
  } catch (problem) {
    throw wrong((problem as Error).message);
  }
  const section = isRecord(json) ? sections.find((name) => isRecord((json as JsonObject)[name])) : undefined;
  if (section === undefined) throw wrong('it should hold { "mcpServers": { NAME: { "command": … } } }');
  const entries = Object.entries((json as JsonObject)[section] as JsonObject);
  const home = section === "servers" ? dirname(resolve(session.cwd, path)) : session.cwd;
  return new Map(entries.map(([name, entry]) => [name, sourceOfEntry(session, home, name, entry, wrong)]));
}

function sourceOfEntry(
  session: Session,
  home: string,
  name: string,
  entry: Value,
  wrong: (why: string) => UsageError,
): CaptureSource {
  if (!isRecord(entry)) throw wrong(`\`${name}\` is no object`);
  const known = (text: string): string => withVariables(text, session.env, (why) => wrong(`\`${name}\`: ${why}`));
  const { command, url, cwd } = entry;
  if (typeof url === "string") {
    const headers = texts(entry["headers"], `\`headers\` of \`${name}\``, wrong);
    return { ...sourceOfUrl(known(url)), headers: mapped(headers, known) };
  }
  if (typeof command !== "string") throw wrong(`\`${name}\` has neither \`command\` nor \`url\``);
  const args = entry["args"] ?? [];
  if (!Array.isArray(args) || !args.every((each) => typeof each === "string")) {
    throw wrong(`\`args\` of \`${name}\` are no list of texts`);
  }
  const env = texts(entry["env"], `\`env\` of \`${name}\``, wrong);
  return {
    command: known(command),
    args: args.map(known),
    cwd: typeof cwd === "string" ? resolve(home, known(cwd)) : home,
    env: { ...childEnvironment(session.env), ...mapped(env, known) },
    timeout: PATIENCE,
  };
}

function texts(value: Value | undefined, what: string, wrong: (why: string) => UsageError): Record<string, string> {
  if (value === undefined) return {};
  if (!isRecord(value) || !Object.values(value).every((each) => typeof each === "string")) {
    throw wrong(`${what} is no object of texts`);
  }
  return value as Record<string, string>;
}

function mapped(record: Record<string, string>, change: (text: string) => string): Record<string, string> {
  return Object.fromEntries(Object.entries(record).map(([name, text]) => [name, change(text)]));
}

/** A text with the values of the variables that it names. */
export function withVariables(text: string, env: Session["env"], wrong: (why: string) => UsageError): string {
  return text.replaceAll(/\$\{(?:env:)?([A-Za-z_]\w*)\}/g, (_, name: string) => {
    const value = env[name];
    if (value === undefined) throw wrong(`the variable ${name} is not set`);
    // MCP, "Token Passthrough": what names the caller to us is nothing to a server.
    if (/^MCPOLICY_TOKEN/i.test(name)) throw wrong(`the variable ${name} names the caller, and goes to no server`);
    return value;
  });
}

/** The package that `npx -y NAME@VERSION` and its like run, as far as the command says; nothing of any other command. */
export function packageOf({
  command,
  args = [],
}: {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
}): {
  readonly package?: string;
  readonly version?: string;
} {
  const runner = command.replace(/^.*[\\/]/, "").replace(/\.(cmd|exe)$/i, "");
  const isRunner = ["npx", "bunx", "pnpm", "yarn", "uvx", "pipx"].includes(runner);
  if (!isRunner) return {};
  const name = args.find((each) => !each.startsWith("-") && !["dlx", "exec", "run"].includes(each));
  const found = name === undefined ? null : /^((?:@[^@/]+\/)?[^@/]+)(?:@(.+))?$/.exec(name);
  if (found === null) return {};
  return { package: found[1]!, ...(found[2] === undefined || found[2] === "latest" ? {} : { version: found[2] }) };
}

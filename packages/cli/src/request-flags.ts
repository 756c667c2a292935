import type { Context, JsonObject, Operation, Principal, Request } from "@mcpolicy/core";
import { suggest } from "@mcpolicy/diagnostics";
import type { CheckedPolicy } from "@mcpolicy/language";
import { type Command, Option } from "commander";
import { UsageError } from "./exit-codes.ts";
import { instant, several } from "./flags.ts";
import { jsonObject } from "./json-flag.ts";

/** The flags that describe one request, as `eval` and `explain` take them. */
export interface RequestFlags {
  readonly policy: readonly string[];
  readonly as?: string;
  readonly unauthenticated?: boolean;
  readonly with?: string;
  readonly time?: string;
  readonly context?: string;
  readonly server?: string;
  readonly call?: string;
  readonly prompt?: string;
  readonly read?: string;
  readonly completion?: string;
  readonly sampling?: string;
  readonly elicitation?: string;
  readonly roots?: string;
}

type OperationFlag = "call" | "prompt" | "read" | "completion" | "sampling" | "elicitation" | "roots";

/** Each way to name an operation, and how its value is read. */
const operations: Readonly<Record<OperationFlag, (value: string, server: () => string) => Operation>> = {
  call: (value) => ({ kind: "tool", ...dotted("--call", value) }),
  prompt: (value) => ({ kind: "prompt", ...dotted("--prompt", value) }),
  read: (uri, server) => ({ kind: "resource", server: server(), uri }),
  completion: (server) => ({ kind: "completion", server }),
  sampling: (server) => ({ kind: "sampling", server }),
  elicitation: (server) => ({ kind: "elicitation", server }),
  roots: (server) => ({ kind: "roots", server }),
};

/** Adds the flags to a command. */
export function withRequestFlags(command: Command): Command {
  return command
    .option("--policy <path>", "policy, folder or glob; all of them are one policy", several, [])
    .option("--as <caller>", "the caller: JSON, @FILE, or a list such as id=dev@example.com,roles=reader,lead")
    .option("--unauthenticated", "a caller without a valid token")
    .option("--call <server.tool>", "the tool that is called")
    .option("--prompt <server.name>", "the prompt that is got")
    .option("--read <uri>", "the resource that is read")
    .addOption(new Option("--server <name>", "the server of --read, where the policy has several"))
    .option("--completion <server>", "argument completion by a server")
    .option("--sampling <server>", "sampling by a server")
    .option("--elicitation <server>", "elicitation by a server")
    .option("--roots <server>", "roots for a server")
    .option("--with <json>", "the arguments: JSON or @FILE", "{}")
    .option("--time <instant>", "when, as 2026-11-22T10:00:00Z; now unless said")
    .option("--context <json>", "further facts: JSON or @FILE");
}

/** The request that the flags describe. Throws a UsageError where they do not describe exactly one. */
export function requestOf(flags: RequestFlags, policy: CheckedPolicy, cwd: string): Request {
  return {
    principal: principalOf(flags, cwd),
    operation: operationOf(flags, policy),
    arguments: jsonObject("--with", flags.with ?? "{}", cwd),
    context: contextOf(flags, cwd),
  };
}

/** What a request names that the policy does not have: no error, since such requests come and are decided, but perhaps a slip. */
export function strangers(request: Request, policy: CheckedPolicy): readonly string[] {
  const { operation, principal } = request;
  const found: string[] = [];
  const check = (what: string, name: string, known: readonly string[]): boolean => {
    if (known.includes(name)) return true;
    const near = suggest(name, known);
    found.push(`the policy knows no ${what} \`${name}\`${near === undefined ? "" : `; did you mean \`${near}\`?`}`);
    return false;
  };
  check(
    "server",
    operation.server,
    policy.servers.map(({ name }) => name),
  );
  const server = policy.servers.find(({ name }) => name === operation.server);
  if (server !== undefined && !server.untyped) {
    const tools = server.tools.map(({ name }) => name);
    if (operation.kind === "tool") check(`tool of server \`${server.name}\` called`, operation.name, tools);
    if (operation.kind === "prompt")
      check(`prompt of server \`${server.name}\` called`, operation.name, server.prompts);
  }
  for (const role of principal?.roles ?? []) check("role", role, Object.keys(policy.roles));
  return found;
}

function principalOf(flags: RequestFlags, cwd: string): Principal | undefined {
  if (flags.unauthenticated) {
    if (flags.as !== undefined) throw new UsageError("either --as or --unauthenticated, not both");
    return undefined;
  }
  if (flags.as === undefined) {
    throw new UsageError("who asks? give --as id=dev@example.com,roles=developer, or --unauthenticated");
  }
  const given = /^\s*[{@]/.test(flags.as) ? jsonObject("--as", flags.as.trim(), cwd) : pairs(flags.as);
  const { id, roles = [], client } = given;
  if (typeof id !== "string" || id === "")
    throw new UsageError("--as needs an id: --as id=dev@example.com,roles=developer");
  if (!Array.isArray(roles) || !roles.every((role): role is string => typeof role === "string")) {
    throw new UsageError("the roles in --as are a list of names");
  }
  if (client !== undefined && typeof client !== "string") throw new UsageError("the client in --as is a text");
  return { ...given, id, roles } as Principal;
}

/** `id=a,roles=b,c`: a part without `=` goes on with the list before it. */
function pairs(text: string): JsonObject {
  const values = new Map<string, string[]>();
  let last: string[] | undefined;
  for (const part of text.split(",")) {
    const [, name, value] = /^\s*([^=]+?)\s*=(.*)$/s.exec(part) ?? [];
    if (name === undefined) {
      if (last === undefined) throw new UsageError(`--as takes JSON or a list such as id=${text},roles=developer`);
      last.push(part.trim());
      continue;
    }
    if (values.has(name)) throw new UsageError(`--as says \`${name}\` twice`);
    last = [value!.trim()];
    values.set(name, last);
  }
  return Object.fromEntries(
    [...values].map(([name, parts]) => {
      if (name === "roles") return [name, parts.filter((part) => part !== "")];
      if (parts.length > 1) throw new UsageError(`in --as only \`roles\` may be a list; write JSON for \`${name}\``);
      return [name, parts[0]!];
    }),
  );
}

function operationOf(flags: RequestFlags, policy: CheckedPolicy): Operation {
  const all = Object.keys(operations) as OperationFlag[];
  const [flag, ...more] = all.filter((name) => flags[name] !== undefined);
  const names = all.map((name) => `--${name}`).join(", ");
  if (flag === undefined) throw new UsageError(`what is asked for? give one of ${names}`);
  if (more.length > 0) throw new UsageError(`one request at a time: --${flag} and --${more[0]} were given`);
  return operations[flag](flags[flag]!, () => {
    const [only, ...others] = policy.servers;
    const server = flags.server ?? (others.length === 0 ? only?.name : undefined);
    if (server === undefined) throw new UsageError("the policy has several servers; say which with --server");
    return server;
  });
}

function dotted(flag: string, value: string): { readonly server: string; readonly name: string } {
  const [, server, name] = /^([^.]+)\.(.+)$/s.exec(value) ?? [];
  if (server === undefined || name === undefined) {
    throw new UsageError(`${flag} takes SERVER.NAME, such as fs.read_text_file, not \`${value}\``);
  }
  return { server, name };
}

function contextOf(flags: RequestFlags, cwd: string): Context {
  const facts = jsonObject("--context", flags.context ?? "{}", cwd);
  if (Object.hasOwn(facts, "time")) throw new UsageError("give the time with --time, not in --context");
  return { ...facts, time: flags.time === undefined ? Date.now() : instant("--time", flags.time) } as Context;
}

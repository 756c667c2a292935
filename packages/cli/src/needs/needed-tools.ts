import { matchesName } from "@mcpolicy/core";
import { suggest } from "@mcpolicy/diagnostics";
import type { CheckedPolicy, CheckedServer } from "@mcpolicy/language";
import type { Asked, AskedServer } from "./asked-tools.ts";

/** A tool that is needed, by the policy's names. */
export interface NeededTool {
  readonly server: string;
  readonly name: string;
  /** How the list spells it. */
  readonly asked: string;
}

export interface Needed {
  readonly tools: readonly NeededTool[];
  /** Names that are no server's tools: a client's own (`Read`, `Bash(git:*)`), of which no policy decides. */
  readonly others: readonly string[];
  /** What cannot be what is meant, one sentence each. */
  readonly problems: readonly string[];
}

/** Looks the names up. Each tool once, in the order in which it is first named. */
export function neededTools({ tools, servers }: Asked, policy: CheckedPolicy): Needed {
  const found = new Map<string, NeededTool>();
  const others: string[] = [];
  const problems: string[] = [];
  for (const asked of [
    ...tools.map((each) => lookUp(each, policy)),
    ...servers.map((each) => ofServer(each, policy)),
  ]) {
    if (asked.kind === "tools") for (const tool of asked.tools) keep(tool, found);
    else if (asked.kind === "other") others.push(asked.name);
    else problems.push(asked.why);
  }
  return { tools: [...found.values()], others, problems };
}

function keep(tool: NeededTool, found: Map<string, NeededTool>): void {
  const key = `${tool.server}.${tool.name}`;
  if (!found.has(key)) found.set(key, tool);
}

type LookedUp =
  | { readonly kind: "tools"; readonly tools: readonly NeededTool[] }
  | { readonly kind: "other"; readonly name: string }
  | { readonly kind: "problem"; readonly why: string };

const problem = (why: string): LookedUp => ({ kind: "problem", why });

/** How a tool of a server is written: as in a policy, and as clients write it. */
const spellings: readonly RegExp[] = [
  /^mcp__(.+?)__(.+)$/,
  /^mcp__(.+)$/,
  /^([A-Za-z_][\w-]*)\.(.+)$/,
  /^([A-Za-z_][\w-]*)[/:](.+)$/,
];

function lookUp(asked: string, policy: CheckedPolicy): LookedUp {
  const bare = asked.replace(/\(.*\)$/s, "");
  for (const spelling of spellings) {
    const [, written, name = "*"] = spelling.exec(bare) ?? [];
    if (written === undefined) continue;
    const server = serverCalled(written, policy);
    if (server !== undefined) return toolsOf(server, name, asked);
    return problem(
      `\`${asked}\`: the policy has no server \`${written}\`${meant(
        written,
        policy.servers.map((each) => each.name),
      )}`,
    );
  }
  return byNameAlone(bare, asked, policy);
}

/** Clients leave out or change what their names may not hold: a server is found whatever stands between its letters and digits. */
function serverCalled(written: string, { servers }: CheckedPolicy): CheckedServer | undefined {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, "");
  const exact = servers.find(({ name }) => name === written);
  const alike = servers.filter(({ name }) => plain(name) === plain(written));
  return exact ?? (alike.length === 1 ? alike[0] : undefined);
}

function toolsOf({ name: server, tools, untyped }: CheckedServer, pattern: string, asked: string): LookedUp {
  const isPattern = pattern.includes("*");
  if (untyped && !isPattern) return { kind: "tools", tools: [{ server, name: pattern, asked }] };
  if (untyped)
    return problem(`\`${asked}\`: what \`${server}\` offers is not pinned, so that nobody knows which tools it means`);
  const names = tools
    .map(({ name }) => name)
    .filter((name) => (isPattern ? matchesName(pattern, name) : name === pattern));
  if (names.length > 0) return { kind: "tools", tools: names.map((name) => ({ server, name, asked })) };
  return problem(
    isPattern
      ? `\`${asked}\`: no tool of \`${server}\` is called so`
      : `\`${asked}\`: \`${server}\` has no tool \`${pattern}\`${meant(
          pattern,
          tools.map((each) => each.name),
        )}`,
  );
}

/** A name without a server: the one tool that is called so, or something that is no tool of a server. */
function byNameAlone(name: string, asked: string, { servers }: CheckedPolicy): LookedUp {
  const having = servers.filter(({ tools }) => tools.some((tool) => tool.name === name));
  const [server] = having;
  if (having.length > 1) {
    return problem(
      `\`${asked}\` may be a tool of ${having.map((each) => `\`${each.name}\``).join(" or ")}: write \`${having[0]?.name}.${name}\``,
    );
  }
  if (server !== undefined) return { kind: "tools", tools: [{ server: server.name, name, asked }] };
  // A client's own tools begin with a capital by custom; a name like those of tools is a slip of the pen.
  const near = /^[A-Z]/.test(name)
    ? undefined
    : suggest(
        name,
        servers.flatMap(({ tools }) => tools.map((tool) => tool.name)),
      );
  return near === undefined
    ? { kind: "other", name: asked }
    : problem(`\`${asked}\` is no tool of any server; did you mean \`${near}\`?`);
}

function ofServer({ name, tools, except }: AskedServer, policy: CheckedPolicy): LookedUp {
  const server = serverCalled(name, policy);
  if (server === undefined)
    return problem(
      `the policy has no server \`${name}\`${meant(
        name,
        policy.servers.map((each) => each.name),
      )}`,
    );
  const all = tools.map((pattern) => toolsOf(server, pattern, `${name}.${pattern}`));
  const wrong = all.find((each) => each.kind === "problem");
  if (wrong !== undefined) return wrong;
  const found = all.flatMap((each) => (each.kind === "tools" ? each.tools : []));
  return { kind: "tools", tools: found.filter((each) => !except.some((pattern) => matchesName(pattern, each.name))) };
}

function meant(written: string, known: readonly string[]): string {
  const near = suggest(written, known);
  return near === undefined ? "" : `; did you mean \`${near}\`?`;
}

import { diagnostic } from "@mcpolicy/diagnostics";
import type { Narrows, Statement } from "./ast.ts";
import { mostNarrowed, reportTooLarge } from "./bounds.ts";
import type { Files } from "./files.ts";
import type { Report } from "./report.ts";
import type { Scope } from "./scope.ts";
import type { CheckedPolicy, CheckedServer } from "./typed.ts";

/** How a policy that another narrows is checked: with names of its own. */
export interface Narrowing {
  /** The files that were entered on the way here. */
  readonly trail: readonly string[];
  /** Undefined where it has errors, which are reported. */
  readonly check: (path: string) => CheckedPolicy | undefined;
}

/** The policies that `narrows` statements name, each once. Pins of a server that both sides declare must be equal. */
export function checkNarrows(
  statements: readonly Statement[],
  scope: Scope,
  files: Files,
  narrowing: Narrowing,
  report: Report,
): readonly CheckedPolicy[] {
  const found = new Map<string, CheckedPolicy | undefined>();
  for (const statement of statements) {
    if (statement.kind !== "narrows") continue;
    const path = files.join(statement.path.span.file, statement.path.value);
    if (found.has(path)) continue;
    found.set(path, checkOne(statement, path, scope, files, narrowing, report));
  }
  return [...found.values()].filter((each) => each !== undefined);
}

function checkOne(
  statement: Narrows,
  path: string,
  scope: Scope,
  files: Files,
  { trail, check }: Narrowing,
  report: Report,
): CheckedPolicy | undefined {
  const { span } = statement.path;
  if (files.read(path) === undefined) {
    report(
      diagnostic("P0211", span, `there is no file \`${path}\``)
        .withNote("a policy with a part missing builds nothing: everything is denied")
        .withHelp("the path is seen from the folder of the file that names it"),
    );
    return undefined;
  }
  if (trail.includes(path)) {
    report(
      diagnostic("P0224", span, `\`${path}\` narrows itself`)
        .withNote([...trail.slice(trail.indexOf(path)), path].map((each) => `\`${each}\``).join(" → "))
        .withHelp("let the wider policy stand by itself; to bring statements in, `import` them"),
    );
    return undefined;
  }
  if (trail.length >= mostNarrowed) {
    reportTooLarge(`${trail.length} policies narrow one another`, span, report);
    return undefined;
  }
  const narrowed = check(path);
  if (narrowed === undefined) return undefined;
  for (const server of narrowed.servers) {
    const own = scope.servers.get(server.name);
    if (own === undefined || own.broken) continue;
    const why = whyDifferent(own.checked, server);
    if (why === undefined) continue;
    report(
      diagnostic("P0225", span, `server \`${server.name}\` is pinned differently in \`${path}\`: ${why}`)
        .at(own.node.name.span, "declared here")
        .withNote("the two policies would decide about different tools of the same name")
        .withHelp("let both name the same pins"),
    );
  }
  if (countOf(narrowed) >= mostNarrowed) reportTooLarge("too many policies narrow one another", span, report);
  return narrowed;
}

function whyDifferent(a: CheckedServer, b: CheckedServer): string | undefined {
  if (a.untyped !== b.untyped) return `there it is ${b.untyped ? "untyped" : "pinned"}`;
  const digests = new Map(b.tools.map((tool) => [tool.name, tool.digest]));
  for (const { name, digest } of a.tools) {
    if (!digests.has(name)) return `there it has no tool \`${name}\``;
    if (digests.get(name) !== digest) return `tool \`${name}\` has another definition there`;
  }
  const more = b.tools.find((tool) => !a.tools.some((each) => each.name === tool.name));
  if (more !== undefined) return `there it has a tool \`${more.name}\``;
  if (!sameNames(a.prompts, b.prompts)) return "there it has other prompts";
  return sameNames(a.resources, b.resources) ? undefined : "there it has other resources";
}

function sameNames(a: readonly string[], b: readonly string[]): boolean {
  return JSON.stringify([...a].sort()) === JSON.stringify([...b].sort());
}

/** The policy and all below it, as often as they are decided. */
function countOf(policy: CheckedPolicy): number {
  return policy.narrows.reduce((count, each) => count + countOf(each), 1);
}

import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A server of which no rule ever speaks: whatever it offers is denied to everybody. */
export function* unusedServer({ scope, heads, statements }: Linted): Iterable<Diagnostic> {
  const reached = new Set([
    ...heads.flatMap((rule) => rule.branches.flatMap((branch) => branch.operations.map((each) => each.server))),
    ...statements.flatMap((each) => (each.kind === "check" ? [each.server.text] : [])),
  ]);
  for (const { node } of scope.servers.values()) {
    const { text, span } = node.name;
    if (reached.has(text)) continue;
    yield diagnostic("P0415", span, `no rule speaks of server \`${text}\``)
      .withNote("all that it offers is denied to everybody")
      .withHelp("write a rule about it, or remove it");
  }
}

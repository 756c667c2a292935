import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";
import { networkIn } from "./url-reach.ts";

/** A server of which no `network` statement speaks, in a policy that speaks of others'. */
export function* unstatedNetwork(linted: Linted): Iterable<Diagnostic> {
  const { statements, scope } = linted;
  if (!statements.some(({ kind }) => kind === "network")) return;
  for (const [server, { node }] of scope.servers) {
    if (networkIn(linted, server) !== undefined) continue;
    yield diagnostic("P0442", node.name.span, `no \`network\` statement speaks of server \`${server}\``)
      .withNote("`policy isolate` gives it no network")
      .withHelp(`say so, \`network ${server} { }\`, or list the hosts that it needs`);
  }
}

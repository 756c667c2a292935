import { endpointText, includes } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import { entriesOf } from "./network-entries.ts";
import type { Linted } from "./rule.ts";

/** An entry that is no list: a server may connect to any host. */
export function* openEgress(linted: Linted): Iterable<Diagnostic> {
  const entries = [...entriesOf(linted)];
  for (const { server, endpoint, span } of entries) {
    if (endpoint.host.kind !== "any") continue;
    const where = endpoint.port === undefined ? "any host, on any port" : `any host on port ${endpoint.port}`;
    const idle = entries.filter(
      (each) => each.server === server && each.span !== span && includes(endpoint, each.endpoint),
    );
    const found = diagnostic("P0441", span, `\`${server}\` may connect to ${where}`).withNote(
      "a server that was taken over, or follows what it has read, can send what it knows to anybody",
    );
    const shown = idle.map((each) => `\`${endpointText(each.endpoint)}\``).join(", ");
    yield (
      idle.length === 0
        ? found
        : found.withNote(`this entry wins over ${shown}: what it lists beside it decides nothing`)
    ).withHelp(
      idle.length === 0 ? "list the hosts that it needs" : "remove this entry, and keep those that list hosts",
    );
  }
}

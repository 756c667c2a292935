import { endpointText } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import { entriesOf, type NetworkEntry } from "./network-entries.ts";
import type { Linted } from "./rule.ts";
import { isInside, passing, type UrlCall, urlCalls } from "./url-reach.ts";

/** An entry to which no allowed call's URL can lead, of a server whose calls take URLs. */
export function* unreachedHost(linted: Linted): Iterable<Diagnostic> {
  const entries = Map.groupBy(entriesOf(linted), ({ server }) => server);
  for (const [server, listed] of entries) {
    const calls = [...urlCalls(linted, server)];
    if (calls.length === 0) continue;
    const closed = listed.filter(({ endpoint }) => endpoint.host.kind !== "any");
    for (const { endpoint, span } of unreached(linted, calls, closed)) {
      yield diagnostic("P0444", span, `no allowed call leads to \`${endpointText(endpoint)}\` by its URL`)
        .withNote(`\`${server}\` may connect there all the same`)
        .withHelp("remove it, if the server does not need it for itself");
    }
  }
}

/** None where there is too much to try. */
function unreached(
  linted: Linted,
  calls: readonly UrlCall[],
  entries: readonly NetworkEntry[],
): readonly NetworkEntry[] {
  let left = entries;
  for (const call of calls) {
    for (const each of passing(
      linted,
      call,
      entries.map(({ endpoint }) => endpoint),
    )) {
      if (each.kind === "too many") return [];
      left = left.filter(({ endpoint }) => !isInside([endpoint], each.held));
      if (left.length === 0) return left;
    }
  }
  return left;
}

import { type Endpoint, endpointText, read } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import { entriesOf } from "./network-entries.ts";
import type { Linted } from "./rule.ts";
import { mostPlaces, placesOf } from "./url-places.ts";
import type { Held } from "./url-possible.ts";
import { isInside, mayPass, namedAbout, type UrlCall, urlCalls } from "./url-reach.ts";

/** An entry to which no allowed call's URL can lead, of a server whose calls take URLs. */
export function* unreachedHost(linted: Linted): Iterable<Diagnostic> {
  const calls = new Map<string, readonly UrlCall[]>();
  for (const { server, endpoint, span } of entriesOf(linted)) {
    const known = calls.get(server) ?? [...urlCalls(linted, server)];
    calls.set(server, known);
    if (known.length === 0 || endpoint.host.kind === "any" || known.some((call) => leadsTo(linted, call, endpoint)))
      continue;
    yield diagnostic("P0444", span, `no allowed call leads to \`${endpointText(endpoint)}\` by its URL`)
      .withNote(`\`${server}\` may connect there all the same`)
      .withHelp("remove it, if the server does not need it for itself");
  }
}

/** Whether some URL of the endpoint may pass; also where there is too much to try. */
function leadsTo(linted: Linted, call: UrlCall, endpoint: Endpoint): boolean {
  const isIt = (held: Held): boolean => isInside([endpoint], held) && mayPass(linted, call, held);
  const { values } = call.argument;
  if (values !== undefined) return values.some((each) => isIt(read({ kind: "url" }, each, undefined) as Held));
  let tried = 0;
  for (const place of placesOf(namedAbout(linted, call, [endpoint]))) {
    tried += 1;
    if (tried > mostPlaces || isIt(place)) return true;
  }
  return false;
}

import { type Endpoint, endpointText, hostText } from "@mcpolicy/core";
import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";
import { argumentText } from "./url-arguments.ts";
import { type Held, possible } from "./url-possible.ts";
import { isInside, networkIn, passing, type UrlCall, urlCalls } from "./url-reach.ts";

/**
 * A call that is allowed with a URL of a host that its server may not connect to: the network statement and the rule disagree. What is
 * not surely inside counts as outside.
 */
export function* leavesNetwork(linted: Linted): Iterable<Diagnostic> {
  for (const server of linted.scope.servers.keys()) {
    const endpoints = networkIn(linted, server);
    if (endpoints === undefined) continue;
    const found = new Map<string, { readonly call: UrlCall; readonly way: Way; more: number }>();
    for (const call of urlCalls(linted, server)) {
      const way = wayOut(linted, call, endpoints);
      if (way === undefined) continue;
      const { file, start } = call.rule.span;
      const known = found.get(`${file}:${start}`);
      if (known === undefined) found.set(`${file}:${start}`, { call, way, more: 0 });
      else known.more += 1;
    }
    for (const { call, way, more } of found.values()) yield finding(server, endpoints, call, way, more);
  }
}

/** How a call gets out: an example, or why none was looked for. */
type Way =
  | { readonly kind: "url"; readonly url: string; readonly held: Held }
  | { readonly kind: "text" }
  | { readonly kind: "too many" };

function wayOut(linted: Linted, call: UrlCall, endpoints: readonly Endpoint[]): Way | undefined {
  for (const each of passing(linted, call, endpoints)) {
    if (each.kind === "too many") return each;
    const { held, text } = each;
    if (isInside(endpoints, held)) continue;
    return text === undefined ? { kind: "text" } : { kind: "url", url: text, held };
  }
  return undefined;
}

function finding(server: string, endpoints: readonly Endpoint[], call: UrlCall, way: Way, more: number): Diagnostic {
  const { operation, rule } = call;
  const argument = argumentText(call.argument);
  const called = `\`${server}.${"name" in operation ? operation.name : operation.pattern}\``;
  const span = rule.span;
  const others = more === 0 ? "" : `, and ${more} more of its arguments`;
  const list = endpoints.map((each) => `\`${endpointText(each)}\``).join(", ");
  const found = diagnostic("P0443", span, `${called} may be called with a URL outside the network of \`${server}\``)
    .withLabel(example(argument, way) + others)
    .withNote(endpoints.length === 0 ? `\`${server}\` may connect nowhere` : `\`${server}\` may connect to ${list}`)
    .withNote(whyNotInside(call, way));
  return found.withHelp(
    endpoints.length === 0
      ? `list the hosts in \`network ${server}\`, or take the rule away`
      : `narrow the rule, as in \`${condition(endpoints, argument)}\`, or list the host in \`network ${server}\``,
  );
}

function example(argument: string, way: Way): string {
  if (way.kind === "url") return `for example with \`${argument}\` = ${JSON.stringify(way.url)}`;
  if (way.kind === "text") return `with a text as \`${argument}\` that is no URL`;
  return `too much is told apart about \`${argument}\` to try it all`;
}

function whyNotInside({ branch, argument }: UrlCall, way: Way): string {
  if (way.kind === "text") return "what a server makes of such a text is not known";
  if (way.kind === "too many") return "what is not known to be inside counts as outside";
  return possible(branch.condition, argument, way.held).false
    ? "whether the rule holds then hangs on the rest of the request, or on a test that this finding does not understand"
    : "the rule allows it; where the server is isolated the network stops it, and elsewhere nothing does";
}

/** A condition that is true inside the network alone. */
function condition(endpoints: readonly Endpoint[], argument: string): string {
  const byPort = Map.groupBy(endpoints, ({ port }) => port);
  const url = argument.includes("[]") ? "url(u)" : `url(${argument})`;
  const parts = [...byPort].map(([port, listed]) => {
    const names = listed.flatMap(({ host }) =>
      host.kind === "name" || host.kind === "address" ? [hostText(host)] : [],
    );
    const below = listed.flatMap(({ host }) => (host.kind === "below" ? [host.domain] : []));
    const tests = [
      ...below.map((domain) => belowTest(url, domain, names.includes(domain))),
      ...listTest(
        url,
        names.filter((each) => !below.includes(each)),
      ),
    ];
    const host = tests.length > 1 ? `(${tests.join(" or ")})` : tests.join();
    return [...(port === undefined ? [] : [`${url}.port == ${port}`]), ...(host === "" ? [] : [host])].join(" and ");
  });
  const whole = parts.length > 1 ? parts.map((part) => `(${part})`).join(" or ") : parts.join();
  return argument.includes("[]") ? `every u in ${argument.replace(/\[\].*/, "")}: (${whole})` : `when ${whole}`;
}

function belowTest(url: string, domain: string, withItself: boolean): string {
  const below = `${url}.host in domain "${domain}"`;
  return withItself ? below : `(${below} and ${url}.host != "${domain}")`;
}

function listTest(url: string, names: readonly string[]): readonly string[] {
  if (names.length === 0) return [];
  const list = names.map((each) => `"${each}"`).join(", ");
  return [names.length === 1 ? `${url}.host == ${list}` : `${url}.host in [${list}]`];
}

import type { Context, JsonObject, Operation, Principal, Proof, Request, State, Value } from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import type { Example, ForeignPrincipal } from "./rules.ts";

/**
 * Where the fields of a rule's examples go that are in no MCP request: each value names a field of the example. `{ "tool": "act",
 * "args": { "path": "obj" } }` calls the tool that `act` names, with `obj` as its argument `path`.
 */
export interface Mapping {
  readonly tool?: string;
  readonly principal?: Readonly<Record<string, string>>;
  readonly args?: Readonly<Record<string, string>>;
  readonly context?: Readonly<Record<string, string>>;
}

/** When an example is asked that gives no time: 2026-01-01T00:00:00Z. */
export const someTime: number = Date.UTC(2026, 0, 1);

/** Whoever asks where an example names nobody. */
const somebody: ForeignPrincipal = { id: "someone" };

/** Fields that every example may have. */
const common: ReadonlySet<string> = new Set(
  "tool args server principal method uri mode annotations now data base want trace at request response output".split(
    " ",
  ),
);

/** An example as a request at an instant. Throws where a field of it finds no place: nothing is passed over in silence. */
export function toRequest(example: Example, checked: CheckedPolicy, mapping: Mapping, time: number): Request {
  const named = new Set([mapping, mapping.principal, mapping.args, mapping.context].flatMap(namesIn));
  for (const field of Object.keys(example)) {
    if (!common.has(field) && !named.has(field)) throw new Error(`nothing says what \`${field}\` of an example is`);
  }
  const picked = (fields: Readonly<Record<string, string>> | undefined): JsonObject =>
    Object.fromEntries(Object.entries(fields ?? {}).map(([name, field]) => [name, fieldOf(example, field)]));
  const operation = operationOf(example, checked, mapping);
  return {
    principal: principalOf({ ...(example.principal ?? somebody), ...picked(mapping.principal) }, checked),
    operation,
    arguments: { ...example.args, ...picked(mapping.args) },
    context: { ...contextOf(example, checked), ...picked(mapping.context), time },
  };
}

/** The same request with what is remembered, and proofs. */
export function remembering(request: Request, state: State, proofs: readonly Proof[] = []): Request {
  return { ...request, state, proofs };
}

function operationOf(example: Example, checked: CheckedPolicy, mapping: Mapping): Operation {
  const server = serverOf(example, checked);
  if (example.method === "resources/read") {
    if (example.uri === undefined) throw new Error("a resource is read without a URI");
    return { kind: "resource", server, uri: example.uri };
  }
  if (example.method !== undefined && example.method !== "tools/call") {
    throw new Error(`nothing says which operation ${example.method} is`);
  }
  const name = mapping.tool === undefined ? example.tool : fieldOf(example, mapping.tool);
  if (typeof name !== "string") throw new Error("an example names no tool");
  mustHaveAnnotations(example, checked, server, name);
  return { kind: "tool", server, name };
}

/** Annotations belong to the pinned definition: an example that brings others asks about another tool. */
function mustHaveAnnotations(example: Example, checked: CheckedPolicy, server: string, name: string): void {
  const pinned = checked.servers.find((each) => each.name === server)?.tools.find((each) => each.name === name);
  for (const [hint, value] of Object.entries(example.annotations ?? {})) {
    if (pinned?.annotations[hint] !== value) throw new Error(`\`${name}\` is not pinned with ${hint} ${value}`);
  }
}

/** The example's server, which the policy must declare (else each denial would come for free), or the only one that it declares. */
function serverOf(example: Example, checked: CheckedPolicy): string {
  const names = checked.servers.map(({ name }) => name);
  if (example.server === undefined && names.length !== 1) throw new Error("an example names none of several servers");
  const name = example.server ?? names[0]!;
  if (!names.includes(name)) throw new Error(`the policy declares no server \`${name}\``);
  return name;
}

/** Claims become the attributes that the policy takes from them; claims that it does not name are not seen. */
function principalOf(foreign: ForeignPrincipal, { claims: from, principal }: CheckedPolicy): Principal {
  const { id, roles, claims, ...attributes } = foreign;
  const token: JsonObject = { ...(attributes as JsonObject), ...claims };
  const taken = Object.entries(from)
    .filter(([attribute, claim]) => attribute !== "roles" && Object.hasOwn(principal, attribute) && claim in token)
    .map(([attribute, claim]) => [attribute, token[claim]]);
  const held = roles ?? token[from["roles"] ?? "roles"];
  return {
    ...(Object.fromEntries(taken) as JsonObject),
    id: id ?? "someone",
    roles: Array.isArray(held) ? held.filter((role) => typeof role === "string") : [],
  };
}

/** What a host would supply: the mode that it is in, and its data by their names, as far as the policy declares them. */
function contextOf(example: Example, { context }: CheckedPolicy): Partial<Context> {
  const facts: JsonObject = { ...example.data, ...(example.mode === undefined ? {} : { mode: example.mode }) };
  return Object.fromEntries(Object.entries(facts).filter(([name]) => Object.hasOwn(context, name)));
}

function namesIn(fields: object | undefined): readonly string[] {
  return Object.values(fields ?? {}).filter((name) => typeof name === "string");
}

function fieldOf(example: Example, field: string): Value {
  const value = example[field] as Value | undefined;
  if (value === undefined) throw new Error(`an example has no \`${field}\``);
  return value;
}

import {
  absent,
  type JsonObject,
  matchesResource,
  type Operation,
  type OperationIr,
  type Principal,
  type Request,
  read,
  type State,
  step,
  type Truth,
  type Value,
  type WhoIr,
} from "@mcpolicy/core";
import type { CheckedPolicy, CheckedServer, TypedReference } from "@mcpolicy/language";

/** A request as conditions see it. A root or a past that is `undefined` is unknown as a whole. */
export interface Situation {
  readonly policy: CheckedPolicy;
  readonly request: Request & { readonly principal: Principal };
  readonly root: string | undefined;
  readonly roots: Readonly<Record<TypedReference["root"], Found>>;
  readonly variables: ReadonlyMap<string, Value>;
  /** Where relative paths of what an earlier event brought hang: below the root of its own server. */
  readonly itsRoot: string | undefined;
  /** The quantified names that stand for such things. */
  readonly fromIts: ReadonlySet<string>;
  /** What is remembered, without the call that is being answered. */
  readonly past: State | undefined;
  /** When it is asked, in epoch milliseconds. */
  readonly now: number;
}

/** Marks an annotation that a server may not vouch for: it is there, and reads as unknown. */
export const UNKNOWN_HINT: unique symbol = Symbol("unknown hint");

export type Found = Value | undefined | typeof absent | typeof UNKNOWN_HINT;

/** A whole request to be decided. */
export function wholeSituation(
  policy: CheckedPolicy,
  server: CheckedServer,
  request: Request & { readonly principal: Principal },
  past: State,
): Situation {
  const bare = listSituation(policy, server, request);
  const roots = { ...bare.roots, args: request.arguments, context: request.context as JsonObject };
  return { ...bare, roots, past };
}

/** What a list knows of a request: not its arguments, nor its context, nor any history. */
export function listSituation(
  policy: CheckedPolicy,
  server: CheckedServer,
  request: Request & { readonly principal: Principal },
): Situation {
  const { operation, principal, context } = request;
  return {
    policy,
    request,
    root: server.root,
    roots: {
      args: undefined,
      principal: principal as JsonObject,
      context: undefined,
      ...aboutOperation(server, operation),
      result: undefined,
      its: undefined,
      variable: undefined,
    },
    variables: new Map(),
    itsRoot: undefined,
    fromIts: new Set(),
    past: undefined,
    now: context.time,
  };
}

/** The roots that an operation gives. */
export function aboutOperation(
  server: CheckedServer | undefined,
  operation: Operation,
): { tool: Found; resource: Found } {
  return {
    tool: operation.kind === "tool" && server !== undefined ? toolAsSeen(server, operation.name) : absent,
    resource: operation.kind === "resource" ? { uri: operation.uri } : absent,
  };
}

/** MCP's defaults of a tool's hints, and the value of each that reassures (MCP 2025-11-25, ToolAnnotations). */
// biome-ignore format: table
const hints = [
  { name: "readOnlyHint",    byDefault: false, reassuring: true  },
  { name: "destructiveHint", byDefault: true,  reassuring: false },
  { name: "idempotentHint",  byDefault: false, reassuring: true  },
  { name: "openWorldHint",   byDefault: true,  reassuring: false },
] as const;

/** `tool`: on a server that is not trusted, a hint that reassures is unknown. */
function toolAsSeen(server: CheckedServer, name: string): JsonObject {
  const pinned = server.tools.find((tool) => tool.name === name);
  const annotations = Object.fromEntries(
    hints.map((hint) => {
      const value = pinned?.annotations[hint.name] ?? hint.byDefault;
      return [hint.name, value === hint.reassuring && !server.trusted ? UNKNOWN_HINT : value];
    }),
  );
  // The marker is no JSON value; only `follow` meets it.
  return { name, server: server.name, ...(pinned && { description: pinned.description }), annotations } as JsonObject;
}

// ------------------------------------------------------------------------------------------------------------ the caller

/** The caller with all roles that theirs include; undefined where an attribute that must be there is missing or ill-typed. */
export function authenticated(policy: CheckedPolicy, principal: Principal | undefined): Principal | undefined {
  if (principal === undefined) return undefined;
  for (const [name, field] of Object.entries(policy.principal)) {
    if (!field.optional && read(field.type, step(principal as JsonObject, name), undefined) === undefined)
      return undefined;
  }
  return withRoles(policy, principal);
}

/** Somebody with all roles that theirs include; those that the policy does not declare are nothing to it. */
export function withRoles(policy: CheckedPolicy, principal: Principal): Principal {
  const roles = principal.roles.flatMap((role) => (Object.hasOwn(policy.roles, role) ? policy.roles[role]! : []));
  return { ...principal, roles: [...new Set(roles)].toSorted(byCodeUnits) };
}

/** Whether a rule speaks of somebody, whose roles are closed already. */
export function isAmong(who: WhoIr, principal: Principal): boolean {
  const named =
    who.anyone || who.roles.some((role) => principal.roles.includes(role)) || who.ids.includes(principal.id);
  return named && !(who.except !== undefined && isAmong(who.except, principal));
}

// --------------------------------------------------------------------------------------------------------- the operation

/** Whether a server has an operation; of one that is untyped, or of what is not pinned, everything is taken for known. */
export function isKnown(server: CheckedServer, operation: Operation): boolean {
  if (server.untyped) return true;
  if (operation.kind === "tool") return server.tools.some(({ name }) => name === operation.name);
  if (operation.kind === "prompt") return server.prompts.includes(operation.name);
  return true;
}

/** Whether a list answer can hide it. */
export function isListed(operation: Operation): boolean {
  return operation.kind === "tool" || operation.kind === "prompt";
}

/** Three-valued: an URI that cannot be read makes a resource pattern unknown. */
export function isMeant(pattern: OperationIr, operation: Operation): Truth {
  if (pattern.server !== operation.server || pattern.kind !== operation.kind) return false;
  if ("name" in pattern) return "name" in operation && pattern.name === operation.name;
  if ("pattern" in pattern) return "name" in operation && fitsWildcard(pattern.pattern, operation.name);
  if ("glob" in pattern) return "uri" in operation ? matchesResource(pattern.glob, operation.uri) : false;
  return true;
}

/** `*` stands for any run of characters, an empty one too. */
function fitsWildcard(pattern: string, name: string): boolean {
  if (pattern === "") return name === "";
  const rest = pattern.slice(1);
  if (pattern[0] !== "*") return name[0] === pattern[0] && fitsWildcard(rest, name.slice(1));
  for (let skipped = 0; skipped <= name.length; skipped += 1) {
    if (fitsWildcard(rest, name.slice(skipped))) return true;
  }
  return false;
}

/** The order of all lists of a decision. */
export function byCodeUnits(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

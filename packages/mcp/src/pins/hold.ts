import { isRecord, isToolName, type JsonObject, type PinnedTool, pinOf, type ServerIr } from "@mcpolicy/core";
import { own } from "../wire/message.ts";

/** What may be pinned. */
export type Pinned = "tool" | "prompt" | "resource" | "template";

/** One way in which what a server offers is not what was pinned, in words for the operator. */
export interface Difference {
  readonly what: Pinned;
  /** Empty where it has no proper name. */
  readonly name: string;
  readonly kind: "changed" | "missing" | "unpinned" | "repeated" | "unnamed";
  readonly text: string;
}

/** What of live listings may be shown and used: by kind and name, whether it is as pinned. */
export interface Held {
  readonly seen: ReadonlyMap<Pinned, ReadonlyMap<string, boolean>>;
  readonly differences: readonly Difference[];
}

/** One kind of definition: how it is listed, and what of it is pinned. */
interface PinnedKind {
  readonly kind: Pinned;
  readonly method: string;
  readonly member: string;
  /** The proper name of a definition; undefined where it has none. */
  readonly nameOf: (definition: JsonObject) => string | undefined;
  /** Names with digests; undefined where nothing of this kind is pinned, so that all of it passes. */
  readonly digests: (server: ServerIr) => ReadonlyMap<string, string> | undefined;
  readonly digestOf: (definition: JsonObject) => string;
  /** Whether live ones are asked for at all. */
  readonly isPinned: (server: ServerIr) => boolean;
}

// biome-ignore format: table
export const pinnedKinds: readonly PinnedKind[] = [
  {
    kind: "tool", method: "tools/list", member: "tools", nameOf: toolName,
    digests: (server) => server.untyped ? undefined : new Map(Object.entries(server.tools).map(([name, { digest }]) => [name, digest])),
    digestOf: (definition) => pinOf(definition as unknown as PinnedTool),
    isPinned: () => true,
  },
];

const kindOf = new Map(pinnedKinds.map((each) => [each.kind, each]));

/**
 * Holds the definitions that a server gives now against those that the policy was written for. A definition passes only whole: same
 * name, same digest, offered once. On a server without pins (`untyped`) whatever has a proper name passes.
 */
export function holdAgainstPins(server: ServerIr, live: ReadonlyMap<Pinned, readonly unknown[]>): Held {
  const differences: Difference[] = [];
  const seen = new Map<Pinned, ReadonlyMap<string, boolean>>();
  for (const [kind, definitions] of live) {
    const held = new Map<string, boolean>();
    for (const definition of definitions) {
      const name = isRecord(definition) ? kindOf.get(kind)?.nameOf(definition) : undefined;
      if (name === undefined) {
        differences.push(unnamed(kind));
        continue;
      }
      const difference = held.has(name) ? repeated(kind, name) : differenceOf(server, kind, definition as JsonObject);
      held.set(name, difference === undefined);
      if (difference !== undefined) differences.push(difference);
    }
    for (const name of kindOf.get(kind)?.digests(server)?.keys() ?? []) {
      if (!held.has(name)) differences.push(missing(kind, name));
    }
    seen.set(kind, held);
  }
  return { seen, differences };
}

/** How one live definition is not as pinned; undefined where it is, or where nothing of its kind is pinned. */
export function differenceOf(server: ServerIr, kind: Pinned, definition: JsonObject): Difference | undefined {
  const row = kindOf.get(kind);
  if (row === undefined) return undefined;
  const name = row.nameOf(definition);
  if (name === undefined) return unnamed(kind);
  const digests = row.digests(server);
  if (digests === undefined) return undefined;
  const pinned = digests.get(name);
  if (pinned === undefined) {
    return { what: kind, name, kind: "unpinned", text: `${kind} \`${name}\` is not pinned: it is hidden and denied` };
  }
  const digest = digestOrNone(row, definition);
  if (digest === pinned) return undefined;
  const what = kind === "tool" ? changedParts(server, name, definition).join(", ") : "its definition changed";
  const text = `${kind} \`${name}\` is not what was pinned: ${what} (pinned ${pinned}, live ${digest}); it is hidden and denied`;
  return { what: kind, name, kind: "changed", text };
}

/** The name of a definition, where it has a proper one. */
export function properName(kind: Pinned, definition: JsonObject): string | undefined {
  return (kindOf.get(kind)?.nameOf ?? anyName)(definition);
}

function anyName(definition: JsonObject): string | undefined {
  const name = own(definition, "uri") ?? own(definition, "uriTemplate") ?? own(definition, "name");
  return typeof name === "string" && name !== "" ? name : undefined;
}

/** The name of a tool definition, where it has a proper one. */
export function toolName(definition: unknown): string | undefined {
  if (!isRecord(definition)) return undefined;
  const name = own(definition, "name");
  return typeof name === "string" && isToolName(name) ? name : undefined;
}

function digestOrNone(row: PinnedKind, definition: JsonObject): string {
  try {
    return row.digestOf(definition);
  } catch {
    return "none";
  }
}

/** What differs, as far as the compiled policy still knows the pinned definition. */
function changedParts(server: ServerIr, name: string, live: JsonObject): readonly string[] {
  const pinned = server.tools[name];
  const parts: string[] = [];
  const description = own(live, "description") ?? "";
  if (pinned !== undefined && description !== pinned.description) {
    parts.push(`its description changed from ${quoted(pinned.description)} to ${quoted(description)}`);
  }
  const hints = own(live, "annotations") ?? {};
  for (const hint of ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"]) {
    const then = pinned?.annotations[hint];
    const now = isRecord(hints) ? own(hints, hint) : undefined;
    if (then !== now) parts.push(`its ${hint} changed from ${then ?? "none"} to ${quoted(now ?? "none")}`);
  }
  return parts.length === 0 ? ["its title, schemas, icons or annotations changed"] : parts;
}

function quoted(value: unknown): string {
  const text = JSON.stringify(value) ?? "none";
  return text.length <= 200 ? text : `${text.slice(0, 200)}…`;
}

function unnamed(what: Pinned): Difference {
  return { what, name: "", kind: "unnamed", text: `a ${what} without a proper name is hidden` };
}

function repeated(what: Pinned, name: string): Difference {
  return { what, name, kind: "repeated", text: `${what} \`${name}\` is offered twice: it is hidden and denied` };
}

function missing(what: Pinned, name: string): Difference {
  const text = `${what} \`${name}\` is pinned, but the server does not offer it: it is denied`;
  return { what, name, kind: "missing", text };
}

import { definitionPin, isRecord, isToolName, type JsonObject, type PinnedKind, type ServerIr } from "@mcpolicy/core";
import { own } from "../wire/message.ts";
import { type Change, changesOf } from "./changes.ts";

/** One way in which what a server offers is not what was pinned, in words for the operator. */
export interface Difference {
  readonly what: PinnedKind;
  /** Empty where it has no proper name. */
  readonly name: string;
  readonly kind: "changed" | "missing" | "unpinned" | "repeated" | "unnamed";
  /** Of what is changed, as far as the pinned definition is at hand. */
  readonly changes: readonly Change[];
  readonly text: string;
}

/** What of live listings may be shown and used: by kind and name, whether it is as pinned. */
export interface Held {
  readonly seen: ReadonlyMap<PinnedKind, ReadonlyMap<string, boolean>>;
  readonly differences: readonly Difference[];
}

/** The pins of a server: its digests, and where the pin file is at hand, the definitions themselves. */
export interface Pins {
  readonly server: ServerIr;
  /** The pinned definition of something; without it a change is told by what the compiled policy still knows. */
  readonly definitionOf?: ((kind: PinnedKind, name: string) => JsonObject | undefined) | undefined;
}

/** One kind of definition: how it is listed, and what of it is pinned. */
interface KindRow {
  readonly kind: PinnedKind;
  readonly method: string;
  readonly member: string;
  /** The proper name of a definition; undefined where it has none. */
  readonly nameOf: (definition: JsonObject) => string | undefined;
  /** Names with digests; undefined where nothing of this kind is pinned, so that all of it passes. */
  readonly digests: (server: ServerIr) => Readonly<Record<string, string>> | undefined;
  /**
   * Whether the set is pinned, so that what is not among it is hidden. Resources come and go with a server's data: of those only what was pinned has
   * to be as it was.
   */
  readonly isSet: boolean;
  /** Whether live ones are asked for. */
  readonly isAsked: (server: ServerIr) => boolean;
}

// biome-ignore format: table
export const pinnedKinds: readonly KindRow[] = [
  { kind: "tool",     method: "tools/list",               member: "tools",             nameOf: toolName,              isSet: true,  isAsked: () => true,                                                   digests: toolDigests },
  { kind: "prompt",   method: "prompts/list",             member: "prompts",           nameOf: byText("name"),        isSet: true,  isAsked: ({ digests }) => digests?.prompts !== undefined,              digests: ({ digests }) => digests?.prompts },
  { kind: "resource", method: "resources/list",           member: "resources",         nameOf: byText("uri"),         isSet: false, isAsked: ({ digests }) => digests?.resources !== undefined,            digests: ({ digests }) => digests?.resources },
  { kind: "template", method: "resources/templates/list", member: "resourceTemplates", nameOf: byText("uriTemplate"), isSet: false, isAsked: ({ digests }) => digests?.resourceTemplates !== undefined,    digests: ({ digests }) => digests?.resourceTemplates },
];

const rowOf = new Map(pinnedKinds.map((each) => [each.kind, each]));

/**
 * Holds the definitions that a server gives now against those that the policy was written for. A definition passes only whole: same
 * name, same digest, offered once. On a server without pins (`untyped`) whatever has a proper name passes.
 */
export function holdAgainstPins(pins: Pins, live: ReadonlyMap<PinnedKind, readonly unknown[]>): Held {
  const differences: Difference[] = [];
  const seen = new Map<PinnedKind, ReadonlyMap<string, boolean>>();
  for (const [kind, definitions] of live) {
    const row = rowOf.get(kind);
    const held = new Map<string, boolean>();
    for (const definition of definitions) {
      const name = isRecord(definition) ? row?.nameOf(definition) : undefined;
      if (name === undefined) {
        differences.push(unnamed(kind));
        continue;
      }
      const difference = held.has(name) ? repeated(kind, name) : differenceOf(pins, kind, definition as JsonObject);
      held.set(name, difference === undefined);
      if (difference !== undefined) differences.push(difference);
    }
    for (const name of Object.keys((row?.isSet === true ? row.digests(pins.server) : undefined) ?? {})) {
      if (!held.has(name)) differences.push(missing(kind, name));
    }
    seen.set(kind, held);
  }
  return { seen, differences };
}

/** How one live definition is not as pinned; undefined where it is, or where nothing of its kind is pinned. */
export function differenceOf(pins: Pins, kind: PinnedKind, definition: JsonObject): Difference | undefined {
  const row = rowOf.get(kind);
  if (row === undefined) return undefined;
  const name = row.nameOf(definition);
  if (name === undefined) return unnamed(kind);
  const digests = row.digests(pins.server);
  if (digests === undefined) return undefined;
  const pinned = Object.hasOwn(digests, name) ? digests[name] : undefined;
  if (pinned === undefined) return row.isSet ? unpinned(kind, name) : undefined;
  const digest = digestOrNone(kind, definition);
  if (digest === pinned) return undefined;
  const changes = changesFrom(pins, kind, name, definition);
  const what = changes.map(({ text }) => text).join("; ");
  const text = `${kind} \`${name}\` is not what was pinned: ${what} (pinned ${pinned}, live ${digest}); it is hidden and denied until \`policy pin\` accepts it`;
  return { what: kind, name, kind: "changed", changes, text };
}

/** Whether a kind has to be seen to be held. */
export function isSetPinned(server: ServerIr, kind: PinnedKind): boolean {
  const row = rowOf.get(kind);
  return row?.isSet === true && row.isAsked(server);
}

/** The name of a definition, where it has a proper one. */
export function properName(kind: PinnedKind, definition: JsonObject): string | undefined {
  return rowOf.get(kind)?.nameOf(definition);
}

/** The name of a tool definition, where it has a proper one. */
export function toolName(definition: unknown): string | undefined {
  if (!isRecord(definition)) return undefined;
  const name = own(definition, "name");
  return typeof name === "string" && isToolName(name) ? name : undefined;
}

function byText(member: string): KindRow["nameOf"] {
  return (definition) => {
    const name = own(definition, member);
    return typeof name === "string" && name !== "" ? name : undefined;
  };
}

const ofTools = new WeakMap<ServerIr, Readonly<Record<string, string>>>();

function toolDigests(server: ServerIr): Readonly<Record<string, string>> | undefined {
  if (server.untyped) return undefined;
  const known = ofTools.get(server);
  if (known !== undefined) return known;
  const digests = Object.fromEntries(Object.entries(server.tools).map(([name, { digest }]) => [name, digest]));
  ofTools.set(server, digests);
  return digests;
}

function digestOrNone(kind: PinnedKind, definition: JsonObject): string {
  try {
    return definitionPin(kind, definition);
  } catch {
    return "none";
  }
}

function changesFrom(pins: Pins, kind: PinnedKind, name: string, live: JsonObject): readonly Change[] {
  const pinned =
    pins.definitionOf?.(kind, name) ?? (kind === "tool" ? compiledTool(pins.server, name, live) : undefined);
  const changes = pinned === undefined ? [] : changesOf(kind, pinned, live);
  const unknown: Change = { kind: "other", text: "its definition changed; `policy pin --check` says how" };
  return changes.length > 0 ? changes : [unknown];
}

/** What the compiled policy still knows of a pinned tool; the rest is taken to be as it is now. */
function compiledTool(server: ServerIr, name: string, live: JsonObject): JsonObject | undefined {
  const tool = server.tools[name];
  if (tool === undefined) return undefined;
  const hints = ["readOnlyHint", "destructiveHint", "idempotentHint", "openWorldHint"];
  const annotations = own(live, "annotations");
  const others = isRecord(annotations)
    ? Object.fromEntries(Object.entries(annotations).filter(([each]) => !hints.includes(each)))
    : {};
  const whole = { ...others, ...tool.annotations };
  const isNone = Object.keys(whole).length === 0 && annotations === undefined;
  return {
    ...live,
    ...(tool.description === "" && own(live, "description") === undefined ? {} : { description: tool.description }),
    ...(isNone ? {} : { annotations: whole }),
  };
}

function unnamed(what: PinnedKind): Difference {
  return { what, name: "", kind: "unnamed", changes: [], text: `a ${what} without a proper name is hidden` };
}

function unpinned(what: PinnedKind, name: string): Difference {
  return {
    what,
    name,
    kind: "unpinned",
    changes: [],
    text: `${what} \`${name}\` is not pinned: it is hidden and denied until \`policy pin\` accepts it`,
  };
}

function repeated(what: PinnedKind, name: string): Difference {
  const text = `${what} \`${name}\` is offered twice: it is hidden and denied`;
  return { what, name, kind: "repeated", changes: [], text };
}

function missing(what: PinnedKind, name: string): Difference {
  const text = `${what} \`${name}\` is pinned, but the server does not offer it: it is denied`;
  return { what, name, kind: "missing", changes: [], text };
}

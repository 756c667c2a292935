import { equal, isRecord, type JsonObject, type Operation, type PinnedKind, type Value } from "@mcpolicy/core";
import { toolName } from "../pins/hold.ts";
import { own } from "../wire/message.ts";
import { type Hear, type Hearing, isListed, passes, withheld } from "./heard.ts";

/** A list: its member, what names an entry, and the operation that has to be listed for the entry to be shown. */
interface ListKind {
  readonly member: string;
  readonly kind: PinnedKind;
  readonly nameOf: (entry: JsonObject) => string | undefined;
  readonly isShown: (name: string, hearing: Hearing) => boolean;
  /** The entry as it is shown. */
  readonly shown: (entry: JsonObject, name: string, hearing: Hearing) => JsonObject;
}

const byText =
  (member: string) =>
  (entry: JsonObject): string | undefined => {
    const name = own(entry, member);
    return typeof name === "string" && name !== "" ? name : undefined;
  };

const operationShown =
  (toOperation: (server: string, name: string) => Operation) =>
  (name: string, hearing: Hearing): boolean =>
    isListed(hearing, toOperation(hearing.enforcer.server.name, name));

const asIs = (entry: JsonObject): JsonObject => entry;

// biome-ignore format: table
const lists: Readonly<Record<"tools" | "prompts" | "resources" | "resourceTemplates", ListKind>> = {
  tools:             { member: "tools",             kind: "tool",     nameOf: toolName,              isShown: operationShown((server, name) => ({ kind: "tool", server, name })),    shown: narrowed },
  prompts:           { member: "prompts",           kind: "prompt",   nameOf: byText("name"),        isShown: operationShown((server, name) => ({ kind: "prompt", server, name })),  shown: asIs },
  resources:         { member: "resources",         kind: "resource", nameOf: byText("uri"),         isShown: operationShown((server, uri) => ({ kind: "resource", server, uri })),  shown: asIs },
  resourceTemplates: { member: "resourceTemplates", kind: "template", nameOf: byText("uriTemplate"), isShown: isTemplateShown,                                                       shown: asIs },
};

/**
 * The result of a list as this caller sees it: order and cursor kept; gone are entries that the policy hides, that are not as pinned, or that
 * the page repeats. A modern result is marked as this caller's alone.
 */
export function listed(which: keyof typeof lists): Hear {
  const row = lists[which];
  return (result, hearing) => {
    const entries = own(result, row.member);
    if (!Array.isArray(entries))
      return withheld(`the server's answer to ${hearing.request.method} lists no ${row.member}`);
    const named = entries.filter((entry) => isRecord(entry) && row.nameOf(entry) !== undefined);
    const held = hearing.definitions.heldOf(row.kind, named);
    const seen = new Set<string>();
    const shown = named.flatMap((entry: JsonObject, at): readonly Value[] => {
      const name = row.nameOf(entry) as string;
      if (seen.has(name)) return [];
      seen.add(name);
      return held[at] === true && row.isShown(name, hearing) ? [row.shown(entry, name, hearing)] : [];
    });
    const { nextCursor, ttlMs, _meta: meta, resultType } = result;
    return passes({
      ...(resultType === undefined ? undefined : { resultType }),
      [row.member]: shown,
      ...(nextCursor === undefined ? undefined : { nextCursor }),
      ...(hearing.request.era === "modern" ? { ttlMs: ttlMs ?? 0, cacheScope: "private" } : undefined),
      ...(meta === undefined ? undefined : { _meta: meta }),
    });
  };
}

function isTemplateShown(template: string, { enforcer, caller }: Hearing): boolean {
  const { policy, server, now } = enforcer;
  return policy.isTemplateListed(caller.principal, server.name, template, now());
}

/**
 * A definition with the schema that arguments must in fact satisfy; the server's own where the policy only closed it. Where nothing is
 * pinned the policy's checks stand beside what the server says.
 */
function narrowed(definition: JsonObject, name: string, { enforcer }: Hearing): JsonObject {
  const { policy, server } = enforcer;
  const schema = policy.schemaOf(server.name, name);
  const { inputSchema } = definition;
  if (server.untyped && schema !== undefined && isRecord(inputSchema)) {
    const own = Array.isArray(inputSchema["allOf"]) ? (inputSchema["allOf"] as readonly Value[]) : [];
    return { ...definition, inputSchema: { ...inputSchema, allOf: [...own, withoutOurKeywords(schema)] } };
  }
  if (schema === undefined || inputSchema === undefined || onlyClosed(inputSchema, schema)) return definition;
  return { ...definition, inputSchema: withoutOurKeywords(schema) };
}

/** Keywords of our own mean nothing to a client, and a strict validator there would refuse them. */
function withoutOurKeywords(schema: Value): Value {
  if (Array.isArray(schema)) return schema.map(withoutOurKeywords);
  if (!isRecord(schema)) return schema;
  const kept = Object.entries(schema).filter(([keyword]) => !keyword.startsWith("x-mcpolicy-"));
  return Object.fromEntries(kept.map(([keyword, value]) => [keyword, withoutOurKeywords(value)]));
}

/** Whether `schema` is `own`, but for records that were open and now say `additionalProperties: false`. */
export function onlyClosed(own: Value, schema: Value): boolean {
  if (Array.isArray(own) && Array.isArray(schema)) {
    return own.length === schema.length && own.every((item, index) => onlyClosed(item, schema[index]));
  }
  if (!isRecord(own) || !isRecord(schema)) return equal(own, schema);
  const added = Object.keys(schema).filter((key) => !Object.hasOwn(own, key));
  if (added.some((key) => key !== "additionalProperties" || schema[key] !== false)) return false;
  return Object.keys(own).every(
    (key) => Object.hasOwn(schema, key) && onlyClosed(own[key] as Value, schema[key] as Value),
  );
}

import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { isId, own } from "./message.ts";

export type Side = "client" | "server";

/**
 * One method that passes, and how. Whatever has no row is denied, in both directions.
 *
 * - `gate`: `table` passes for every verified caller, `anyone` even without one; `tool` is for the policy to decide;
 *   `pending` passes where it belongs to a request in flight.
 * - `held`: waits until the server's live definitions were held against the pins.
 * - `params`: the members that are understood, and forwarded; others are left out.
 * - `result`: what becomes of the answer (`results.ts`).
 * - `capability`: what side's capability announces it; capabilities without a row are not announced.
 */
export interface MethodRow {
  readonly method: string;
  readonly from: Side;
  readonly kind: "request" | "notification";
  readonly gate: "anyone" | "table" | "tool" | "pending";
  readonly held: boolean;
  readonly result: "as-is" | "initialize" | "tools/list" | "tools/call" | "none";
  readonly capability?: readonly [Side, string];
  readonly params: Readonly<Record<string, Member>>;
}

type Member = "text" | "text?" | "record" | "record?" | "id" | "number" | "number?" | "any" | "any?";

const none = {};
const cursor = { cursor: "text?" } as const;
const opening = { protocolVersion: "text", capabilities: "record", clientInfo: "record" } as const;
const call = { name: "text", arguments: "record?" } as const;
const progress = { progressToken: "id", progress: "number", total: "number?", message: "text?" } as const;
const cancelled = { requestId: "id", reason: "text?" } as const;
const logged = { level: "text", logger: "text?", data: "any" } as const;
const tools = ["server", "tools"] as const;
const logging = ["server", "logging"] as const;

// biome-ignore format: table
export const methods: readonly MethodRow[] = [
  { method: "initialize",                           from: "client", kind: "request",      gate: "table",   held: false, result: "initialize", params: opening },
  { method: "ping",                                 from: "client", kind: "request",      gate: "anyone",  held: false, result: "as-is",      params: none },
  { method: "ping",                                 from: "server", kind: "request",      gate: "anyone",  held: false, result: "as-is",      params: none },
  { method: "tools/list",                           from: "client", kind: "request",      gate: "table",   held: true,  result: "tools/list", params: cursor, capability: tools },
  { method: "tools/call",                           from: "client", kind: "request",      gate: "tool",    held: true,  result: "tools/call", params: call, capability: tools },
  { method: "logging/setLevel",                     from: "client", kind: "request",      gate: "table",   held: false, result: "as-is",      params: { level: "text" }, capability: logging },
  { method: "notifications/initialized",            from: "client", kind: "notification", gate: "table",   held: false, result: "none",       params: none },
  { method: "notifications/roots/list_changed",     from: "client", kind: "notification", gate: "table",   held: false, result: "none",       params: none },
  { method: "notifications/cancelled",              from: "client", kind: "notification", gate: "pending", held: false, result: "none",       params: cancelled },
  { method: "notifications/cancelled",              from: "server", kind: "notification", gate: "pending", held: false, result: "none",       params: cancelled },
  { method: "notifications/progress",               from: "server", kind: "notification", gate: "pending", held: false, result: "none",       params: progress },
  { method: "notifications/message",                from: "server", kind: "notification", gate: "anyone",  held: false, result: "none",       params: logged },
  { method: "notifications/tools/list_changed",     from: "server", kind: "notification", gate: "anyone",  held: false, result: "none",       params: none },
  { method: "notifications/prompts/list_changed",   from: "server", kind: "notification", gate: "anyone",  held: false, result: "none",       params: none },
  { method: "notifications/resources/list_changed", from: "server", kind: "notification", gate: "anyone",  held: false, result: "none",       params: none },
];

/** The row of a method that `from` sends as a `kind` of message; `undefined` is denied. */
export function methodRow(method: string, from: Side, kind: MethodRow["kind"]): MethodRow | undefined {
  return methods.find((row) => row.method === method && row.from === from && row.kind === kind);
}

/** The members of `params` that a row understands, `_meta` among them; or the name of one that is missing or of another type. */
export function understood(
  row: MethodRow,
  params: JsonObject,
): { readonly params: JsonObject } | { readonly wrong: string } {
  const kept: Record<string, Value> = {};
  for (const [name, member] of Object.entries(row.params)) {
    const value = own(params, name);
    if (!fits(member, value)) return { wrong: name };
    if (value !== undefined) kept[name] = value;
  }
  const meta = own(params, "_meta");
  if (isRecord(meta)) kept["_meta"] = withoutOurs(meta);
  return { params: kept };
}

function fits(member: Member, value: Value | undefined): boolean {
  if (value === undefined) return member.endsWith("?");
  return kinds[member.replace("?", "")]?.(value) ?? false;
}

const kinds: Readonly<Record<string, (value: Value) => boolean>> = {
  text: (value) => typeof value === "string",
  record: isRecord,
  id: isId,
  number: (value) => typeof value === "number",
  any: () => true,
};

/** Our own prefix in `_meta` is ours to write: what comes with it says nothing. */
function withoutOurs(meta: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(meta).filter(([name]) => !name.startsWith("dev.mcpolicy/")));
}

/** The capabilities of one side that some row gives a meaning; the others are not announced, since their methods are denied. */
export function announced(side: Side, capabilities: JsonObject): JsonObject {
  const meant = new Set(methods.flatMap(({ capability }) => (capability?.[0] === side ? [capability[1]] : [])));
  return Object.fromEntries(Object.entries(capabilities).filter(([name]) => meant.has(name)));
}

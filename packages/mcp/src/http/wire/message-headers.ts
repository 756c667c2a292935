import { isRecord, type JsonObject } from "@mcpolicy/core";
import { type Message, own, PROTOCOL_VERSION } from "../../wire/message.ts";
import { headerText, headerValue } from "./header-text.ts";
import type { ParamHeaders } from "./param-headers.ts";

/** Headers by their names in lower case, as Node has them. */
export type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/** Which of its params names what a request is about (MCP 2026-07-28, Streamable HTTP, "Standard Headers"). */
const named: Readonly<Record<string, string>> = {
  "tools/call": "name",
  "prompts/get": "name",
  "resources/read": "uri",
  "tasks/get": "taskId",
  "tasks/update": "taskId",
  "tasks/cancel": "taskId",
};

type Asking = Extract<Message, { readonly kind: "request" | "notification" }>;

/** What the headers of a modern message must mean. */
function* meant({ method, params }: Asking): Iterable<readonly [header: string, text: string]> {
  const meta = own(params, "_meta");
  const revision = isRecord(meta) ? own(meta, PROTOCOL_VERSION) : undefined;
  if (typeof revision === "string") yield ["mcp-protocol-version", revision];
  yield ["mcp-method", method];
  const name = Object.hasOwn(named, method) ? own(params, named[method] as string) : undefined;
  if (typeof name === "string") yield ["mcp-name", name];
}

function callOf({ method, params }: Asking): { readonly tool: string; readonly args: JsonObject } | undefined {
  const [tool, args] = [own(params, "name"), own(params, "arguments")];
  return method === "tools/call" && typeof tool === "string" && isRecord(args) ? { tool, args } : undefined;
}

/**
 * Which header of a modern message says something else than its body, or, where `isWhole`, is not there; undefined where none does. The body is what
 * is decided: whoever went by a header before us must not have gone by something else (MCP 2026-07-28, -32020).
 */
export function headerAtFault(message: Asking, headers: Headers, isWhole: boolean): string | undefined {
  for (const [header, text] of meant(message)) {
    if (isAtFault(headers[header], text, message.kind === "request" && isWhole)) return header;
  }
  return undefined;
}

/** The same of the arguments of a call that stand in headers. */
export function paramAtFault(message: Asking, headers: Headers, params: ParamHeaders): string | undefined {
  const call = callOf(message);
  if (call === undefined) return undefined;
  for (const { header, text, isNumber } of params.of(call.tool, call.args)) {
    if (isAtFault(headers[header], text, true, isNumber)) return header;
  }
  return undefined;
}

function isAtFault(given: Headers[string], text: string, isNeeded: boolean, isNumber = false): boolean {
  if (given === undefined) return isNeeded;
  // Node joins lines of one name by commas: two of them mean something else than one.
  const decoded = typeof given === "string" ? headerText(given.trim()) : undefined;
  if (decoded === undefined) return true;
  return isNumber && /^-?\d+(\.\d+)?$/.test(decoded) ? Number(decoded) !== Number(text) : decoded !== text;
}

/** The headers of a modern message that is sent on: of what is sent, whatever came. */
export function headersOf(message: Asking, params: ParamHeaders): Readonly<Record<string, string>> {
  const call = callOf(message);
  const all = [...meant(message), ...(call === undefined ? [] : paramsOf(call, params))];
  return Object.fromEntries(all.map(([header, text]) => [header, headerValue(text)]));
}

function paramsOf(
  { tool, args }: { readonly tool: string; readonly args: JsonObject },
  params: ParamHeaders,
): readonly (readonly [string, string])[] {
  return [...params.of(tool, args)].map(({ header, text }) => [header, text]);
}

import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";

/** `legacy` up to revision 2025-11-25, `modern` from 2026-07-28: there each request carries its revision. */
export type Era = "legacy" | "modern";

/** JSON-RPC ids; `1` and `"1"` are two (JSON-RPC 2.0 section 4, MCP forbids null). */
export type Id = string | number;

export interface RequestMessage {
  readonly kind: "request";
  readonly id: Id;
  readonly method: string;
  readonly params: JsonObject;
  readonly era: Era;
}

export interface NotificationMessage {
  readonly kind: "notification";
  readonly method: string;
  readonly params: JsonObject;
  readonly era: Era;
}

export interface ResponseMessage {
  readonly kind: "response";
  readonly id: Id;
  readonly answer: Answer;
}

/** What a request came to: a result, or a JSON-RPC error. */
export type Answer =
  | { readonly kind: "result"; readonly result: JsonObject }
  | { readonly kind: "error"; readonly error: JsonObject };

/** JSON that is no JSON-RPC message; `id` where one can be told, and whether it seems to ask or to answer. */
export interface NoMessage {
  readonly kind: "none";
  readonly seems: "request" | "response";
  readonly id: Id | undefined;
  readonly why: string;
}

export type Message = RequestMessage | NotificationMessage | ResponseMessage | NoMessage;

/** Tells what kind of JSON-RPC 2.0 message a JSON value is, as MCP restricts them: no batches, params and results are objects. */
export function toMessage(value: Value): Message {
  if (Array.isArray(value)) return none("request", undefined, "batches are not accepted");
  if (!isRecord(value)) return none("request", undefined, "a message is an object");
  const members = membersOf(value);
  const { id } = members;
  const seems = members.method === undefined ? "response" : "request";
  const known = isId(id) ? id : undefined;
  if (members.jsonrpc !== "2.0") return none(seems, known, 'a message has `"jsonrpc": "2.0"`');
  if (id !== undefined && known === undefined) return none(seems, undefined, "an id is a string or a whole number");
  return seems === "request" ? asked(members, known) : answered(members, known);
}

/** What tells of a message what it is: its own members, undefined where it has none. */
type Members = Readonly<Record<"jsonrpc" | "id" | "method" | "params" | "result" | "error", Value | undefined>>;

/** One look over all members: in it, to ask whether one is the message's own costs nothing. */
function membersOf(message: JsonObject): Members {
  let jsonrpc: Value | undefined;
  let id: Value | undefined;
  let method: Value | undefined;
  let params: Value | undefined;
  let result: Value | undefined;
  let error: Value | undefined;
  for (const name in message) {
    if (!isOwn.call(message, name)) continue;
    const value = message[name];
    if (name === "jsonrpc") jsonrpc = value;
    else if (name === "id") id = value;
    else if (name === "method") method = value;
    else if (name === "params") params = value;
    else if (name === "result") result = value;
    else if (name === "error") error = value;
  }
  return { jsonrpc, id, method, params, result, error };
}

const isOwn = Object.prototype.hasOwnProperty;

function asked({ method, params = {}, result, error }: Members, id: Id | undefined): Message {
  if (typeof method !== "string") return none("request", id, "a method is a string");
  if (result !== undefined || error !== undefined) return none("request", id, "a message asks or answers, not both");
  if (!isRecord(params)) return none("request", id, "params are an object");
  const meta = own(params, "_meta");
  if (meta !== undefined && !isRecord(meta)) return none("request", id, "`_meta` is an object");
  const era = eraOf(params);
  return id === undefined
    ? { kind: "notification", method, params, era }
    : { kind: "request", id, method, params, era };
}

function answered({ result, error }: Members, id: Id | undefined): Message {
  if ((result === undefined) === (error === undefined))
    return none("response", id, "an answer has a result or an error");
  if (id === undefined) return none("response", undefined, "an answer has an id");
  if (result !== undefined) {
    return isRecord(result)
      ? { kind: "response", id, answer: { kind: "result", result } }
      : none("response", id, "a result is an object");
  }
  if (!isRecord(error) || !Number.isSafeInteger(own(error, "code")) || typeof own(error, "message") !== "string") {
    return none("response", id, "an error has a code and a message");
  }
  return { kind: "response", id, answer: { kind: "error", error } };
}

/** Modern where the message names its revision itself (MCP 2026-07-28, `_meta`); never remembered from message to message. */
export function eraOf(params: JsonObject): Era {
  const meta = own(params, "_meta");
  return isRecord(meta) && typeof own(meta, PROTOCOL_VERSION) === "string" ? "modern" : "legacy";
}

export const PROTOCOL_VERSION = "io.modelcontextprotocol/protocolVersion";
export const CLIENT_CAPABILITIES = "io.modelcontextprotocol/clientCapabilities";
export const LOG_LEVEL = "io.modelcontextprotocol/logLevel";
export const SERVER_INFO = "io.modelcontextprotocol/serverInfo";
export const SUBSCRIPTION_ID = "io.modelcontextprotocol/subscriptionId";
export const RELATED_TASK = "io.modelcontextprotocol/related-task";

/** The revisions of each era that are understood here. */
export const revisions: Readonly<Record<Era, readonly string[]>> = {
  legacy: ["2025-11-25", "2025-06-18", "2025-03-26", "2024-11-05", "2024-10-07"],
  modern: ["2026-07-28"],
};

/** Whether a value may stand as an id or a progress token. */
export function isId(value: Value | undefined): value is Id {
  return typeof value === "string" || (typeof value === "number" && Number.isSafeInteger(value));
}

/** An own member of a record. What is not there is told first: most that is looked for is not, and reading is the quicker of both. */
export function own(record: JsonObject, name: string): Value | undefined {
  const value = record[name];
  return value === undefined || Object.hasOwn(record, name) ? value : undefined;
}

/** A message as JSON-RPC 2.0. */
export function requestOf(id: Id, method: string, params: JsonObject): JsonObject {
  return isEmpty(params) ? { jsonrpc: "2.0", id, method } : { jsonrpc: "2.0", id, method, params };
}

export function notificationOf(method: string, params: JsonObject): JsonObject {
  return isEmpty(params) ? { jsonrpc: "2.0", method } : { jsonrpc: "2.0", method, params };
}

/** `id` is undefined where it could not be told whose request it answers. */
export function responseOf(id: Id | undefined, answer: Answer): JsonObject {
  return answer.kind === "result"
    ? { jsonrpc: "2.0", id: id ?? null, result: answer.result }
    : { jsonrpc: "2.0", id: id ?? null, error: answer.error };
}

function isEmpty(params: JsonObject): boolean {
  for (const _ in params) return false;
  return true;
}

function none(seems: NoMessage["seems"], id: Id | undefined, why: string): NoMessage {
  return { kind: "none", seems, id, why };
}

import type { Decision, JsonObject, Reason, Value } from "@mcpolicy/core";
import { type Answer, type Era, SERVER_INFO } from "./message.ts";

/**
 * How denials look. `spec` keeps to MCP's own forms. `coaz` is the AuthZEN binding for MCP (COAZ-MCP, a draft): every visible denial is
 * the JSON-RPC error -32001, arguments that break a schema are -32602.
 */
export type Profile = "spec" | "coaz";

/** What carries the answer: HTTP has statuses and challenges, and a caller who lacks a scope can go and get it there. */
export type Transport = "stdio" | "in-process" | "http";

/** A request that is denied, and where. */
export interface Denied {
  readonly decision: Decision;
  readonly decisionId: string;
  readonly method: string;
  readonly era: Era;
  readonly transport: Transport;
  readonly profile: Profile;
  /** How this very server answers what it does not know: what is hidden looks the same. */
  readonly unknown: Answer;
  /** What the server says that it is, which modern results name. */
  readonly identity?: JsonObject | undefined;
  /** One more sentence for the caller: how to get what is missing. */
  readonly hint?: string | undefined;
}

/** An answer of our own, and what HTTP says beside it. */
export interface WireForm {
  readonly answer: Answer;
  /** The status of the response, where none was sent before. */
  readonly status: number;
  /** What `WWW-Authenticate` is to hold; the gateway knows its own metadata and writes it. */
  readonly challenge?: Challenge;
}

/** A challenge to bring a (better) token (RFC 6750 section 3). Without `error` none was brought. */
export interface Challenge {
  readonly error?: "invalid_token" | "insufficient_scope";
}

/** Where our own facts stand in `_meta`. */
export const DECISION_META = "dev.mcpolicy/decision";

/**
 * How a denied request is answered on the wire. `visible`: a tool result with `isError`, or an error where the method has no such
 * result; `hidden`: as if the thing did not exist; `error`: a JSON-RPC error whatever the method.
 */
interface DenialRow {
  readonly form: "visible" | "hidden" | "error";
  readonly code: number;
  /** The code under the profile `coaz`. */
  readonly coaz: number;
  readonly message: string;
  /** What is told where no rule says why. */
  readonly because: string;
  /** The HTTP status, before anything of the response has left. */
  readonly status: number;
  readonly challenge?: Challenge;
}

// Codes of our own lie outside of -32768...-32000, which JSON-RPC reserves.
// biome-ignore format: table
export const denials: Readonly<Record<Reason, DenialRow>> = {
  "unauthenticated":   { form: "error",   code: -31401, coaz: -31401, message: "Unauthenticated",   because: "no verified caller",                              status: 401, challenge: {} },
  "scope":             { form: "visible", code: -31403, coaz: -32001, message: "Denied by policy",  because: "the token lacks a scope",                          status: 403, challenge: { error: "insufficient_scope" } },
  "unknown-operation": { form: "hidden",  code: -31403, coaz: -31403, message: "Denied by policy",  because: "there is no such operation",                       status: 200 },
  "pin-mismatch":      { form: "hidden",  code: -31403, coaz: -31403, message: "Denied by policy",  because: "there is no such operation",                       status: 200 },
  "invalid":           { form: "visible", code: -32602, coaz: -32602, message: "Invalid arguments", because: "the arguments are not valid",                      status: 200 },
  "rule":              { form: "visible", code: -31403, coaz: -32001, message: "Denied by policy",  because: "a rule forbids it",                                status: 200 },
  "unknown":           { form: "visible", code: -31403, coaz: -32001, message: "Denied by policy",  because: "a rule that may forbid it could not be settled",   status: 200 },
  "default":           { form: "visible", code: -31403, coaz: -32001, message: "Denied by policy",  because: "no rule allows it",                                status: 200 },
  "limit":             { form: "visible", code: -31429, coaz: -32001, message: "Limit reached",     because: "a limit is reached",                               status: 200 },
  "approval":          { form: "visible", code: -31428, coaz: -32001, message: "Approval required", because: "it needs an approval",                             status: 200 },
  "output":            { form: "visible", code: -31403, coaz: -32001, message: "Denied by policy",  because: "the result is held back",                          status: 200 },
  "fault":             { form: "error",   code: -32603, coaz: -32603, message: "Internal error",    because: "the policy could not be applied",                  status: 500 },
};

/**
 * The one place that turns a denying decision into an answer. The caller learns a reason and what a rule says, never which rule or value.
 */
export function denial(denied: Denied): WireForm {
  const { decision, decisionId, method, era, transport, profile, unknown, identity, hint } = denied;
  const row = denials[decision.reason];
  if (row.form === "hidden") return { answer: complete(unknown, era), status: statusOf(unknown) };
  const told = toldOf(decision, decisionId);
  const { status, challenge } = row;
  // Only HTTP can say that more scopes would help so that a client goes and asks for them.
  const isChallenge = challenge?.error !== undefined && transport === "http";
  const isResult = method === "tools/call" && row.form === "visible" && profile === "spec" && !isChallenge;
  const answer = isResult
    ? complete(asResult(decision, decisionId, row, told, hint), era, identity)
    : error(profile === "spec" ? row.code : row.coaz, row.message, told);
  return { answer, status, ...(challenge === undefined ? {} : { challenge }) };
}

/**
 * A caller who may do nothing at all on this server: 403 without `insufficient_scope`, which would send clients after a token that
 * cannot help.
 */
export function noRight(decisionId: string): WireForm {
  const { code, message } = denials.default;
  return { answer: error(code, message, { outcome: "deny", reason: "default", decisionId }), status: 403 };
}

function toldOf({ effect, reason, told }: Decision, decisionId: string): JsonObject {
  const { argument, retryAfterMs, missing } = told;
  return {
    outcome: effect,
    reason,
    decisionId,
    ...(argument === undefined ? {} : { argument }),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    ...(missing === undefined ? {} : { missing }),
  };
}

function asResult(
  decision: Decision,
  decisionId: string,
  row: DenialRow,
  told: JsonObject,
  hint: string | undefined,
): Answer {
  const reason = `Denied by policy: ${because(decision, row)} (decision ${decisionId}).`;
  const sentences = [reason, ...remedies(decision), ...(hint === undefined ? [] : [hint])];
  const content = [{ type: "text", text: sentences.join(" ") }];
  return { kind: "result", result: { content, isError: true, _meta: { [DECISION_META]: told } } };
}

function because({ told: { because: reasons, violations } }: Decision, row: DenialRow): string {
  if (violations !== undefined && violations.length > 0) {
    return `${row.because}: ${violations.map(({ pointer, expected }) => `\`${pointer || "/"}\` ${expected}`).join("; ")}`;
  }
  return reasons.length === 0 ? row.because : reasons.map((text) => text.trim().replace(/\.$/, "")).join("; ");
}

/** What the caller can do about it, a sentence each. */
function remedies({ told: { retryAfterMs, missing } }: Decision): readonly string[] {
  return [
    ...(missing === undefined ? [] : [`It needs: ${missing.join(", ")}.`]),
    ...(retryAfterMs === undefined ? [] : [`Try again in ${Math.max(1, Math.ceil(retryAfterMs / 1000))} s.`]),
  ];
}

// MCP 2026-07-28: every result says that no more is to come, and should name the server.
function complete(answer: Answer, era: Era, identity?: JsonObject): Answer {
  if (answer.kind === "error" || era === "legacy") return answer;
  const { _meta: meta, ...result } = answer.result;
  const named = identity === undefined ? meta : { ...(meta as JsonObject | undefined), [SERVER_INFO]: identity };
  return {
    kind: "result",
    result: { ...result, resultType: "complete", ...(named === undefined ? {} : { _meta: named }) },
  };
}

/** What keeps a message from being decided at all. */
export type Flaw =
  | "malformed"
  | "not-a-message"
  | "unknown-method"
  | "invalid-params"
  | "header-mismatch"
  | "unsupported-revision"
  | "missing-capability"
  | "unknown-session"
  | "lost"
  | "late"
  | "unreachable"
  | "busy"
  | "unheard"
  | "failure";

interface FlawRow {
  readonly code: number;
  readonly message: string;
  readonly status: Readonly<Record<Era, number>>;
}

// JSON-RPC 2.0 section 5.1; MCP 2026-07-28, error codes and Streamable HTTP.
// biome-ignore format: table
const flaws: Readonly<Record<Flaw, FlawRow>> = {
  "malformed":            { code: -32700, message: "Parse error",                          status: { legacy: 400, modern: 400 } },
  "not-a-message":        { code: -32600, message: "Invalid Request",                      status: { legacy: 400, modern: 400 } },
  "unknown-method":       { code: -32601, message: "Method not found",                     status: { legacy: 200, modern: 404 } },
  "invalid-params":       { code: -32602, message: "Invalid params",                       status: { legacy: 200, modern: 400 } },
  "header-mismatch":      { code: -32020, message: "Header mismatch",                      status: { legacy: 400, modern: 400 } },
  "unsupported-revision": { code: -32022, message: "Unsupported protocol version",         status: { legacy: 400, modern: 400 } },
  "missing-capability":   { code: -32021, message: "Missing required client capability",   status: { legacy: 400, modern: 400 } },
  "unknown-session":      { code: -32600, message: "Session not found",                    status: { legacy: 404, modern: 404 } },
  "lost":                 { code: -32603, message: "The server ended before it answered",  status: { legacy: 502, modern: 502 } },
  "late":                 { code: -32603, message: "The server did not answer in time",    status: { legacy: 504, modern: 504 } },
  "unreachable":          { code: -32603, message: "The server cannot be reached",         status: { legacy: 502, modern: 502 } },
  "busy":                 { code: -32603, message: "Too much is under way",                status: { legacy: 503, modern: 503 } },
  "unheard":              { code: -32603, message: "The client does not listen",           status: { legacy: 504, modern: 504 } },
  "failure":              { code: -32603, message: "Internal error",                       status: { legacy: 500, modern: 500 } },
};

/** The answer to a message that was not decided. `why` speaks of its form, never of a policy. */
export function flaw(kind: Flaw, era: Era = "legacy", why?: string, data?: Value): WireForm {
  const { code, message, status } = flaws[kind];
  return { answer: error(code, why === undefined ? message : `${message}: ${why}`, data), status: status[era] };
}

/** What may be unknown to a server. */
export type Thing = "tool" | "prompt" | "resource" | "task" | "reference";

/** How SDK generation 1 answers what it does not know, and modern servers: for servers whose own answer cannot be used. */
export function usualUnknown(thing: Thing, name: string, era: Era): Answer {
  switch (thing) {
    case "tool": {
      const text = `Tool ${name} not found`;
      if (era === "modern") return error(-32602, text);
      return {
        kind: "result",
        result: { content: [{ type: "text", text: `MCP error -32602: ${text}` }], isError: true },
      };
    }
    // MCP 2025-11-25, resources, error handling; 2026-07-28 forbids -32002.
    case "resource":
      return era === "modern"
        ? error(-32602, "Resource not found", { uri: name })
        : error(-32002, "Resource not found", { uri: name });
    case "prompt":
      return error(-32602, `Prompt ${name} not found`);
    case "task":
      return error(-32602, "Task not found");
    case "reference":
      return error(-32602, `${name} not found`);
  }
}

/** What a server is told whose question the client does not get to see: nothing of why. */
export function refusedQuestion(): Answer {
  return error(denials.default.code, denials.default.message);
}

function statusOf(answer: Answer): number {
  return answer.kind === "error" && answer.error["code"] === -32601 ? 404 : 200;
}

function error(code: number, message: string, data?: Value): Answer {
  const shape: JsonObject = data === undefined ? { code, message } : { code, message, data };
  return { kind: "error", error: shape };
}

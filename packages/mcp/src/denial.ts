import type { Decision, JsonObject, Reason, Value } from "@mcpolicy/core";
import type { Answer, Era } from "./message.ts";

/** How denials look. `spec` keeps to MCP's own forms. */
export type Profile = "spec";

/** What is denied, and where. */
export interface Denied {
  readonly decision: Decision;
  readonly decisionId: string;
  readonly method: string;
  readonly era: Era;
  readonly profile?: Profile;
  /** How this very server answers a tool that it does not know: what is hidden looks the same. */
  readonly unknownTool: Answer;
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
  readonly message: string;
  /** What is told where no rule says why. */
  readonly because: string;
}

// Codes of our own lie outside of -32768...-32000, which JSON-RPC reserves.
// biome-ignore format: table
export const denials: Readonly<Record<Reason, DenialRow>> = {
  "unauthenticated":   { form: "error",   code: -31401, message: "Unauthenticated",   because: "no verified caller" },
  "scope":             { form: "visible", code: -31403, message: "Denied by policy",  because: "the token lacks a scope" },
  "unknown-operation": { form: "hidden",  code: -31403, message: "Denied by policy",  because: "there is no such operation" },
  "pin-mismatch":      { form: "hidden",  code: -31403, message: "Denied by policy",  because: "there is no such operation" },
  "invalid":           { form: "visible", code: -32602, message: "Invalid arguments", because: "the arguments are not valid" },
  "rule":              { form: "visible", code: -31403, message: "Denied by policy",  because: "a rule forbids it" },
  "unknown":           { form: "visible", code: -31403, message: "Denied by policy",  because: "a rule that may forbid it could not be settled" },
  "default":           { form: "visible", code: -31403, message: "Denied by policy",  because: "no rule allows it" },
  "limit":             { form: "visible", code: -31429, message: "Limit reached",     because: "a limit is reached" },
  "approval":          { form: "visible", code: -31428, message: "Approval required", because: "it needs an approval" },
  "output":            { form: "visible", code: -31403, message: "Denied by policy",  because: "the result is held back" },
  "fault":             { form: "error",   code: -32603, message: "Internal error",    because: "the policy could not be applied" },
};

/** The one place that turns a denying decision into an answer. The caller learns a reason and what a rule says, never which rule or value. */
export function denial({ decision, decisionId, method, era, unknownTool }: Denied): Answer {
  const row = denials[decision.reason];
  const told = {
    outcome: decision.effect,
    reason: decision.reason,
    decisionId,
    ...(decision.told.argument === undefined ? {} : { argument: decision.told.argument }),
  };
  if (method !== "tools/call" || row.form === "error") return error(row.code, row.message, told);
  if (row.form === "hidden") return complete(unknownTool, era);
  const text = `Denied by policy: ${because(decision, row)} (decision ${decisionId}).`;
  const result = { content: [{ type: "text", text }], isError: true, _meta: { [DECISION_META]: told } };
  return complete({ kind: "result", result }, era);
}

function because(decision: Decision, row: DenialRow): string {
  const { because: reasons, violations } = decision.told;
  if (violations !== undefined && violations.length > 0) {
    return `${row.because}: ${violations.map(({ pointer, expected }) => `\`${pointer || "/"}\` ${expected}`).join("; ")}`;
  }
  return reasons.length === 0 ? row.because : reasons.map((text) => text.trim().replace(/\.$/, "")).join("; ");
}

// MCP 2026-07-28: every result says that it is one, and no more to come.
function complete(answer: Answer, era: Era): Answer {
  if (answer.kind === "error" || era === "legacy") return answer;
  return { kind: "result", result: { ...answer.result, resultType: "complete" } };
}

/** What keeps a message from being decided at all. */
export type Flaw = "malformed" | "not-a-message" | "unknown-method" | "invalid-params" | "lost" | "failure";

// JSON-RPC 2.0 section 5.1.
// biome-ignore format: table
const flaws: Readonly<Record<Flaw, { readonly code: number; readonly message: string }>> = {
  "malformed":      { code: -32700, message: "Parse error" },
  "not-a-message":  { code: -32600, message: "Invalid Request" },
  "unknown-method": { code: -32601, message: "Method not found" },
  "invalid-params": { code: -32602, message: "Invalid params" },
  "lost":           { code: -32603, message: "The server ended before it answered" },
  "failure":        { code: -32603, message: "Internal error" },
};

/** The answer to a message that was not decided. `why` speaks of its form, never of a policy. */
export function flaw(kind: Flaw, why?: string): Answer {
  const { code, message } = flaws[kind];
  return error(code, why === undefined ? message : `${message}: ${why}`);
}

/** How SDK generation 1 answers a tool that it does not know, and modern servers: for servers whose own answer cannot be used. */
export function usualUnknownTool(name: string, era: Era): Answer {
  const text = `Tool ${name} not found`;
  if (era === "modern") return error(-32602, text);
  return { kind: "result", result: { content: [{ type: "text", text: `MCP error -32602: ${text}` }], isError: true } };
}

function error(code: number, message: string, data?: Value): Answer {
  const shape: JsonObject = data === undefined ? { code, message } : { code, message, data };
  return { kind: "error", error: shape };
}

import type {
  AuditedProof,
  AuditedRule,
  AuditSink,
  Decision,
  DecisionRecord,
  JsonObject,
  OutcomeRecord,
  Proof,
  ServerIr,
} from "@mcpolicy/core";
import type { ToolResult } from "@mcpolicy/runtime";
import type { Asked, Decided } from "../decide/decided.ts";
import type { EnforcedPolicy } from "../policy.ts";
import { own } from "../wire/message.ts";
import { cut } from "./lines-sink.ts";

/** Whose records these are. */
export interface Recording {
  readonly policy: EnforcedPolicy;
  readonly server: ServerIr;
  readonly saltOf: AuditSink["saltOf"];
}

/**
 * The record of a decision: with the rules that made it, which are found out now where it was let through without saying. Throws where that does
 * not agree with the decision.
 */
export function decisionRecord({ policy, server, saltOf }: Recording, decided: Decided): DecisionRecord {
  const { id, at, reason, asked, request } = decided;
  const { caller, operation, method, meta, notes } = asked;
  const { principal } = caller;
  const decision = explained(policy, decided);
  const salt = saltOf?.(id);
  const context = request === undefined ? undefined : policy.record.context(request.context, salt);
  const shadow = decision.kept.shadow;
  const pin = operation?.kind === "tool" ? pinOf(server, operation.name) : undefined;
  return {
    kind: "decision",
    ...{ at, id, server: server.name, from: asked.from, method: cut(method), era: asked.era },
    ...(principal === undefined ? {} : { caller: policy.record.caller(principal, salt) }),
    ...(operation === undefined ? {} : { operation: shortened(operation) }),
    ...{ effect: decision.effect, reason, rules: auditedRules(decision.rules) },
    ...(shadow === undefined ? {} : { shadow: auditedRules(shadow) }),
    ...(decision.kept.hidden === true ? { hidden: true } : {}),
    policy: policy.digest,
    ...(pin === undefined ? {} : { pin }),
    ...(request === undefined ? {} : { arguments: policy.record.arguments(asked.arguments, salt) }),
    ...(context === undefined ? {} : { context }),
    ...(request?.proofs === undefined || request.proofs.length === 0
      ? {}
      : { proofs: request.proofs.map((proof) => auditedProof(policy, proof)) }),
    ...(meta === undefined ? {} : traceOf(meta)),
    ...notesOf(decision, notes),
  };
}

/** A decision that let a call through says which rules did only when it is asked. */
function explained(policy: EnforcedPolicy, { decision, request }: Decided): Decision {
  if (decision.effect !== "allow" || decision.rules.length > 0 || request === undefined) return decision;
  const full = policy.decide(request);
  if (full.effect !== "allow") throw new Error("the explanation does not agree with the decision");
  return full;
}

/** What a call came to. */
export interface Ended {
  readonly ended: OutcomeRecord["ended"];
  /** Why it was held back. */
  readonly decision?: Decision | undefined;
  readonly result?: ToolResult | undefined;
  readonly notes?: readonly string[] | undefined;
}

/** The record of an outcome. */
export function outcomeRecord(
  { policy, server }: Recording,
  { id, at }: Decided,
  now: number,
  { ended, decision, result, notes = [] }: Ended,
): OutcomeRecord {
  return {
    kind: "outcome",
    ...{ at: now, id, server: server.name, ended },
    ...(decision === undefined || decision.effect === "allow" ? {} : { reason: decision.reason }),
    rules: decision === undefined ? [] : auditedRules(decision.rules),
    duration: now - at,
    ...(result === undefined ? {} : { result: policy.record.result(result) }),
    ...notesOf(decision, notes),
  };
}

function auditedProof({ record }: EnforcedPolicy, proof: Proof): AuditedProof {
  const { kind, id, at, rules } = proof;
  return {
    ...{ kind, id, at },
    ...(rules === undefined ? undefined : { rules }),
    ...(proof.kind === "justification" && proof.text !== undefined ? { text: record.text(proof.text) } : undefined),
    ...(proof.kind === "duty" ? { name: proof.name } : undefined),
    ...(proof.kind === "approval" ? { by: record.caller(proof.by) } : undefined),
  };
}

function auditedRules(rules: Decision["rules"]): readonly AuditedRule[] {
  return rules.map(({ id, matched }) => ({ id, matched }));
}

function pinOf({ tools }: ServerIr, tool: string): string | undefined {
  return Object.hasOwn(tools, tool) ? tools[tool]?.digest : undefined;
}

function shortened(operation: NonNullable<Asked["operation"]>): NonNullable<Asked["operation"]> {
  if ("name" in operation && operation.name.length > 200) return { ...operation, name: cut(operation.name) };
  return "uri" in operation && operation.uri.length > 2_000
    ? { ...operation, uri: `${operation.uri.slice(0, 2_000)}…` }
    : operation;
}

/** W3C Trace Context, section 3.2: `version-traceid-parentid-flags`. */
const traceparent = /^[0-9a-f]{2}-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}$/;

function traceOf(meta: JsonObject): Pick<DecisionRecord, "trace" | "span"> {
  const value = own(meta, "traceparent");
  const found = typeof value === "string" ? traceparent.exec(value) : null;
  return found === null ? {} : { trace: found[1]!, span: found[2]! };
}

function notesOf(decision: Decision | undefined, notes: readonly string[]): Pick<DecisionRecord, "notes"> {
  const fault = decision?.kept.fault;
  const all = [...(decision?.kept.notes ?? []), ...(fault === undefined ? [] : [fault]), ...notes];
  return all.length === 0 ? {} : { notes: all };
}

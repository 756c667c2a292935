import type {
  AuditedProof,
  AuditedRule,
  AuditSink,
  Decision,
  DecisionRecord,
  JsonObject,
  OutcomeRecord,
  Proof,
  RecordSalt,
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
 * The record of a decision. Which rules let a call through, and what is kept of its arguments, is found out when it is read: a sink that
 * keeps records as they are pays for neither. Throws, when read, where the explanation does not agree with the decision.
 */
export function decisionRecord(
  recording: Recording,
  { id, at, decision, reason, asked, request }: Decided,
): DecisionRecord {
  const { policy, server, saltOf } = recording;
  const { caller, operation, method, meta, notes } = asked;
  const { principal } = caller;
  let full: Decision | undefined;
  const explained = (): Decision => {
    full ??=
      decision.rules.length > 0 || decision.effect !== "allow" || request === undefined
        ? decision
        : policy.decide(request);
    if (full.effect !== decision.effect) throw new Error("the explanation does not agree with the decision");
    return full;
  };
  const trace = meta === undefined ? undefined : traceOf(meta);
  let salts: RecordSalt | undefined;
  const salt = (): RecordSalt | undefined => {
    salts ??= saltOf?.(id);
    return salts;
  };
  const pin = operation?.kind === "tool" ? pinOf(server, operation.name) : undefined;
  return {
    kind: "decision",
    at,
    id,
    server: server.name,
    from: asked.from,
    method: method.length > 200 ? cut(method) : method,
    era: asked.era,
    get caller() {
      return principal === undefined ? undefined : policy.record.caller(principal, salt());
    },
    ...(operation === undefined ? undefined : { operation: shortened(operation) }),
    effect: decision.effect,
    reason,
    get rules() {
      return auditedRules(explained().rules);
    },
    get shadow() {
      return request === undefined ? undefined : shadowOf(explained());
    },
    get arguments() {
      return request === undefined ? undefined : policy.record.arguments(asked.arguments, salt());
    },
    get context() {
      return request === undefined ? undefined : policy.record.context(request.context, salt());
    },
    get proofs() {
      return request?.proofs === undefined || request.proofs.length === 0
        ? undefined
        : request.proofs.map((proof) => auditedProof(policy, proof));
    },
    ...(decision.kept.hidden === true ? { hidden: true } : undefined),
    policy: policy.digest,
    ...(pin === undefined ? undefined : { pin }),
    ...trace,
    ...notesOf(decision, notes),
  } as DecisionRecord;
}

/** What a call came to. */
export interface Ended {
  readonly ended: OutcomeRecord["ended"];
  /** Why it was held back. */
  readonly decision?: Decision;
  readonly result?: ToolResult;
  readonly notes?: readonly string[];
}

/** The record of an outcome. What is kept of the result is found out when it is read. */
export function outcomeRecord(
  { policy, server }: Recording,
  { id, at }: Decided,
  now: number,
  { ended, decision, result, notes = [] }: Ended,
): OutcomeRecord {
  return {
    kind: "outcome",
    at: now,
    id,
    server: server.name,
    ended,
    ...(decision === undefined || decision.effect === "allow" ? undefined : { reason: decision.reason }),
    rules: decision === undefined ? [] : auditedRules(decision.rules),
    duration: now - at,
    get result() {
      return result === undefined ? undefined : policy.record.result(result);
    },
    ...notesOf(decision, notes),
  } as OutcomeRecord;
}

function auditedProof({ record }: EnforcedPolicy, proof: Proof): AuditedProof {
  const { kind, id, at } = proof;
  return {
    ...{ kind, id, at },
    ...(proof.kind === "duty" ? { name: proof.name } : undefined),
    ...(proof.kind === "approval" ? { by: record.caller(proof.by) } : undefined),
  };
}

function auditedRules(rules: Decision["rules"]): readonly AuditedRule[] {
  return rules.map(({ id, matched }) => ({ id, matched }));
}

/** Undefined, and so left out of JSON, where there are none. */
function shadowOf({ kept: { shadow } }: Decision): readonly AuditedRule[] | undefined {
  return shadow === undefined ? undefined : auditedRules(shadow);
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

function traceOf(meta: JsonObject): Pick<DecisionRecord, "trace" | "span"> | undefined {
  const value = own(meta, "traceparent");
  const found = typeof value === "string" ? traceparent.exec(value) : null;
  return found === null ? undefined : { trace: found[1]!, span: found[2]! };
}

function notesOf(
  decision: Decision | undefined,
  notes: readonly string[],
): { readonly notes?: readonly string[] } | undefined {
  const fault = decision?.kept.fault;
  const all = [...(decision?.kept.notes ?? []), ...(fault === undefined ? [] : [fault]), ...notes];
  return all.length === 0 ? undefined : { notes: all };
}

import type { AuditRecord, DecisionRecord, Effect, OutcomeRecord } from "@mcpolicy/core";
import { durationBuckets } from "./prometheus.ts";
import type { Exporter } from "./tee.ts";

type Attributes = Record<string, string | number | boolean | string[]>;

/** What is used of `@opentelemetry/api` 1.x, by structure: pass the module itself. `Context` is the API's own. */
export interface OpenTelemetryApi<Context> {
  readonly ROOT_CONTEXT: Context;
  readonly trace: {
    readonly getTracer: (name: string) => {
      readonly startSpan: (
        name: string,
        options: { readonly kind: number; readonly startTime: number; readonly attributes: Attributes },
        context: Context,
      ) => OpenTelemetrySpan;
    };
    readonly setSpanContext: (
      context: Context,
      span: {
        readonly traceId: string;
        readonly spanId: string;
        readonly traceFlags: number;
        readonly isRemote: boolean;
      },
    ) => Context;
  };
  readonly metrics: {
    readonly getMeter: (name: string) => {
      readonly createCounter: (
        name: string,
        options: { readonly description: string; readonly unit: string },
      ) => { readonly add: (value: number, attributes: Attributes) => void };
      readonly createHistogram: (
        name: string,
        options: {
          readonly description: string;
          readonly unit: string;
          readonly advice: { readonly explicitBucketBoundaries: number[] };
        },
      ) => { readonly record: (value: number, attributes: Attributes) => void };
    };
  };
}

interface OpenTelemetrySpan {
  readonly setAttributes: (attributes: Attributes) => unknown;
  readonly setStatus: (status: { readonly code: number }) => unknown;
  readonly end: (endTime: number) => void;
}

export interface OpenTelemetryOptions {
  /** Whether spans name the caller (`enduser.id`) and URIs of resources (`mcp.resource.uri`), which may tell of people. */
  readonly personal?: boolean;
  /** Calls whose spans are open at most; beyond them the oldest ends. 10,000 unless said. */
  readonly mostOpen?: number;
}

/** `SpanKind.SERVER` and `SpanStatusCode.ERROR` of the API. */
const SERVER = 1;
const ERROR = 2;
const SAMPLED = 1;

const scope = "@mcpolicy/audit";

/** What a message that was not let through failed of: `error.type`. */
const refusals: Readonly<Record<Exclude<Effect, "allow">, string>> = {
  unauthenticated: "policy_unauthenticated",
  invalid: "policy_invalid",
  deny: "policy_denied",
  ask: "policy_asks",
};

/** What a call that went on failed of: `error.type`. */
const failures: Readonly<Record<OutcomeRecord["ended"], string | undefined>> = {
  result: undefined,
  error: "tool_error",
  withheld: "policy_withheld",
  cancelled: "cancelled",
  lost: "connection_lost",
};

/**
 * Spans and metrics after OpenTelemetry's semantic conventions for MCP (in development, as of 2026): a span for each message, from its
 * decision to its outcome, below the caller's where a `traceparent` came; `mcp.server.operation.duration`; and counts of decisions by effect,
 * reason and rule.
 */
export function openTelemetryExporter<Context>(
  api: OpenTelemetryApi<Context>,
  { personal = false, mostOpen = 10_000 }: OpenTelemetryOptions = {},
): Exporter {
  const tracer = api.trace.getTracer(scope);
  const meter = api.metrics.getMeter(scope);
  const decisions = meter.createCounter("mcpolicy.decisions", {
    description: "Decisions of the policy.",
    unit: "{decision}",
  });
  const rules = meter.createCounter("mcpolicy.rule.decisions", {
    description: "Decisions that a rule made, or took part in.",
    unit: "{decision}",
  });
  const notices = meter.createCounter("mcpolicy.notices", {
    description: "What operators should know.",
    unit: "{notice}",
  });
  const durations = meter.createHistogram("mcp.server.operation.duration", {
    description: "MCP request duration as observed on the receiver, from its decision until its answer.",
    unit: "s",
    advice: { explicitBucketBoundaries: [...durationBuckets] },
  });
  /** Calls that went on, oldest first. */
  const open = new Map<string, { readonly span: OpenTelemetrySpan; readonly known: Attributes; readonly at: number }>();

  const parentOf = ({ trace, span }: DecisionRecord): Context =>
    trace === undefined || span === undefined
      ? api.ROOT_CONTEXT
      : api.trace.setSpanContext(api.ROOT_CONTEXT, {
          traceId: trace,
          spanId: span,
          traceFlags: SAMPLED,
          isRemote: true,
        });

  const ofDecision = (record: DecisionRecord): void => {
    const { id, at, effect, reason } = record;
    const known = conventional(record);
    decisions.add(1, { ...known, "mcpolicy.effect": effect, "mcpolicy.reason": reason });
    for (const rule of record.rules) rules.add(1, { "mcpolicy.rule": rule.id, "mcpolicy.effect": effect });
    const attributes = { ...known, ...ofPolicy(record), ...(personal ? ofPeople(record) : {}) };
    const span = tracer.startSpan(nameOf(record), { kind: SERVER, startTime: at, attributes }, parentOf(record));
    if (effect !== "allow") {
      ended(span, at, refusals[effect]);
      return;
    }
    open.set(id, { span, known, at });
    const [oldest] = open;
    if (open.size <= mostOpen || oldest === undefined) return;
    open.delete(oldest[0]);
    ended(oldest[1].span, oldest[1].at, undefined);
  };

  const ofOutcome = ({ id, at, ended: how, reason, rules: by, duration, result }: OutcomeRecord): void => {
    for (const rule of by) rules.add(1, { "mcpolicy.rule": rule.id, "mcpolicy.effect": "withheld" });
    const call = open.get(id);
    open.delete(id);
    const failure = failures[how];
    const failed: Attributes = failure === undefined ? {} : { "error.type": failure };
    durations.record(duration / 1_000, { ...call?.known, ...failed });
    if (call === undefined) return;
    call.span.setAttributes({
      "mcpolicy.ended": how,
      ...(reason === undefined ? {} : { "mcpolicy.withheld.reason": reason }),
      ...(result === undefined ? {} : { "mcpolicy.result.size": result.size }),
    });
    ended(call.span, at, failure);
  };

  return {
    name: "opentelemetry",
    append(record: AuditRecord) {
      if (record.kind === "decision") ofDecision(record);
      else if (record.kind === "outcome") ofOutcome(record);
      else notices.add(1, { "mcpolicy.notice": record.what });
    },
    close() {
      for (const { span, at } of open.values()) ended(span, at, undefined);
      open.clear();
    },
  };
}

function ended(span: OpenTelemetrySpan, at: number, failure: string | undefined): void {
  if (failure !== undefined) {
    span.setAttributes({ "error.type": failure });
    span.setStatus({ code: ERROR });
  }
  span.end(at);
}

/** Attributes of the conventions that say what is called. Names that only the caller knows are left out: they would make a series each. */
function conventional({ method, operation, reason }: DecisionRecord): Attributes {
  const isKnown = reason !== "unknown-operation";
  return {
    "mcp.method.name": reason === "not-in-table" || reason === "malformed" ? "_OTHER" : method,
    ...(operation?.kind === "tool" ? { "gen_ai.operation.name": "execute_tool" } : {}),
    ...(operation?.kind === "tool" && isKnown ? { "gen_ai.tool.name": operation.name } : {}),
    ...(operation?.kind === "prompt" && isKnown ? { "gen_ai.prompt.name": operation.name } : {}),
  };
}

function ofPolicy({ id, server, effect, reason, rules, policy }: DecisionRecord): Attributes {
  return {
    "mcpolicy.decision.id": id,
    "mcpolicy.server": server,
    "mcpolicy.effect": effect,
    "mcpolicy.reason": reason,
    "mcpolicy.rules": rules.map((rule) => rule.id),
    "mcpolicy.policy.digest": policy,
  };
}

function ofPeople({ caller, operation }: DecisionRecord): Attributes {
  return {
    ...(caller === undefined ? {} : { "enduser.id": caller.id }),
    ...(operation?.kind === "resource" ? { "mcp.resource.uri": operation.uri } : {}),
  };
}

function nameOf(record: DecisionRecord): string {
  const { "mcp.method.name": method, "gen_ai.tool.name": tool, "gen_ai.prompt.name": prompt } = conventional(record);
  return [method, tool ?? prompt].filter((part) => part !== undefined).join(" ");
}

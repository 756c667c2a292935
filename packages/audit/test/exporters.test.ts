import type { AuditRecord, DecisionRecord } from "@mcpolicy/core";
import * as api from "@opentelemetry/api";
import {
  AggregationTemporality,
  InMemoryMetricExporter,
  MeterProvider,
  PeriodicExportingMetricReader,
} from "@opentelemetry/sdk-metrics";
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from "@opentelemetry/sdk-trace-base";
import { describe, expect, test } from "vitest";
import {
  type Exporter,
  ndjsonExporter,
  openTelemetryExporter,
  prometheusExporter,
  recordOf,
  tee,
} from "../src/index.ts";
import { decision } from "./records.ts";

const outcome = (n: number, more: object = {}): AuditRecord =>
  ({
    ...{
      kind: "outcome",
      at: decision(n).at + 40,
      id: `call ${n}`,
      server: "fs",
      ended: "result",
      rules: [],
      duration: 40,
    },
    ...{ result: { kept: "size", size: 120 } },
    ...more,
  }) as AuditRecord;

const denied = decision(2, {
  effect: "deny",
  reason: "rule",
  rules: [{ id: "no secrets", matched: "true" }],
  shadow: [{ id: "soon", matched: "true" }],
});
const stranger = decision(3, {
  effect: "deny",
  reason: "unknown-operation",
  rules: [],
  operation: { kind: "tool", server: "fs", name: "invented" },
});
const prompt = decision(4, {
  method: "prompts/get",
  operation: { kind: "prompt", server: "fs", name: "review" },
  trace: "4bf92f3577b34da6a3ce929d0e0e4736",
  span: "00f067aa0ba902b7",
});
const read = decision(5, {
  method: "resources/read",
  operation: { kind: "resource", server: "fs", uri: "file:///secret" },
});
const notice: AuditRecord = { kind: "notice", at: 1, what: "store-away", text: "x" };

const records: readonly AuditRecord[] = [
  decision(1),
  outcome(1),
  denied,
  stranger,
  prompt,
  outcome(4, { ended: "withheld", reason: "output", rules: [{ id: "no mail", matched: "true" }] }),
  read,
  outcome(5, { ended: "error", duration: 7_000, result: undefined }),
  notice,
];

describe("tee", () => {
  const kept = () => {
    const all: AuditRecord[] = [];
    return {
      all,
      exporter: { name: "kept", append: (record: AuditRecord) => void all.push(record) } satisfies Exporter,
    };
  };

  test("tells exporters what the log kept, in its order", async () => {
    const [log, first] = [kept(), kept()];
    const sink = tee(log.exporter, [first.exporter, ndjsonExporter(() => {})]);
    for (const record of records) await sink.append(record);
    expect(first.all).toEqual(records);
    expect(log.all).toEqual(records);
    await sink.close?.();
  });

  test("waits for the log alone, and says nothing of what it refuses", async () => {
    const told = kept();
    const refusing = tee(
      {
        append: () => {
          throw new Error("full");
        },
      },
      [told.exporter],
    );
    expect(() => refusing.append(denied)).toThrow("full");
    const rejecting = tee({ append: () => Promise.reject(new Error("full")) }, [told.exporter]);
    await expect(rejecting.append(denied)).rejects.toThrow("full");
    expect(told.all).toEqual([]);
    let release = () => {};
    const slow = tee(
      {
        append: () =>
          new Promise<void>((resolve) => {
            release = resolve;
          }),
      },
      [told.exporter],
    );
    const appended = slow.append(denied);
    expect(told.all).toEqual([]);
    release();
    await appended;
    expect(told.all).toEqual([denied]);
  });

  test("goes on whatever an exporter does, and reports it at each doubling", async () => {
    const [log, told] = [kept(), kept()];
    const events: string[] = [];
    const never: Exporter = { name: "never", append: () => new Promise(() => {}) };
    const throws: Exporter = {
      name: "throws",
      append: () => {
        throw new Error("away");
      },
    };
    const rejects: Exporter = {
      name: "rejects",
      append: () => Promise.reject(new Error("late")),
      close: () => {
        throw new Error("shut");
      },
    };
    const sink = tee(log.exporter, [throws, rejects, never, told.exporter], {
      mostPending: 3,
      report: ({ exporter, failures, text }) => {
        events.push(`${exporter} ${failures}`);
        expect(text).toContain(`exporter ${exporter} missed ${failures} records so far`);
        throw new Error("a listener that fails");
      },
    });
    for (let n = 0; n < 9; n += 1) {
      expect(sink.append(denied)).toBeUndefined();
      await Promise.resolve();
      await Promise.resolve();
    }
    expect(log.all).toHaveLength(9);
    expect(told.all).toHaveLength(9);
    const of = (name: string) => events.filter((event) => event.startsWith(name));
    expect(of("throws")).toEqual(["throws 1", "throws 2", "throws 4", "throws 8"]);
    expect(of("rejects")).toEqual(["rejects 1", "rejects 2", "rejects 4", "rejects 8"]);
    expect(of("never")).toEqual(["never 1", "never 2", "never 4"]);
  });

  test("works a record out once, for the log and all exporters", async () => {
    let worked = 0;
    const own: DecisionRecord = Object.defineProperty({ ...decision(1) }, "arguments", {
      enumerable: true,
      get: () => {
        worked += 1;
        return { kept: "keys", names: [] };
      },
    });
    const [log, first, second] = [kept(), kept(), kept()];
    await tee(log.exporter, [first.exporter, second.exporter]).append(own);
    for (const { all } of [log, first, second])
      expect((all[0] as DecisionRecord).arguments).toEqual({ kept: "keys", names: [] });
    expect(worked).toBe(1);
  });

  test("gives the log's salts, and closes the log before its exporters", async () => {
    const order: string[] = [];
    const saltOf = () => () => new Uint8Array(32);
    const sink = tee({ append: () => {}, saltOf, close: () => void order.push("log") }, [
      { name: "one", append: () => {}, close: () => void order.push("one") },
    ]);
    expect(sink.saltOf).toBe(saltOf);
    expect(tee({ append: () => {} }, []).saltOf).toBeUndefined();
    await sink.close?.();
    expect(order).toEqual(["log", "one"]);
  });
});

test("ndjson writes the lines of the log", () => {
  const lines: string[] = [];
  const { append } = ndjsonExporter((line) => void lines.push(line));
  for (const record of records) append(record);
  expect(lines.map((line) => recordOf(line.slice(0, -1)))).toEqual(
    records.map((record) => JSON.parse(JSON.stringify(record))),
  );
  for (const line of lines) expect(line).toMatch(/^[^\n]+\n$/);
});

describe("prometheus", () => {
  /** The text format, version 0.0.4, line by line. */
  const comment = /^# (?:HELP [a-z_]+ .+|TYPE [a-z_]+ (?:counter|histogram))$/;
  const sample = /^[a-z_]+(?:\{(?:[a-z_]+="(?:[^"\\\n]|\\["\\n])*",?)*\})? (?:\d+(?:\.\d+)?(?:e[+-]\d+)?)$/;

  test("counts decisions, rules, outcomes, durations, sizes and notices", () => {
    const exporter = prometheusExporter();
    for (const record of records) exporter.append(record);
    const text = exporter.render();
    for (const line of text.trimEnd().split("\n")) expect(line).toMatch(line.startsWith("#") ? comment : sample);
    expect(text).toContain(
      'mcpolicy_decisions_total{server="fs",method="tools/call",tool="read",effect="allow",reason="rule"} 1\n',
    );
    expect(text).toContain(
      'mcpolicy_decisions_total{server="fs",method="tools/call",tool="",effect="deny",reason="unknown-operation"} 1\n',
    );
    expect(text).toContain('mcpolicy_rule_decisions_total{rule="no secrets",effect="deny"} 1\n');
    expect(text).toContain('mcpolicy_rule_decisions_total{rule="no mail",effect="withheld"} 1\n');
    expect(text).toContain('mcpolicy_shadow_decisions_total{rule="soon"} 1\n');
    expect(text).toContain('mcpolicy_outcomes_total{server="fs",ended="withheld",reason="output"} 1\n');
    expect(text).toContain('mcpolicy_call_duration_seconds_bucket{server="fs",ended="result",le="0.02"} 0\n');
    expect(text).toContain('mcpolicy_call_duration_seconds_bucket{server="fs",ended="result",le="0.05"} 1\n');
    expect(text).toContain('mcpolicy_call_duration_seconds_bucket{server="fs",ended="error",le="+Inf"} 1\n');
    expect(text).toContain('mcpolicy_call_duration_seconds_sum{server="fs",ended="error"} 7\n');
    expect(text).toContain('mcpolicy_result_bytes_total{server="fs"} 240\n');
    expect(text).toContain('mcpolicy_notices_total{what="store-away"} 1\n');
    expect(exporter.contentType).toBe("text/plain; version=0.0.4; charset=utf-8");
  });

  test("escapes what a policy calls its rules", () => {
    const exporter = prometheusExporter({ prefix: "p_" });
    exporter.append(decision(1, { rules: [{ id: 'a "b"\\\nc\ud800', matched: "true" }] }));
    const lines = exporter.render().split("\n");
    expect(lines).toContain('p_rule_decisions_total{rule="a \\"b\\"\\\\\\nc\ufffd",effect="allow"} 1');
  });

  test("has a bounded number of series, and loses no count", () => {
    const exporter = prometheusExporter({ mostSeries: 5 });
    for (let n = 0; n < 100; n += 1) {
      exporter.append(decision(n, { operation: { kind: "tool", server: "fs", name: `t${n}` } }));
    }
    const counts = [...exporter.render().matchAll(/^mcpolicy_decisions_total\{.*\} (\d+)$/gm)].map((match) =>
      Number(match[1]),
    );
    expect(counts).toHaveLength(6);
    expect(counts.reduce((sum, count) => sum + count)).toBe(100);
  });
});

describe("OpenTelemetry, by its own SDK", () => {
  async function exported(options: object = {}, given = records) {
    const spans = new InMemorySpanExporter();
    const metrics = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
    const tracers = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(spans)] });
    const meters = new MeterProvider({
      readers: [new PeriodicExportingMetricReader({ exporter: metrics, exportIntervalMillis: 1e6 })],
    });
    const own = {
      ROOT_CONTEXT: api.ROOT_CONTEXT,
      trace: { getTracer: (name: string) => tracers.getTracer(name), setSpanContext: api.trace.setSpanContext },
      metrics: { getMeter: (name: string) => meters.getMeter(name) },
    };
    const exporter = openTelemetryExporter<api.Context>(own, options);
    for (const record of given) exporter.append(record);
    await exporter.close?.();
    await meters.forceFlush();
    const points = metrics.getMetrics().flatMap(({ scopeMetrics }) => scopeMetrics.flatMap((scope) => scope.metrics));
    const pointsOf = (name: string) =>
      points
        .find(({ descriptor }) => descriptor.name === name)
        ?.dataPoints.map(({ attributes, value }) => ({ attributes, value })) ?? [];
    return { spans: spans.getFinishedSpans(), pointsOf };
  }
  const millis = ([seconds, nanos]: api.HrTime) => Math.round(seconds * 1e3 + nanos / 1e6);

  test("the module itself fits", () => {
    expect(openTelemetryExporter<api.Context>(api).name).toBe("opentelemetry");
  });

  test("a span for each message, from decision to outcome, as the conventions for MCP say", async () => {
    const { spans } = await exported();
    expect(spans.map(({ name }) => name)).toEqual([
      "tools/call read",
      "tools/call read",
      "tools/call",
      "prompts/get review",
      "resources/read",
    ]);
    const [went, refused, unknown, withheld, failed] = spans;
    expect(went).toMatchObject({
      kind: api.SpanKind.SERVER,
      status: { code: api.SpanStatusCode.UNSET },
      attributes: {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "read",
        "mcpolicy.decision.id": "call 1",
        "mcpolicy.effect": "allow",
        "mcpolicy.rules": ["r"],
        "mcpolicy.ended": "result",
        "mcpolicy.result.size": 120,
      },
    });
    expect(millis(went!.endTime) - millis(went!.startTime)).toBe(40);
    expect(millis(went!.startTime)).toBe(decision(1).at);
    expect(refused).toMatchObject({
      status: { code: api.SpanStatusCode.ERROR },
      attributes: { "error.type": "policy_denied", "mcpolicy.rules": ["no secrets"] },
    });
    expect(unknown?.attributes).not.toHaveProperty("gen_ai.tool.name");
    expect(withheld).toMatchObject({
      parentSpanContext: { traceId: prompt.trace, spanId: prompt.span, isRemote: true },
      attributes: {
        "gen_ai.prompt.name": "review",
        "error.type": "policy_withheld",
        "mcpolicy.withheld.reason": "output",
      },
    });
    expect(withheld?.spanContext().traceId).toBe(prompt.trace);
    expect(failed?.attributes).toMatchObject({ "error.type": "tool_error" });
  });

  test("tells of people only where it is asked to", async () => {
    const plain = JSON.stringify((await exported()).spans.map(({ attributes }) => attributes));
    expect(plain).not.toContain("file:///secret");
    expect(plain).not.toContain("enduser");
    const { spans } = await exported({ personal: true });
    expect(spans.at(-1)?.attributes).toMatchObject({ "mcp.resource.uri": "file:///secret", "enduser.id": "dev" });
  });

  test("durations, and decisions by effect, reason and rule", async () => {
    const { pointsOf } = await exported();
    expect(pointsOf("mcp.server.operation.duration")).toContainEqual({
      attributes: {
        "mcp.method.name": "tools/call",
        "gen_ai.operation.name": "execute_tool",
        "gen_ai.tool.name": "read",
      },
      value: expect.objectContaining({
        count: 1,
        sum: 0.04,
        buckets: expect.objectContaining({ boundaries: expect.arrayContaining([0.01, 300]) }),
      }),
    });
    expect(pointsOf("mcpolicy.decisions")).toContainEqual({
      attributes: expect.objectContaining({
        "mcpolicy.effect": "deny",
        "mcpolicy.reason": "rule",
        "gen_ai.tool.name": "read",
      }),
      value: 1,
    });
    expect(pointsOf("mcpolicy.rule.decisions")).toContainEqual({
      attributes: { "mcpolicy.rule": "no mail", "mcpolicy.effect": "withheld" },
      value: 1,
    });
    expect(pointsOf("mcpolicy.notices")).toEqual([{ attributes: { "mcpolicy.notice": "store-away" }, value: 1 }]);
  });

  test("holds a bounded number of spans open, and ends them all", async () => {
    const many = Array.from({ length: 30 }, (_, n) => decision(n));
    expect((await exported({ mostOpen: 10 }, many)).spans).toHaveLength(30);
  });

  test("names no series after what a caller invents", async () => {
    const odd = decision(1, {
      method: "invented/method",
      reason: "not-in-table",
      effect: "deny",
      operation: undefined,
    } as never);
    const { spans } = await exported({}, [odd]);
    expect(spans[0]?.name).toBe("_OTHER");
  });
});

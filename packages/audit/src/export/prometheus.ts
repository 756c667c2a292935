import type { AuditRecord, DecisionRecord, OutcomeRecord } from "@mcpolicy/core";
import type { Exporter } from "./tee.ts";

/** Counts records, to be scraped by Prometheus. */
export interface PrometheusExporter extends Exporter {
  /** All metrics in the text format of Prometheus, version 0.0.4. */
  readonly render: () => string;
  /** What `render` is to be served as. */
  readonly contentType: string;
}

export interface PrometheusOptions {
  /** What names of metrics begin with; `mcpolicy_` unless said. */
  readonly prefix?: string;
  /** Bounds of the buckets of durations, in seconds. */
  readonly buckets?: readonly number[];
  /** Series that one metric may have. Beyond them labels become `_other`: nobody fills memory by inventing names. 2,000 unless said. */
  readonly mostSeries?: number;
}

/** Those of OpenTelemetry's `mcp.server.operation.duration`, in seconds. */
export const durationBuckets: readonly number[] = [0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 120, 300];

type Labels = Readonly<Record<string, string>>;

/** One metric: what it is, and its series. */
interface Metric {
  readonly name: string;
  readonly help: string;
  readonly type: "counter" | "histogram";
  readonly series: Map<string, { readonly labels: Labels; readonly values: number[] }>;
}

const contentType = "text/plain; version=0.0.4; charset=utf-8";

/** Makes an exporter that counts decisions by effect, reason, tool and rule, outcomes, durations, sizes of results and notices. */
export function prometheusExporter(options: PrometheusOptions = {}): PrometheusExporter {
  const { prefix = "mcpolicy_", buckets = durationBuckets, mostSeries = 2_000 } = options;
  const metric = (name: string, type: Metric["type"], help: string): Metric => {
    return { name: prefix + name, help, type, series: new Map() };
  };
  const decisions = metric("decisions_total", "counter", "Decisions, by what became of the message and why.");
  const rules = metric("rule_decisions_total", "counter", "Decisions that a rule made, or took part in.");
  const shadows = metric(
    "shadow_decisions_total",
    "counter",
    "Decisions in which a rule in shadow would have matched.",
  );
  const outcomes = metric("outcomes_total", "counter", "What calls that went on came to.");
  const durations = metric("call_duration_seconds", "histogram", "Time from a decision to the answer.");
  const sizes = metric("result_bytes_total", "counter", "Bytes of the JSON text of results.");
  const notices = metric("notices_total", "counter", "What operators should know, by what it is about.");
  const metrics = [decisions, rules, shadows, outcomes, durations, sizes, notices];

  const valuesOf = ({ series, type }: Metric, labels: Labels): number[] => {
    const known = series.get(JSON.stringify(labels));
    if (known !== undefined) return known.values;
    if (series.size >= mostSeries && Object.values(labels).some((value) => value !== "_other")) {
      return valuesOf(
        { series, type } as Metric,
        mapValues(labels, () => "_other"),
      );
    }
    const values = new Array<number>(type === "counter" ? 1 : buckets.length + 2).fill(0);
    series.set(JSON.stringify(labels), { labels, values });
    return values;
  };
  const count = (to: Metric, labels: Labels, amount = 1): void => {
    const values = valuesOf(to, labels);
    values[0] = (values[0] as number) + amount;
  };
  /** One more in the first bucket that it fits in; behind them the sum, and the count. */
  const observe = (to: Metric, labels: Labels, value: number): void => {
    const values = valuesOf(to, labels);
    const bucket = buckets.findIndex((bound) => value <= bound);
    if (bucket !== -1) values[bucket] = (values[bucket] as number) + 1;
    values[buckets.length] = (values[buckets.length] as number) + value;
    values[buckets.length + 1] = (values[buckets.length + 1] as number) + 1;
  };

  const ofDecision = (record: DecisionRecord): void => {
    const { server, method, effect, reason } = record;
    count(decisions, { server, method, tool: toolOf(record), effect, reason });
    for (const { id } of record.rules) count(rules, { rule: id, effect });
    for (const { id } of record.shadow ?? []) count(shadows, { rule: id });
  };
  const ofOutcome = ({ server, ended, reason, rules: by, duration, result }: OutcomeRecord): void => {
    count(outcomes, { server, ended, reason: reason ?? "" });
    for (const { id } of by) count(rules, { rule: id, effect: "withheld" });
    observe(durations, { server, ended }, duration / 1_000);
    if (result !== undefined) count(sizes, { server }, result.size);
  };
  const append = (record: AuditRecord): void => {
    if (record.kind === "decision") ofDecision(record);
    else if (record.kind === "outcome") ofOutcome(record);
    else count(notices, { what: record.what });
  };
  return {
    name: "prometheus",
    append,
    contentType,
    render: () => metrics.map((each) => rendered(each, buckets)).join(""),
  };
}

/** The tool, where the policy knows it; names that only the caller knows would make a series each. */
function toolOf({ operation, reason }: DecisionRecord): string {
  return operation?.kind === "tool" && reason !== "unknown-operation" ? operation.name : "";
}

function rendered({ name, help, type, series }: Metric, buckets: readonly number[]): string {
  const lines = [...series.values()].flatMap(({ labels, values }) =>
    type === "counter" ? [sample(name, labels, values[0] as number)] : histogram(name, labels, values, buckets),
  );
  return [`# HELP ${name} ${help}`, `# TYPE ${name} ${type}`, ...lines].map((line) => `${line}\n`).join("");
}

function histogram(
  name: string,
  labels: Labels,
  values: readonly number[],
  buckets: readonly number[],
): readonly string[] {
  let below = 0;
  const counted = buckets.map((bound, at) => {
    below += values[at] as number;
    return sample(`${name}_bucket`, { ...labels, le: String(bound) }, below);
  });
  const [sum = 0, all = 0] = values.slice(buckets.length);
  return [
    ...counted,
    sample(`${name}_bucket`, { ...labels, le: "+Inf" }, all),
    sample(`${name}_sum`, labels, sum),
    sample(`${name}_count`, labels, all),
  ];
}

function sample(name: string, labels: Labels, value: number): string {
  const pairs = Object.entries(labels).map(([label, text]) => `${label}="${escaped(text)}"`);
  return `${name}${pairs.length === 0 ? "" : `{${pairs.join(",")}}`} ${value}`;
}

function escaped(text: string): string {
  return text.toWellFormed().replaceAll("\\", "\\\\").replaceAll("\n", "\\n").replaceAll('"', '\\"');
}

function mapValues(labels: Labels, change: (value: string) => string): Labels {
  return Object.fromEntries(Object.entries(labels).map(([name, value]) => [name, change(value)]));
}

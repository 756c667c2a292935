import {
  type Decision,
  type Detector,
  denied,
  emptyState,
  isRecord,
  type JsonObject,
  type Request,
  type StateEvent,
  type Value,
  type Violation,
} from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import { heldLabel } from "./reference-duties.ts";
import { detectorsOf, maskedResult } from "./reference-mask.ts";
import { lowest, type Outcome } from "./reference-narrows.ts";
import { becauseOf, deciding, enforced, matches, possibly, shadows, surely } from "./reference-rules.ts";
import { authenticated, type Situation, wholeSituation } from "./reference-situation.ts";

/** A result of a tool, as MCP's `tools/call` gives it. */
export interface ToolResult {
  readonly content?: readonly JsonObject[];
  readonly structuredContent?: Value;
  readonly isError?: boolean;
  readonly _meta?: JsonObject;
}

/** What the reference is told of a result: it judges decisions and masks, and knows no JSON Schema. */
export interface ResultMeans {
  /** How a result breaks what the tool's output must satisfy; empty where it does not. */
  readonly validateResult: (server: string, tool: string, result: ToolResult) => readonly Violation[];
}

/** What becomes of a result: undefined where it is withheld; and what is to be remembered of it. */
export interface ReferenceAnswer {
  readonly decision: Decision;
  readonly result: ToolResult | undefined;
  readonly event: StateEvent;
}

/**
 * What becomes of the result of a call that was let through (language.md, "The decision", on a result): bounds and schema, labels,
 * `deny result`, history, then masking, schema again. Conditions read the result as the server gave it.
 * `facts` are what the host supplies with the result (`context { … on result }`).
 */
export function answerByReference(
  policy: CheckedPolicy,
  request: Request,
  id: string,
  result: ToolResult,
  now: number,
  means: ResultMeans,
  facts: JsonObject = {},
): ReferenceAnswer {
  const judged = judgements(policy, request, id, result, now, means, facts);
  const read = asRead(result);
  const completed = result.isError !== true;
  const event: StateEvent = {
    kind: "answer",
    id,
    at: now,
    completed,
    ...(read === undefined ? {} : { result: read }),
    labels: judged.flatMap(({ labels }) => labels),
  };
  const { decision } = lowest(judged);
  if (decision.effect !== "allow") return { decision, result: undefined, event };
  const detectors = judged.flatMap((each) => each.detectors);
  const leaves = detectors.length === 0 ? result : maskedResult(result, detectors);
  const { operation } = request;
  const isHeld = detectors.length > 0 && operation.kind === "tool";
  const broken = isHeld ? means.validateResult(operation.server, operation.name, leaves) : [];
  if (broken.length === 0) return { decision, result: leaves, event };
  const { shadow } = decision.kept;
  const kept = { ...denied.kept, ...(shadow === undefined ? {} : { shadow }) };
  return { decision: { ...denied, reason: "output", kept }, result: undefined, event };
}

/** What a policy says of a result, and what is to be masked if it leaves. */
interface Judgement extends Outcome {
  readonly detectors: readonly Detector[];
}

/** The outcome of a result by a policy and by each that it narrows. */
function judgements(
  policy: CheckedPolicy,
  request: Request,
  id: string,
  result: ToolResult,
  now: number,
  means: ResultMeans,
  facts: JsonObject,
): readonly Judgement[] {
  const own = ownJudgement(policy, request, id, result, now, means, facts);
  return [own, ...policy.narrows.flatMap((wider) => judgements(wider, request, id, result, now, means, facts))];
}

function ownJudgement(
  policy: CheckedPolicy,
  request: Request,
  id: string,
  result: ToolResult,
  now: number,
  means: ResultMeans,
  facts: JsonObject,
): Judgement {
  const { operation } = request;
  const principal = authenticated(policy, request.principal);
  const server = policy.servers.find(({ name }) => name === operation.server);
  if (principal === undefined || server === undefined)
    throw new Error("a call that was let through has a caller and a server");
  const past = request.state ?? emptyState;
  // A call in flight counts, this one does not.
  const before = { ...past, calls: past.calls.filter((call) => call.id !== id) };
  const context = contextOfAnswer(policy, request, facts, now);
  const whole = wholeSituation(policy, server, { ...request, principal, context }, before);
  const situation: Situation = { ...whole, roots: { ...whole.roots, result: asRead(result) } };

  const onResult = policy.labels.filter((rule) => rule.onResult);
  const redacting = possibly(matches(enforced(policy.redacts), situation));
  const watched = [...onResult, ...policy.resultDenies, ...policy.redacts];
  const kept = { ...denied.kept, shadow: deciding(policy, possibly(matches(shadows(watched), situation))) };
  const labels = possibly(matches(enforced(onResult), situation)).map(({ rule }) =>
    heldLabel(rule, principal, id, now, now + rule.duration),
  );
  const detectors = detectorsOf(redacting.map(({ rule }) => rule));
  const outcome = (decision: Decision): Judgement => {
    return { decision: { ...decision, kept }, takes: [], labels, proofs: [], detectors };
  };

  // What breaks the schema is not told to the caller: it may quote the result.
  const broken = operation.kind === "tool" ? means.validateResult(server.name, operation.name, result) : [];
  if (broken.length > 0) return outcome({ ...denied, reason: "output" });

  const denying = possibly(matches(enforced(policy.resultDenies), situation));
  if (denying.length > 0) {
    const reason = surely(denying).length > 0 ? "rule" : "unknown";
    return outcome({ ...denied, reason, rules: deciding(policy, denying), told: { because: becauseOf(denying) } });
  }
  const obligations = redacting.map(({ rule }) => ({ kind: "redact" as const, rule: rule.id }));
  return outcome({ ...denied, effect: "allow", reason: "rule", obligations });
}

/** What conditions read as `context`: a fact that is declared `on result` is the host's of this result, never the request's. */
function contextOfAnswer(policy: CheckedPolicy, request: Request, facts: JsonObject, now: number): Request["context"] {
  const onResult = new Set(Object.keys(policy.resultContext));
  const ofRequest = Object.entries(request.context).filter(([name]) => !onResult.has(name));
  const ofResult = Object.entries(facts).filter(([name]) => onResult.has(name));
  return { ...Object.fromEntries([...ofRequest, ...ofResult]), time: now };
}

/** A result as conditions read it: the fields of `structuredContent`, else the joined text and what JSON it is. */
function asRead({ content = [], structuredContent }: ToolResult): JsonObject {
  if (isRecord(structuredContent)) return structuredContent;
  const text = content
    .flatMap((block) => (block["type"] === "text" && typeof block["text"] === "string" ? [block["text"]] : []))
    .join("\n");
  const json = attemptJson(text);
  return { text, ...(json === undefined ? {} : { json }) };
}

function attemptJson(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

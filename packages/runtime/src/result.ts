import {
  type Context,
  callerKeyOf,
  type Decision,
  denied,
  emptyState,
  fault,
  type HeldLabel,
  type JsonObject,
  messageOf,
  type PolicyIr,
  type Principal,
  type RedactIr,
  type Request,
  type RuleHeadIr,
  type StateEvent,
  type Violation,
} from "@mcpolicy/core";
import { callerOf, given, isRefused } from "./caller.ts";
import { enforcedOf, type Matched, type Means, possibly } from "./decide.ts";
import { finderOf } from "./detect.ts";
import { byId, decidingRule } from "./explain.ts";
import type { Needs } from "./need.ts";
import { lowest, nothingTaken } from "./outcome.ts";
import { heldLabel } from "./permitted.ts";
import type { Question } from "./question.ts";
import { redact } from "./redact.ts";
import { sceneOf } from "./scene.ts";
import { historyOf, sceneQuestion } from "./scene-question.ts";
import { malformed, resultAsRead, type ToolResult } from "./tool-result.ts";
import { unique } from "./unique.ts";

/** What becomes of a server's answer. */
export interface Answer {
  readonly decision: Decision;
  /** What may leave; undefined where nothing of it may. */
  readonly result: ToolResult | undefined;
  /** To be committed before anything of the result leaves; undefined where no rule can ever look at it. */
  readonly event: StateEvent | undefined;
}

/** A call that was let through, and what came of it. */
export interface Answered {
  readonly request: Request;
  /** As `step` was given it. */
  readonly id: string;
  readonly result: ToolResult;
  /** When the answer was read, in epoch milliseconds. */
  readonly now: number;
  /** What the host supplies with the result: the policy's `on result` fields of `context`. Nothing else of it is read. */
  readonly context?: JsonObject | undefined;
}

/**
 * Judges a result, in the order of language.md section 6: bounds and schema, labels, denies, then redaction, and the schema again.
 * Labels are set and the event is written whether the result leaves or not: what is held back was read all the same. Never throws:
 * on a failure the result is held back, and every label that a result can set is set.
 */
export function answer(means: Means, { kept }: Needs, answered: Answered): Answer {
  const { request, id, result, now } = answered;
  const at = Number.isFinite(now) ? now : request.context.time;
  const event = (read: JsonObject | undefined, labels: readonly HeldLabel[]): StateEvent | undefined =>
    kept(
      {
        kind: "answer",
        id,
        at,
        completed: result?.isError !== true,
        ...(read === undefined ? {} : { result: read }),
        labels,
      },
      request.operation,
    );
  try {
    if (!Number.isFinite(now)) throw new Error("the host gave no time for the answer");
    const broken = malformed(result);
    const read = broken === undefined ? resultAsRead(result) : undefined;
    const judged = judge(means, answered, broken, read);
    const labels = judged.flatMap((each) => each.labels);
    const [first, ...more] = judged.map((each) => nothingTaken(each.decision));
    const { decision } = lowest([first!, ...more]);
    if (decision.effect !== "allow") return { decision, result: undefined, event: event(read, labels) };

    const redacts = judged.flatMap((each) => each.redacts);
    const sent = redacted(result, redacts);
    const stillBroken = judged.flatMap(({ means: each }) => schemaViolations(each, request, sent));
    if (stillBroken.length > 0) {
      const note = "the redacted result does not fit the tool's output schema";
      const held = breaksSchema(stillBroken, note);
      const { shadow } = decision.kept;
      const kept = { ...held.kept, ...(shadow === undefined ? {} : { shadow }) };
      return { decision: { ...held, kept }, result: undefined, event: event(read, labels) };
    }
    return { decision, result: sent, event: event(read, labels) };
  } catch (failure) {
    const decision = fault(messageOf(failure));
    return { decision, result: undefined, event: event(undefined, worstLabels(means, request, id, at)) };
  }
}

/** What one policy says of a result. */
interface Judged {
  readonly means: Means;
  readonly decision: Decision;
  readonly labels: readonly HeldLabel[];
  readonly redacts: readonly RedactIr[];
}

/** What a policy and all that it narrows say. `read` is undefined where the result is not even well formed. */
function judge(
  means: Means,
  answered: Answered,
  broken: Violation | undefined,
  read: JsonObject | undefined,
): readonly Judged[] {
  const ir = means.near(answered.request.operation);
  const { request, id, result, now } = answered;
  const question = questionOf(ir, answered, read);
  const labels = possibly(enforcedOf(ir.labels?.filter(({ onResult }) => onResult)), question);
  const denies = possibly(enforcedOf(ir.resultDenies), question);
  const redacts = possibly(enforcedOf(ir.redacts), question);
  const violations = broken === undefined ? schemaViolations(means, request, result) : [broken];
  const decision =
    violations.length > 0
      ? breaksSchema(violations, "the result does not fit the tool's output schema")
      : byResultRules(denies, redacts, question);
  const own: Judged = {
    means,
    decision: { ...decision, kept: { ...decision.kept, ...shadowOf(ir, question) } },
    labels: labels.map(({ rule }) => heldLabel(rule, question.caller as Principal, id, now, now + rule.duration)),
    redacts: redacts.map(({ rule }) => rule),
  };
  return [own, ...means.narrows.flatMap((wider) => judge(wider, answered, broken, read))];
}

function byResultRules(
  denies: readonly Matched<RuleHeadIr>[],
  redacts: readonly Matched<RedactIr>[],
  question: Question,
): Decision {
  if (denies.length === 0) {
    const obligations = redacts.map(({ rule }) => ({ kind: "redact", rule: rule.id }) as const);
    return { ...denied, effect: "allow", reason: "rule", obligations };
  }
  return {
    ...denied,
    reason: denies.some(({ truth }) => truth === true) ? "rule" : "unknown",
    rules: denies.map(({ rule, truth }) => decidingRule(rule, truth)),
    told: { because: unique(denies.map(({ rule }) => rule.because)) },
    kept: {
      notes: unique(denies.map(({ rule }) => rule.note)),
      atoms: denies.flatMap(({ rule }) => question.behind(rule).atoms),
    },
  };
}

/** The operator sees what is wrong; to the caller it is not told, since it may quote the result. */
function breaksSchema(violations: readonly Violation[], what: string): Decision {
  const notes = violations.map(({ pointer, expected }) => `${what}: at ${pointer || "the top"} it expects ${expected}`);
  return { ...denied, reason: "output", kept: { ...denied.kept, notes } };
}

/** The same request, with its result, at the time of the answer. The call itself is no part of its own history. */
function questionOf(ir: PolicyIr, answered: Answered, read: JsonObject | undefined): Question {
  const { request, id, now } = answered;
  const { operation } = request;
  const caller = callerOf(ir, request.principal);
  if (isRefused(caller)) throw new Error(caller.why);
  const server = ir.servers.find((each) => each.name === operation.server);
  if (server === undefined) throw new Error(`the policy knows no server \`${operation.server}\``);
  const state = request.state ?? emptyState;
  const before = { ...state, calls: state.calls.filter((call) => call.id !== id) };
  const context = contextOf(ir, answered);
  const history = historyOf(ir, caller, before, now);
  const scene = { ...sceneOf(server, operation, caller, request.arguments, context, history), result: read };
  return sceneQuestion(caller, operation, now, scene);
}

/** The facts of the request and those of the result: neither can stand in for the other. */
function contextOf({ resultContext = {} }: PolicyIr, { request, now, context = {} }: Answered): Context {
  const isOfResult = ([name]: readonly [string, unknown]): boolean => Object.hasOwn(resultContext, name);
  const before = Object.entries(given(request.context)).filter((entry) => !isOfResult(entry));
  return { ...Object.fromEntries([...before, ...Object.entries(given(context)).filter(isOfResult)]), time: now };
}

function schemaViolations(means: Means, { operation }: Request, result: ToolResult): readonly Violation[] {
  return operation.kind === "tool" ? means.resultViolations(operation.server, operation.name, result) : [];
}

function redacted(result: ToolResult, redacts: readonly RedactIr[]): ToolResult {
  const finders = redacts.map(finderOf);
  return finders.length === 0 ? result : redact(result, (text) => finders.flatMap((find) => find(text)));
}

/** Result rules in `shadow` that would have matched. */
function shadowOf(ir: PolicyIr, question: Question): Pick<Decision["kept"], "shadow"> {
  const onResult = (ir.labels ?? []).filter((rule) => rule.onResult);
  const rules: readonly RuleHeadIr[] = [...onResult, ...(ir.resultDenies ?? []), ...(ir.redacts ?? [])];
  const found = possibly(
    rules.filter(({ shadow }) => shadow),
    question,
  );
  if (found.length === 0) return {};
  return { shadow: found.map(({ rule, truth }) => decidingRule(rule, truth)).toSorted(byId) };
}

/** Where a failure leaves unknown which labels a result sets: all of them. */
function worstLabels(means: Means, request: Request, id: string, at: number): readonly HeldLabel[] {
  if (request.principal === undefined) return [];
  const caller = callerKeyOf(request.principal);
  const own = enforcedOf(means.ir.labels?.filter(({ onResult }) => onResult)).map(({ label, duration }): HeldLabel => {
    return { caller, label, since: at, until: at + duration, call: id, duration };
  });
  return [...own, ...means.narrows.flatMap((wider) => worstLabels(wider, request, id, at))];
}

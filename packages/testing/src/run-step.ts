import {
  advance,
  type Decision,
  emptyState,
  equal,
  type JsonObject,
  messageOf,
  type Principal,
  type Proof,
  type Request,
  type State,
  type StateEvent,
  type TenantKey,
  tenantKeyOf,
  type Value,
  type Windows,
} from "@mcpolicy/core";
import type { CheckedPolicy } from "@mcpolicy/language";
import { type LoadedPolicy, type MemoryDriver, memoryDriver, outOfBounds } from "@mcpolicy/runtime";
import { disagreement } from "./agreement.ts";
import type { GivenResult, Proofs } from "./duties.ts";
import { stepByReference } from "./reference.ts";
import { answerByReference } from "./reference-result.ts";

/**
 * What the requests of one case share: a driver as a host has it, which gives each decision the part of the state that it needs and forgets
 * what no rule looks back at, and the reference's own memory of each tenant, which is whole and forgets nothing.
 */
export interface Course {
  readonly driver: MemoryDriver;
  readonly remembered: Map<TenantKey, State>;
  asked: number;
}

/** A course in which nothing happened yet. */
export function newCourse({ windows }: LoadedPolicy): Course {
  return { driver: memoryDriver(windows), remembered: new Map(), asked: 0 };
}

/** What a server answers, and what the host supplies with it. */
export interface Given {
  readonly result: GivenResult;
  readonly context: JsonObject;
}

/** What came of a request: the decision of the call, or of its result where that was held back; else what our own evaluators did wrong. */
export type Outcome =
  | { readonly decision: Decision; readonly result: GivenResult | undefined }
  | { readonly wrong: string; readonly decision: Decision | undefined };

const endless: Windows = { calls: Number.POSITIVE_INFINITY, takes: Number.POSITIVE_INFINITY };

/** Decides a request, answers it where it is let through and an answer is given, and remembers both. */
export function takeStep(
  course: Course,
  asked: Request,
  given: Given | undefined,
  { checked, policy }: { readonly checked: CheckedPolicy; readonly policy: LoadedPolicy },
): Outcome {
  course.asked += 1;
  const id = `request ${course.asked}`;
  const need = policy.need(asked);
  const read = need && course.driver.read(need);
  const state = read?.state ?? emptyState;
  const { decision, event } = policy.step({ ...asked, state }, id);
  const wrong = (what: string): Outcome => ({ wrong: what, decision });
  if (decision.reason === "fault") return wrong(`a fault: ${decision.kept.fault ?? "not said"}`);

  const before = rememberedOf(course, asked);
  const judged = attempt(() => stepByReference(checked, { ...asked, state: before }, id, policy.validate));
  if ("failed" in judged) return wrong(`the reference failed: ${judged.failed}`);
  const difference =
    disagreement(judged.value.decision, decision) ??
    disagreement(decision, policy.decide({ ...asked, state })) ??
    eventDifference(keptOf(policy, asked, bounded(judged.value.event)), event);
  if (difference !== undefined) return wrong(difference);
  if (event !== undefined && (read === undefined || course.driver.commit(read, event) !== "committed")) {
    return wrong("the driver refused what was decided on its own state");
  }
  remember(course, asked, judged.value.event);
  if (decision.effect !== "allow" || given === undefined) return { decision, result: undefined };
  return takeAnswer(course, asked, id, given, { checked, policy }, decision);
}

function takeAnswer(
  course: Course,
  asked: Request,
  id: string,
  { result, context }: Given,
  { checked, policy }: { readonly checked: CheckedPolicy; readonly policy: LoadedPolicy },
  called: Decision,
): Outcome {
  const now = asked.context.time;
  const need = policy.answerNeed(asked, now);
  const read = need && course.driver.read(need);
  const answer = policy.answer({ ...asked, state: read?.state ?? emptyState }, id, result, now, context);
  const wrong = (what: string): Outcome => ({ wrong: `of the result: ${what}`, decision: answer.decision });
  if (answer.decision.reason === "fault") return wrong(`a fault: ${answer.decision.kept.fault ?? "not said"}`);

  const before = rememberedOf(course, asked);
  const judged = attempt(() =>
    answerByReference(checked, { ...asked, state: before }, id, result, now, policy, context),
  );
  if ("failed" in judged) return wrong(`the reference failed: ${judged.failed}`);
  const difference =
    disagreement(judged.value.decision, answer.decision) ??
    resultDifference(judged.value.result, answer.result) ??
    eventDifference(keptOf(policy, asked, judged.value.event), answer.event);
  if (difference !== undefined) return wrong(difference);
  if (answer.event !== undefined && (read === undefined || course.driver.commit(read, answer.event) !== "committed")) {
    return wrong("the driver refused an answer");
  }
  remember(course, asked, judged.value.event);
  return answer.result === undefined
    ? { decision: answer.decision, result: undefined }
    : { decision: called, result: answer.result };
}

/** What the reference remembers of the tenant of a request. */
function rememberedOf({ remembered }: Course, { principal }: Request): State {
  return (principal && remembered.get(tenantKeyOf(principal))) ?? emptyState;
}

function remember(course: Course, asked: Request, event: StateEvent | undefined): void {
  if (event === undefined || asked.principal === undefined) return;
  const after = advance(rememberedOf(course, asked), event, endless);
  course.remembered.set(tenantKeyOf(asked.principal), after);
}

/** What of an event, as the reference has it, any rule can look at. That this is enough, later decisions show. */
export function keptOf(
  policy: LoadedPolicy,
  { operation }: Request,
  event: StateEvent | undefined,
): StateEvent | undefined {
  return event && policy.kept(event, operation);
}

/** The proofs that a step brings, as a host that verified them hands them on. */
export function proofsOf(said: Proofs, now: number, own: string, approvers: readonly Principal[]): readonly Proof[] {
  const at = now - said.ago;
  const id = said.id ?? own;
  return [
    ...approvers.map((by) => ({ id: `${id} approval ${by.id}`, kind: "approval" as const, by, at })),
    ...(said.mfa ? [{ id: `${id} mfa`, kind: "mfa" as const, at }] : []),
    ...(said.justification ? [{ id: `${id} justification`, kind: "justification" as const, at }] : []),
    ...said.duties.map((name) => ({ id: `${id} duty ${name}`, kind: "duty" as const, name, at })),
  ];
}

/** Where what is to be remembered differs, in words. */
export function eventDifference(reference: StateEvent | undefined, other: StateEvent | undefined): string | undefined {
  return isSame(reference, other)
    ? undefined
    : `what is remembered is ${JSON.stringify(other)}, and by the reference ${JSON.stringify(reference)}`;
}

/** Of arguments beyond all bounds, which are no business of the reference's, nothing is kept. */
function bounded(event: StateEvent | undefined): StateEvent | undefined {
  if (event?.kind !== "request" || outOfBounds(event.call.arguments) === undefined) return event;
  return { ...event, call: { ...event.call, arguments: {} } };
}

/** Where what leaves of a result differs, in words. */
export function resultDifference(
  reference: GivenResult | undefined,
  other: GivenResult | undefined,
): string | undefined {
  return isSame(reference, other)
    ? undefined
    : `what leaves of the result is ${JSON.stringify(other)}, and by the reference ${JSON.stringify(reference)}`;
}

/** Whether two plain values are equal as JSON; a field that is undefined is none. */
function isSame(a: object | undefined, b: object | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  const plain = (value: object): Value => JSON.parse(JSON.stringify(value)) as Value;
  return equal(plain(a), plain(b));
}

/** Whether a result is what a fixture expects: all of it. */
export function isExpectedResult(expected: GivenResult, got: GivenResult | undefined): boolean {
  return isSame(expected, got);
}

/** Runs what may fail. */
export function attempt<T>(run: () => T): { readonly value: T } | { readonly failed: string } {
  try {
    return { value: run() };
  } catch (error) {
    return { failed: messageOf(error) };
  }
}

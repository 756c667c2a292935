import { compile, generatedEngine } from "@mcpolicy/compiler";
import type { Context, Decision, JsonObject, Principal, Request, Value } from "@mcpolicy/core";
import type { Span } from "@mcpolicy/diagnostics";
import type { CheckedPolicy } from "@mcpolicy/language";
import { everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";
import { isInstant } from "./check-suite.ts";
import { instantOf } from "./instant.ts";
import { listByReference } from "./reference.ts";
import {
  attempt,
  type Course,
  type Given,
  isExpectedResult,
  newCourse,
  type Outcome,
  proofsOf,
  takeStep,
} from "./run-step.ts";
import type { Ask, Case, Expectation, Facts, Suite } from "./suite.ts";

/** What a suite is run against: the policy as checked, for the reference, and as compiled and loaded. */
export interface Subject {
  readonly checked: CheckedPolicy;
  readonly policy: LoadedPolicy;
  /** Is told each decision that a step gives. */
  readonly observe?: (decision: Decision) => void;
}

/** Compiles and loads a policy with the generated code as its engine. */
export function subjectOf(checked: CheckedPolicy): Subject {
  return { checked, policy: loadPolicy(compile(checked), { engine: generatedEngine, abilities: everyAbility }) };
}

/** `internal`: our own evaluators do not agree, or one failed. Never the fault of policy or fixture. */
export type Status = "passed" | "failed" | "skipped" | "internal";

/** What became of one case. */
export interface CaseResult {
  readonly name: string;
  readonly span: Span;
  readonly status: Status;
  /** Why it was skipped. */
  readonly skipped: string | undefined;
  readonly only: boolean;
  readonly failures: readonly Failure[];
  /** Milliseconds. */
  readonly duration: number;
}

/** One step that came out otherwise than expected. */
export interface Failure {
  readonly span: Span;
  readonly internal: boolean;
  /** Half a sentence each: `deny`, `rule "no secrets"`. */
  readonly expected: string;
  readonly got: string;
  /** Undefined for a list, and where nothing was decided. */
  readonly decision: Decision | undefined;
}

/** Why a case did not run that gives no reason of its own. */
export const skippedByOnly = "another test says `only`";

/** The instant of a fixture that gives no `time`. */
export const defaultTime: number = Date.UTC(2026, 0, 1);

/** Runs each case of a suite that has no errors. Where a case says `only`, the others are skipped. */
export function runSuite(suite: Suite, subject: Subject): readonly CaseResult[] {
  const someOnly = suite.cases.some((each) => each.only);
  return suite.cases.map((each) => {
    const skipped = each.skip ?? (someOnly && !each.only ? skippedByOnly : undefined);
    return skipped === undefined ? runCase(each, suite, subject) : skippedCase(each, skipped);
  });
}

function skippedCase({ name, span, only }: Case, skipped: string): CaseResult {
  return { name, span, status: "skipped", skipped, only, failures: [], duration: 0 };
}

function runCase({ name, span, only, steps }: Case, suite: Suite, subject: Subject): CaseResult {
  const began = performance.now();
  const failures: Failure[] = [];
  const course = newCourse(subject.policy);
  let waited = 0;
  for (const step of steps) {
    if (step.kind === "wait") waited += step.duration;
    else failures.push(...runStep(step, waited, suite, subject, course));
  }
  const internal = failures.some((each) => each.internal);
  const status = internal ? "internal" : failures.length > 0 ? "failed" : "passed";
  return { name, span, status, skipped: undefined, only, failures, duration: performance.now() - began };
}

function runStep(step: Ask, waited: number, suite: Suite, subject: Subject, course: Course): readonly Failure[] {
  const action = step.action.value;
  const principal = principalOf(step.as.value, suite);
  const context = contextOf(suite.context, step, waited, subject.checked);
  if (action.kind === "list") return listStep(step, action.of, principal, context.time, subject);
  const { proofs: said, result, resultContext } = step.brought;
  const approvers = said.approvedBy.flatMap(({ value }) => principalOf(value, suite) ?? []);
  const proofs = proofsOf(said, context.time, `step ${course.asked + 1}`, approvers);
  const request = { principal, operation: action.operation, arguments: step.with?.value ?? {}, context, proofs };
  const answered = result && { result: result.value, context: asSupplied(resultContext, subject.checked) };
  return decisionStep(step, request, answered, subject, course);
}

function decisionStep(
  step: Ask,
  request: Request,
  given: Given | undefined,
  subject: Subject,
  course: Course,
): readonly Failure[] {
  const outcome = takeStep(course, request, given, subject);
  if ("wrong" in outcome) return [internalFailure(step, outcome.wrong, outcome.decision)];
  subject.observe?.(outcome.decision);
  const { expect } = step;
  if (expect.kind !== "decision") throw new Error("a request is expected to give a decision");
  return checks
    .filter((check) => !check.holds(expect, outcome))
    .slice(0, 1)
    .map((check) => ({
      span: step.span,
      internal: false,
      expected: check.expected(expect),
      got: check.got(outcome),
      decision: outcome.decision,
    }));
}

type DecisionExpectation = Extract<Expectation, { readonly kind: "decision" }>;

type Came = Exclude<Outcome, { readonly wrong: string }>;

interface Check {
  readonly holds: (expect: DecisionExpectation, outcome: Came) => boolean;
  readonly expected: (expect: DecisionExpectation) => string;
  readonly got: (outcome: Came) => string;
}

/** What an expectation may say of a decision, the most telling first: a case shows the first that fails. */
const checks: readonly Check[] = [
  {
    holds: ({ effect }, { decision }) => effect === decision.effect,
    expected: ({ effect, reason }) => effect + (reason === undefined ? "" : ` (${reason})`),
    got: ({ decision: { effect, reason } }) => `${effect} (${reason})`,
  },
  {
    holds: ({ reason }, { decision }) => reason === undefined || reason === decision.reason,
    expected: ({ effect, reason }) => `${effect} (${reason})`,
    got: ({ decision: { effect, reason } }) => `${effect} (${reason})`,
  },
  {
    holds: ({ rules }, { decision }) =>
      rules === undefined ||
      isSameSet(
        rules.map(({ value }) => value),
        decision.rules.map(({ id }) => id),
      ),
    expected: ({ effect, rules }) => `${effect} by ${quoted((rules ?? []).map(({ value }) => value))}`,
    got: ({ decision: { effect, rules } }) => `${effect} by ${quoted(rules.map(({ id }) => id))}`,
  },
  {
    holds: ({ because }, { decision }) => because === undefined || isSameSet(because, decision.told.because),
    expected: ({ because }) => `the caller is told ${quoted(because ?? [])}`,
    got: ({ decision: { told } }) => `told ${quoted(told.because)}`,
  },
  {
    holds: ({ violations }, { decision }) =>
      (violations ?? []).every((pointer) => pointersOf(decision).includes(pointer)),
    expected: ({ violations }) => `violations at ${quoted(violations ?? [])}`,
    got: ({ decision }) => `violations at ${quoted(pointersOf(decision))}`,
  },
  {
    holds: ({ missing }, { decision }) => missing === undefined || isSameSet(missing, decision.told.missing ?? []),
    expected: ({ missing }) => `the caller is told to bring ${quoted(missing ?? [])}`,
    got: ({ decision: { told } }) => `told to bring ${quoted(told.missing ?? [])}`,
  },
  {
    holds: ({ result: wanted }, { result }) => wanted === undefined || isExpectedResult(wanted, result),
    expected: ({ result }) => `the result ${JSON.stringify(result)}`,
    got: ({ result }) => (result === undefined ? "none" : `the result ${JSON.stringify(result)}`),
  },
];

function listStep(
  step: Ask,
  kind: "tool" | "prompt",
  principal: Principal | undefined,
  time: number,
  { checked, policy }: Subject,
): readonly Failure[] {
  const { expect } = step;
  if (expect.kind !== "names") throw new Error("a list is expected to hold names");
  const names: string[] = [];
  for (const { name: server } of checked.servers) {
    const listed = policy.list(principal, kind, server, time);
    const judged = attempt(() => listByReference(checked, principal, kind, server, time));
    if ("failed" in judged) return [internalFailure(step, `the reference failed: ${judged.failed}`, undefined)];
    if (!isSameSet(listed, judged.value)) {
      const difference = `the list is ${quoted(listed)}, and by the reference ${quoted(judged.value)}`;
      return [internalFailure(step, difference, undefined)];
    }
    names.push(...listed.map((name) => `${server}.${name}`));
  }
  const missing = expect.includes.filter(({ value }) => !names.includes(value)).map(({ value }) => value);
  const surplus = expect.excludes.filter(({ value }) => names.includes(value)).map(({ value }) => value);
  if (missing.length + surplus.length === 0) return [];
  const expected = [
    ...(missing.length > 0 ? [`a list with ${quoted(missing)}`] : []),
    ...(surplus.length > 0 ? [`a list without ${quoted(surplus)}`] : []),
  ].join(" and ");
  return [{ span: step.span, internal: false, expected, got: quoted(names), decision: undefined }];
}

function internalFailure({ span }: Ask, got: string, decision: Decision | undefined): Failure {
  return { span, internal: true, expected: "all evaluators to agree", got, decision };
}

/** A principal by its name in the file, as a verified token would give it. */
function principalOf(name: string | null, suite: Suite): Principal | undefined {
  const caller = name === null ? undefined : suite.principals.get(name);
  if (caller === undefined) return undefined;
  const attributes = [...caller.attributes].map(([name, { value }]) => [name, value]);
  return { ...Object.fromEntries(attributes), id: caller.id, roles: caller.roles.map(({ value }) => value) };
}

/** The file's facts, over them the step's; the clock of a case starts at its `time` and moves by what its steps wait. */
function contextOf(file: Facts, step: Ask, waited: number, checked: CheckedPolicy): Context {
  const given = asSupplied(new Map([...file, ...step.context]), checked);
  const start = typeof given["time"] === "number" ? given["time"] : defaultTime;
  return { ...given, time: step.setsTime ? start : start + waited };
}

/** Facts as a host supplies them: instants in epoch milliseconds. */
function asSupplied(facts: Facts, checked: CheckedPolicy): JsonObject {
  const read = [...facts].map(([name, { value }]): [string, Value] => [
    name,
    isInstant(name, checked) ? (instantOf(value) ?? value) : value,
  ]);
  return Object.fromEntries(read);
}

function pointersOf({ told }: Decision): readonly string[] {
  return (told.violations ?? []).map(({ pointer }) => pointer);
}

function isSameSet(a: readonly string[], b: readonly string[]): boolean {
  return a.length === b.length && a.every((each) => b.includes(each)) && b.every((each) => a.includes(each));
}

function quoted(names: readonly string[]): string {
  return names.length === 0 ? "nothing" : names.map((name) => `"${name}"`).join(", ");
}

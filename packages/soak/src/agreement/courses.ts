import {
  advance,
  emptyState,
  type JsonObject,
  type Operation,
  type Principal,
  type Proof,
  type Request,
  type State,
  type StateEvent,
  type StateNeed,
  type StateRead,
  type TenantKey,
  tenantKeyOf,
  type Windows,
} from "@mcpolicy/core";
import { type LoadedPolicy, memoryDriver, type ToolResult } from "@mcpolicy/runtime";
import {
  answerByReference,
  disagreement,
  eventDifference,
  resultDifference,
  sliceOf,
  stepByReference,
} from "@mcpolicy/testing";
import { differenceOf, type Evaluators } from "./evaluators.ts";
import type { Random } from "./random.ts";
import { type Nearby, requestFor } from "./requests.ts";

/** One step of a course: a request with what is remembered, and the answer that comes if it is let through. */
export interface Move {
  readonly request: Request;
  readonly id: string;
  /** Undefined where the call stays in flight. */
  readonly answer: { readonly result: ToolResult; readonly context: JsonObject; readonly after: number } | undefined;
}

/** What a course came to. */
export interface CourseReport {
  readonly moves: readonly Move[];
  readonly outcomes: readonly string[];
  readonly wrong: { readonly move: Move; readonly what: string } | undefined;
}

const endless: Windows = { calls: Number.POSITIVE_INFINITY, takes: Number.POSITIVE_INFINITY };

/** What one evaluator remembers. Steps are read and committed in turn. */
interface Memory {
  readonly read: (need: StateNeed | undefined, tenant: TenantKey) => State;
  readonly commit: (event: StateEvent, tenant: TenantKey) => void;
}

/** The whole state of each tenant, which the pure step of a state moves on. */
function wholeMemory(windows: Windows, state: State = emptyState): Memory {
  const states = new Map<TenantKey, State>();
  return {
    read: (_, tenant) => states.get(tenant) ?? state,
    commit: (event, tenant) => states.set(tenant, advance(states.get(tenant) ?? state, event, windows)),
  };
}

/** Of a whole state the part that a decision says it needs. */
function slicedMemory(windows: Windows, state: State): Memory {
  const whole = wholeMemory(windows, state);
  return {
    read: (need, tenant) => (need === undefined ? emptyState : sliceOf(whole.read(need, tenant), need, windows)),
    commit: whole.commit,
  };
}

/** What a driver in memory gives of what a decision says it needs. Throws where it takes nothing in. */
function drivenMemory(windows: Windows): Memory {
  const driver = memoryDriver(windows);
  let last: StateRead | undefined;
  return {
    read(need) {
      last = need && driver.read(need);
      return last?.state ?? emptyState;
    },
    commit(event) {
      if (last === undefined || driver.commit(last, event) !== "committed") throw new Error("the driver refused it");
    },
  };
}

/** What each remembers: closures all, generated code what it says it needs. */
interface Memories {
  readonly generated: Memory;
  readonly closures: Memory;
}

/**
 * Some requests one after the other, by few callers and mostly alike, mostly to `tools` where there are any, with answers. Each step is
 * compared: the decision, what is to be remembered, what leaves of a result. The reference remembers all of each event and forgets
 * nothing; the others remember what any rule looks at, and as long as `windows` says.
 */
export function runCourse(
  random: Random,
  evaluators: Evaluators,
  nearby: Nearby,
  length: number,
  tools: readonly string[] = [],
): CourseReport {
  const { checked, generated } = evaluators;
  const { windows } = generated;
  const symbols = Array.from({ length: random.pick([1, 2, 2, 4]) }, () =>
    likely(random, evaluators, () => requestFor(random, checked, nearby, tools)),
  );
  const principals = [symbols[0]!.principal, symbols[0]!.principal, symbols.at(-1)!.principal];
  const tenants = random.chance(0.3) ? ["a", "b"] : [undefined];
  let now = symbols[0]!.context.time;
  const reference = wholeMemory(endless);
  const memories = { generated: drivenMemory(windows), closures: wholeMemory(windows) };
  const moves: Move[] = [];
  const outcomes: string[] = [];
  const brought: Proof[] = [];
  for (let index = 0; index < length; index += 1) {
    now += random.pick([0, 0, 0, 1, 1_000, 29_999, 30_000, 30_000, 60_000, 300_000, 3_600_000]);
    const symbol = random.pick(symbols);
    const chosen = random.chance(0.9) ? random.pick(principals) : symbol.principal;
    const tenant = random.pick(tenants);
    const principal = chosen && tenant !== undefined ? { ...chosen, tenant } : chosen;
    const request: Request = {
      ...symbol,
      principal,
      context: { ...symbol.context, time: now },
      proofs: proofsFor(random, now, brought, principal),
      state: reference.read(undefined, tenantOf(principal)),
    };
    const answer = random.chance(0.75)
      ? {
          result: resultFor(random, symbol.operation),
          context: resultContextFor(random),
          after: random.pick([0, 0, 0, 1, 1_000, 40_000]),
        }
      : undefined;
    const move: Move = { request, id: `call ${index}`, answer };
    moves.push(move);

    const step = stepOf(evaluators, move, memories);
    outcomes.push(step.outcome);
    if (step.wrong !== undefined) return { moves, outcomes, wrong: { move, what: step.wrong } };
    for (const event of step.events) {
      reference.commit(event, tenantOf(principal));
      if (event.kind === "answer") now = event.at;
    }
  }
  return { moves, outcomes, wrong: undefined };
}

function tenantOf(principal: Principal | undefined): TenantKey {
  return principal === undefined ? "" : tenantKeyOf(principal);
}

interface Step {
  readonly outcome: string;
  readonly wrong: string | undefined;
  /** What the reference remembers of it. */
  readonly events: readonly StateEvent[];
}

/** Where any evaluator differs from the reference about one step; `request.state` is what all remember. */
export function moveDifference(evaluators: Evaluators, move: Move): string | undefined {
  const state = move.request.state ?? emptyState;
  const { windows } = evaluators.generated;
  const memories = { generated: slicedMemory(windows, state), closures: wholeMemory(windows, state) };
  return stepOf(evaluators, move, memories).wrong;
}

function stepOf(evaluators: Evaluators, { request, id, answer }: Move, memories: Memories): Step {
  const { checked, generated } = evaluators;
  const tenant = tenantOf(request.principal);
  const wanted = stepByReference(checked, request, id, generated.validate);
  const outcome = `${wanted.decision.effect}: ${wanted.decision.reason}`;
  const built = evaluators.compared.get("module")?.decide(request);
  const ofModule = built && (faultIn(built) ?? differenceOf("module", wanted.decision, built));
  if (ofModule !== undefined) return { outcome, wrong: `module: ${ofModule}`, events: [] };
  for (const name of ["generated", "closures"] as const) {
    const [loaded, memory] = [evaluators[name], memories[name]];
    const got = loaded.step({ ...request, state: memory.read(loaded.need(request), tenant) }, id);
    const what =
      faultIn(got.decision) ??
      disagreement(wanted.decision, got.decision) ??
      eventDifference(wanted.event && loaded.kept(wanted.event, request.operation), got.event);
    if (what !== undefined) return { outcome, wrong: `${name}: ${what}`, events: [] };
    if (got.event !== undefined) memory.commit(got.event, tenant);
  }
  if (wanted.event === undefined) return { outcome, wrong: undefined, events: [] };
  if (wanted.decision.effect !== "allow" || answer === undefined) {
    return { outcome, wrong: undefined, events: [wanted.event] };
  }
  const now = request.context.time + answer.after;
  const called = { ...request, state: advance(request.state ?? emptyState, wanted.event, endless) };
  const judged = answerByReference(checked, called, id, answer.result, now, generated, answer.context);
  const answered = `${outcome}, result ${judged.decision.effect}: ${judged.decision.reason}`;
  for (const name of ["generated", "closures"] as const) {
    const [loaded, memory] = [evaluators[name], memories[name]];
    const state = memory.read(loaded.answerNeed(request, now), tenant);
    const got = loaded.answer({ ...request, state }, id, answer.result, now, answer.context);
    const what =
      faultIn(got.decision) ??
      disagreement(judged.decision, got.decision) ??
      resultDifference(judged.result, got.result) ??
      eventDifference(loaded.kept(judged.event, request.operation), got.event);
    if (what !== undefined) return { outcome: answered, wrong: `${name}, of the result: ${what}`, events: [] };
    if (got.event !== undefined) memory.commit(got.event, tenant);
  }
  return { outcome: answered, wrong: undefined, events: [wanted.event, judged.event] };
}

function faultIn({ reason, kept }: ReturnType<LoadedPolicy["decide"]>): string | undefined {
  return reason === "fault" ? `a fault: ${kept.fault}` : undefined;
}

/** A request that the caller's list does not hide, mostly one that the rules let through with nothing remembered. */
function likely(random: Random, { generated }: Evaluators, draw: () => Request): Request {
  let request = draw();
  for (let tries = 0; tries < 12; tries += 1) {
    if (generated.decide(request).effect === "allow" && random.chance(0.9)) break;
    request = draw();
  }
  return request;
}

/**
 * Proofs as a host might bring them: fresh, stale, from the future, the caller's own; none, one or many. Some were brought before, in this course:
 * then what they prove may be said to be something else, but never when they came to be, since whoever forgets a spent one rests on that.
 */
function proofsFor(random: Random, now: number, brought: Proof[], caller: Principal | undefined): readonly Proof[] {
  const place = (): Pick<Proof, "id" | "at"> => {
    const before = random.chance(0.4) && brought.length > 0 ? random.pick(brought) : undefined;
    if (before !== undefined) return { id: before.id, at: before.at };
    const at = now - random.pick([0, 0, 0, 0, 1, 29_999, 30_000, 600_000, -1]);
    return { id: `proof ${brought.length}.${random.int(0, 9)}`, at };
  };
  const approver = (): Principal =>
    random.chance(0.4) && caller !== undefined
      ? caller
      : { id: random.pick(["bob", "cleo", "ann"]), roles: random.some(["reader", "writer", "lead"], random.int(0, 2)) };
  const possible: readonly (() => Proof)[] = [
    () => ({ ...place(), kind: "approval", by: approver() }),
    () => ({ ...place(), kind: "approval", by: approver() }),
    () => ({ ...place(), kind: "mfa" }),
    () => ({ ...place(), kind: "justification" }),
    () => ({ ...place(), kind: "duty", name: random.pick(["four eyes", "four eyes", "other"]) }),
  ];
  return random.some(possible, random.pick([0, 1, 1, 3, 5])).map((make) => {
    const proof = make();
    brought.push(proof);
    return proof;
  });
}

/** What a host supplies with a result: as declared, ill-typed, left out; and what it has no say in. */
function resultContextFor(random: Random): JsonObject {
  return {
    ...(random.chance(0.85) ? { verdict: random.pick(["clean", "clean", "bad", 7]) } : {}),
    ...(random.chance(0.5) ? { score: random.pick([0, 3, 4, "4", null]) } : {}),
    ...(random.chance(0.1) ? { risk: 0, time: 0 } : {}),
  };
}

/** What detectors find, at the edge of a text and within, and hidden from whoever does not read JSON. */
const secrets = [
  "4111 1111 1111 1111",
  "pay a@example.com 4111111111111111DE89370400440532013000",
  '{"to": "a\\u0040example.com", "n": [10, "10.1.2.3"], "a@example.com": 1}',
  '{"aws_secret_access_key": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}',
  '{"aws_secret_access_key": ["wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"]}',
  '"a\\u0040example.com"',
  "key:\n-----BEGIN PRIVATE KEY-----\nMIIE",
  "4.111111111111111e15",
] as const;

/** Blocks that are no text, and what hides in their fields. */
const blocks: readonly JsonObject[] = [
  { type: "image", data: "NDExMTExMTExMTExMTExMQ==", mimeType: "image/10.0.0.1" },
  { type: "audio", data: "a@example.com", mimeType: "audio/wav" },
  { type: "resource", resource: { uri: "file:///a@example.com", blob: "4111 1111 1111 1111", "10.0.0.1": "n" } },
  { type: "resource_link", uri: "https://10.1.2.3/", name: "a", title: "ab", "a@example.com": ["b"] },
  { type: "text", text: 7, _meta: { "a@example.com": 4111111111111111 } },
  { type: "n", "10.0.0.1": "a@example.com", data: "QQ==" },
];

function resultFor(random: Random, operation: Operation): ToolResult {
  const isError = random.chance(0.12) ? { isError: true } : {};
  const isQuery = operation.kind === "tool" && operation.server === "hub" && operation.name === "query";
  const record = {
    ok: random.chance(0.6),
    ...(random.chance(0.7) ? { n: random.pick([0, 3, 4, 7]) } : {}),
    ...(random.chance(0.4) ? { note: random.pick(["a", "xab", "", ...secrets]) } : {}),
    ...(random.chance(0.05) ? { ok: "yes" } : {}),
  };
  if (random.chance(isQuery ? 0.85 : 0.4)) {
    const content = random.chance(0.5) ? [{ type: "text", text: JSON.stringify(record) }] : [];
    return { ...isError, content, structuredContent: record };
  }
  const texts = random.some(
    ["a", "b", "ab", '{"n": 1}', '{"n": "1"}', "[1]", "", ...secrets],
    random.pick([0, 1, 1, 2, 3]),
  );
  const others = random.chance(0.2) ? random.some(blocks, 1) : [];
  const content = [...others, ...texts.map((text) => ({ type: "text", text }))];
  return { ...isError, content, ...(random.chance(0.1) ? { _meta: { "a@example.com": "10.0.0.1" } } : {}) };
}

import {
  type AuditSink,
  type Decision,
  denied,
  fault,
  type JsonObject,
  type NoticeRecord,
  type Operation,
  type Request,
  type ServerIr,
  type State,
  type StateDriver,
} from "@mcpolicy/core";
import { type StatefulPolicy, type Step, type ToolResult, withState } from "@mcpolicy/runtime";
import { canDefer } from "../audit/memory-sink.ts";
import { decisionRecord, type Ended, outcomeRecord, type Recording } from "../audit/records.ts";
import type { Caller } from "../caller.ts";
import { after, caught, isLater, type Maybe } from "../maybe.ts";
import type { EnforcedPolicy } from "../policy.ts";
import type { Asked, Decided } from "./decided.ts";
import { type Judging, judgingOf } from "./judged-results.ts";
import { randomIds } from "./random-ids.ts";
import { remembers, withNarrowed } from "./remembers.ts";

export interface EnforcerOptions {
  readonly policy: EnforcedPolicy;
  /** The name that the policy gives the guarded server. */
  readonly server: string;
  readonly audit: AuditSink;
  /** Where history, labels, limits and spent proofs are kept. A policy that remembers nothing needs none, and never asks it. */
  readonly state?: StateDriver | undefined;
  /** What the host knows of a result: the policy's `on result` fields of `context`. Where it fails the result is held back. */
  readonly resultContext?: ((decided: Decided, result: ToolResult) => JsonObject) | undefined;
  /** Epoch milliseconds. */
  readonly now?: (() => number) | undefined;
  /** Unique, unguessable ids of decisions. */
  readonly newId?: (() => string) | undefined;
}

/** What may leave of a call's result. */
export interface Judged {
  /** Not `allow` where nothing may. */
  readonly decision: Decision;
  readonly result: ToolResult | undefined;
}

/** Let through, without having said which rules did: they are found out when somebody asks. */
const permitted: Decision = Object.freeze({ ...denied, effect: "allow", reason: "rule" });

/** What the adapter has to say of a decision that is being made, by the id of the call. */
type Override = (step: Step, state: State | undefined, time: number) => Step;

/**
 * One policy before one server: decides, commits what is remembered, and records. It knows no connection and keeps nothing of one; any number
 * of them share it. Nothing throws or rejects: a failure is a denial with reason `fault`, and so is a decision that no sink takes.
 */
export class Enforcer {
  readonly policy: EnforcedPolicy;
  readonly server: ServerIr;
  readonly now: () => number;
  readonly newId: () => string;
  readonly #judging: (operation: Operation) => Judging;
  readonly #recording: Recording;
  readonly #audit: AuditSink;
  readonly #driver: StateDriver | undefined;
  readonly #stateful: StatefulPolicy | undefined;
  readonly #resultContext: EnforcerOptions["resultContext"];
  readonly #isScrubbing: boolean;
  readonly #overrides = new Map<string, Override>();

  /** Throws a TypeError where the policy has no such server, or remembers and there is no state. */
  constructor(options: EnforcerOptions) {
    const { policy, audit, state } = options;
    const server = policy.ir.servers.find(({ name }) => name === options.server);
    if (server === undefined) throw new TypeError(`the policy has no server \`${options.server}\``);
    const isRemembering = remembers(policy);
    if (isRemembering && state === undefined) {
      throw new TypeError("the policy remembers calls, labels or limits, and no `state` was given to keep them in");
    }
    this.policy = policy;
    this.server = server;
    this.#judging = memoized(judgingOf(policy.ir));
    this.#recording = { policy, server, saltOf: audit.saltOf };
    this.#audit = audit;
    this.#resultContext = options.resultContext;
    this.#isScrubbing = withNarrowed(policy.ir).some(({ redacts = [] }) => redacts.length > 0);
    this.#driver = isRemembering ? state : undefined;
    this.#stateful = this.#driver === undefined ? undefined : withState(this.#overriding(), this.#driver);
    this.now = options.now ?? Date.now;
    this.newId = options.newId ?? randomIds();
  }

  /** The policy, with what the adapter has to say of a call told before its event is made. */
  #overriding(): Parameters<typeof withState>[0] {
    const { policy } = this;
    return {
      need: policy.need,
      answerNeed: policy.answerNeed,
      answer: policy.answer,
      giveUp: policy.giveUp,
      step: (request, id) => {
        const step = policy.step(request, id);
        return this.#overrides.get(id)?.(step, request.state, request.context.time) ?? step;
      },
    };
  }

  /**
   * Decides an operation by the policy. `denial` stands whatever the rules allow, and nothing is taken then; where the policy denies too, the
   * first of both is told. `also` has to be allowed too, and nothing is taken for it.
   */
  decide(asked: Asked, denial?: Decision, also?: Asked): Maybe<Decided> {
    const id = this.newId();
    const at = this.now();
    const failed = (problem: unknown): Decided => closed(id, at, asked, fault(inWords(problem)));
    return after(
      caught(() => this.#judge(asked, id, at, denial, also), failed),
      (decided) => this.#recorded(decided),
    );
  }

  /** Takes down what the table of methods, or a failure, decided. */
  byTable(asked: Asked, decision: Decision, reason: Decided["reason"] = decision.reason): Maybe<Decided> {
    return this.#recorded({ ...closed(this.newId(), this.now(), asked, decision), reason });
  }

  #judge(asked: Asked, id: string, at: number, denial: Decision | undefined, also: Asked | undefined): Maybe<Decided> {
    const request = requestOf(asked, at);
    const stateful = this.#stateful;
    if (stateful === undefined || this.policy.need(request) === undefined) {
      const stands = denial ?? this.#refusedBy(also, at, undefined);
      const decision = stands === undefined ? this.#quick(request) : overridden(this.policy.decide(request), stands);
      return { id, at, asked, decision, reason: decision.reason, request, isOpen: false };
    }
    if (denial !== undefined || also !== undefined) {
      this.#overrides.set(id, (step, state, time) => {
        const stands = denial ?? this.#refusedBy(also, time, state);
        return stands === undefined ? step : deniedStep(this.policy, step, stands, request.operation);
      });
    }
    return after(stateful.step(request, id), ({ decision, event }): Decided => {
      this.#overrides.delete(id);
      const isOpen = decision.effect === "allow" && event !== undefined;
      return { id, at, asked, decision, reason: decision.reason, request, isOpen };
    });
  }

  /** Most calls are let through: yes is answered without saying why. */
  #quick(request: Request): Decision {
    if (this.policy.permits(request)) return permitted;
    const decision = this.policy.decide(request);
    return decision.effect === "allow" ? fault("the decision does not agree with itself") : decision;
  }

  #refusedBy(also: Asked | undefined, at: number, state: State | undefined): Decision | undefined {
    if (also === undefined) return undefined;
    const decision = this.policy.decide({ ...requestOf(also, at), ...(state === undefined ? undefined : { state }) });
    return decision.effect === "allow" ? undefined : decision;
  }

  /**
   * What a caller may do now, to be asked of many operations at once: whether each is allowed as things stand. Nothing is taken or recorded, and a
   * duty counts as a no. Where the state cannot be read nothing is allowed.
   */
  present(caller: Caller): Maybe<(operation: Operation) => boolean> {
    const at = this.now();
    const by =
      (state: State | undefined, time: number) =>
      (operation: Operation): boolean =>
        this.#refusedBy(looked(caller, operation), time, state) === undefined;
    const driver = this.#driver;
    if (caller.principal === undefined) return () => false;
    // What is looked at of the state is the same for every resource.
    const example = requestOf(looked(caller, { kind: "resource", server: this.server.name, uri: "" }), at);
    const need = driver === undefined ? undefined : this.policy.need(example);
    if (driver === undefined || need === undefined) return by(undefined, at);
    return caught(
      () => after(driver.read(need), ({ state, now }) => by(state, now)),
      () => () => false,
    );
  }

  /** Takes a decision down before anything goes on; where that fails nothing does. */
  #recorded(decided: Decided): Maybe<Decided> {
    return after(
      this.#append(() => decisionRecord(this.#recording, decided)),
      (isKept) => (isKept ? decided : this.#unrecorded(decided)),
    );
  }

  #unrecorded(decided: Decided): Maybe<Decided> {
    const { id, at, asked } = decided;
    const lost = closed(id, at, asked, fault("the decision could not be recorded"));
    return after(this.release(decided), () => lost);
  }

  /** What is to be done with the result of a call that was let through. */
  judging({ isOpen, request }: Decided): Judging {
    if (request === undefined) return "nothing";
    const isKept =
      isOpen || (this.#stateful !== undefined && this.policy.answerNeed(request, this.now()) !== undefined);
    return isKept ? "rules" : this.#judging(request.operation);
  }

  /**
   * Judges the result of a call that was let through: what of it may leave. Labels are set and the call is ended in the state whether anything
   * leaves or not.
   */
  judge(decided: Decided, given: ToolResult): Maybe<Judged> {
    const { request, id } = decided;
    // Rules about results speak of tools alone: what they mask, they mask everywhere.
    const result = request?.operation.kind === "tool" ? given : this.scrub(decided.asked.caller, given);
    const judging = this.judging(decided);
    if (request === undefined || judging === "nothing") return { decision: permitted, result };
    if (judging === "schema" && this.#fitsSchema(request.operation, result)) return { decision: permitted, result };
    const answer = this.#stateful ?? this.policy;
    const failed = (problem: unknown): Judged => ({ decision: fault(inWords(problem)), result: undefined });
    return after(
      caught(
        (): Maybe<Judged> => answer.answer(request, id, result, this.now(), this.#resultContext?.(decided, result)),
        failed,
      ),
      (judged) => {
        if (judged.decision.reason !== "fault") decided.isOpen = false;
        return judged;
      },
    );
  }

  /** What a server says beside results of tools, with what any `redact` of this server masks for a caller. Throws on a bug of ours. */
  scrub(caller: Caller, said: ToolResult): ToolResult {
    return this.#isScrubbing ? this.policy.scrub(caller.principal, this.server.name, said, this.now()) : said;
  }

  /** Most results do: that is said without saying why. */
  #fitsSchema(operation: Operation, result: ToolResult): boolean {
    try {
      return operation.kind === "tool" && this.policy.fits(operation.server, operation.name, result);
    } catch {
      return false;
    }
  }

  /** Takes down what a call came to, before anything of its answer leaves: whether that was kept. */
  ended(decided: Decided, ended: Ended): Maybe<boolean> {
    const now = this.now();
    return this.#append(() => outcomeRecord(this.#recording, decided, now, ended));
  }

  /** A call that was let through and gets no result: given up, lost, or never sent. */
  given(decided: Decided, ended: Ended): Maybe<boolean> {
    return after(this.release(decided), () => this.ended(decided, ended));
  }

  /** Ends a call in the state that has no result. What cannot be ended stays in flight: that grants nothing. */
  release(decided: Decided): Maybe<void> {
    const { isOpen, request, id } = decided;
    const stateful = this.#stateful;
    if (!isOpen || stateful === undefined || request === undefined) return;
    decided.isOpen = false;
    return caught(
      () => stateful.giveUp(request, id, this.now()),
      () => undefined,
    );
  }

  /** Takes down what no call brought about. */
  notice(what: NoticeRecord["what"], text: string): Maybe<boolean> {
    const { policy, server } = this.#recording;
    return this.#append(() => ({
      kind: "notice",
      at: this.now(),
      what,
      server: server.name,
      policy: policy.digest,
      text,
    }));
  }

  #append(record: () => Parameters<AuditSink["append"]>[0]): Maybe<boolean> {
    try {
      const kept = canDefer(this.#audit) ? this.#audit.defer(record) : this.#audit.append(record());
      return isLater(kept) ? Promise.resolve(kept).then(yes, no) : true;
    } catch {
      return false;
    }
  }
}

function requestOf({ caller, operation, arguments: args }: Asked, time: number): Request {
  if (operation === undefined) throw new Error("there is nothing to decide");
  const { principal, proofs } = caller;
  const context = caller.context === undefined ? { time } : { ...caller.context, time };
  const request = { principal, operation, arguments: args, context };
  return proofs === undefined ? request : { ...request, proofs };
}

/** An operation that is only looked at. */
function looked(caller: Caller, operation: Operation): Asked {
  return { from: "client", method: "", era: "legacy", caller, operation, arguments: {}, notes: [] };
}

function yes(): boolean {
  return true;
}

function no(): boolean {
  return false;
}

/** A decision that nothing was asked of a policy for, or that failed. */
function closed(id: string, at: number, asked: Asked, decision: Decision): Decided {
  return { id, at, asked, decision, reason: decision.reason, request: undefined, isOpen: false };
}

/** Reasons of a policy that stand whatever else is wrong, and reasons of the adapter that stand before any rule. */
const first: ReadonlySet<Decision["reason"]> = new Set(["unauthenticated", "unknown-operation", "fault"]);
const beforeRules: ReadonlySet<Decision["reason"]> = new Set(["unknown-operation", "pin-mismatch", "fault"]);

/** Of a policy's decision and a denial of the adapter, the one that comes first. */
function overridden(decision: Decision, denial: Decision): Decision {
  if (first.has(decision.reason)) return decision;
  const isDenied = decision.effect === "deny" || decision.effect === "invalid";
  return isDenied && !beforeRules.has(denial.reason) ? decision : denial;
}

/** A step that lets nothing through: of the call its attempt alone is remembered. */
function deniedStep({ kept }: EnforcedPolicy, { decision, event }: Step, denial: Decision, operation: Operation): Step {
  const stands = overridden(decision, denial);
  if (event?.kind !== "request") return { decision: stands, event };
  const { called: _, ended: __, ...call } = event.call;
  return { decision: stands, event: kept({ kind: "request", call, takes: [], labels: [], proofs: [] }, operation) };
}

function inWords(problem: unknown): string {
  return problem instanceof Error ? problem.message : "the decision failed";
}

/** By name, of tools and prompts; a policy knows few of them, and what it does not know is not let through. */
function memoized(judging: (operation: Operation) => Judging): typeof judging {
  const known = { tool: new Map<string, Judging>(), prompt: new Map<string, Judging>() };
  return (operation) => {
    if (!("name" in operation)) return judging(operation);
    const ofKind = known[operation.kind];
    const before = ofKind.get(operation.name);
    if (before !== undefined) return before;
    const answer = judging(operation);
    if (ofKind.size < 10_000) ofKind.set(operation.name, answer);
    return answer;
  };
}

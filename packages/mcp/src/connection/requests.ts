import { type Decision, denied, isRecord, type JsonObject, type Proof, type Value } from "@mcpolicy/core";
import type { ApprovedCall, Asking as Approving } from "../approvals.ts";
import { cut } from "../audit/lines-sink.ts";
import type { Caller } from "../caller.ts";
import type { Decided } from "../decide/decided.ts";
import { askedOf, type Gated, gate, type Hidden } from "../decide/gates.ts";
import { after, caught, isLater, type Maybe } from "../maybe.ts";
import { isDeclared } from "../methods/capabilities.ts";
import { clientCapabilities } from "../methods/client-capabilities.ts";
import { methodRow } from "../methods/methods.ts";
import { understood } from "../methods/understood.ts";
import type { Asking } from "../pins/definitions.ts";
import { heardError } from "../results/errors.ts";
import { type Heard, type Hearing, withheld } from "../results/heard.ts";
import { declaredIn } from "../results/input-required.ts";
import { heardResult } from "../results/results.ts";
import { asJson } from "../wire/as-json.ts";
import { denial, type Flaw, flaw, type WireForm } from "../wire/denial.ts";
import {
  type Answer,
  CLIENT_CAPABILITIES,
  type Id,
  own,
  PROTOCOL_VERSION,
  type RequestMessage,
  requestOf,
  SUBSCRIPTION_ID,
} from "../wire/message.ts";
import { ById } from "./by-id.ts";
import { envelopeFlaw, type Flight, isOfEra, tokenOf } from "./flight.ts";
import { housekeeping, noop, type Shared } from "./shared.ts";

/** How often a call is decided again with proofs that were obtained for it. */
const MOST_PROVEN = 3;

/** Requests of the client: decided, forwarded, and answered once. */
export class Requests<Inbound, Outbound> {
  readonly #shared: Shared<Inbound, Outbound>;
  readonly #onIdle: (() => void) | undefined;
  /** By the client's id. */
  readonly #flights = new ById<Flight<Inbound>>();
  /** By the id at the server; the same where ids are kept. */
  readonly #sent: ById<Flight<Inbound>>;
  /** `_meta` of our own questions, once a modern request has named its revision. */
  #meta: JsonObject | undefined;

  constructor(shared: Shared<Inbound, Outbound>, onIdle: (() => void) | undefined) {
    this.#shared = shared;
    this.#onIdle = onIdle;
    this.#sent = shared.options.ids === "ours" ? new ById() : this.#flights;
  }

  get isIdle(): boolean {
    return this.#flights.size === 0;
  }

  /** Whose request has an id. */
  callerOf(id: Id | undefined): Caller | undefined {
    return id === undefined ? undefined : this.#flights.get(id)?.caller;
  }

  /** The id at the client of the request whose progress the server reports. */
  withToken(token: Value | undefined): Id | undefined {
    for (const { sentAs, isHeard, request } of this.#flights.values()) {
      if (sentAs !== undefined && !isHeard && tokenOf(request.params) === token) return request.id;
    }
    return undefined;
  }

  /** The id at the client of a subscription that the server knows by another. */
  subscription(id: Id): Id | undefined {
    const request = this.#sent.get(id)?.request;
    return request?.method === "subscriptions/listen" ? request.id : undefined;
  }

  take(request: RequestMessage, caller: Caller, inbound: Inbound): Maybe<void> {
    const { options, party, isEnded } = this.#shared;
    const { id, method, era } = request;
    // An answer under this id would be taken for the other request's.
    if (this.#flights.has(id)) return this.refuse(undefined, "not-a-message", "the id is in use", caller);
    const row = methodRow(method, "client", "request");
    if (row === undefined || !isOfEra(row, era)) return this.#flawed(request, caller, "unknown-method", "not-in-table");
    const envelope = era === "modern" ? envelopeFlaw(request) : undefined;
    if (envelope !== undefined) {
      return this.#flawed(request, caller, envelope.kind, "malformed", envelope.why, envelope.data);
    }
    const fit = understood(row.params[era], request.params);
    if ("wrong" in fit) return this.#flawed(request, caller, "invalid-params", "malformed", `\`${cut(fit.wrong)}\``);
    if (isEnded) return this.#flawed(request, caller, "lost", "lost");
    if (this.#flights.size >= options.mostInFlight) {
      return this.#flawed(request, caller, "failure", "malformed", "too many requests at once");
    }
    const flight: Flight<Inbound> = {
      request: fit.params === request.params ? request : { ...request, params: fit.params },
      row,
      caller: party.ofOwner(caller),
      inbound,
      by: options,
      sentAs: undefined,
      decided: undefined,
      task: undefined,
      isHeard: false,
      isOver: false,
      over: undefined,
    };
    this.#flights.set(id, flight);
    if (era === "modern") this.#meta = ownMeta(request.params);
    const waits = row.held && flight.caller.principal !== undefined && options.definitions.state !== "checked";
    if (!waits) return this.#decide(flight);
    return after(options.definitions.ready(this.asking(flight)), () => this.#decide(flight));
  }

  #decide(flight: Flight<Inbound>): Maybe<void> {
    if (flight.isOver) return;
    const { approvals } = this.#shared.options;
    if (approvals === undefined || flight.row.gate !== "operation") {
      const gated = gate(flight, flight.by);
      return isLater(gated) ? gated.then((each) => this.#gated(flight, each)) : this.#gated(flight, gated);
    }
    const brought = caught(
      () => approvals.bring(this.#approved(flight)),
      () => ({ proofs: [], params: flight.request.params }),
    );
    return after(brought, ({ proofs, params }) => this.#decideWith(flight, params, proofs, MOST_PROVEN));
  }

  /** Decides a call with proofs that the channel for approvals has for it. */
  #decideWith(flight: Flight<Inbound>, params: JsonObject, proofs: readonly Proof[], most: number): Maybe<void> {
    const { caller, request } = flight;
    const proven: Flight<Inbound> = {
      ...flight,
      request: { ...request, params },
      caller: proofs.length === 0 ? caller : { ...caller, proofs: [...(caller.proofs ?? []), ...proofs] },
    };
    return after(gate(proven, proven.by), (gated): Maybe<void> => {
      const { approvals } = this.#shared.options;
      const isAsked = gated.decided.decision.effect === "ask" && gated.hidden === undefined;
      if (!isAsked || approvals === undefined || most === 0 || flight.isOver) return this.#gated(flight, gated);
      const { decision, id } = gated.decided;
      const lacking = { decision, decisionId: id, push: this.#pushing(flight), signal: this.#signal(flight) };
      const asking = caught(
        () => approvals.ask(this.#approved(proven), lacking),
        (): Approving => ({ kind: "denied" }),
      );
      return after(asking, (found): Maybe<void> => {
        if (flight.isOver) return;
        if (found.kind === "proven") return this.#decideWith(flight, params, [...proofs, ...found.proofs], most - 1);
        if (found.kind === "denied") return this.#deny(flight, gated.decided, undefined, found.hint);
        return this.#answer(flight, { answer: { kind: "result", result: found.result }, status: 200 });
      });
    });
  }

  #approved(flight: Flight<Inbound>): ApprovedCall {
    const { request, caller } = flight;
    const { enforcer } = flight.by;
    const asked = askedOf(flight, enforcer.server.name);
    const { operation } = asked;
    if (operation === undefined) throw new Error("only operations are approved");
    const tool = operation.kind === "tool" ? operation.name : "";
    const pin = Object.hasOwn(enforcer.server.tools, tool) ? enforcer.server.tools[tool]?.digest : undefined;
    return {
      ...{
        request,
        caller,
        server: enforcer.server.name,
        operation,
        arguments: asked.arguments,
        era: request.era,
        pin,
      },
      policy: enforcer.policy.digest,
      capabilities: request.era === "modern" ? declaredIn(request.params) : this.#shared.party.declared,
    };
  }

  /** Asks the client of a live legacy session; undefined where there is none. */
  #pushing({ request }: Flight<Inbound>): ((method: string, params: JsonObject) => Promise<Answer>) | undefined {
    const { party, options, toClient } = this.#shared;
    if (request.era === "modern" || party.declared === undefined) return undefined;
    return (method, params) => {
      if (!isDeclared(party.declared, method, params))
        return Promise.reject(new Error("the client cannot be asked so"));
      return toClient.ask(method, params, (message) => options.ends.toClient(message, { request: request.id }));
    };
  }

  #signal(flight: Flight<Inbound>): AbortSignal {
    flight.over ??= new AbortController();
    return flight.over.signal;
  }

  #gated(flight: Flight<Inbound>, { decided, params, hidden, task }: Gated): Maybe<void> {
    const { options } = this.#shared;
    const isAllowed = decided.decision.effect === "allow";
    flight.decided = decided;
    flight.task = task;
    // Given up while it was decided: then nothing is sent, and the call is ended in the state.
    if (flight.isOver) {
      return isAllowed ? after(flight.by.enforcer.given(decided, { ended: "cancelled" }), noop) : undefined;
    }
    if (!isAllowed) return this.#deny(flight, decided, hidden);
    const { request, inbound } = flight;
    const id = this.#shared.idAtServer(request.id);
    flight.sentAs = id;
    if (this.#sent !== this.#flights) this.#sent.set(id, flight);
    return options.ends.toServer(requestOf(id, request.method, this.#forwarded(flight, params)), inbound);
  }

  /** What the server gets of a request's params: a client's capabilities shrink to those that the policy could let it ask for. */
  #forwarded({ request, caller, by }: Flight<Inbound>, params: JsonObject): JsonObject {
    const { party } = this.#shared;
    const { method, era } = request;
    if (method === "initialize") {
      const declared = own(params, "capabilities");
      const offered = clientCapabilities(declared, era, caller, by);
      party.declared = isRecord(declared) ? declared : {};
      party.offered = offered;
      return { ...params, capabilities: offered };
    }
    if (era === "legacy") return params;
    const meta = params["_meta"] as JsonObject;
    const declared = own(meta, CLIENT_CAPABILITIES);
    const offered = clientCapabilities(declared, era, caller, by);
    return offered === declared ? params : { ...params, _meta: { ...meta, [CLIENT_CAPABILITIES]: offered } };
  }

  #deny(flight: Flight<Inbound>, decided: Decided, hidden: Hidden | undefined, hint?: string): Maybe<void> {
    if (hidden === undefined) return this.#answer(flight, this.#denial(flight, decided, nothing, hint));
    const decision: Decision = { ...decided.decision, reason: "unknown-operation" };
    const unknown = flight.by.definitions.unknown(hidden.thing, hidden.name, this.asking(flight));
    return after(unknown, (answer) => this.#answer(flight, this.#denial(flight, { ...decided, decision }, answer)));
  }

  #denial({ request, by }: Flight<Inbound>, { decision, id }: Decided, unknown: Answer, hint?: string): WireForm {
    const { profile, transport } = this.#shared.options;
    const { method, era } = request;
    const { identity } = by.definitions;
    return denial({ decision, decisionId: id, method, era, transport, profile, unknown, identity, hint });
  }

  /** A server's answer; whether there was such a request. */
  heard(id: Id, answer: Answer, outbound: Outbound): Maybe<void> | "unasked" {
    const flight = this.#heardOf(id);
    if (flight === undefined) return "unasked";
    return this.#shared.leaving.add(this.#judged(flight, answer), (form) => this.#answer(flight, form, outbound));
  }

  /** The request that an answer of the server is for, which has none yet. */
  #heardOf(id: Id): Flight<Inbound> | undefined {
    const flight = this.#sent.get(id);
    if (flight === undefined || flight.sentAs !== id || flight.isHeard) return undefined;
    flight.isHeard = true;
    return flight;
  }

  /** What the client gets of a server's answer, recorded. */
  #judged(flight: Flight<Inbound>, answer: Answer): Maybe<WireForm> {
    const { options, party } = this.#shared;
    const { enforcer, definitions, settings, tasks } = flight.by;
    const decided = flight.decided as Decided;
    const { request, row, caller, task } = flight;
    // biome-ignore format: one message may not cost a spread
    const hearing: Hearing = { enforcer, definitions, settings, tasks, request, row, caller, decided, task, mayRead: never };
    const isObject = options.values === "objects" && (row.result !== "call" || enforcer.judging(decided) !== "nothing");
    const json = (value: JsonObject): JsonObject => (isObject ? (asJson(value) as JsonObject) : value);
    const heard = caught(() => {
      if (answer.kind === "result") return heardResult(json(answer.result), hearing);
      const declared = request.era === "modern" ? declaredIn(request.params) : party.offered;
      return heardError(json(answer.error), { ...hearing, ...task }, declared);
    }, unreadable);
    return after(heard, (each) => this.#closed(flight, decided, answer, each));
  }

  /** Ends a call in the state, where it does not go on, and takes down what it came to. */
  #closed(flight: Flight<Inbound>, decided: Decided, answer: Answer, heard: Heard): Maybe<WireForm> {
    const isOpen = heard.kind === "passes" && heard.isOpen === true;
    const released = isOpen ? undefined : flight.by.enforcer.release(decided);
    return after(released, () => this.#recorded(flight, decided, answer, heard));
  }

  #recorded(flight: Flight<Inbound>, decided: Decided, answer: Answer, heard: Heard): Maybe<WireForm> {
    const { enforcer } = flight.by;
    if (heard.kind === "withheld") {
      const { decision } = heard;
      return after(enforcer.ended(decided, { ended: "withheld", decision }), () =>
        this.#denial(flight, { ...decided, decision }, nothing),
      );
    }
    const { result, kept, notes } = heard;
    const isError = answer.kind === "error" || own(result, "isError") === true;
    return after(enforcer.ended(decided, { ended: isError ? "error" : "result", result: kept, notes }), (isKept) =>
      this.#form(flight, decided, answer, result, isKept),
    );
  }

  /** What the client gets of what may leave, where the outcome was recorded. */
  #form(flight: Flight<Inbound>, decided: Decided, answer: Answer, result: JsonObject, isKept: boolean): WireForm {
    if (!isKept) return this.#denial(flight, { ...decided, decision: unrecorded }, nothing);
    if (answer.kind === "error") {
      return { answer: { kind: "error", error: own(result, "error") as JsonObject }, status: 200 };
    }
    flight.by.definitions.identify(result);
    if (flight.request.method === "initialize") this.#shared.party.announced = result["capabilities"] as JsonObject;
    const isOurs = this.#shared.options.ids === "ours";
    const left = isOurs ? withSubscription(result, flight.request.id) : result;
    return { answer: { kind: "result", result: left }, status: 200 };
  }

  /** Answers something of the client that is no message to be decided. `id` is undefined where none can be told. */
  refuse(id: Id | undefined, kind: Flaw, why: string, caller: Caller): Maybe<void> {
    const asked = housekeeping("client", "", "legacy", caller, [why]);
    return after(this.#shared.drop(asked, "malformed"), () => this.#shared.answer(id, flaw(kind, "legacy", why)));
  }

  /** Answers a request that is not decided by the policy. */
  #flawed(
    request: RequestMessage,
    caller: Caller,
    kind: Flaw,
    reason: Decided["reason"],
    why?: string,
    data?: Value,
  ): Maybe<void> {
    const { id, method, era } = request;
    const asked = housekeeping("client", method, era, caller, why === undefined ? [] : [why]);
    return after(this.#shared.drop(asked, reason), () => this.#shared.answer(id, flaw(kind, era, why, data)));
  }

  #answer(flight: Flight<Inbound>, form: WireForm, outbound?: Outbound): Maybe<void> {
    if (flight.isOver) return;
    this.#over(flight);
    return this.#shared.answer(flight.request.id, form, outbound);
  }

  #over(flight: Flight<Inbound>): void {
    flight.isOver = true;
    flight.over?.abort();
    if (flight.sentAs !== undefined && this.#sent !== this.#flights) this.#sent.delete(flight.sentAs);
    if (this.#flights.delete(flight.request.id) && this.isIdle) this.#onIdle?.();
  }

  /** The client gave a request up. Gives the id under which the server knows it, if it does. */
  abandon(id: Id): Id | undefined {
    const flight = this.#flights.get(id);
    if (flight === undefined || flight.request.method === "initialize") return undefined;
    const { sentAs, decided, isHeard, by } = flight;
    this.#over(flight);
    if (decided !== undefined && !isHeard) void by.enforcer.given(decided, { ended: "cancelled" });
    return sentAs;
  }

  abandonAll(): void {
    for (const { request } of this.#flights.values()) this.abandon(request.id);
  }

  /** The server's answer to a request of the client, or to one of ours, cannot be used; whether there was such a request. */
  broken(id: Id, why: string, kind: Flaw): Maybe<void> {
    const flight = this.#heardOf(id);
    return flight === undefined ? undefined : this.#lost(flight, kind, why);
  }

  /** No answer will come to anything. */
  failAll(kind: "lost" | "failure"): Maybe<void> {
    const all = this.#flights.values().map((flight) => this.#lost(flight, kind));
    return all.some(isLater) ? Promise.all(all).then(noop) : undefined;
  }

  #lost(flight: Flight<Inbound>, kind: Flaw, why?: string): Maybe<void> {
    const { decided, by } = flight;
    const notes = why === undefined ? [] : [why];
    const recorded = decided === undefined ? true : by.enforcer.given(decided, { ended: "lost", notes });
    return after(recorded, () => this.#answer(flight, flaw(kind, flight.request.era)));
  }

  /** How our own questions reach the server, in the manner of the request that makes them necessary. */
  asking(flight: Flight<Inbound> | undefined): Asking {
    const { toServer, options } = this.#shared;
    const meta = flight === undefined || flight.request.era === "modern" ? this.#meta : undefined;
    return {
      ask: (method, params) =>
        toServer.ask(method, params, (message) => options.ends.toServer(message, flight?.inbound)),
      meta,
      era: meta === undefined ? "legacy" : "modern",
    };
  }
}

/** Stands where no answer to something unknown is needed. */
const nothing: Answer = { kind: "error", error: {} };

function unreadable(): Heard {
  return withheld("the result could not be read", "fault");
}

const unrecorded: Decision = {
  ...denied,
  reason: "fault",
  kept: { ...denied.kept, fault: "the outcome could not be recorded" },
};

function never(): boolean {
  return false;
}

/** `_meta` of a question of our own to a modern server. */
function ownMeta(params: JsonObject): JsonObject {
  const revision = (params["_meta"] as JsonObject)[PROTOCOL_VERSION] as Value;
  return { [PROTOCOL_VERSION]: revision, [CLIENT_CAPABILITIES]: {} };
}

/** A result that ends a subscription names it as the client does. */
function withSubscription(result: JsonObject, id: Id): JsonObject {
  const meta = own(result, "_meta");
  if (!isRecord(meta) || own(meta, SUBSCRIPTION_ID) === undefined) return result;
  return { ...result, _meta: { ...meta, [SUBSCRIPTION_ID]: id } };
}

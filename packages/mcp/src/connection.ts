import { denied, isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { cut } from "./audit/lines-sink.ts";
import type { Caller } from "./caller.ts";
import { nobody } from "./caller.ts";
import type { Asked, Decided } from "./decide/decided.ts";
import type { Enforcer } from "./decide/enforcer.ts";
import {
  type Deciding,
  type Gated,
  gate,
  type Hidden,
  type Incoming,
  passesTable,
  unauthenticated,
} from "./decide/gates.ts";
import { answerLeft, decideQuestion } from "./decide/questions.ts";
import { after, caught, InOrder, isLater, type Maybe } from "./maybe.ts";
import { clientCapabilities } from "./methods/client-capabilities.ts";
import { type MethodRow, methodRow, type Side } from "./methods/methods.ts";
import { understood } from "./methods/understood.ts";
import type { Asking, Definitions } from "./pins/definitions.ts";
import { cleanValue } from "./results/clean.ts";
import { heardError } from "./results/errors.ts";
import { type Heard, type Hearing, withheld } from "./results/heard.ts";
import { declaredIn } from "./results/input-required.ts";
import { heardResult } from "./results/results.ts";
import type { Settings } from "./settings.ts";
import { isSameCaller, memoryTasks, type OwnedTask, owns, type TaskOwners } from "./tasks/owners.ts";
import { asJson } from "./wire/as-json.ts";
import {
  denial,
  type Flaw,
  flaw,
  type Profile,
  refusedQuestion,
  type Transport,
  type WireForm,
} from "./wire/denial.ts";
import {
  type Answer,
  CLIENT_CAPABILITIES,
  type Era,
  type Id,
  isId,
  type NotificationMessage,
  notificationOf,
  own,
  PROTOCOL_VERSION,
  type RequestMessage,
  requestOf,
  responseOf,
  revisions,
  SUBSCRIPTION_ID,
  toMessage,
} from "./wire/message.ts";

/**
 * Where messages go. `Inbound` is what the front end knows a client's message by, `Outbound` a server's: both are handed back as they were
 * given, and never looked at.
 */
export interface Ends<Inbound, Outbound> {
  /** `inbound` is that of the client's message that is forwarded, or that makes a question of our own necessary. */
  readonly toServer: (message: JsonObject, inbound: Inbound | undefined) => Maybe<void>;
  readonly toClient: (message: JsonObject, along: Along<Outbound>) => Maybe<void>;
}

/** What goes with a message to the client. */
export interface Along<Outbound> {
  /** That of the server's message, where it is one. */
  readonly outbound?: Outbound | undefined;
  /** The client's request that it answers or belongs to. */
  readonly request?: Id | undefined;
  /** What HTTP says beside an answer of our own. */
  readonly http?: Pick<WireForm, "status" | "challenge">;
}

export interface ConnectionOptions<Inbound, Outbound> {
  readonly enforcer: Enforcer;
  /** The live definitions of the server at the other end; connections to the same one share them. */
  readonly definitions: Definitions;
  readonly ends: Ends<Inbound, Outbound>;
  readonly settings?: Settings;
  /** Whose the server's tasks are; connections to the same one share them. By default this connection knows its own alone. */
  readonly tasks?: TaskOwners | undefined;
  readonly profile?: Profile;
  readonly transport: Transport;
  /**
   * `ours`: requests go on under ids that count up, so that no two callers' ids meet. `theirs`: they keep them, where whatever carries the
   * messages goes by the ids.
   */
  readonly ids: "ours" | "theirs";
  /**
   * What a server's messages are made of: `json`, unless said. `objects` of a server in this process may hold what JSON has not got; they are
   * written as JSON before anything of them is judged.
   */
  readonly values?: "json" | "objects";
  /** Whether the live definitions are checked as soon as they can be, and not only when something waits for it. */
  readonly checksEarly?: boolean;
  /** Requests in flight in one direction; 1,000 unless said. */
  readonly mostInFlight?: number | undefined;
  /** Called each time that the last request of the client has been answered. */
  readonly onIdle?: (() => void) | undefined;
}

/** A request of the client that has no answer yet. */
interface Flight<Inbound> extends Incoming {
  readonly inbound: Inbound;
  /** The id under which the server knows it, once it was forwarded. */
  sentAs: Id | undefined;
  decided: Decided | undefined;
  /** The task that it is about. */
  task: OwnedTask | undefined;
  /** The server's answer is here, and being looked at. */
  isHeard: boolean;
  /** It was answered, or given up. */
  isOver: boolean;
}

/** Takes the answer to a question of our own; undefined where none comes. */
type Settle = (answer: Answer | undefined) => void;

/** A request of the server that the client was asked. */
interface AskedClient {
  /** As the server knows it. */
  readonly id: Id;
  readonly row: MethodRow;
  readonly params: JsonObject;
  readonly decided: Decided;
}

/** What a client said of itself when it opened a legacy session. */
interface Session {
  readonly capabilities: JsonObject;
}

/**
 * Stands between one client and one server, whatever carries their messages. It keeps what belongs to the connection alone: which ids are in
 * flight, what the client of a legacy session declared, what was asked. Everything that a policy remembers is the enforcer's. Nothing is
 * forwarded without a recorded decision; each request that is taken in gets one answer; nothing throws or rejects.
 */
export class Connection<Inbound, Outbound> {
  readonly #options: ConnectionOptions<Inbound, Outbound>;
  readonly #enforcer: Enforcer;
  readonly #definitions: Definitions;
  readonly #deciding: Deciding;
  readonly #ends: Ends<Inbound, Outbound>;
  readonly #most: number;
  /** By the client's id. */
  readonly #flights = new Map<Id, Flight<Inbound>>();
  /** By the id at the server; the same map where ids are kept. */
  readonly #sent: Map<Id, Flight<Inbound>>;
  /** Our own questions, by the id at the server. */
  readonly #own = new Map<Id, Settle>();
  /** By the id at the client. */
  readonly #asked = new Map<Id, AskedClient>();
  /** Ids of elicitations by URL that the client was shown: the server may say that they are done. */
  readonly #elicitations = new Set<string>();
  /** What the server says leaves in the order in which it was said. */
  readonly #leaving = new InOrder();
  #nextSent = 1;
  #nextAsked = 1;
  #session: Session | undefined;
  /** The first verified caller: the connection is this one's. */
  #owner: Caller = nobody;
  /** `_meta` of our own questions, once a modern request has named its revision. */
  #meta: JsonObject | undefined;
  #ended = false;

  constructor(options: ConnectionOptions<Inbound, Outbound>) {
    this.#options = options;
    this.#enforcer = options.enforcer;
    this.#definitions = options.definitions;
    this.#ends = options.ends;
    this.#most = options.mostInFlight ?? 1_000;
    this.#sent = options.ids === "ours" ? new Map() : this.#flights;
    this.#deciding = {
      enforcer: options.enforcer,
      definitions: options.definitions,
      settings: options.settings ?? {},
      tasks: options.tasks ?? memoryTasks({ onForgotten: ({ decided }) => void options.enforcer.release(decided) }),
    };
  }

  /** Whether each request of the client has its answer. */
  get isIdle(): boolean {
    return this.#flights.size === 0;
  }

  /**
   * A JSON value that the client sent, and who that was. Settles once it was dealt with: forwarded, answered, or dropped. A call that waits for
   * an approval is dealt with when that came.
   */
  fromClient(value: unknown, caller: Caller, inbound: Inbound): Maybe<void> {
    const message = toMessage(value as Value);
    switch (message.kind) {
      case "none":
        return this.refuse(message.seems === "request" ? message.id : undefined, "not-a-message", message.why);
      case "request":
        return this.#requested(message, caller, inbound);
      case "notification":
        return this.#notified(message, caller, inbound);
      case "response":
        return this.#answeredByClient(message.id, message.answer, caller, inbound);
    }
  }

  /**
   * A JSON value that the server sent. `about` says on whose behalf, where the front end knows: the client's request that it belongs to, or the
   * caller. Settles once it was dealt with, as what carries it to the client settles.
   */
  fromServer(
    value: unknown,
    outbound: Outbound,
    about: { readonly request?: Id; readonly caller?: Caller } = {},
  ): Maybe<void> {
    const message = toMessage(this.#ofServerAsJson(value));
    switch (message.kind) {
      case "none":
        return this.serverBroken(message.seems === "response" ? message.id : undefined, message.why);
      case "request":
        return this.#requestedByServer(message, outbound, about);
      case "notification":
        return this.#notifiedByServer(message, outbound, about);
      case "response":
        return this.#answeredByServer(message.id, message.answer, outbound);
    }
  }

  /** Answers are made JSON where they are judged: most are not. */
  #ofServerAsJson(value: unknown): Value {
    if (this.#options.values !== "objects" || !isRecord(value as Value) || !("method" in (value as object))) {
      return value as Value;
    }
    try {
      return asJson(value);
    } catch {
      return null;
    }
  }

  /** Answers something of the client that is no message to be decided. `id` is undefined where none can be told. */
  refuse(id: Id | undefined, kind: Flaw, why: string, caller: Caller = nobody): Maybe<void> {
    const asked = housekeeping("client", "", "legacy", caller, [why]);
    return after(this.#drop(asked, "malformed"), () => this.#toClient(id, flaw(kind, "legacy", why)));
  }

  /** Something of the server that cannot be used. Where it is an answer that someone waits for, that one is told; without an id all are. */
  serverBroken(id: Id | undefined, why: string, isFatal = false): Maybe<void> {
    const dropped = this.#drop(housekeeping("server", "", "legacy", this.#owner, [why]), "malformed");
    if (isFatal) return after(dropped, () => this.#failAll("failure"));
    if (id !== undefined && this.#settle(id, undefined)) return after(dropped, noop);
    const flight = id === undefined ? undefined : this.#take(id);
    return after(dropped, () => (flight === undefined ? undefined : this.#lost(flight, "failure", why)));
  }

  /** The client gave a request up; HTTP says so by closing the stream. Gives the id under which the server knows it, if it does. */
  abandon(id: Id): Id | undefined {
    const flight = this.#flights.get(id);
    if (flight === undefined || flight.request.method === "initialize") return undefined;
    const { sentAs, decided, isHeard } = flight;
    this.#over(flight);
    if (decided !== undefined && !isHeard) void this.#enforcer.given(decided, { ended: "cancelled" });
    return sentAs;
  }

  /** The server is gone: whatever waits for it is answered, and so is whatever still comes. */
  serverEnded(): Maybe<void> {
    this.#ended = true;
    return this.#failAll("lost");
  }

  /** The client is gone: nobody waits for anything any more. */
  clientEnded(): void {
    for (const id of [...this.#flights.keys()]) this.abandon(id);
    for (const { decided } of this.#asked.values()) void this.#enforcer.given(decided, { ended: "cancelled" });
    this.#asked.clear();
  }

  #requested(request: RequestMessage, caller: Caller, inbound: Inbound): Maybe<void> {
    // An answer under this id would be taken for the other request's.
    if (this.#flights.has(request.id)) return this.refuse(undefined, "not-a-message", "the id is in use", caller);
    const row = methodRow(request.method, "client", "request");
    if (row === undefined || !isOf(row, request.era))
      return this.#flawed(request, caller, "unknown-method", "not-in-table");
    const envelope = request.era === "modern" ? envelopeFlaw(request) : undefined;
    if (envelope !== undefined)
      return this.#flawed(request, caller, envelope.kind, "malformed", envelope.why, envelope.data);
    const fit = understood(row.params[request.era], request.params);
    if ("wrong" in fit) return this.#flawed(request, caller, "invalid-params", "malformed", `\`${cut(fit.wrong)}\``);
    if (this.#ended) return this.#flawed(request, caller, "lost", "lost");
    if (this.#flights.size >= this.#most)
      return this.#flawed(request, caller, "failure", "malformed", "too many requests at once");
    const params = fit.params === request.params ? request : { ...request, params: fit.params };
    const flight: Flight<Inbound> = {
      request: params,
      row,
      caller: this.#ofOwner(caller),
      inbound,
      sentAs: undefined,
      decided: undefined,
      task: undefined,
      isHeard: false,
      isOver: false,
    };
    this.#flights.set(request.id, flight);
    if (request.era === "modern") this.#meta = ownMeta(request.params);
    const waits = row.held && flight.caller.principal !== undefined && this.#definitions.state !== "checked";
    if (!waits) return this.#decide(flight);
    return after(this.#definitions.ready(this.#asking(flight)), () => this.#decide(flight));
  }

  #decide(flight: Flight<Inbound>): Maybe<void> {
    if (flight.isOver) return;
    return after(gate(flight, this.#deciding), (gated) => this.#gated(flight, gated));
  }

  #gated(flight: Flight<Inbound>, { decided, params, hidden, task }: Gated): Maybe<void> {
    flight.decided = decided;
    flight.task = task;
    // Given up while it was decided: then nothing is sent, and what was taken is given back as far as a call ends.
    if (flight.isOver) {
      if (decided.decision.effect === "allow")
        return after(this.#enforcer.given(decided, { ended: "cancelled" }), noop);
      return;
    }
    if (decided.decision.effect !== "allow") return this.#deny(flight, decided, hidden);
    const { request, inbound } = flight;
    const id = this.#options.ids === "ours" ? this.#nextSent++ : request.id;
    flight.sentAs = id;
    this.#sent.set(id, flight);
    return this.#ends.toServer(requestOf(id, request.method, this.#forwarded(flight, params)), inbound);
  }

  /** What the server gets of a request's params: a client's capabilities shrink to those that the policy could let it ask for. */
  #forwarded({ request, caller }: Flight<Inbound>, params: JsonObject): JsonObject {
    const { method, era } = request;
    if (method === "initialize") {
      const capabilities = clientCapabilities(own(params, "capabilities"), era, caller, this.#deciding);
      this.#session = { capabilities };
      return { ...params, capabilities };
    }
    if (era === "legacy") return params;
    const meta = params["_meta"] as JsonObject;
    const declared = own(meta, CLIENT_CAPABILITIES);
    const left = clientCapabilities(declared, era, caller, this.#deciding);
    return left === declared ? params : { ...params, _meta: { ...meta, [CLIENT_CAPABILITIES]: left } };
  }

  #deny(flight: Flight<Inbound>, decided: Decided, hidden: Hidden | undefined): Maybe<void> {
    if (hidden === undefined) return this.#answer(flight, this.#wireForm(flight, decided, nothing));
    const decision = { ...decided.decision, reason: "unknown-operation" } as const;
    const unknown = this.#definitions.unknown(hidden.thing, hidden.name, this.#asking(flight));
    return after(unknown, (answer) => this.#answer(flight, this.#wireForm(flight, { ...decided, decision }, answer)));
  }

  #wireForm({ request }: Flight<Inbound>, { decision, id }: Decided, unknown: Answer): WireForm {
    const { profile = "spec", transport } = this.#options;
    const { method, era } = request;
    return denial({ decision, decisionId: id, method, era, transport, profile, unknown });
  }

  #notified(message: NotificationMessage, caller: Caller, inbound: Inbound): Maybe<void> {
    const { method, era } = message;
    const row = methodRow(method, "client", "notification");
    const fit = row === undefined ? undefined : understood(row.params[era], message.params);
    const from = this.#ofOwner(caller);
    const asked = housekeeping("client", method, era, from);
    if (row === undefined || fit === undefined || "wrong" in fit) {
      return after(this.#drop(asked, row === undefined ? "not-in-table" : "malformed"), noop);
    }
    if (from.principal === undefined) return after(this.#drop(asked, "unauthenticated"), noop);
    const params = this.#notificationParams(row, fit.params);
    if (params === undefined) return after(this.#drop(asked, "pending"), noop);
    return after(this.#pass(asked), (isKept) => {
      if (!isKept) return;
      const sent = this.#ends.toServer(notificationOf(method, params), inbound);
      if (method === "notifications/initialized") this.#checkEarly();
      return sent;
    });
  }

  /** The params of a client's notification, with ids as the server knows them; undefined where it belongs to nothing. */
  #notificationParams(row: MethodRow, params: JsonObject): JsonObject | undefined {
    if (row.gate === "table") return params;
    if (row.gate === "asked") {
      // Progress of what the server asked for.
      const token = own(params, "progressToken");
      return [...this.#asked.values()].some(({ params: of }) => tokenOf(of) === token) ? params : undefined;
    }
    const id = own(params, "requestId");
    const sentAs = isId(id) ? this.abandon(id) : undefined;
    return sentAs === undefined ? undefined : { ...params, requestId: sentAs };
  }

  #requestedByServer(
    request: RequestMessage,
    outbound: Outbound,
    about: { readonly request?: Id; readonly caller?: Caller },
  ): Maybe<void> {
    const row = methodRow(request.method, "server", "request");
    const fit = row === undefined ? undefined : understood(row.params.legacy, request.params);
    const caller = this.#callerOf(about);
    const refuse = (answer: Answer): Maybe<void> => this.#ends.toServer(responseOf(request.id, answer), undefined);
    if (row === undefined || fit === undefined || "wrong" in fit || this.#asked.size >= this.#most) {
      const asked = housekeeping("server", request.method, "legacy", caller);
      const kind =
        row === undefined ? "unknown-method" : fit !== undefined && "wrong" in fit ? "invalid-params" : "failure";
      return after(this.#drop(asked, row === undefined ? "not-in-table" : "malformed"), () =>
        refuse(flaw(kind).answer),
      );
    }
    const params = cleanValue(fit.params);
    const decided =
      row.gate === "question"
        ? decideQuestion(this.#enforcer, this.#deciding.settings, {
            ...{ row, params, caller, era: "legacy" as const },
            capabilities: this.#session?.capabilities,
          })
        : after(
            this.#enforcer.byTable(housekeeping("server", row.method, "legacy", caller), passesTable, "table"),
            (each) => ({ decided: each, params: each.decision.effect === "allow" ? params : undefined }),
          );
    const asking = after(decided, ({ decided: each, params: left }) => {
      return left === undefined
        ? () => refuse(refusedQuestion())
        : () => this.#ask(request.id, row, left, each, outbound, about);
    });
    return this.#leaving.add(asking, (act) => act());
  }

  #ask(
    id: Id,
    row: MethodRow,
    params: JsonObject,
    decided: Decided,
    outbound: Outbound,
    about: { readonly request?: Id },
  ): Maybe<void> {
    const as = this.#options.ids === "ours" ? this.#nextAsked++ : id;
    this.#asked.set(as, { id, row, params, decided });
    const elicitation = own(params, "elicitationId");
    if (typeof elicitation === "string" && this.#elicitations.size < this.#most) this.#elicitations.add(elicitation);
    return this.#ends.toClient(requestOf(as, row.method, params), { outbound, request: about.request });
  }

  #answeredByClient(id: Id, answer: Answer, caller: Caller, inbound: Inbound): Maybe<void> {
    const asked =
      this.#ofOwner(caller).principal === undefined && caller.principal !== undefined ? undefined : this.#asked.get(id);
    if (asked === undefined) {
      const notes = ["an answer to nothing that was asked"];
      return after(this.#drop(housekeeping("client", "", "legacy", caller, notes), "pending"), noop);
    }
    this.#asked.delete(id);
    const { row, params, decided } = asked;
    const left: Answer =
      answer.kind === "result" ? { kind: "result", result: answerLeft(row, params, answer.result) } : answer;
    return after(this.#enforcer.ended(decided, { ended: answer.kind }), (isKept) =>
      this.#ends.toServer(responseOf(asked.id, isKept ? left : flaw("failure").answer), inbound),
    );
  }

  #answeredByServer(id: Id, answer: Answer, outbound: Outbound): Maybe<void> {
    if (this.#settle(id, answer)) return;
    const flight = this.#take(id);
    if (flight === undefined) {
      const notes = ["an answer to nothing that was asked"];
      return after(this.#drop(housekeeping("server", "", "legacy", this.#owner, notes), "pending"), noop);
    }
    return this.#leaving.add(this.#heard(flight, answer), (form) => this.#answer(flight, form, outbound));
  }

  /** What the client gets of a server's answer, recorded. */
  #heard(flight: Flight<Inbound>, answer: Answer): Maybe<WireForm> {
    const decided = flight.decided as Decided;
    const { request, row, caller, task } = flight;
    const hearing: Hearing = { ...this.#deciding, request, row, caller, decided, task, mayRead: () => false };
    const isObject =
      this.#options.values === "objects" && (row.result !== "call" || this.#enforcer.judging(decided) !== "nothing");
    const json = (value: JsonObject): JsonObject => (isObject ? (asJson(value) as JsonObject) : value);
    const heard = caught(
      () =>
        answer.kind === "result"
          ? heardResult(json(answer.result), hearing)
          : heardError(json(answer.error), { ...hearing, ...task }, this.#capabilitiesOf(request)),
      (): Heard => withheld("the result could not be read", "fault"),
    );
    return after(heard, (each) => {
      const isOpen = each.kind === "passes" && each.isOpen === true;
      return after(isOpen ? undefined : this.#enforcer.release(decided), () =>
        this.#recorded(flight, decided, answer, each),
      );
    });
  }

  #recorded(flight: Flight<Inbound>, decided: Decided, answer: Answer, heard: Heard): Maybe<WireForm> {
    if (heard.kind === "withheld") {
      const held = { ...decided, decision: heard.decision };
      return after(this.#enforcer.ended(decided, { ended: "withheld", decision: heard.decision }), () =>
        this.#wireForm(flight, held, nothing),
      );
    }
    const { result, kept, notes } = heard;
    const isError = answer.kind === "error" || own(result, "isError") === true;
    const ended = {
      ended: isError ? "error" : "result",
      ...(kept === undefined ? {} : { result: kept }),
      ...(notes === undefined ? {} : { notes }),
    } as const;
    return after(this.#enforcer.ended(decided, ended), (isKept): WireForm => {
      if (!isKept) return this.#wireForm(flight, { ...decided, decision: unrecorded }, nothing);
      const { sentAs } = flight;
      const left = this.#options.ids === "ours" ? withSubscription(result, sentAs, flight.request.id) : result;
      return answer.kind === "result"
        ? { answer: { kind: "result", result: left }, status: 200 }
        : { answer: { kind: "error", error: own(left, "error") as JsonObject }, status: 200 };
    });
  }

  #notifiedByServer(
    message: NotificationMessage,
    outbound: Outbound,
    about: { readonly request?: Id; readonly caller?: Caller },
  ): Maybe<void> {
    const { method } = message;
    const row = methodRow(method, "server", "notification");
    const caller = this.#callerOf(about);
    const asked = housekeeping("server", method, "legacy", caller);
    const fit =
      row === undefined
        ? undefined
        : understood(row.params[row.era === "modern" ? "modern" : "legacy"], message.params);
    if (row === undefined || fit === undefined || "wrong" in fit) {
      return after(this.#drop(asked, row === undefined ? "not-in-table" : "malformed"), noop);
    }
    if (method.endsWith("/list_changed")) {
      this.#definitions.markStale();
      this.#checkEarly();
    }
    const clean = this.#deciding.settings.texts === "as-given" ? fit.params : cleanValue(fit.params);
    const leaving = after(this.#ofServer(row, clean, caller), (left) => {
      if (left === undefined) return after(this.#drop(asked, "pending"), () => undefined);
      return after(this.#pass(asked), (isKept) => (isKept ? left : undefined));
    });
    return this.#leaving.add(leaving, (left) => {
      if (left === undefined) return;
      return this.#ends.toClient(notificationOf(method, left.params), {
        outbound,
        request: left.request ?? about.request,
      });
    });
  }

  /** The params of a server's notification as the client gets them; undefined where it belongs to nothing that the client has. */
  #ofServer(row: MethodRow, params: JsonObject, caller: Caller): Maybe<Leaving | undefined> {
    const listening = this.#subscription(params);
    if (listening === undefined) return undefined;
    const whole = { params: listening.params, request: listening.request };
    switch (row.gate) {
      case "anyone":
        return whole;
      case "pending": {
        const token = own(params, "progressToken");
        const flight = [...this.#flights.values()].find(
          (each) => each.sentAs !== undefined && !each.isHeard && tokenOf(each.request.params) === token,
        );
        return flight === undefined ? undefined : { params, request: flight.request.id };
      }
      case "asked": {
        if (row.method !== "notifications/cancelled") {
          return this.#elicitations.delete(String(own(params, "elicitationId"))) ? whole : undefined;
        }
        const found = [...this.#asked].find(([, { id }]) => id === own(params, "requestId"));
        if (found === undefined) return undefined;
        this.#asked.delete(found[0]);
        void this.#enforcer.given(found[1].decided, { ended: "cancelled" });
        return { params: { ...params, requestId: found[0] } };
      }
      case "updated":
        return after(this.#enforcer.present(caller), (isAllowed) => {
          const operation = {
            kind: "resource",
            server: this.#enforcer.server.name,
            uri: String(own(params, "uri")),
          } as const;
          return isAllowed(operation) ? whole : undefined;
        });
      case "task":
        return after(this.#deciding.tasks.of(String(own(params, "taskId"))), (task) => {
          if (task === undefined || !owns(task, caller.principal)) return undefined;
          // What it came to is asked for, and judged then.
          const { result: _, error: __, inputRequests: ___, ...status } = listening.params;
          return { ...whole, params: status };
        });
      case "listened":
        return listening.request === undefined ? undefined : whole;
      default:
        return undefined;
    }
  }

  /** With the id of its subscription as the client knows it; undefined where it names one that the client has not. */
  #subscription(params: JsonObject): Leaving | undefined {
    const meta = own(params, "_meta");
    const id = isRecord(meta) ? own(meta, SUBSCRIPTION_ID) : undefined;
    if (id === undefined || !isRecord(meta)) return { params };
    const flight = isId(id) ? this.#sent.get(id) : undefined;
    if (flight?.request.method !== "subscriptions/listen") return undefined;
    const { id: request } = flight.request;
    return { params: id === request ? params : { ...params, _meta: { ...meta, [SUBSCRIPTION_ID]: request } }, request };
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
    const asked = housekeeping("client", request.method, request.era, caller, why === undefined ? [] : [why]);
    return after(this.#drop(asked, reason), () => this.#toClient(request.id, flaw(kind, request.era, why, data)));
  }

  #answer(flight: Flight<Inbound>, form: WireForm, outbound?: Outbound): Maybe<void> {
    if (flight.isOver) return;
    this.#over(flight);
    return this.#toClient(flight.request.id, form, outbound);
  }

  #toClient(id: Id | undefined, { answer, status, challenge }: WireForm, outbound?: Outbound): Maybe<void> {
    const http = { status, ...(challenge === undefined ? {} : { challenge }) };
    return this.#ends.toClient(responseOf(id, answer), { outbound, request: id, http });
  }

  #over(flight: Flight<Inbound>): void {
    flight.isOver = true;
    if (flight.sentAs !== undefined) this.#sent.delete(flight.sentAs);
    if (this.#flights.delete(flight.request.id) && this.isIdle) this.#options.onIdle?.();
  }

  /** Whether an answer is one to a question of our own. */
  #settle(id: Id, answer: Answer | undefined): boolean {
    const settle = this.#own.get(id);
    this.#own.delete(id);
    settle?.(answer);
    return settle !== undefined;
  }

  /** The request that an answer of the server is for, which has none yet. */
  #take(id: Id): Flight<Inbound> | undefined {
    const flight = this.#sent.get(id);
    if (flight === undefined || flight.sentAs !== id || flight.isHeard) return undefined;
    flight.isHeard = true;
    return flight;
  }

  #lost(flight: Flight<Inbound>, kind: "lost" | "failure", why?: string): Maybe<void> {
    const { decided } = flight;
    const notes = why === undefined ? [] : [why];
    const recorded = decided === undefined ? true : this.#enforcer.given(decided, { ended: "lost", notes });
    return after(recorded, () => this.#answer(flight, flaw(kind, flight.request.era)));
  }

  #failAll(kind: "lost" | "failure"): Maybe<void> {
    for (const id of [...this.#own.keys()]) this.#settle(id, undefined);
    const all = [...this.#flights.values()].map((flight) => this.#lost(flight, kind));
    return all.some(isLater) ? Promise.all(all).then(noop) : undefined;
  }

  /** How our own questions reach the server, in the manner of the request that makes them necessary. */
  #asking(flight: Flight<Inbound> | undefined): Asking {
    const meta = flight === undefined || flight.request.era === "modern" ? this.#meta : undefined;
    return {
      ask: (method, params) => this.#askServer(method, params, flight?.inbound),
      meta,
      era: meta === undefined ? "legacy" : "modern",
    };
  }

  #askServer(method: string, params: JsonObject, inbound: Inbound | undefined): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lost = new Error("the server gave no answer");
      if (this.#ended) return reject(lost);
      const id = this.#options.ids === "ours" ? this.#nextSent++ : `mcpolicy-${this.#enforcer.newId()}`;
      this.#own.set(id, (answer) => (answer === undefined ? reject(lost) : resolve(answer)));
      void this.#ends.toServer(requestOf(id, method, params), inbound);
    });
  }

  #checkEarly(): void {
    if (this.#options.checksEarly === true) void this.#definitions.ready(this.#asking(undefined));
  }

  /** What the client of a request can be asked. */
  #capabilitiesOf(request: RequestMessage): JsonObject | undefined {
    return request.era === "modern" ? declaredIn(request.params) : this.#session?.capabilities;
  }

  #callerOf({ request, caller }: { readonly request?: Id; readonly caller?: Caller }): Caller {
    return caller ?? (request === undefined ? undefined : this.#flights.get(request)?.caller) ?? this.#owner;
  }

  /** The caller, if the connection is theirs; nobody if it is another's. It belongs to the first who is known. */
  #ofOwner(caller: Caller): Caller {
    const { principal } = caller;
    if (principal === undefined) return caller;
    const owner = this.#owner.principal;
    if (owner === undefined || owner === principal || isSameCaller(owner, principal)) {
      this.#owner = caller;
      return caller;
    }
    return nobody;
  }

  #pass(asked: Asked): Maybe<boolean> {
    return after(this.#enforcer.byTable(asked, passesTable, "table"), ({ decision }) => decision.effect === "allow");
  }

  #drop(asked: Asked, reason: Decided["reason"]): Maybe<Decided> {
    return this.#enforcer.byTable(asked, reason === "unauthenticated" ? unauthenticated : denied, reason);
  }
}

/** A notification as it leaves, and the client's request that it belongs to. */
interface Leaving {
  readonly params: JsonObject;
  readonly request?: Id | undefined;
}

/** Stands where no answer to something unknown is needed. */
const nothing: Answer = { kind: "error", error: {} };

const unrecorded = {
  ...denied,
  reason: "fault",
  kept: { ...denied.kept, fault: "the outcome could not be recorded" },
} as const;

function noop(): void {}

function isOf({ era }: MethodRow, of: Era): boolean {
  return era === "both" || era === of;
}

function housekeeping(from: Side, method: string, era: Era, caller: Caller, notes: readonly string[] = []): Asked {
  return { from, method, era, caller, operation: undefined, arguments: {}, notes };
}

/** What is wrong with how a modern request names its revision and its client (MCP 2026-07-28, `_meta`). */
function envelopeFlaw({
  params,
}: RequestMessage): { readonly kind: Flaw; readonly why?: string; readonly data?: Value } | undefined {
  const meta = params["_meta"] as JsonObject;
  const requested = meta[PROTOCOL_VERSION] as string;
  if (!revisions.modern.includes(requested)) {
    return { kind: "unsupported-revision", data: { supported: revisions.modern, requested: cut(requested) } };
  }
  return isRecord(own(meta, CLIENT_CAPABILITIES))
    ? undefined
    : { kind: "invalid-params", why: `\`${CLIENT_CAPABILITIES}\`` };
}

/** `_meta` of a question of our own to a modern server. */
function ownMeta(params: JsonObject): JsonObject {
  return { [PROTOCOL_VERSION]: (params["_meta"] as JsonObject)[PROTOCOL_VERSION] as Value, [CLIENT_CAPABILITIES]: {} };
}

function tokenOf(params: JsonObject): Value | undefined {
  const meta = own(params, "_meta");
  return isRecord(meta) ? own(meta, "progressToken") : undefined;
}

/** A result that ends a subscription names it as the client does. */
function withSubscription(result: JsonObject, sentAs: Id | undefined, id: Id): JsonObject {
  const meta = own(result, "_meta");
  if (!isRecord(meta) || own(meta, SUBSCRIPTION_ID) === undefined || sentAs === undefined) return result;
  return { ...result, _meta: { ...meta, [SUBSCRIPTION_ID]: id } };
}

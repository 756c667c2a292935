import {
  type Decision,
  denied,
  fault,
  isRecord,
  type JsonObject,
  type Principal,
  type ServerIr,
  type Value,
} from "@mcpolicy/core";
import { Definitions } from "./definitions.ts";
import { denial, type Flaw, flaw } from "./denial.ts";
import { type Bounds, callerBounds, idOfRefused, intake, serverBounds } from "./intake.ts";
import { Ledger } from "./ledger.ts";
import type { Line } from "./lines.ts";
import { argumentNames, cut, type LogRecord } from "./log.ts";
import {
  type Answer,
  CLIENT_CAPABILITIES,
  type Era,
  type Id,
  keyOf,
  type NotificationMessage,
  own,
  PROTOCOL_VERSION,
  type RequestMessage,
  type ResponseMessage,
  toMessage,
} from "./message.ts";
import { announced, type MethodRow, methodRow, type Side, understood } from "./methods.ts";
import type { Difference } from "./pins.ts";
import type { EnforcedPolicy } from "./policy.ts";
import { results } from "./results.ts";
import { unenforced } from "./unenforced.ts";

export interface SessionOptions {
  readonly policy: EnforcedPolicy;
  /** The name that the policy gives the guarded server. */
  readonly server: string;
  /** The verified caller, asked for each message; undefined where there is none. */
  readonly principal: () => Principal | undefined;
  readonly toClient: (message: JsonObject) => void;
  readonly toServer: (message: JsonObject) => void;
  readonly log: (record: LogRecord) => void;
  /** Live definitions that are not as pinned. */
  readonly onDifferences?: (differences: readonly Difference[]) => void;
  /** Called each time that the last request of the client has been answered. */
  readonly onIdle?: () => void;
  /** Epoch milliseconds. */
  readonly now?: () => number;
  /** Unique ids of decisions, unguessable. */
  readonly newId?: () => string;
  readonly bounds?: { readonly client?: Bounds; readonly server?: Bounds };
  /** Milliseconds for a check of the live definitions; 30,000 by default. */
  readonly checkTimeout?: number;
  /** Requests in flight in one direction; 1,000 by default. */
  readonly mostInFlight?: number;
}

/** A request of the client that went on to the server. */
interface Forwarded {
  readonly kind: "forwarded";
  readonly request: RequestMessage;
  readonly row: MethodRow;
}

/** A question of our own. */
interface Own {
  readonly kind: "own";
  readonly settle: (answer: Answer | undefined) => void;
}

/** A request that waits for the check of the live definitions. */
interface Waiting {
  readonly request: RequestMessage;
  readonly row: MethodRow;
}

/**
 * Stands between one client and one server, whatever carries their messages: takes in lines, decides, and gives out what may go on, newly
 * serialised. Nothing is forwarded without a decision; each request that is read gets one answer.
 */
export class Session {
  readonly #options: SessionOptions;
  readonly #server: ServerIr;
  readonly #definitions: Definitions;
  readonly #toServer: Ledger<Forwarded | Own>;
  readonly #toClient: Ledger<{ readonly id: Id }>;
  /** Requests of the client without an answer yet, by id; some of them wait. */
  readonly #unanswered = new Map<string, RequestMessage>();
  #waiting: Waiting[] = [];
  /** What a question of our own carries, once a modern request has named its revision. */
  #meta: JsonObject | undefined;
  #ended = false;

  constructor(options: SessionOptions) {
    const server = options.policy.ir.servers.find(({ name }) => name === options.server);
    if (server === undefined) throw new TypeError(`the policy has no server \`${options.server}\``);
    const lacking = unenforced(options.policy);
    if (lacking.length > 0) throw new TypeError(`this version does not enforce on the wire: ${lacking.join(", ")}`);
    const most = options.mostInFlight ?? 1_000;
    this.#options = options;
    this.#server = server;
    this.#toServer = new Ledger(most);
    this.#toClient = new Ledger(most);
    this.#definitions = new Definitions({
      server,
      ask: (method, params) => this.#ask(method, params),
      probeName: () => `no-such-tool-${this.#newId()}`,
      onDifferences: (differences) => options.onDifferences?.(differences),
      timeout: options.checkTimeout ?? 30_000,
    });
  }

  /** Whether each request of the client has its answer. */
  get isIdle(): boolean {
    return this.#unanswered.size === 0;
  }

  /** A line from the client; undefined for one beyond the bound. Never throws. */
  client(line: Line): void {
    this.#lineOfClient(line);
  }

  #lineOfClient(line: Line) {
    const bounds = this.#options.bounds?.client ?? callerBounds;
    if (line === undefined) {
      return this.#flawed(undefined, "not-a-message", `the message is larger than ${bounds.bytes} bytes`);
    }
    const taken = intake(line, bounds);
    if (taken.kind === "refused") {
      const id = idOfRefused(line, "request", bounds);
      return this.#flawed(id, taken.fault === "malformed" ? "malformed" : "not-a-message", taken.why);
    }
    const message = toMessage(taken.value);
    switch (message.kind) {
      case "none":
        return this.#flawed(message.seems === "request" ? message.id : undefined, "not-a-message", message.why);
      case "request":
        return this.#requested(message);
      case "notification":
        return this.#notified("client", message);
      case "response":
        return this.#answeredByClient(message);
    }
  }

  /** A line from the server; undefined for one beyond the bound. Never throws. */
  server(line: Line): void {
    this.#lineOfServer(line);
  }

  #lineOfServer(line: Line) {
    const bounds = this.#options.bounds?.server ?? serverBounds;
    if (line === undefined) {
      // Whose answer it was cannot be told, so no answer may be waited for any longer.
      this.#note("server", "malformed", { note: `a message is larger than ${bounds.bytes} bytes` });
      return this.#failAll("failure");
    }
    const taken = intake(line, bounds);
    if (taken.kind === "refused") return this.#brokenAnswer(idOfRefused(line, "response", bounds), taken.why);
    const message = toMessage(taken.value);
    switch (message.kind) {
      case "none":
        return this.#brokenAnswer(message.seems === "response" ? message.id : undefined, message.why);
      case "request":
        return this.#requestedByServer(message);
      case "notification":
        return this.#notified("server", message);
      case "response":
        return this.#answeredByServer(message);
    }
  }

  /** The server is gone: whatever waits for it is answered, and so is whatever still comes. */
  serverEnded(): void {
    this.#ended = true;
    this.#failAll("lost");
  }

  #requested(request: RequestMessage) {
    const key = keyOf(request.id);
    // An answer under this id would be taken for the other request's.
    if (this.#unanswered.has(key)) return this.#flawed(undefined, "not-a-message", "the id is in use");
    const row = methodRow(request.method, "client", "request");
    if (row === undefined) return this.#refuse(request, "unknown-method", "not-in-table");
    const params = understood(row, request.params);
    if ("wrong" in params) return this.#refuse(request, "invalid-params", "malformed", `\`${cut(params.wrong)}\``);
    if (this.#ended) return this.#refuse(request, "lost", "lost");
    this.#unanswered.set(key, request);
    const understoodRequest = { ...request, params: params.params };
    const waits = row.held && this.#options.principal() !== undefined && this.#definitions.state !== "checked";
    if (!waits) return this.#decide(understoodRequest, row);
    if (this.#waiting.length >= (this.#options.mostInFlight ?? 1_000)) {
      return this.#answer(request, flaw("failure", "too many requests at once"));
    }
    this.#waiting.push({ request: understoodRequest, row });
    this.#check(request);
  }

  /** Decides a request whose form is right, and forwards or answers it. A failure of ours denies, and so does a decision that no log takes. */
  #decide(request: RequestMessage, row: MethodRow) {
    let decision: Decision | undefined;
    try {
      decision = this.#decisionOn(request, row);
    } catch (problem) {
      decision = fault(problem instanceof Error ? problem.message : "the decision failed");
    }
    const decisionId = this.#newId();
    if (!this.#logged(request, decision, decisionId)) decision = fault("the decision could not be logged");
    if (decision !== undefined && decision.effect !== "allow") return this.#deny(request, decision, decisionId);
    const id = this.#toServer.open({ kind: "forwarded", request, row });
    if (id === undefined) return this.#answer(request, flaw("failure", "too many requests at once"));
    this.#options.toServer({ jsonrpc: "2.0", id, method: request.method, ...members(forwardedParams(request)) });
  }

  /** `undefined` where the table of methods lets it pass. */
  #decisionOn(request: RequestMessage, row: MethodRow): Decision | undefined {
    if (row.gate === "anyone") return undefined;
    const principal = this.#options.principal();
    if (principal === undefined) return { ...denied, effect: "unauthenticated", reason: "unauthenticated" };
    if (row.held && this.#definitions.state !== "checked") return fault(this.#definitions.why);
    if (row.gate !== "tool") return undefined;
    const name = String(request.params["name"]);
    const decision = this.#options.policy.decide({
      principal,
      operation: { kind: "tool", server: this.#server.name, name },
      arguments: argumentsOf(request),
      context: { time: this.#now() },
    });
    if (this.#definitions.isHeld(name) || beforePins.has(decision.reason)) return decision;
    return { ...denied, reason: "pin-mismatch", kept: { ...denied.kept, notes: ["it is not as it was pinned"] } };
  }

  #deny(request: RequestMessage, decision: Decision, decisionId: string) {
    const { method, era, params } = request;
    const unknownTool = this.#definitions.unknownTool(String(params["name"]), era);
    this.#answer(request, denial({ decision, decisionId, method, era, unknownTool }));
  }

  #notified(from: Side, message: NotificationMessage) {
    const row = methodRow(message.method, from, "notification");
    const fit = row === undefined ? undefined : understood(row, message.params);
    if (row === undefined || fit === undefined || "wrong" in fit) {
      return this.#note(from, row === undefined ? "not-in-table" : "malformed", { method: cut(message.method) });
    }
    if (from === "client" && this.#options.principal() === undefined) {
      return this.#note(from, "unauthenticated", { method: message.method });
    }
    const params = row.gate === "pending" ? this.#ofPending(from, row, fit.params) : fit.params;
    if (params === undefined) return this.#note(from, "pending", { method: message.method });
    this.#note(from, "table", { method: message.method, effect: "allow" });
    if (from === "server" && message.method === "notifications/tools/list_changed") {
      this.#definitions.markStale();
      this.#check(undefined);
    }
    const to = from === "client" ? this.#options.toServer : this.#options.toClient;
    to({ jsonrpc: "2.0", method: message.method, ...members(params) });
    if (message.method === "notifications/initialized") this.#check(undefined);
  }

  /** The params of a notification about a request in flight, with the id that the other side knows; undefined where there is none. */
  #ofPending(from: Side, row: MethodRow, params: JsonObject): JsonObject | undefined {
    if (row.method === "notifications/progress") {
      const token = own(params, "progressToken") as Id;
      return this.#toServer.find((entry) => isForwardedWith(entry, token)) === undefined ? undefined : params;
    }
    const id = own(params, "requestId") as Id;
    if (from === "server") {
      const asked = this.#toClient.find((entry) => keyOf(entry.id) === keyOf(id));
      if (asked === undefined) return undefined;
      this.#toClient.close(asked[0]);
      return { ...params, requestId: asked[0] };
    }
    const request = this.#unanswered.get(keyOf(id));
    if (request === undefined || request.method === "initialize") return undefined;
    this.#waiting = this.#waiting.filter((waiting) => waiting.request.id !== id);
    const sent = this.#toServer.find((entry) => entry.kind === "forwarded" && entry.request.id === id);
    if (sent !== undefined) this.#toServer.close(sent[0]);
    this.#settled(request);
    return sent === undefined ? undefined : { ...params, requestId: sent[0] };
  }

  #requestedByServer(request: RequestMessage) {
    const row = methodRow(request.method, "server", "request");
    const fit = row === undefined ? undefined : understood(row, request.params);
    const id = fit === undefined || "wrong" in fit ? undefined : this.#toClient.open({ id: request.id });
    if (fit === undefined || "wrong" in fit || id === undefined) {
      this.#note("server", "not-in-table", { method: cut(request.method) });
      return this.#options.toServer(envelope(request.id, flaw(row === undefined ? "unknown-method" : "failure")));
    }
    this.#note("server", "table", { method: request.method, effect: "allow" });
    this.#options.toClient({ jsonrpc: "2.0", id, method: request.method, ...members(fit.params) });
  }

  #answeredByClient({ id, answer }: ResponseMessage) {
    const asked = this.#toClient.close(id);
    if (asked === undefined) return this.#note("client", "pending", { note: "an answer to nothing that was asked" });
    this.#options.toServer(envelope(asked.id, answer));
  }

  #answeredByServer({ id, answer }: ResponseMessage) {
    const entry = this.#toServer.close(id);
    if (entry === undefined) return this.#note("server", "pending", { note: "an answer to nothing that was asked" });
    if (entry.kind === "own") return entry.settle(answer);
    this.#answer(entry.request, this.#heard(entry, answer));
  }

  /** What the client gets of a server's answer. */
  #heard({ request, row }: Forwarded, answer: Answer): Answer {
    if (answer.kind === "error") return answer;
    const withheld = (note: string): Answer => {
      const decision: Decision = { ...denied, reason: "output", kept: { ...denied.kept, notes: [note] } };
      const decisionId = this.#newId();
      this.#logged(request, decision, decisionId);
      const unknownTool = this.#definitions.unknownTool("", request.era);
      return denial({ decision, decisionId, method: request.method, era: request.era, unknownTool });
    };
    try {
      const heard = results[row.result](answer.result, this.#hearing(request.era));
      if (heard.stale) this.#definitions.markStale();
      return heard.kind === "result" ? heard : withheld(heard.why);
    } catch {
      return withheld("the result could not be read");
    }
  }

  #hearing(era: Era): Parameters<(typeof results)[MethodRow["result"]]>[1] {
    const { policy, principal, server } = this.#options;
    const caller = principal();
    const time = this.#now();
    return {
      server: this.#server,
      era,
      isHeld: (tool) => this.#definitions.isHeld(tool),
      isListed: (name) => policy.isListed(caller, { kind: "tool", server, name }, time),
      schemaOf: (tool) => policy.schemaOf(server, tool),
    };
  }

  /** A line of the server that cannot be used. Where it is an answer that someone waits for, that one is told. */
  #brokenAnswer(id: Id | undefined, why: string) {
    this.#note("server", "malformed", { note: why });
    const entry = id === undefined ? undefined : this.#toServer.close(id);
    if (entry?.kind === "own") entry.settle(undefined);
    if (entry?.kind === "forwarded") this.#answer(entry.request, flaw("failure"));
  }

  #failAll(kind: Flaw) {
    for (const entry of this.#toServer.drain()) {
      if (entry.kind === "own") entry.settle(undefined);
      else this.#answer(entry.request, flaw(kind));
    }
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const { request } of waiting) this.#answer(request, flaw(kind));
  }

  /** Starts a check of the live definitions, in the manner of the request that needs it, and then decides what waits for it. */
  #check(request: RequestMessage | undefined) {
    const modern = request?.era === "modern" ? request.params["_meta"] : undefined;
    if (isRecord(modern)) {
      this.#meta = { [PROTOCOL_VERSION]: own(modern, PROTOCOL_VERSION) as Value, [CLIENT_CAPABILITIES]: {} };
    }
    void this.#definitions.check(this.#meta, () => {
      const waiting = this.#waiting;
      this.#waiting = [];
      for (const each of waiting) this.#decide(each.request, each.row);
    });
  }

  #ask(method: string, params: JsonObject): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const lost = new Error("the server gave no answer");
      const id = this.#toServer.open({ kind: "own", settle: (answer) => (answer ? resolve(answer) : reject(lost)) });
      if (id === undefined || this.#ended) return reject(lost);
      this.#options.toServer({ jsonrpc: "2.0", id, method, params });
    });
  }

  #answer(request: RequestMessage, answer: Answer) {
    this.#options.toClient(envelope(request.id, answer));
    this.#settled(request);
  }

  #settled(request: RequestMessage) {
    if (this.#unanswered.delete(keyOf(request.id)) && this.isIdle) this.#options.onIdle?.();
  }

  /** Answers a request that is not decided by the policy. */
  #refuse(request: RequestMessage, kind: Flaw, reason: LogRecord["reason"], why?: string) {
    this.#note("client", reason, {
      method: cut(request.method),
      id: request.id,
      ...(why === undefined ? {} : { note: why }),
    });
    this.#options.toClient(envelope(request.id, flaw(kind, why)));
  }

  /** Answers a line that is no message of ours to decide. */
  #flawed(id: Id | undefined, kind: Flaw, why: string) {
    this.#note("client", "malformed", { note: why });
    this.#options.toClient(envelope(id, flaw(kind, why)));
  }

  #logged(request: RequestMessage, decision: Decision | undefined, decisionId: string): boolean {
    const { method, params } = request;
    const tool =
      method === "tools/call"
        ? { tool: cut(String(params["name"])), arguments: argumentNames(argumentsOf(request)) }
        : {};
    return this.#write("client", decisionId, {
      method,
      id: request.id,
      ...tool,
      effect: decision?.effect ?? "allow",
      reason: decision?.reason ?? "table",
      ...(decision === undefined ? {} : ofDecision(decision)),
    });
  }

  #note(from: Side, reason: LogRecord["reason"], more: Partial<LogRecord>) {
    this.#write(from, this.#newId(), { effect: "deny", reason, ...more });
  }

  /** Whether the log took it. */
  #write(from: Side, decisionId: string, facts: Partial<LogRecord> & Pick<LogRecord, "effect" | "reason">): boolean {
    const principal = this.#options.principal()?.id;
    try {
      this.#options.log({
        time: new Date(this.#now()).toISOString(),
        decisionId,
        server: this.#server.name,
        from,
        ...(principal === undefined ? {} : { principal }),
        ...facts,
        policy: this.#options.policy.digest,
      });
      return true;
    } catch {
      return false;
    }
  }

  #now(): number {
    return this.#options.now?.() ?? Date.now();
  }

  #newId(): string {
    return this.#options.newId?.() ?? crypto.randomUUID();
  }
}

/** Reasons that come before a pin is looked at: what they say holds whatever the server offers. */
const beforePins: ReadonlySet<Decision["reason"]> = new Set(["unauthenticated", "unknown-operation", "fault"]);

function argumentsOf(request: RequestMessage): JsonObject {
  const args = own(request.params, "arguments");
  return isRecord(args) ? args : {};
}

/** What the server gets of a request's params: a client's capabilities shrink to those whose methods pass. */
function forwardedParams({ method, params }: RequestMessage): JsonObject {
  const { capabilities, _meta: meta } = params;
  const declared = isRecord(meta) ? own(meta, CLIENT_CAPABILITIES) : undefined;
  return {
    ...params,
    ...(method === "initialize" && isRecord(capabilities) ? { capabilities: announced("client", capabilities) } : {}),
    ...(isRecord(meta) && isRecord(declared)
      ? { _meta: { ...meta, [CLIENT_CAPABILITIES]: announced("client", declared) } }
      : {}),
  };
}

function isForwardedWith(entry: Forwarded | Own, token: Id): boolean {
  if (entry.kind === "own") return false;
  const meta = own(entry.request.params, "_meta");
  return isRecord(meta) && own(meta, "progressToken") === token;
}

function members(params: JsonObject): { readonly params?: JsonObject } {
  return Object.keys(params).length === 0 ? {} : { params };
}

function envelope(id: Id | undefined, answer: Answer): JsonObject {
  const content = answer.kind === "result" ? { result: answer.result } : { error: answer.error };
  return { jsonrpc: "2.0", id: id ?? null, ...content };
}

function ofDecision({ rules, kept }: Decision): Partial<LogRecord> {
  const note = [...kept.notes, ...(kept.fault === undefined ? [] : [kept.fault])].join("; ");
  return {
    rules,
    ...(kept.hidden === true ? { hidden: true } : {}),
    ...(kept.shadow === undefined ? {} : { shadow: kept.shadow }),
    ...(note === "" ? {} : { note }),
  };
}

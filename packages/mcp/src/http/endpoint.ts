import type { IncomingMessage, ServerResponse } from "node:http";
import { denied, type JsonObject, type Value } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import { envelopeFlaw } from "../connection/flight.ts";
import { housekeeping } from "../connection/shared.ts";
import type { Enforcer } from "../decide/enforcer.ts";
import { after, type Maybe } from "../maybe.ts";
import type { EnforcedPolicy } from "../policy.ts";
import type { ChildOptions } from "../stdio/child.ts";
import { memoryTasks } from "../tasks/owners.ts";
import { type Flaw, flaw } from "../wire/denial.ts";
import { type Bounds, callerBounds, idOfRefused, intake } from "../wire/intake.ts";
import { type Era, type Id, type Message, responseOf, revisions, toMessage } from "../wire/message.ts";
import { Conversation, type ConversationOptions } from "./conversation.ts";
import { answerJson, Exchange } from "./downstream/exchange.ts";
import { bodyOf } from "./downstream/read-body.ts";
import { type Guarding, type GuardingOptions, guardingOf } from "./guarding.ts";
import { Session } from "./session.ts";
import { SharedChild } from "./shared-child.ts";
import { HttpAsker } from "./upstream/asker.ts";
import { ChildLink } from "./upstream/child-link.ts";
import { HttpLink } from "./upstream/http-link.ts";
import { type HttpServerOptions, type HttpTarget, targetOf } from "./upstream/target.ts";
import { headerAtFault, paramAtFault } from "./wire/message-headers.ts";
import { ParamHeaders } from "./wire/param-headers.ts";

/** What is bounded in one endpoint. Times in milliseconds. */
export interface EndpointLimits {
  /** For the answer to a request, but for subscriptions: 300,000 unless said. State must keep a call in flight longer. */
  readonly answer?: number;
  /** After which a session, or a process, that nobody uses is ended: 1,800,000 unless said. */
  readonly idle?: number;
  /** How old the last look at the server's definitions may be: 60,000 unless said. */
  readonly recheck?: number;
  /** Sessions, and processes, at once: 1,000 and 100 unless said. */
  readonly sessions?: number;
  readonly processes?: number;
  /** Of what is posted. */
  readonly bounds?: Bounds;
}

/** The server behind an endpoint: one on HTTP, or one that is started on stdio, for each session. */
export type Upstream =
  | ({ readonly kind: "http" } & HttpServerOptions)
  | ({ readonly kind: "stdio" } & Omit<ChildOptions, "bounds">);

export interface EndpointOptions extends GuardingOptions {
  readonly upstream: Upstream;
  readonly limits?: EndpointLimits | undefined;
  /** Tells the operator something; no caller's text is in it. */
  readonly note: (text: string) => void;
}

/** A request whose caller is known. */
export interface Visit {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly caller: Caller;
}

const usual = {
  answer: 300_000,
  idle: 1_800_000,
  recheck: 60_000,
  sessions: 1_000,
  processes: 100,
  bounds: callerBounds,
};

/** One guarded server, as clients on Streamable HTTP reach it (MCP 2025-11-25 and before; 2026-07-28). */
export class Endpoint {
  readonly #options: EndpointOptions;
  readonly #limits: Required<EndpointLimits>;
  readonly #target: HttpTarget | undefined;
  readonly #params = new ParamHeaders();
  readonly #asker: HttpAsker | undefined;
  #guarding: Guarding;
  #checkAt = Number.POSITIVE_INFINITY;
  readonly #sessions = new Map<string, Session>();
  /** By caller. */
  readonly #children = new Map<string, SharedChild>();
  readonly #visits = new Set<ServerResponse>();
  /** Responses that are meant to last, and conversations of one message. */
  readonly #lasting = new Set<ServerResponse>();
  readonly #lone = new Set<Conversation>();
  readonly #sweeper: ReturnType<typeof setInterval>;
  #idle: (() => void) | undefined;

  /** Throws a TypeError where the policy has no such server, or the server cannot be meant. */
  constructor(options: EndpointOptions, policy: EnforcedPolicy) {
    const { upstream, checkTimeout = 30_000 } = options;
    this.#limits = { ...usual, ...options.limits };
    this.#options = {
      ...options,
      tasks:
        options.tasks ?? memoryTasks({ onForgotten: ({ decided }) => void this.#guarding.enforcer.release(decided) }),
    };
    if (upstream.kind === "http") {
      this.#target = targetOf(upstream);
      this.#asker = new HttpAsker({
        ...{ target: this.#target, params: this.#params, timeout: checkTimeout },
        onChanged: () => this.#guarding.definitions.markStale(),
      });
    }
    this.#guarding = this.#guardingOf(policy);
    this.#sweeper = setInterval(() => this.#sweep(), Math.min(this.#limits.idle, 30_000));
    this.#sweeper.unref();
  }

  get enforcer(): Enforcer {
    return this.#guarding.enforcer;
  }

  #guardingOf(policy: EnforcedPolicy): Guarding {
    const asker = this.#asker;
    return guardingOf(this.#options, policy, asker === undefined ? undefined : (era) => asker.asking(era));
  }

  /** What a policy would be enforced by. Throws a TypeError where it has no such server. */
  prepare(policy: EnforcedPolicy): () => void {
    const guarding = this.#guardingOf(policy);
    return () => {
      this.#guarding = guarding;
      for (const { conversation } of this.#sessions.values()) conversation.adopt(this.#ofOne(guarding));
      for (const { conversation } of this.#children.values()) conversation.adopt(this.#ofOne(guarding));
    };
  }

  /** Servers that are started are each held against the pins by themselves. */
  #ofOne(guarding: Guarding): Guarding {
    if (this.#asker !== undefined) return guarding;
    return { ...guarding, definitions: guarding.definitions.anew() };
  }

  async visit({ request, response, caller }: Visit): Promise<void> {
    this.#visits.add(response);
    response.once("close", () => {
      this.#visits.delete(response);
      this.#lasting.delete(response);
      if (this.#visits.size === 0) this.#idle?.();
    });
    switch (request.method) {
      case "POST":
        return this.#post(request, response, caller);
      case "GET":
        return this.#get(request, response, caller);
      case "DELETE":
        return this.#delete(request, response, caller);
      default:
        return notAllowed(response);
    }
  }

  async #post(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const refuse = (status: number, kind: Flaw, why: string, id?: Id): Promise<void> =>
      this.#refuse(response, caller, { status, kind, why, id });
    const { accept = "", "content-type": type = "", "content-encoding": encoding } = request.headers;
    const acceptsBoth = /application\/json/i.test(accept) && /text\/event-stream/i.test(accept);
    if (!acceptsBoth && !/\*\/\*/.test(accept)) {
      return refuse(406, "not-a-message", "a client accepts application/json and text/event-stream");
    }
    if (!/^\s*application\/json\s*(?:;|$)/i.test(type) || encoding !== undefined) {
      return refuse(415, "not-a-message", "what is posted is application/json");
    }
    const { bounds } = this.#limits;
    const body = await bodyOf(request, bounds.bytes);
    if (body === "lost") return;
    if (body === "oversize") return refuse(413, "not-a-message", `the message is larger than ${bounds.bytes} bytes`);
    const taken = intake(body, bounds);
    if (taken.kind !== "value") {
      const kind = taken.fault === "malformed" ? "malformed" : "not-a-message";
      return refuse(400, kind, taken.why, idOfRefused(body, "request", bounds));
    }
    const message = toMessage(taken.value);
    if (message.kind === "none") {
      return refuse(400, "not-a-message", message.why, message.seems === "request" ? message.id : undefined);
    }
    return this.#message(taken.value, message, request, response, caller);
  }

  async #message(
    value: Value,
    message: Exclude<Message, { readonly kind: "none" }>,
    request: IncomingMessage,
    response: ServerResponse,
    caller: Caller,
  ): Promise<void> {
    const id = message.kind === "request" ? message.id : undefined;
    const refuse = (status: number, kind: Flaw, why: string): Promise<void> =>
      this.#refuse(response, caller, { status, kind, why, id });
    const isModern = message.kind !== "response" && message.era === "modern";
    const revision = request.headers["mcp-protocol-version"];
    const isModernHeader = typeof revision === "string" && revisions.modern.includes(revision.trim());
    if (isModern) {
      const fault = await this.#headerAtFault(message, request);
      if (fault !== undefined) return refuse(400, "header-mismatch", `\`${fault}\` does not say what the body says`);
      return this.#alone(value, message, response, caller);
    }
    if (isModernHeader && message.kind === "request") {
      if (message.method === "initialize") return refuse(400, "header-mismatch", "`mcp-protocol-version`");
      return refuse(400, "invalid-params", "`_meta` does not name the revision that the header names");
    }
    if (isModernHeader && message.kind === "response") return refuse(400, "not-a-message", "nothing was asked");
    if (isModernHeader) return this.#alone(value, message, response, caller);
    if (revision !== undefined && !revisions.legacy.includes(String(revision).trim())) {
      return refuse(400, "unsupported-revision", "the header names a revision that is not understood here");
    }
    const name = request.headers["mcp-session-id"];
    if (name !== undefined) {
      const session = this.#sessionOf(String(name), caller);
      if (session === undefined) return refuse(404, "unknown-session", "");
      return session.post(value, message, caller, response);
    }
    if (message.kind === "request" && message.method === "initialize") {
      return this.#initialize(value, message, response, caller);
    }
    return this.#alone(value, message, response, caller);
  }

  /** The header that says something else than the message; where there are too few, the message is refused for what else is wrong with it first. */
  #headerAtFault(
    message: Extract<Message, { readonly kind: "request" | "notification" }>,
    { headers }: IncomingMessage,
  ): Maybe<string | undefined> {
    const different = headerAtFault(message, headers, false);
    if (different !== undefined || message.kind === "notification" || envelopeFlaw(message) !== undefined)
      return different;
    const missing = headerAtFault(message, headers, true);
    if (missing !== undefined || message.method !== "tools/call" || this.#asker === undefined) return missing;
    const { definitions } = this.#fresh();
    return after(definitions.ready(this.#asker.asking("any")), () => paramAtFault(message, headers, this.#params));
  }

  /** A message without a session. */
  async #alone(
    value: Value,
    message: Exclude<Message, { readonly kind: "none" }>,
    response: ServerResponse,
    caller: Caller,
  ): Promise<void> {
    const id = message.kind === "request" ? message.id : undefined;
    if (message.kind === "request" && message.method === "subscriptions/listen") this.#lasting.add(response);
    if (this.#target !== undefined) {
      const exchange = new Exchange(id, response, "");
      const conversation = new Conversation({ ...this.#conversing(), outlives: false, checksEarly: false });
      this.#lone.add(conversation);
      response.once("close", () => this.#lone.delete(conversation));
      return conversation.take(value, message, caller, exchange);
    }
    if (message.kind === "request" && message.era === "modern") {
      const child = this.#childOf(caller);
      if (child === undefined) return this.#refuse(response, caller, { status: 503, kind: "busy", why: "", id });
      child.usedAt = Date.now();
      return child.post(message, caller, response);
    }
    if (message.kind === "notification") return void response.writeHead(202).end();
    return this.#refuse(response, caller, { status: 400, kind: "not-a-message", why: "a session is needed", id });
  }

  async #initialize(
    value: Value,
    message: Extract<Message, { readonly kind: "request" }>,
    response: ServerResponse,
    caller: Caller,
  ): Promise<void> {
    const { principal } = caller;
    const { sessions, processes } = this.#limits;
    const most = this.#target === undefined ? Math.min(sessions, processes - this.#children.size) : sessions;
    if (principal === undefined || (this.#sessions.size >= most && !this.#makeRoom())) {
      return this.#refuse(response, caller, { status: 503, kind: "busy", why: "", id: message.id });
    }
    const open = (exchange: Exchange | undefined): void => {
      this.#sessions.set(session.name, session);
      exchange?.setHeader("mcp-session-id", session.name);
      if (exchange === undefined) return;
      exchange.onAnswer = (answer) => {
        if (Object.hasOwn(answer, "error")) void this.#end(session);
      };
    };
    const session: Session = new Session(
      principal,
      {
        ...this.#conversing(),
        checksEarly: this.#target === undefined,
        events: { session: open, sessionLost: () => void this.#end(session) },
        onEnded: (why) => {
          this.#options.note(why);
          void this.#end(session);
        },
      },
      Date.now(),
    );
    return session.post(value, message, caller, response, this.#target === undefined ? open : undefined);
  }

  #conversing(): Pick<ConversationOptions, "guarding" | "link" | "onFailed"> {
    const { upstream, note } = this.#options;
    const { answer } = this.#limits;
    const target = this.#target;
    const guarding = this.#fresh();
    return {
      guarding: this.#ofOne(guarding),
      link: (events) =>
        target === undefined
          ? new ChildLink({
              child: upstream as Extract<Upstream, { readonly kind: "stdio" }>,
              ...{ events, answerTimeout: answer, note: (text) => note(`server: ${text}`) },
            })
          : new HttpLink<Exchange>({ target, events, params: this.#params, answerTimeout: answer }),
      onFailed: (_, why) => {
        note(`no answer: ${why}`);
        // A server that was started anew may define other things.
        this.#guarding.definitions.markStale();
      },
    };
  }

  /** What is in force, whose definitions are looked at again from time to time. */
  #fresh(): Guarding {
    const { definitions } = this.#guarding;
    const now = Date.now();
    if (definitions.state === "checked" && this.#checkAt === Number.POSITIVE_INFINITY)
      this.#checkAt = now + this.#limits.recheck;
    if (now >= this.#checkAt) {
      this.#checkAt = Number.POSITIVE_INFINITY;
      definitions.markStale();
    }
    return this.#guarding;
  }

  #sessionOf(name: string, caller: Caller): Session | undefined {
    const session = this.#sessions.get(name);
    if (session === undefined || !session.isOf(caller)) return undefined;
    session.usedAt = Date.now();
    return session;
  }

  #childOf(caller: Caller): SharedChild | undefined {
    const { principal } = caller;
    if (principal === undefined) return undefined;
    const key = JSON.stringify([principal.id, principal.client ?? null, principal["tenant"] ?? null]);
    const known = this.#children.get(key);
    if (known !== undefined) return known;
    if (this.#children.size + this.#sessions.size >= this.#limits.processes && !this.#makeRoom()) return undefined;
    const child: SharedChild = new SharedChild(
      {
        ...this.#conversing(),
        onEnded: (why) => {
          this.#options.note(why);
          if (this.#children.get(key) === child) this.#children.delete(key);
        },
      },
      Date.now(),
    );
    this.#children.set(key, child);
    return child;
  }

  async #get(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const session = this.#sessionAsked(request, caller);
    if (session === undefined) return notAllowed(response);
    if (session === "unknown") return this.#refuse(response, caller, { status: 404, kind: "unknown-session", why: "" });
    if (!/text\/event-stream|\*\/\*/i.test(request.headers.accept ?? "")) {
      return this.#refuse(response, caller, {
        status: 406,
        kind: "not-a-message",
        why: "a client accepts text/event-stream",
      });
    }
    const status = await session.listen(request.headers["last-event-id"]?.toString(), response);
    if (status === 405) return notAllowed(response);
    if (status !== undefined) response.writeHead(status).end();
  }

  async #delete(request: IncomingMessage, response: ServerResponse, caller: Caller): Promise<void> {
    const session = this.#sessionAsked(request, caller);
    if (session === undefined) return notAllowed(response);
    if (session === "unknown") return this.#refuse(response, caller, { status: 404, kind: "unknown-session", why: "" });
    await this.#end(session);
    response.writeHead(200).end();
  }

  /** Revision 2026-07-28 has no sessions: a name of one is not looked at there. */
  #sessionAsked({ headers }: IncomingMessage, caller: Caller): Session | "unknown" | undefined {
    const name = headers["mcp-session-id"];
    const revision = String(headers["mcp-protocol-version"] ?? "").trim();
    if (name === undefined || revisions.modern.includes(revision)) return undefined;
    return this.#sessionOf(String(name), caller) ?? "unknown";
  }

  async #end(session: Session): Promise<void> {
    if (this.#sessions.get(session.name) === session) this.#sessions.delete(session.name);
    await session.close();
  }

  /** Ends what nobody uses. */
  #sweep(): void {
    const before = Date.now() - this.#limits.idle;
    for (const session of this.#sessions.values()) {
      if (session.isUnused && session.usedAt < before) void this.#end(session);
    }
    for (const [key, child] of this.#children) {
      if (child.conversation.isIdle && child.usedAt < before) void this.#endChild(key, child);
    }
  }

  /** Ends the session or process that was unused the longest, if there is one. */
  #makeRoom(): boolean {
    const isLong = ({ usedAt }: { readonly usedAt: number }): boolean => usedAt < Date.now() - 60_000;
    const unused = [...this.#sessions.values()].filter((each) => each.isUnused && isLong(each));
    const [eldest] = unused.toSorted((a, b) => a.usedAt - b.usedAt);
    if (eldest !== undefined) void this.#end(eldest);
    const [child] = [...this.#children].filter(([, each]) => each.conversation.isIdle && isLong(each));
    if (eldest === undefined && child !== undefined) void this.#endChild(...child);
    return eldest !== undefined || child !== undefined;
  }

  async #endChild(key: string, child: SharedChild): Promise<void> {
    this.#children.delete(key);
    await child.conversation.close();
  }

  /** Answers something that is no message to be decided, and takes that down. */
  async #refuse(
    response: ServerResponse,
    caller: Caller,
    {
      status,
      kind,
      why,
      id,
    }: { readonly status: number; readonly kind: Flaw; readonly why: string; readonly id?: Id | undefined },
  ): Promise<void> {
    const era: Era = "legacy";
    const asked = housekeeping("client", "", era, caller, [why === "" ? kind : why]);
    await this.#guarding.enforcer.byTable(asked, denied, "malformed");
    answerJson(response, status, responseOf(id, flaw(kind, era, why === "" ? undefined : why).answer) as JsonObject);
  }

  /** Settles when everything that was asked has its answer, or the time is over; what still waits is told then. */
  async drain(milliseconds: number): Promise<void> {
    clearInterval(this.#sweeper);
    for (const session of this.#sessions.values()) session.hush();
    for (const response of this.#lasting) response.end();
    if (this.#visits.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#idle = resolve;
      const late = setTimeout(resolve, milliseconds);
      await promise;
      clearTimeout(late);
    }
    await Promise.all([
      ...[...this.#sessions.values()].map((session) => this.#end(session)),
      ...[...this.#children].map(([key, child]) => this.#endChild(key, child)),
      ...[...this.#lone].map((conversation) => conversation.close()),
      this.#asker?.close(),
    ]);
  }
}

function notAllowed(response: ServerResponse): void {
  response.writeHead(405, { allow: "POST" }).end();
}

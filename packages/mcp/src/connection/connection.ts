import { isRecord, type Value } from "@mcpolicy/core";
import type { ApprovalChannel } from "../approvals.ts";
import { type Caller, nobody } from "../caller.ts";
import type { Enforcer } from "../decide/enforcer.ts";
import { after, type Maybe } from "../maybe.ts";
import type { Definitions } from "../pins/definitions.ts";
import type { Settings } from "../settings.ts";
import { memoryTasks, type TaskOwners } from "../tasks/owners.ts";
import { asJson } from "../wire/as-json.ts";
import type { Flaw, Profile, Transport } from "../wire/denial.ts";
import { type Answer, type Id, notificationOf, toMessage } from "../wire/message.ts";
import type { About, Ends } from "./ends.ts";
import { Notifications } from "./notifications.ts";
import { Questions } from "./questions.ts";
import { Requests } from "./requests.ts";
import { housekeeping, Shared } from "./shared.ts";

export interface ConnectionOptions<Inbound, Outbound> {
  readonly enforcer: Enforcer;
  /** The live definitions of the server at the other end; connections to the same one share them. */
  readonly definitions: Definitions;
  readonly ends: Ends<Inbound, Outbound>;
  readonly settings?: Settings | undefined;
  /** Whose the server's tasks are; connections to the same one share them. By default this connection knows its own alone. */
  readonly tasks?: TaskOwners | undefined;
  /** How calls that lack proofs get one; without it they are denied. */
  readonly approvals?: ApprovalChannel | undefined;
  readonly profile?: Profile | undefined;
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

/**
 * Stands between one client and one server, whatever carries their messages. It keeps what belongs to the connection alone: which ids are in
 * flight, what the client of a legacy session declared, what was asked. Everything that a policy remembers is the enforcer's. Nothing is
 * forwarded without a recorded decision; each request that is taken in gets one answer; nothing throws or rejects.
 */
export class Connection<Inbound, Outbound> {
  readonly #shared: Shared<Inbound, Outbound>;
  readonly #requests: Requests<Inbound, Outbound>;
  readonly #questions: Questions<Inbound, Outbound>;
  readonly #notifications: Notifications<Inbound, Outbound>;

  constructor(options: ConnectionOptions<Inbound, Outbound>) {
    const { enforcer } = options;
    this.#shared = new Shared({
      ...{ enforcer, definitions: options.definitions, ends: options.ends },
      ...{ approvals: options.approvals, transport: options.transport, ids: options.ids },
      settings: options.settings ?? {},
      tasks: options.tasks ?? memoryTasks({ onForgotten: ({ decided }) => void enforcer.release(decided) }),
      profile: options.profile ?? "spec",
      values: options.values ?? "json",
      checksEarly: options.checksEarly ?? false,
      mostInFlight: options.mostInFlight ?? 1_000,
    });
    this.#requests = new Requests(this.#shared, options.onIdle);
    this.#questions = new Questions(this.#shared);
    this.#notifications = new Notifications(this.#shared, this.#requests, this.#questions);
  }

  /** Whether each request of the client has its answer. */
  get isIdle(): boolean {
    return this.#requests.isIdle;
  }

  /**
   * A JSON value that the client sent, and who that was. Settles once it was dealt with: forwarded, answered, or dropped. A call that waits for
   * an approval is dealt with when that came.
   */
  fromClient(value: unknown, caller: Caller, inbound: Inbound): Maybe<void> {
    const message = toMessage(value as Value);
    switch (message.kind) {
      case "none":
        return this.refuse(message.seems === "request" ? message.id : undefined, "not-a-message", message.why, caller);
      case "request":
        return this.#requests.take(message, caller, inbound);
      case "notification":
        return this.#notifications.fromClient(message, caller, inbound);
      case "response":
        return this.#answeredByClient(message.id, message.answer, caller, inbound);
    }
  }

  /** A JSON value that the server sent. Settles once it was dealt with, as what carries it to the client settles. */
  fromServer(value: unknown, outbound: Outbound, about: About = {}): Maybe<void> {
    const message = toMessage(this.#asJson(value));
    switch (message.kind) {
      case "none":
        return this.serverBroken(message.seems === "response" ? message.id : undefined, message.why);
      case "request":
        return this.#questions.take(message, this.#callerOf(about), outbound, about);
      case "notification":
        return this.#notifications.fromServer(message, this.#callerOf(about), outbound, about);
      case "response":
        return this.#answeredByServer(message.id, message.answer, outbound);
    }
  }

  /** Answers something of the client that is no message to be decided. `id` is undefined where none can be told. */
  refuse(id: Id | undefined, kind: Flaw, why: string, caller: Caller = nobody): Maybe<void> {
    return this.#requests.refuse(id, kind, why, caller);
  }

  /** Something of the server that cannot be used. Where it is an answer that someone waits for, that one is told; where it is fatal all are. */
  serverBroken(id: Id | undefined, why: string, isFatal = false): Maybe<void> {
    const asked = housekeeping("server", "", "legacy", this.#shared.party.owner, [why]);
    return after(this.#shared.drop(asked, "malformed"), () => {
      if (isFatal) {
        this.#shared.toServer.lost(false);
        return this.#requests.failAll("failure");
      }
      return id === undefined ? undefined : this.serverFailed(id, "failure", why);
    });
  }

  /** The client gave a request up; HTTP says so by closing the stream. Gives the id under which the server knows it, if it does. */
  abandon(id: Id): Id | undefined {
    return this.#requests.abandon(id);
  }

  /** No answer will come to a request of the client, or to one of ours, which the server knows by this id: whoever waits for it is told. */
  serverFailed(id: Id, kind: Flaw, why: string): Maybe<void> {
    if (!this.#shared.toServer.settle(id, undefined)) return this.#requests.broken(id, why, kind);
  }

  /** A question did not reach the client, which would have known it by this id: whoever asked is told. */
  unheard(id: Id): Maybe<void> {
    if (!this.#shared.toClient.settle(id, undefined)) return this.#questions.unheard(id);
  }

  /**
   * Another policy takes the place of the one in force: it decides what comes from now on. What is under way ends under the policy that decided
   * it. The client of a legacy session is told that its lists may have changed, where the server had said that they may.
   */
  adopt(next: Pick<ConnectionOptions<Inbound, Outbound>, "enforcer" | "definitions">): void {
    const shared = this.#shared;
    shared.options = { ...shared.options, ...next };
    for (const kind of ["tools", "prompts", "resources"] as const) {
      const capability = shared.party.announced?.[kind];
      if (!isRecord(capability) || capability["listChanged"] !== true) continue;
      const told = notificationOf(`notifications/${kind}/list_changed`, {});
      void shared.leaving.add(undefined, () => shared.options.ends.toClient(told, {}));
    }
  }

  /** The server is gone: whatever waits for it is answered, and so is whatever still comes. */
  serverEnded(): Maybe<void> {
    this.#shared.isEnded = true;
    this.#shared.toServer.lost(true);
    return this.#requests.failAll("lost");
  }

  /** The client is gone: nobody waits for anything any more. */
  clientEnded(): void {
    this.#requests.abandonAll();
    this.#questions.withdrawAll();
    this.#shared.toClient.lost(true);
  }

  #answeredByClient(id: Id, answer: Answer, caller: Caller, inbound: Inbound): Maybe<void> {
    const isOwner = this.#shared.party.ofOwner(caller) === caller;
    if (isOwner && this.#shared.toClient.settle(id, answer)) return;
    const answered = isOwner ? this.#questions.answered(id, answer, inbound) : "unasked";
    return answered === "unasked" ? this.#unasked("client", caller) : answered;
  }

  #answeredByServer(id: Id, answer: Answer, outbound: Outbound): Maybe<void> {
    if (this.#shared.toServer.settle(id, answer)) return;
    const heard = this.#requests.heard(id, answer, outbound);
    return heard === "unasked" ? this.#unasked("server", this.#shared.party.owner) : heard;
  }

  #unasked(from: "client" | "server", caller: Caller): Maybe<void> {
    const notes = ["an answer to nothing that was asked"];
    return this.#shared.drop(housekeeping(from, "", "legacy", caller, notes), "pending");
  }

  /** Answers are made JSON where they are judged: most are not. */
  #asJson(value: unknown): Value {
    if (this.#shared.options.values !== "objects" || !isRecord(value as Value) || !("method" in (value as object))) {
      return value as Value;
    }
    try {
      return asJson(value);
    } catch {
      return null;
    }
  }

  #callerOf({ request, caller }: About): Caller {
    return caller ?? this.#requests.callerOf(request) ?? this.#shared.party.owner;
  }
}

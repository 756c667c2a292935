import { isRecord, type JsonObject } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import { after, type Maybe } from "../maybe.ts";
import { type Gate, type MethodRow, methodRow } from "../methods/methods.ts";
import { understood } from "../methods/understood.ts";
import { cleanValue } from "../results/clean.ts";
import { owns } from "../tasks/owners.ts";
import { type Id, isId, type NotificationMessage, notificationOf, own, SUBSCRIPTION_ID } from "../wire/message.ts";
import type { About } from "./ends.ts";
import type { Questions } from "./questions.ts";
import type { Requests } from "./requests.ts";
import { housekeeping, type Shared } from "./shared.ts";

/** A notification as it goes on, and the client's request that it belongs to. */
interface Leaving {
  readonly params: JsonObject;
  readonly request?: Id | undefined;
}

/** Notifications of both sides: they go on, or are dropped; nobody is answered. */
export class Notifications<Inbound, Outbound> {
  readonly #shared: Shared<Inbound, Outbound>;
  readonly #requests: Requests<Inbound, Outbound>;
  readonly #questions: Questions<Inbound, Outbound>;

  constructor(
    shared: Shared<Inbound, Outbound>,
    requests: Requests<Inbound, Outbound>,
    questions: Questions<Inbound, Outbound>,
  ) {
    this.#shared = shared;
    this.#requests = requests;
    this.#questions = questions;
  }

  fromClient({ method, era, params }: NotificationMessage, caller: Caller, inbound: Inbound): Maybe<void> {
    const shared = this.#shared;
    const from = shared.party.ofOwner(caller);
    const asked = housekeeping("client", method, era, from);
    const row = methodRow(method, "client", "notification");
    if (row === undefined) return shared.drop(asked, "not-in-table");
    const fit = understood(row.params[era], params);
    if ("wrong" in fit) return shared.drop(asked, "malformed");
    if (from.principal === undefined) return shared.drop(asked, "unauthenticated");
    const left = this.#ofClient(row, fit.params);
    if (left === undefined) return shared.drop(asked, "pending");
    return after(shared.pass(asked), (isKept) => {
      if (!isKept) return;
      const sent = shared.options.ends.toServer(notificationOf(method, left), inbound);
      if (method === "notifications/initialized") this.#checkEarly();
      return sent;
    });
  }

  /** The params of a client's notification, with ids as the server knows them; undefined where it belongs to nothing. */
  #ofClient({ gate }: MethodRow, params: JsonObject): JsonObject | undefined {
    switch (gate) {
      case "table":
        return params;
      case "asked":
        return this.#questions.hasToken(own(params, "progressToken")) ? params : undefined;
      case "pending": {
        const id = own(params, "requestId");
        const sentAs = isId(id) ? this.#requests.abandon(id) : undefined;
        return sentAs === undefined ? undefined : { ...params, requestId: sentAs };
      }
      default:
        return undefined;
    }
  }

  fromServer(message: NotificationMessage, caller: Caller, outbound: Outbound, about: About): Maybe<void> {
    const shared = this.#shared;
    const { method } = message;
    const asked = housekeeping("server", method, "legacy", caller);
    const row = methodRow(method, "server", "notification");
    if (row === undefined) return shared.drop(asked, "not-in-table");
    const fit = understood(row.params[row.era === "modern" ? "modern" : "legacy"], message.params);
    if ("wrong" in fit) return shared.drop(asked, "malformed");
    if (listChanges.has(method)) {
      shared.options.definitions.markStale();
      this.#checkEarly();
    }
    const leaving = after(
      this.#ofServer(row, this.#said(fit.params, caller), caller),
      (left): Maybe<Leaving | undefined> => {
        if (left === undefined) return after(shared.drop(asked, "pending"), () => undefined);
        return after(shared.pass(asked), (isKept) => (isKept ? left : undefined));
      },
    );
    return shared.leaving.add(leaving, (left) => {
      if (left === undefined) return;
      const request = left.request ?? about.request;
      return shared.options.ends.toClient(notificationOf(method, left.params), { outbound, request });
    });
  }

  /** The params of a server's notification as the client gets them; undefined where it belongs to nothing that the client has. */
  #ofServer({ gate, method }: MethodRow, given: JsonObject, caller: Caller): Maybe<Leaving | undefined> {
    const whole = this.#withSubscription(given);
    if (whole === undefined) return undefined;
    const { params } = whole;
    const { enforcer, tasks } = this.#shared.options;
    const ofServer: Readonly<Partial<Record<Gate, () => Maybe<Leaving | undefined>>>> = {
      anyone: () => whole,
      listened: () => (whole.request === undefined ? undefined : whole),
      pending: () => {
        const request = this.#requests.withToken(own(params, "progressToken"));
        return request === undefined ? undefined : { params, request };
      },
      asked: () => {
        if (method !== "notifications/cancelled") {
          return this.#questions.isDone(own(params, "elicitationId")) ? whole : undefined;
        }
        const id = this.#questions.withdraw(own(params, "requestId"));
        return id === undefined ? undefined : { params: { ...params, requestId: id } };
      },
      updated: () =>
        after(enforcer.present(caller), (isAllowed) => {
          const uri = String(own(params, "uri"));
          return isAllowed({ kind: "resource", server: enforcer.server.name, uri }) ? whole : undefined;
        }),
      task: () =>
        after(tasks.of(String(own(params, "taskId"))), (task) => {
          if (task === undefined || !owns(task, caller.principal)) return undefined;
          // What it came to is asked for, and judged then.
          const { result: _, error: __, inputRequests: ___, ...status } = params;
          return { ...whole, params: status };
        }),
    };
    return ofServer[gate]?.();
  }

  /** What the server says, without what nobody sees and with what any `redact` masks; nothing of it where that fails. */
  #said(params: JsonObject, caller: Caller): JsonObject {
    const { settings, enforcer } = this.#shared.options;
    const clean = settings.texts === "as-given" ? params : cleanValue(params);
    const texts = Object.entries(clean).filter(([name]) => spoken.has(name));
    if (texts.length === 0) return clean;
    try {
      return { ...clean, ...(enforcer.scrub(caller, Object.fromEntries(texts)) as JsonObject) };
    } catch {
      return Object.fromEntries(Object.entries(clean).map(([name, value]) => [name, spoken.has(name) ? "" : value]));
    }
  }

  /** With the id of its subscription as the client knows it; undefined where it names one that the client has not. */
  #withSubscription(params: JsonObject): Leaving | undefined {
    const meta = own(params, "_meta");
    const id = isRecord(meta) ? own(meta, SUBSCRIPTION_ID) : undefined;
    if (id === undefined || !isRecord(meta)) return { params };
    const request = isId(id) ? this.#requests.subscription(id) : undefined;
    if (request === undefined) return undefined;
    return { params: id === request ? params : { ...params, _meta: { ...meta, [SUBSCRIPTION_ID]: request } }, request };
  }

  #checkEarly(): void {
    const { definitions, checksEarly } = this.#shared.options;
    if (checksEarly) void definitions.ready(this.#requests.asking(undefined));
  }
}

/** Members in which a server says what it likes. */
const spoken: ReadonlySet<string> = new Set(["message", "data", "logger", "statusMessage", "reason"]);

const listChanges: ReadonlySet<string> = new Set([
  "notifications/tools/list_changed",
  "notifications/prompts/list_changed",
  "notifications/resources/list_changed",
]);

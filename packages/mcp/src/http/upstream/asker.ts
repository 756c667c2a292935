import type { JsonObject, Value } from "@mcpolicy/core";
import { everyCapability } from "../../methods/capabilities.ts";
import type { Asking } from "../../pins/definitions.ts";
import { type Flaw, flaw } from "../../wire/denial.ts";
import {
  type Answer,
  CLIENT_CAPABILITIES,
  type Era,
  type Id,
  PROTOCOL_VERSION,
  responseOf,
  revisions,
  toMessage,
} from "../../wire/message.ts";
import type { ParamHeaders } from "../wire/param-headers.ts";
import { HttpLink } from "./http-link.ts";
import type { HttpTarget } from "./target.ts";

export interface HttpAskerOptions {
  readonly target: HttpTarget;
  /** Learns from what is asked. */
  readonly params: ParamHeaders;
  readonly timeout: number;
  /** The server said that a list of its has changed. */
  readonly onChanged: () => void;
}

class Unanswered extends Error {
  readonly kind: Flaw;

  constructor(kind: Flaw, why: string) {
    super(why);
    this.kind = kind;
  }
}

// What is offered to some client has to be found out, whatever its capabilities: what the server asks of us is answered by an error.
const envelope: JsonObject = {
  [PROTOCOL_VERSION]: revisions.modern[0] as string,
  [CLIENT_CAPABILITIES]: everyCapability,
};

/**
 * Questions of our own to a server on HTTP that many clients share: what it offers, and how it answers what it does not know. They go in a session of
 * their own, so that no client's session, or want of one, changes what is found.
 */
export class HttpAsker {
  readonly #options: HttpAskerOptions;
  #link: HttpLink<undefined>;
  #waiting = new Map<Id, { resolve(answer: Answer): void; reject(problem: Error): void }>();
  #nextId = 1;
  /** Which era the server speaks, the later one where it speaks both. */
  #era: Promise<Era> | undefined;
  /** The session of the earlier era, opened once. */
  #opened: Promise<void> | undefined;

  constructor(options: HttpAskerOptions) {
    this.#options = options;
    this.#link = this.#newLink();
  }

  /** A way to ask; `any` is that of the era that the server speaks. */
  asking(era: Era | "any"): Asking {
    return {
      era: era === "any" ? "legacy" : era,
      meta: era === "modern" ? envelope : undefined,
      ask: async (method, params) => {
        const spoken = era === "any" ? await this.#spoken() : era;
        const answer =
          spoken === "modern"
            ? await this.#send(method, {
                ...params,
                _meta: { ...(params["_meta"] as JsonObject | undefined), ...envelope },
              })
            : await this.#inSession(method, params);
        if (answer.kind === "result") this.#options.params.learn(answer.result);
        return answer;
      },
    };
  }

  close(): Promise<void> {
    return this.#link.close();
  }

  #spoken(): Promise<Era> {
    this.#era ??= this.#send("server/discover", { _meta: envelope }).then(
      ({ kind }) => (kind === "result" ? "modern" : "legacy"),
      (problem) => {
        // An answer that is none of MCP's is that of a server which knows nothing of it.
        if (problem instanceof Unanswered && problem.kind === "failure") return "legacy";
        this.#era = undefined;
        throw problem;
      },
    );
    return this.#era;
  }

  async #inSession(method: string, params: JsonObject): Promise<Answer> {
    await this.#open();
    const link = this.#link;
    try {
      return await this.#send(method, params);
    } catch (problem) {
      // The server has forgotten the session: it is opened anew, once, and asked again.
      if (this.#link === link) throw problem;
      await this.#open();
      return this.#send(method, params);
    }
  }

  #open(): Promise<void> {
    this.#opened ??= this.#initialize().catch((problem) => {
      this.#opened = undefined;
      this.#era = undefined;
      throw problem;
    });
    return this.#opened;
  }

  async #initialize(): Promise<void> {
    const answer = await this.#send("initialize", {
      protocolVersion: revisions.legacy[0] as string,
      capabilities: everyCapability,
      clientInfo: { name: "mcpolicy", version: "1" },
    });
    if (answer.kind === "error") throw new Error("the server refused to be initialized");
    await this.#link.send({ jsonrpc: "2.0", method: "notifications/initialized" }, undefined);
  }

  #send(method: string, params: JsonObject): Promise<Answer> {
    const id = this.#nextId++;
    return new Promise<Answer>((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      void this.#link.send({ jsonrpc: "2.0", id, method, params }, undefined);
    }).finally(() => this.#waiting.delete(id));
  }

  #newLink(): HttpLink<undefined> {
    const { target, params, timeout } = this.#options;
    const link: HttpLink<undefined> = new HttpLink<undefined>({
      ...{ target, params, answerTimeout: timeout },
      events: {
        message: (value) => this.#message(value, link),
        unusable: (id, why) => this.#reject(id, "failure", why),
        failed: (id, kind, why) => this.#reject(id, kind, why),
        ended: () => {},
        sessionLost: () => this.#renew(link),
      },
    });
    return link;
  }

  #message(value: Value, link: HttpLink<undefined>): void {
    const message = toMessage(value);
    if (message.kind === "response") this.#waiting.get(message.id)?.resolve(message.answer);
    if (message.kind === "request") void link.send(responseOf(message.id, flaw("unknown-method").answer), undefined);
    if (message.kind === "notification" && message.method.endsWith("/list_changed")) this.#options.onChanged();
  }

  #reject(id: Id | undefined, kind: Flaw, why: string): void {
    if (id !== undefined) this.#waiting.get(id)?.reject(new Unanswered(kind, why));
  }

  #renew(link: HttpLink<undefined>): void {
    if (this.#link !== link) return;
    this.#link = this.#newLink();
    this.#opened = undefined;
    this.#era = undefined;
    for (const { reject } of this.#waiting.values()) reject(new Error("the server has forgotten the session"));
    void link.close();
  }
}

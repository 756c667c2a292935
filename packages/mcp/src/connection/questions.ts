import type { JsonObject, Value } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import type { Decided } from "../decide/decided.ts";
import { type Deciding, passesTable } from "../decide/gates.ts";
import { answerLeft, decideQuestion, type QuestionDecided } from "../decide/questions.ts";
import { after, type Maybe } from "../maybe.ts";
import { type MethodRow, methodRow } from "../methods/methods.ts";
import { understood } from "../methods/understood.ts";
import { cleanValue } from "../results/clean.ts";
import { flaw, refusedQuestion } from "../wire/denial.ts";
import { type Answer, type Id, own, type RequestMessage, requestOf, responseOf } from "../wire/message.ts";
import type { About } from "./ends.ts";
import { tokenOf } from "./flight.ts";
import { housekeeping, type Shared } from "./shared.ts";

/** A request of the server that the client was asked. */
interface AskedClient {
  /** As the server knows it. */
  readonly id: Id;
  readonly row: MethodRow;
  readonly params: JsonObject;
  readonly decided: Decided;
  /** The policy under which it was asked. */
  readonly by: Deciding;
}

/** What a server asks of the client in a legacy session: decided, asked, and answered once. */
export class Questions<Inbound, Outbound> {
  readonly #shared: Shared<Inbound, Outbound>;
  /** By the id at the client. */
  readonly #asked = new Map<Id, AskedClient>();
  /** Ids of elicitations by URL that the client was shown: the server may say that they are done. */
  readonly #elicitations = new Set<string>();

  constructor(shared: Shared<Inbound, Outbound>) {
    this.#shared = shared;
  }

  take(request: RequestMessage, caller: Caller, outbound: Outbound, about: About): Maybe<void> {
    const { options, leaving } = this.#shared;
    const { id, method } = request;
    const row = methodRow(method, "server", "request");
    const fit = row === undefined ? undefined : understood(row.params.legacy, request.params);
    const refuse = (answer: Answer): Maybe<void> => options.ends.toServer(responseOf(id, answer), undefined);
    if (row === undefined || fit === undefined || "wrong" in fit || this.#asked.size >= options.mostInFlight) {
      const isWrong = fit !== undefined && "wrong" in fit;
      const kind = row === undefined ? "unknown-method" : isWrong ? "invalid-params" : "failure";
      const asked = housekeeping("server", method, "legacy", caller);
      return after(this.#shared.drop(asked, row === undefined ? "not-in-table" : "malformed"), () =>
        refuse(flaw(kind).answer),
      );
    }
    const decided = this.#decide(row, cleanValue(fit.params), caller);
    return leaving.add(decided, ({ decided: each, params }) =>
      params === undefined ? refuse(refusedQuestion()) : this.#ask(id, row, params, each, outbound, about),
    );
  }

  #decide(row: MethodRow, params: JsonObject, caller: Caller): Maybe<QuestionDecided> {
    const { options, party } = this.#shared;
    if (row.gate === "question") {
      const question = { row, params, caller, era: "legacy", capabilities: party.offered } as const;
      return decideQuestion(options.enforcer, options.settings, question);
    }
    const asked = housekeeping("server", row.method, "legacy", caller);
    return after(options.enforcer.byTable(asked, passesTable, "table"), (decided) => {
      return { decided, params: decided.decision.effect === "allow" ? params : undefined };
    });
  }

  #ask(
    id: Id,
    row: MethodRow,
    params: JsonObject,
    decided: Decided,
    outbound: Outbound,
    { request }: About,
  ): Maybe<void> {
    const as = this.#shared.idAtClient(id);
    this.#asked.set(as, { id, row, params, decided, by: this.#shared.options });
    const elicitation = own(params, "elicitationId");
    if (typeof elicitation === "string" && this.#elicitations.size < this.#shared.options.mostInFlight) {
      this.#elicitations.add(elicitation);
    }
    return this.#shared.options.ends.toClient(requestOf(as, row.method, params), { outbound, request });
  }

  /** The client's answer, recorded and handed on; undefined where nothing was asked. */
  answered(id: Id, answer: Answer, inbound: Inbound): Maybe<void> | "unasked" {
    const asked = this.#asked.get(id);
    if (asked === undefined) return "unasked";
    this.#asked.delete(id);
    const { row, params, decided, by } = asked;
    const left: Answer =
      answer.kind === "result" ? { kind: "result", result: answerLeft(row, params, answer.result) } : answer;
    return after(by.enforcer.ended(decided, { ended: answer.kind }), (isKept) =>
      this.#shared.options.ends.toServer(responseOf(asked.id, isKept ? left : flaw("failure").answer), inbound),
    );
  }

  /** A question did not reach the client: the server is told. */
  unheard(id: Id): Maybe<void> {
    const asked = this.#asked.get(id);
    if (asked === undefined) return;
    this.#asked.delete(id);
    const notes = ["the client did not listen"];
    return after(asked.by.enforcer.given(asked.decided, { ended: "lost", notes }), () =>
      this.#shared.options.ends.toServer(responseOf(asked.id, flaw("unheard").answer), undefined),
    );
  }

  /** The server gave a question up. Gives the id under which the client knows it. */
  withdraw(id: Value | undefined): Id | undefined {
    for (const [as, asked] of this.#asked) {
      if (asked.id !== id) continue;
      this.#asked.delete(as);
      void asked.by.enforcer.given(asked.decided, { ended: "cancelled" });
      return as;
    }
    return undefined;
  }

  withdrawAll(): void {
    for (const { id } of [...this.#asked.values()]) this.withdraw(id);
  }

  /** Whether the client reports the progress of something that it was asked. */
  hasToken(token: Value | undefined): boolean {
    return [...this.#asked.values()].some(({ params }) => tokenOf(params) === token);
  }

  /** Whether an elicitation was shown that is done now. */
  isDone(elicitation: Value | undefined): boolean {
    return this.#elicitations.delete(String(elicitation));
  }
}

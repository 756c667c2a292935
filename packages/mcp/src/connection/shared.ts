import { denied } from "@mcpolicy/core";
import type { ApprovalChannel } from "../approvals.ts";
import type { Caller } from "../caller.ts";
import type { Asked, Decided } from "../decide/decided.ts";
import { type Deciding, passesTable, unauthenticated } from "../decide/gates.ts";
import { after, InOrder, type Maybe } from "../maybe.ts";
import type { Side } from "../methods/methods.ts";
import type { Profile, Transport, WireForm } from "../wire/denial.ts";
import { type Era, type Id, responseOf } from "../wire/message.ts";
import type { Ends } from "./ends.ts";
import { OwnQuestions } from "./own-questions.ts";
import { Party } from "./party.ts";

/** What the parts of one connection share. */
export interface SharedOptions<Inbound, Outbound> extends Deciding {
  readonly ends: Ends<Inbound, Outbound>;
  readonly approvals: ApprovalChannel | undefined;
  readonly profile: Profile;
  readonly transport: Transport;
  readonly ids: "ours" | "theirs";
  readonly values: "json" | "objects";
  readonly checksEarly: boolean;
  readonly mostInFlight: number;
}

export class Shared<Inbound, Outbound> {
  /** Replaced as a whole when another policy takes the place of the one in force. */
  options: SharedOptions<Inbound, Outbound>;
  readonly party: Party = new Party();
  /** What the server says leaves in the order in which it was said. */
  readonly leaving: InOrder = new InOrder();
  readonly toServer: OwnQuestions;
  readonly toClient: OwnQuestions;
  #nextAtServer = 1;
  #nextAtClient = 1;
  isEnded = false;

  constructor(options: SharedOptions<Inbound, Outbound>) {
    this.options = options;
    const unguessable = (): Id => `mcpolicy-${options.enforcer.newId()}`;
    this.toServer = new OwnQuestions(options.ids === "ours" ? () => this.#nextAtServer++ : unguessable);
    this.toClient = new OwnQuestions(options.ids === "ours" ? () => this.#nextAtClient++ : unguessable);
  }

  /** The id under which the server gets to know a request of the client, and the client one of the server. */
  idAtServer(id: Id): Id {
    return this.options.ids === "ours" ? this.#nextAtServer++ : id;
  }

  idAtClient(id: Id): Id {
    return this.options.ids === "ours" ? this.#nextAtClient++ : id;
  }

  /** Lets something pass by the table of methods; whether that was recorded. */
  pass(asked: Asked): Maybe<boolean> {
    return after(
      this.options.enforcer.byTable(asked, passesTable, "table"),
      ({ decision }) => decision.effect === "allow",
    );
  }

  /** Records that something goes no further. */
  drop(asked: Asked, reason: Decided["reason"]): Maybe<void> {
    const decision = reason === "unauthenticated" ? unauthenticated : denied;
    return after(this.options.enforcer.byTable(asked, decision, reason), noop);
  }

  /** An answer to the client. `id` is undefined where it could not be told whose request it is. */
  answer(id: Id | undefined, { answer, status, challenge }: WireForm, outbound?: Outbound): Maybe<void> {
    const http = challenge === undefined ? { status } : { status, challenge };
    return this.options.ends.toClient(responseOf(id, answer), { outbound, request: id, http });
  }
}

/** A message without an operation. */
export function housekeeping(
  from: Side,
  method: string,
  era: Era,
  caller: Caller,
  notes: readonly string[] = [],
): Asked {
  return { from, method, era, caller, operation: undefined, arguments: {}, notes };
}

export function noop(): void {}

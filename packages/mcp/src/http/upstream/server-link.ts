import type { JsonObject, Value } from "@mcpolicy/core";
import type { Maybe } from "../../maybe.ts";
import type { Flaw } from "../../wire/denial.ts";
import type { Id } from "../../wire/message.ts";

/** Carries the messages of one connection to a server, and the server's back. Nothing of it throws or rejects. */
export interface ServerLink<Inbound> {
  /** Sends a message on; settles once the server has taken it, where there is something to wait for. */
  readonly send: (message: JsonObject, inbound: Inbound | undefined) => Maybe<void>;
  /** Nobody waits for the answer to a request any more, which the server knows by this id: it is told so. */
  readonly cancel: (id: Id) => void;
  /** Lets the server go, and settles when it is gone. */
  readonly close: () => Promise<void>;
}

/** What is heard on a link. `inbound` is that of the client's request that it belongs to, where it belongs to one. */
export interface LinkEvents<Inbound> {
  readonly message: (value: Value, inbound: Inbound | undefined, status: number) => Maybe<void>;
  /** Something that cannot be used; an answer to this request where there is an id. */
  readonly unusable: (id: Id | undefined, why: string, isFatal: boolean) => Maybe<void>;
  /** No answer will come to a request. */
  readonly failed: (id: Id, kind: Flaw, why: string) => Maybe<void>;
  /** The server is gone: no answer will come to anything. */
  readonly ended: (why: string) => Maybe<void>;
  /** Settles when there is room for more on the way to the client; undefined where there is. */
  readonly room?: (inbound?: Inbound) => Promise<void> | undefined;
}

/** What is heard beside messages on a link over HTTP. */
export interface HttpLinkEvents<Inbound> extends LinkEvents<Inbound> {
  /** The server begins to answer a request, in this form. */
  readonly opened?: (inbound: Inbound, form: "json" | "events") => void;
  /** The server opened a session for a client that initialized. */
  readonly session?: (inbound: Inbound | undefined) => void;
  /** The server knows the session no more. */
  readonly sessionLost?: () => void;
  /** Said to keep a stream alive. */
  readonly comment?: (inbound: Inbound | undefined) => void;
  /** A name by which the stream can be taken up again was given to it. */
  readonly primed?: (inbound: Inbound, retry: number | undefined) => void;
  /** The server closed the stream, and will go on when it is asked to. */
  readonly paused?: (inbound: Inbound) => void;
  /** A message that nobody answers was not taken. */
  readonly refused?: (inbound: Inbound | undefined, status: number) => void;
}

import type { JsonObject } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import type { Maybe } from "../maybe.ts";
import type { WireForm } from "../wire/denial.ts";
import type { Id } from "../wire/message.ts";

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
  /** Of an answer of our own: what HTTP says beside it. */
  readonly http?: Pick<WireForm, "status" | "challenge">;
}

/** On whose behalf a server's message was sent, where the front end knows: the client's request that it belongs to, or the caller. */
export interface About {
  readonly request?: Id | undefined;
  readonly caller?: Caller | undefined;
}

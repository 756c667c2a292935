import type { Decision, DecisionRecord, JsonObject, Operation, Request } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import type { Side } from "../methods/methods.ts";
import type { Era } from "../wire/message.ts";

/** A message that is to be decided. */
export interface Asked {
  readonly from: Side;
  readonly method: string;
  readonly era: Era;
  /** Who sent it, or on whose behalf a server asks. */
  readonly caller: Caller;
  /** Undefined for housekeeping of the protocol. */
  readonly operation: Operation | undefined;
  readonly arguments: JsonObject;
  /** Its `_meta`, for the trace. */
  readonly meta?: JsonObject | undefined;
  /** For operators. */
  readonly notes: readonly string[];
}

/** A message that was decided, recorded, and where it is remembered, committed. */
export interface Decided {
  /** Unique and unguessable. */
  readonly id: string;
  /** Epoch milliseconds. */
  readonly at: number;
  readonly asked: Asked;
  readonly decision: Decision;
  /** As it is recorded. */
  readonly reason: DecisionRecord["reason"];
  /** What the policy was asked, with the state that it was asked with; undefined where the table of methods decided. */
  readonly request: Request | undefined;
  /** Whether the state knows of a call that is still to be ended. */
  isOpen: boolean;
}

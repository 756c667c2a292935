import { isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import { cut } from "../audit/lines-sink.ts";
import type { Decided } from "../decide/decided.ts";
import type { Deciding, Incoming } from "../decide/gates.ts";
import type { MethodRow } from "../methods/methods.ts";
import type { OwnedTask } from "../tasks/owners.ts";
import type { Flaw } from "../wire/denial.ts";
import {
  CLIENT_CAPABILITIES,
  type Era,
  type Id,
  own,
  PROTOCOL_VERSION,
  type RequestMessage,
  revisions,
} from "../wire/message.ts";

/** A request of the client that has no answer yet. */
export interface Flight<Inbound> extends Incoming {
  readonly inbound: Inbound;
  /** The policy under which it came: it ends under the same, whatever takes its place meanwhile. */
  readonly by: Deciding;
  /** The id under which the server knows it, once it was forwarded. */
  sentAs: Id | undefined;
  decided: Decided | undefined;
  /** The task that it is about. */
  task: OwnedTask | undefined;
  /** The server's answer is here, and being looked at. */
  isHeard: boolean;
  /** It was answered, or given up. */
  isOver: boolean;
  /** Aborted when it is over; made where somebody wants to know. */
  over: AbortController | undefined;
}

/** Whether a method is known in an era. */
export function isOfEra({ era }: MethodRow, of: Era): boolean {
  return era === "both" || era === of;
}

/** What is wrong with how a modern request names its revision and its client (MCP 2026-07-28, `_meta`). */
export function envelopeFlaw({
  params,
}: RequestMessage): { readonly kind: Flaw; readonly why?: string; readonly data?: Value } | undefined {
  const meta = params["_meta"] as JsonObject;
  const requested = meta[PROTOCOL_VERSION] as string;
  if (!revisions.modern.includes(requested)) {
    return { kind: "unsupported-revision", data: { supported: revisions.modern, requested: cut(requested) } };
  }
  const declared = own(meta, CLIENT_CAPABILITIES);
  return isRecord(declared) ? undefined : { kind: "invalid-params", why: `\`${CLIENT_CAPABILITIES}\`` };
}

/** The progress token of a request. */
export function tokenOf(params: JsonObject): Value | undefined {
  const meta = own(params, "_meta");
  return isRecord(meta) ? own(meta, "progressToken") : undefined;
}

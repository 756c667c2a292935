import { type Decision, denied, type JsonObject, type Operation, type Reason } from "@mcpolicy/core";
import type { ToolResult } from "@mcpolicy/runtime";
import type { Caller } from "../caller.ts";
import type { Decided } from "../decide/decided.ts";
import type { Enforcer } from "../decide/enforcer.ts";
import type { Maybe } from "../maybe.ts";
import type { MethodRow } from "../methods/methods.ts";
import type { Definitions } from "../pins/definitions.ts";
import type { Settings } from "../settings.ts";
import type { OwnedTask, TaskOwners } from "../tasks/owners.ts";
import type { RequestMessage } from "../wire/message.ts";

/** What a result is heard with: the request that it answers, and what decides about its parts. */
export interface Hearing {
  readonly enforcer: Enforcer;
  readonly definitions: Definitions;
  readonly settings: Settings;
  readonly caller: Caller;
  readonly request: RequestMessage;
  readonly row: MethodRow;
  readonly decided: Decided;
  readonly tasks: TaskOwners;
  /** The task that the request is about. */
  readonly task: OwnedTask | undefined;
  /** Whether the caller may read a resource that the result names; never, unless it was found out. */
  readonly mayRead: (uri: string) => boolean;
}

/** What becomes of a server's result: it goes on, perhaps changed, or is withheld, and why. */
export type Heard =
  | {
      readonly kind: "passes";
      readonly result: JsonObject;
      readonly kept?: ToolResult | undefined;
      readonly notes?: readonly string[] | undefined;
      /** The call goes on after this. */
      readonly isOpen?: boolean;
    }
  | { readonly kind: "withheld"; readonly decision: Decision };

export type Hear = (result: JsonObject, hearing: Hearing) => Maybe<Heard>;

export function passes(result: JsonObject, kept?: ToolResult, notes?: readonly string[]): Heard {
  return { kind: "passes", result, kept, notes, isOpen: false };
}

/** Held back for its form; the note is the operator's. */
export function withheld(note: string, reason: Reason = "output"): Heard {
  return { kind: "withheld", decision: { ...denied, reason, kept: { ...denied.kept, notes: [note] } } };
}

/** What of a caller's list shows an operation. */
export function isListed({ enforcer, caller }: Pick<Hearing, "enforcer" | "caller">, operation: Operation): boolean {
  return enforcer.policy.isListed(caller.principal, operation, enforcer.now());
}

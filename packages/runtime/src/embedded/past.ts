import { callerKeyOf, emptyState, type Principal, type Request } from "@mcpolicy/core";
import type { Moment } from "./parts.ts";

/** What conditions about history read. */
export function pastOf(
  { context, state = emptyState }: Request,
  principal: Principal,
  rootOf: (server: string) => string | undefined,
): Moment["past"] {
  return { state, caller: callerKeyOf(principal), now: context.time, rootOf };
}

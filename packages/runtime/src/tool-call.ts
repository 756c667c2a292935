import type { Context, JsonObject, Principal, Request, State } from "@mcpolicy/core";

/** The request that a call of a tool is. */
export function requestOf(
  principal: Principal,
  server: string,
  name: string,
  args: JsonObject,
  context: Context,
  state: State | undefined,
): Request {
  const operation = { kind: "tool", server, name } as const;
  const request = { principal, operation, arguments: args, context };
  return state === undefined ? request : { ...request, state };
}

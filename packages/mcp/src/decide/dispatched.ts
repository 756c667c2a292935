import { type Decision, denied, isRecord, type JsonObject, type Value } from "@mcpolicy/core";
import type { Dispatcher } from "../settings.ts";
import { own } from "../wire/message.ts";
import type { Asked } from "./decided.ts";

/**
 * The call that a dispatcher's arguments stand for; a denial where none can be told; undefined where the tool is no dispatcher. A tool that
 * calls any other by name would otherwise hide which one.
 */
export function dispatched(asked: Asked, dispatchers: readonly Dispatcher[] = []): Asked | Decision | undefined {
  const { operation } = asked;
  if (operation?.kind !== "tool") return undefined;
  const dispatcher = dispatchers.find(({ tool }) => tool === operation.name);
  if (dispatcher === undefined) return undefined;
  const name = at(asked.arguments, dispatcher.name);
  const args = at(asked.arguments, dispatcher.arguments) ?? {};
  if (typeof name !== "string" || name === "") return broken(dispatcher.name, "the name of a tool");
  if (!isRecord(args)) return broken(dispatcher.arguments, "an object");
  const notes = [...asked.notes, `called through \`${operation.name}\``];
  return { ...asked, operation: { kind: "tool", server: operation.server, name }, arguments: args, notes };
}

function broken(pointer: string, expected: string): Decision {
  return {
    ...denied,
    effect: "invalid",
    reason: "invalid",
    told: { because: [], violations: [{ pointer, expected }] },
  };
}

/** The value at a JSON pointer (RFC 6901) into records. */
function at(value: JsonObject, pointer: string): Value | undefined {
  let found: Value | undefined = value;
  for (const token of pointer.split("/").slice(1)) {
    if (!isRecord(found)) return undefined;
    found = own(found, token.replaceAll("~1", "/").replaceAll("~0", "~"));
  }
  return found;
}

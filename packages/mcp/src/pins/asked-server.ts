import type { JsonObject, Value } from "@mcpolicy/core";
import { flaw } from "../wire/denial.ts";
import { type Era, responseOf, toMessage } from "../wire/message.ts";

/** A server that is asked a few questions, and then let go. */
export interface AskedServer {
  /** The result; rejects with `Refused` for a JSON-RPC error, with another `Error` where no answer comes. */
  ask(method: string, params: JsonObject, era: Era): Promise<JsonObject>;
  /** Settles once it was taken, where that can be told. Never rejects. */
  tell(method: string): Promise<void>;
  stop(): Promise<void>;
}

/** The server answered with a JSON-RPC error. */
export class Refused extends Error {
  readonly code: Value | undefined;

  constructor(method: string, error: JsonObject) {
    super(`the server answered ${method} with an error: ${JSON.stringify(error["message"] ?? "")}`);
    this.code = error["code"];
  }
}

/** What a server gets that asks something itself: nobody is there to answer. Undefined for what asks nothing. */
export function refusalOf(said: Value): JsonObject | undefined {
  const message = toMessage(said);
  return message.kind === "request" ? responseOf(message.id, flaw("unknown-method").answer) : undefined;
}

import type { JsonObject, Value } from "@mcpolicy/core";
import type { Era } from "../wire/message.ts";

/** A server that is asked a few questions, and then let go. */
export interface AskedServer {
  /** The result; rejects with `Refused` for a JSON-RPC error, with another `Error` where no answer comes. */
  ask(method: string, params: JsonObject, era: Era): Promise<JsonObject>;
  tell(method: string): void;
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

import { isRecord, type JsonObject } from "@mcpolicy/core";
import { Child, type ChildOptions } from "../stdio/child.ts";
import { intake, serverBounds } from "../wire/intake.ts";
import { type AskedServer, Refused, refusalOf } from "./asked-server.ts";

export interface StdioSource extends Omit<ChildOptions, "bounds"> {
  /** Milliseconds that each answer may take; 30,000 by default. */
  readonly timeout?: number;
}

interface Waiting {
  readonly method: string;
  resolve(result: JsonObject): void;
  reject(problem: Error): void;
}

/** Starts a server on stdio. */
export function stdioServer({ timeout = 30_000, ...started }: StdioSource): AskedServer {
  const waiting = new Map<number, Waiting>();
  let failure: Error | undefined;
  let nextId = 1;

  const fail = (problem: string): void => {
    failure ??= new Error(problem);
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  let onEnded = (): void => {};
  const ended = new Promise<void>((resolve) => {
    onEnded = resolve;
  });
  const child = new Child(started, {
    line(line) {
      if (line === undefined) return fail(`the server sent a line of more than ${serverBounds.bytes} bytes`);
      const taken = intake(line, serverBounds);
      // Servers print banners: only what is an answer to a question of ours counts.
      if (taken.kind === "refused" || !isRecord(taken.value)) return;
      const refusal = refusalOf(taken.value);
      if (refusal !== undefined) child.write(refusal);
      const { id, result, error, method } = taken.value;
      const asked = typeof id === "number" && method === undefined ? waiting.get(id) : undefined;
      if (asked === undefined) return;
      waiting.delete(id as number);
      if (isRecord(result)) asked.resolve(result);
      else asked.reject(new Refused(asked.method, isRecord(error) ? error : {}));
    },
    note() {},
    ended({ isStarted, why }) {
      fail(isStarted ? "the server ended before it answered" : why);
      onEnded();
    },
  });

  return {
    ask(method, params) {
      if (failure !== undefined) return Promise.reject(failure);
      const id = nextId++;
      const answer = new Promise<JsonObject>((resolve, reject) => waiting.set(id, { method, resolve, reject }));
      const late = setTimeout(() => fail(`the server did not answer ${method} within ${timeout} ms`), timeout);
      child.write({ jsonrpc: "2.0", id, method, params });
      return answer.finally(() => clearTimeout(late));
    },
    async tell(method) {
      child.write({ jsonrpc: "2.0", method });
    },
    stop() {
      child.stop();
      return ended;
    },
  };
}

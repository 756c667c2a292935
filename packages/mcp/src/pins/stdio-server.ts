import { spawn } from "node:child_process";
import { isRecord, type JsonObject } from "@mcpolicy/core";
import { childEnvironment } from "../stdio/environment.ts";
import { intake, serverBounds } from "../wire/intake.ts";
import { lineOf } from "../wire/line-of.ts";
import { Lines } from "../wire/lines.ts";
import { type AskedServer, Refused } from "./asked-server.ts";

export interface StdioSource {
  readonly command: string;
  readonly args?: readonly string[];
  /** The server's whole environment; by default the usual allow-list over this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds that each answer may take; 30,000 by default. */
  readonly timeout?: number;
}

/** Starts a server on stdio. */
export function stdioServer({ command, args = [], env, cwd, timeout = 30_000 }: StdioSource): AskedServer {
  const child = spawn(command, args, {
    env: env ?? childEnvironment(process.env),
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = new Map<
    number,
    { readonly method: string; resolve(result: JsonObject): void; reject(problem: Error): void }
  >();
  let failure: Error | undefined;
  let nextId = 1;

  const fail = (problem: Error): void => {
    failure ??= problem;
    for (const { reject } of waiting.values()) reject(failure);
    waiting.clear();
  };
  const ended = new Promise<void>((resolve) => {
    child.once("close", () => {
      fail(new Error("the server ended before it answered"));
      resolve();
    });
  });
  child.once("error", (problem) => fail(new Error(`the server did not start: ${problem.message}`)));
  child.stdin.on("error", () => fail(new Error("the server closed its input")));

  const lines = new Lines(serverBounds.bytes);
  child.stdout.on("data", (chunk: Buffer) => {
    for (const line of lines.push(chunk)) {
      if (line === undefined) return fail(new Error(`the server sent a line of more than ${serverBounds.bytes} bytes`));
      const taken = intake(line, serverBounds);
      // Servers print banners: only what is an answer to a question of ours counts.
      if (taken.kind === "refused" || !isRecord(taken.value)) continue;
      const { id, result, error, method } = taken.value;
      const asked = typeof id === "number" && method === undefined ? waiting.get(id) : undefined;
      if (asked === undefined) continue;
      waiting.delete(id as number);
      if (isRecord(result)) asked.resolve(result);
      else asked.reject(new Refused(asked.method, isRecord(error) ? error : {}));
    }
  });

  const write = (message: JsonObject): void => void child.stdin.write(lineOf(message));
  return {
    ask(method, params) {
      if (failure !== undefined) return Promise.reject(failure);
      const id = nextId++;
      const answer = new Promise<JsonObject>((resolve, reject) => waiting.set(id, { method, resolve, reject }));
      const late = setTimeout(
        () => fail(new Error(`the server did not answer ${method} within ${timeout} ms`)),
        timeout,
      );
      write({ jsonrpc: "2.0", id, method, params });
      return answer.finally(() => clearTimeout(late));
    },
    tell: (method) => write({ jsonrpc: "2.0", method }),
    async stop() {
      child.stdin.end();
      const kill = setTimeout(() => child.kill("SIGKILL"), 2_000);
      await ended;
      clearTimeout(kill);
    },
  };
}

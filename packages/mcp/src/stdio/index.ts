import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { type AuditSink, escapeInvisible, type JsonObject, type Principal } from "@mcpolicy/core";
import { linesSink } from "../audit/lines-sink.ts";
import type { Maybe } from "../maybe.ts";
import { callerBounds, serverBounds } from "../wire/intake.ts";
import { lineOf } from "../wire/line-of.ts";
import { Lines } from "../wire/lines.ts";
import { childEnvironment } from "./environment.ts";
import { Session, type SessionOptions } from "./session.ts";

export { type CaptureOptions, capturePins } from "../pins/capture.ts";
export { childEnvironment, inheritedVariables } from "./environment.ts";

export interface StdioProxyOptions
  extends Omit<SessionOptions, "principal" | "audit" | "toClient" | "toServer" | "onDifferences" | "onIdle"> {
  /** The caller; a function where it is to be asked for each message. */
  readonly principal: Principal | undefined | (() => Maybe<Principal | undefined>);
  readonly command: string;
  readonly args?: readonly string[];
  readonly cwd?: string;
  /** The server's whole environment; by default `childEnvironment(process.env)`. */
  readonly env?: Readonly<Record<string, string>>;
  /** What the client sends; standard input by default. */
  readonly input?: Readable;
  /** What the client gets; standard output by default. */
  readonly output?: Writable;
  /** Decisions, differences and the server's own standard error, as lines; standard error by default. */
  readonly errors?: Writable;
  /** Takes records instead of `errors`. */
  readonly audit?: AuditSink;
  /** Ends the proxy from outside: the server is stopped. */
  readonly signal?: AbortSignal;
  /** Milliseconds that requests in flight get once the client has closed its side; 30,000 by default. */
  readonly drainTimeout?: number;
}

/** How it ended. `closed`: the client or the signal ended it; `lost`: the server ended by itself; `unstarted`: it never ran. */
export interface ProxyEnd {
  readonly kind: "closed" | "lost" | "unstarted";
  readonly why: string;
}

type Child = ChildProcessByStdio<Writable, Readable, Readable>;

/** What a server gets to end by itself, then SIGTERM, then SIGKILL. Milliseconds. */
const PATIENCE = 2_000;

/** Bytes that may wait for a reader before the session is given up. */
const MOST_WAITING = 64 * 1024 * 1024;

/**
 * Guards one MCP server on stdio: starts it, decides every message between it and the client (`Session`), and resolves when both are done. Each
 * request that was read is answered, also where the server dies. Never rejects.
 */
export function stdioProxy(options: StdioProxyOptions): Promise<ProxyEnd> {
  const { input = process.stdin, output = process.stdout, errors = process.stderr, principal } = options;
  const { command, args = [], env = childEnvironment(process.env), cwd } = options;

  const child: Child = spawn(command, args, {
    env: { ...env },
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["pipe", "pipe", "pipe"],
    windowsHide: true,
  });

  return new Promise((resolve) => {
    let state: "open" | "draining" | "stopping" = "open";
    let spawnFailure: string | undefined;
    const timers = new Set<ReturnType<typeof setTimeout>>();
    const after = (milliseconds: number, then: () => void): void => {
      timers.add(setTimeout(then, milliseconds));
    };

    const session = new Session({
      ...options,
      principal: typeof principal === "function" ? principal : () => principal,
      toClient: (message) => void (send(output, message, child.stdout) || giveUp()),
      toServer: (message) => void (send(child.stdin, message, input) || giveUp()),
      audit: options.audit ?? linesSink((line) => void errors.write(line)),
      onDifferences(differences) {
        for (const { text } of differences) errors.write(`mcpolicy: ${escapeInvisible(text)}\n`);
      },
      onIdle: () => {
        if (state === "draining") stop();
      },
    });

    /** Lets the server end by itself once it has nothing left to answer; insists after a while. */
    const stop = (): void => {
      if (state === "stopping") return;
      state = "stopping";
      child.stdin.end();
      after(PATIENCE, () => {
        child.kill("SIGTERM");
        after(PATIENCE, () => child.kill("SIGKILL"));
      });
    };

    /** Ends the server without waiting for what it still has to say. */
    const giveUp = (): void => {
      stop();
      child.kill("SIGTERM");
      child.stdout.resume();
    };

    const drain = (): void => {
      if (state !== "open") return;
      state = "draining";
      if (session.isIdle) stop();
      else after(options.drainTimeout ?? 30_000, stop);
    };

    const fromClient = new Lines((options.bounds?.client ?? callerBounds).bytes);
    const onInput = (chunk: Buffer): void => {
      for (const line of fromClient.push(chunk)) session.client(line);
    };
    const onInputEnd = (): void => {
      for (const line of fromClient.rest()) session.client(line);
      drain();
    };
    input.on("data", onInput);
    input.once("end", onInputEnd);
    input.once("error", drain);

    const fromServer = new Lines((options.bounds?.server ?? serverBounds).bytes);
    child.stdout.on("data", (chunk: Buffer) => {
      for (const line of fromServer.push(chunk)) session.server(line);
    });
    child.stdout.once("end", () => {
      for (const line of fromServer.rest()) session.server(line);
    });
    child.stderr.on("data", relayed(errors));

    // A client that is gone reads no answers, and without its log the proxy decides nothing; a server that closed its input will end, and
    // `close` tells.
    output.once("error", giveUp);
    errors.once("error", giveUp);
    child.stdin.on("error", () => {});
    child.once("error", (problem) => {
      spawnFailure = problem.message;
    });

    options.signal?.addEventListener("abort", giveUp, { once: true });
    if (options.signal?.aborted) giveUp();

    // What the server started may hold its pipes open after it: they are read while something comes, and then let go.
    const letGo = (): void => {
      if (child.stdout.isPaused()) after(PATIENCE, letGo);
      else for (const stream of [child.stdout, child.stderr]) stream.destroy();
    };
    child.once("exit", () => after(PATIENCE, letGo));

    child.once("close", (code, signal) => {
      for (const timer of timers) clearTimeout(timer);
      options.signal?.removeEventListener("abort", giveUp);
      input.off("data", onInput);
      input.off("end", onInputEnd);
      input.off("error", drain);
      input.pause();
      void Promise.resolve(session.serverEnded()).then(() => {
        // What was written before comes first, so that no answer is lost.
        flush(output, () => {
          output.off("error", giveUp);
          errors.off("error", giveUp);
          resolve(endOf(state, spawnFailure, code, signal));
        });
      });
    });
  });
}

function endOf(
  state: "open" | "draining" | "stopping",
  spawnFailure: string | undefined,
  code: number | null,
  signal: NodeJS.Signals | null,
): ProxyEnd {
  if (spawnFailure !== undefined) return { kind: "unstarted", why: `the server did not start: ${spawnFailure}` };
  if (state === "stopping") return { kind: "closed", why: "the session is over" };
  return { kind: "lost", why: `the server ended by itself (${signal ?? `exit code ${code ?? "unknown"}`})` };
}

/**
 * Writes one message as a line. Where `to` cannot keep up, `from` waits. Gives false where too much waits already: someone sends and does not
 * read.
 */
function send(to: Writable, message: JsonObject, from: Readable): boolean {
  if (to.writableEnded || to.destroyed) return true;
  if (to.write(lineOf(message)) || from.isPaused()) return to.writableLength <= MOST_WAITING;
  from.pause();
  to.once("drain", () => from.resume());
  return true;
}

function flush(to: Writable, then: () => void): void {
  if (to.destroyed || to.writableEnded) then();
  else to.write("", () => then());
}

/** The server's own standard error: its lines, cut to a length, with nothing in them that a terminal would act upon. */
function relayed(errors: Writable): (chunk: Buffer) => void {
  const lines = new Lines(64 * 1024);
  const decoder = new TextDecoder();
  return (chunk) => {
    for (const line of lines.push(chunk)) {
      const text = line === undefined ? "(a line too long to show)" : escapeInvisible(decoder.decode(line));
      errors.write(`server: ${text}\n`);
    }
  };
}

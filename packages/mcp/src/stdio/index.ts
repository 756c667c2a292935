import type { Readable, Writable } from "node:stream";
import { type AuditSink, escapeInvisible, type JsonObject, type Principal } from "@mcpolicy/core";
import { linesSink } from "../audit/lines-sink.ts";
import type { Maybe } from "../maybe.ts";
import type { EnforcedPolicy } from "../policy.ts";
import { callerBounds } from "../wire/intake.ts";
import { lineOf } from "../wire/line-of.ts";
import { Lines } from "../wire/lines.ts";
import { Child, type ChildEnd } from "./child.ts";
import { Session, type SessionOptions } from "./session.ts";

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
  /** Tells of policies that take the place of `policy`, and gives how to stop that. One that it is told of must have the server. */
  readonly replacements?: (adopt: (policy: EnforcedPolicy) => void) => () => void;
  /** Milliseconds that requests in flight get once the client has closed its side; 30,000 by default. */
  readonly drainTimeout?: number;
}

/** How it ended. `closed`: the client or the signal ended it; `lost`: the server ended by itself; `unstarted`: it never ran. */
export interface ProxyEnd {
  readonly kind: "closed" | "lost" | "unstarted";
  readonly why: string;
}

/** Bytes that may wait for a reader before the session is given up. */
const MOST_WAITING = 64 * 1024 * 1024;

/**
 * Guards one MCP server on stdio: starts it, decides every message between it and the client (`Session`), and resolves when both are done. Each
 * request that was read is answered, also where the server dies. Never rejects.
 */
export function stdioProxy(options: StdioProxyOptions): Promise<ProxyEnd> {
  const { input = process.stdin, output = process.stdout, errors = process.stderr, principal } = options;
  return new Promise((resolve) => {
    let state: "open" | "draining" | "stopping" = "open";
    let drainTimer: ReturnType<typeof setTimeout> | undefined;

    const session = new Session({
      ...options,
      principal: typeof principal === "function" ? principal : () => principal,
      toClient: (message) => void (send(output, message, child.output) || giveUp()),
      toServer(message) {
        if (!child.write(message)) waitFor(child.input, input);
        if (child.waiting > MOST_WAITING) giveUp();
      },
      audit: options.audit ?? linesSink((line) => void errors.write(line)),
      onDifferences(differences) {
        for (const { text } of differences) errors.write(`mcpolicy: ${escapeInvisible(text)}\n`);
      },
      onIdle: () => {
        if (state === "draining") stop();
      },
    });

    const stopReplacing = options.replacements?.((policy) => session.adopt(policy));
    const child = new Child(
      { ...options, bounds: options.bounds?.server },
      {
        line: (line) => session.server(line),
        note: (text) => void errors.write(`server: ${text}\n`),
        ended(end) {
          clearTimeout(drainTimer);
          stopReplacing?.();
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
              resolve(endOf(state, end));
            });
          });
        },
      },
    );

    const stop = (): void => {
      state = "stopping";
      child.stop();
    };

    const giveUp = (): void => {
      state = "stopping";
      child.kill();
    };

    const drain = (): void => {
      if (state !== "open") return;
      state = "draining";
      if (session.isIdle) stop();
      else drainTimer = setTimeout(stop, options.drainTimeout ?? 30_000);
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

    // A client that is gone reads no answers, and without its log the proxy decides nothing.
    output.once("error", giveUp);
    errors.once("error", giveUp);
    options.signal?.addEventListener("abort", giveUp, { once: true });
    if (options.signal?.aborted) giveUp();
  });
}

function endOf(state: "open" | "draining" | "stopping", { isStarted, why }: ChildEnd): ProxyEnd {
  if (!isStarted) return { kind: "unstarted", why };
  if (state === "stopping") return { kind: "closed", why: "the session is over" };
  return { kind: "lost", why };
}

/**
 * Writes one message as a line. Where `to` cannot keep up, `from` waits. Gives false where too much waits already: someone sends and does not
 * read.
 */
function send(to: Writable, message: JsonObject, from: Readable): boolean {
  if (to.writableEnded || to.destroyed) return true;
  if (!to.write(lineOf(message))) waitFor(to, from);
  return to.writableLength <= MOST_WAITING;
}

/** Reads nothing more of `from` until `to` can keep up. */
function waitFor(to: Writable, from: Readable): void {
  if (from.isPaused()) return;
  from.pause();
  to.once("drain", () => from.resume());
}

function flush(to: Writable, then: () => void): void {
  if (to.destroyed || to.writableEnded) then();
  else to.write("", () => then());
}

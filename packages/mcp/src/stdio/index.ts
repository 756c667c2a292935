import type { Readable, Writable } from "node:stream";
import { type AuditSink, escapeInvisible, type Principal } from "@mcpolicy/core";
import { linesSink } from "../audit/lines-sink.ts";
import type { HttpServerOptions } from "../http/upstream/target.ts";
import type { Maybe } from "../maybe.ts";
import type { EnforcedPolicy } from "../policy.ts";
import { callerBounds } from "../wire/intake.ts";
import { lineOf } from "../wire/line-of.ts";
import { Lines } from "../wire/lines.ts";
import { type BehindEvents, MOST_WAITING, remote, started } from "./behind.ts";
import type { ChildEnd, ChildOptions } from "./child.ts";
import { Session, type SessionOptions } from "./session.ts";

export { childEnvironment, inheritedVariables } from "./environment.ts";

/** A server that is started. */
export type StartedServer = Omit<ChildOptions, "bounds">;

/** A server on Streamable HTTP. */
export interface RemoteServer {
  readonly upstream: HttpServerOptions;
  /** Milliseconds that the answer to a request may take, but for subscriptions; 300,000 by default. */
  readonly answerTimeout?: number;
}

export type StdioProxyOptions = (StartedServer | RemoteServer) & StdioOptions;

export interface StdioOptions
  extends Omit<
    SessionOptions,
    "principal" | "audit" | "toClient" | "toServer" | "asking" | "onDifferences" | "onIdle"
  > {
  /** The caller; a function where it is to be asked for each message. */
  readonly principal: Principal | undefined | (() => Maybe<Principal | undefined>);
  /** What the client sends; standard input by default. */
  readonly input?: Readable;
  /** What the client gets; standard output by default. */
  readonly output?: Writable;
  /** Decisions, differences and the server's own standard error, as lines; standard error by default. */
  readonly errors?: Writable;
  /** Takes records instead of `errors`. */
  readonly audit?: AuditSink;
  /** Ends the proxy from outside: what is under way is answered first, as when the client closes its side. */
  readonly signal?: AbortSignal;
  /** Ends it at once: what is under way is answered with an error. */
  readonly hurry?: AbortSignal;
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

/**
 * Guards one MCP server for a client on stdio: starts it, or reaches it over HTTP, decides every message between it and the client (`Session`), and
 * resolves when both are done. Each request that was read is answered, also where the server dies. Never rejects. Throws a TypeError where the
 * policy has no such server, or a server on HTTP cannot be meant.
 */
export function stdioProxy(options: StdioProxyOptions): Promise<ProxyEnd> {
  const { input = process.stdin, output = process.stdout, errors = process.stderr, principal } = options;
  const { promise, resolve } = Promise.withResolvers<ProxyEnd>();
  let state: "open" | "draining" | "stopping" = "open";
  let drainTimer: ReturnType<typeof setTimeout> | undefined;

  const events: BehindEvents = {
    session: () => session,
    note: (text) => void errors.write(`${text}\n`),
    room: () => (output.writableNeedDrain ? onceDrained(output) : undefined),
    ended(end) {
      clearTimeout(drainTimer);
      stopReplacing?.();
      options.signal?.removeEventListener("abort", drain);
      options.hurry?.removeEventListener("abort", giveUp);
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
  };

  const behind =
    "command" in options
      ? started({ ...options, bounds: options.bounds?.server }, input, events)
      : remote(options.upstream, options.answerTimeout ?? 300_000, events);

  const session: Session = new Session({
    ...options,
    asking: behind.asking,
    principal: typeof principal === "function" ? principal : () => principal,
    toClient(message) {
      if (!output.writableEnded && !output.destroyed) output.write(lineOf(message));
      // Someone sends and does not read.
      if (output.writableLength > MOST_WAITING) giveUp();
    },
    toServer: behind.send,
    audit: options.audit ?? linesSink((line) => void errors.write(line)),
    onDifferences(differences) {
      for (const { text } of differences) errors.write(`mcpolicy: ${escapeInvisible(text)}\n`);
    },
    onIdle: stopIfDrained,
  });
  const stopReplacing = options.replacements?.((policy) => session.adopt(policy));

  function stop(): void {
    state = "stopping";
    behind.stop();
  }

  function giveUp(): void {
    state = "stopping";
    behind.kill();
  }

  function drain(): void {
    if (state !== "open") return;
    state = "draining";
    input.off("data", onInput);
    input.pause();
    drainTimer = setTimeout(stop, options.drainTimeout ?? 30_000);
    void session.taken().then(stopIfDrained);
  }

  function stopIfDrained(): void {
    if (state === "draining" && session.isIdle) stop();
  }

  const fromClient = new Lines((options.bounds?.client ?? callerBounds).bytes);
  function onInput(chunk: Buffer): void {
    for (const line of fromClient.push(chunk)) session.client(line);
  }
  function onInputEnd(): void {
    for (const line of fromClient.rest()) session.client(line);
    drain();
  }
  input.on("data", onInput);
  input.once("end", onInputEnd);
  input.once("error", drain);

  // A client that is gone reads no answers, and without its log the proxy decides nothing.
  output.once("error", giveUp);
  errors.once("error", giveUp);
  for (const [signal, act] of [
    [options.signal, drain],
    [options.hurry, giveUp],
  ] as const) {
    signal?.addEventListener("abort", act, { once: true });
    if (signal?.aborted) act();
  }
  return promise;
}

function endOf(state: "open" | "draining" | "stopping", { isStarted, why }: ChildEnd): ProxyEnd {
  if (!isStarted) return { kind: "unstarted", why };
  if (state === "stopping") return { kind: "closed", why: "the session is over" };
  return { kind: "lost", why };
}

function onceDrained(output: Writable): Promise<void> {
  return new Promise((resolve) => {
    for (const event of ["drain", "close", "error"]) output.once(event, () => resolve());
  });
}

function flush(to: Writable, then: () => void): void {
  if (to.destroyed || to.writableEnded) then();
  else to.write("", () => then());
}

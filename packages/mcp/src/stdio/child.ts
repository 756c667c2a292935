import { type ChildProcessByStdio, spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { escapeInvisible, type JsonObject } from "@mcpolicy/core";
import { type Bounds, serverBounds } from "../wire/intake.ts";
import { lineOf } from "../wire/line-of.ts";
import { type Line, Lines } from "../wire/lines.ts";
import { childEnvironment } from "./environment.ts";

/** How a server on stdio is started. */
export interface ChildOptions {
  readonly command: string;
  readonly args?: readonly string[] | undefined;
  readonly cwd?: string | undefined;
  /** Its whole environment; by default `childEnvironment(process.env)`. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  readonly bounds?: Bounds | undefined;
}

export interface ChildEvents {
  /** A line that it wrote; undefined for one beyond the bound. */
  readonly line: (line: Line) => void;
  /** A line of its standard error, safe to be shown. */
  readonly note: (text: string) => void;
  /** It is gone, and all that it wrote was read. */
  readonly ended: (end: ChildEnd) => void;
}

export interface ChildEnd {
  /** Whether it ever ran. */
  readonly isStarted: boolean;
  /** Of one that ended by itself. */
  readonly why: string;
}

/** What it gets to end by itself, then SIGTERM, then SIGKILL. Milliseconds. */
const PATIENCE = 2_000;

/** An MCP server as a process, spoken to in lines. */
export class Child {
  readonly #process: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #timers = new Set<ReturnType<typeof setTimeout>>();
  #isStopping = false;
  #isOver = false;

  constructor({ command, args = [], cwd, env, bounds = serverBounds }: ChildOptions, events: ChildEvents) {
    const child = spawn(command, args, {
      env: { ...(env ?? childEnvironment(process.env)) },
      ...(cwd === undefined ? {} : { cwd }),
      stdio: ["pipe", "pipe", "pipe"],
      windowsHide: true,
    });
    this.#process = child;
    let failure: string | undefined;
    const lines = new Lines(bounds.bytes);
    child.stdout.on("data", (chunk: Buffer) => {
      for (const line of lines.push(chunk)) events.line(line);
    });
    child.stdout.once("end", () => {
      for (const line of lines.rest()) events.line(line);
    });
    child.stderr.on("data", notesOf(events.note));
    // One that closed its input will end, and `close` tells.
    child.stdin.on("error", () => {});
    child.once("error", (problem) => {
      failure = problem.message;
    });
    // What it started may hold its pipes open after it: they are read while something comes, and then let go.
    const letGo = (): void => {
      if (child.stdout.isPaused()) this.#after(PATIENCE, letGo);
      else for (const stream of [child.stdout, child.stderr]) stream.destroy();
    };
    child.once("exit", () => this.#after(PATIENCE, letGo));
    child.once("close", (code, signal) => {
      this.#isOver = true;
      for (const timer of this.#timers) clearTimeout(timer);
      const why = `the server ended by itself (${signal ?? `exit code ${code ?? "unknown"}`})`;
      events.ended(
        failure === undefined
          ? { isStarted: true, why }
          : { isStarted: false, why: `the server did not start: ${failure}` },
      );
    });
  }

  /** Bytes that wait for it to read them. */
  get waiting(): number {
    return this.#process.stdin.writableLength;
  }

  /** What it writes; whoever cannot take more of it pauses it. */
  get output(): Readable {
    return this.#process.stdout;
  }

  /** What it reads, to be waited for where it cannot keep up. */
  get input(): Writable {
    return this.#process.stdin;
  }

  /** Writes a message. Gives false where it cannot keep up. */
  write(message: JsonObject): boolean {
    const { stdin } = this.#process;
    return stdin.writableEnded || stdin.destroyed || stdin.write(lineOf(message));
  }

  /** Lets it end by itself, as it does when it has nothing more to read; insists after a while. */
  stop(): void {
    if (this.#isStopping) return;
    this.#isStopping = true;
    this.#process.stdin.end();
    this.#after(PATIENCE, () => {
      this.#process.kill("SIGTERM");
      this.#after(PATIENCE, () => this.#process.kill("SIGKILL"));
    });
  }

  /** Ends it without waiting for what it still has to say. */
  kill(): void {
    this.stop();
    this.#process.kill("SIGTERM");
    this.#process.stdout.resume();
  }

  #after(milliseconds: number, then: () => void): void {
    if (!this.#isOver) this.#timers.add(setTimeout(then, milliseconds));
  }
}

/** Its lines, cut to a length, with nothing in them that a terminal would act upon. */
function notesOf(note: (text: string) => void): (chunk: Buffer) => void {
  const lines = new Lines(64 * 1024);
  const decoder = new TextDecoder();
  return (chunk) => {
    for (const line of lines.push(chunk)) {
      note(line === undefined ? "(a line too long to show)" : escapeInvisible(decoder.decode(line)));
    }
  };
}

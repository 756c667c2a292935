import { type ChildProcessWithoutNullStreams, spawn } from "node:child_process";

export type Json = Record<string, unknown>;

/** What a client says to what it is asked, by method. */
export type Answers = Readonly<Record<string, (params: Json) => Json>>;

/** A client that speaks raw lines, and writes down all that it gets. */
export class RawClient {
  readonly #child: ChildProcessWithoutNullStreams;
  readonly #waiting = new Map<unknown, (message: Json) => void>();
  readonly #answers: Answers;
  /** What came from the server, first to last. */
  readonly got: Json[] = [];
  errors = "";
  #next = 1;

  constructor(
    command: string,
    args: readonly string[],
    answers: Answers = {},
    env: NodeJS.ProcessEnv = process.env,
    cwd: string = process.cwd(),
  ) {
    this.#answers = answers;
    this.#child = spawn(command, args, { stdio: "pipe", env, cwd });
    this.#child.stderr.on("data", (chunk) => {
      this.errors += chunk;
    });
    // Not readline: that ends lines where JSON does not.
    let rest = "";
    this.#child.stdout.setEncoding("utf8").on("data", (chunk: string) => {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) this.#take(JSON.parse(line));
    });
    this.#child.once("close", () => {
      for (const settle of this.#waiting.values()) settle({ error: { code: 0, message: "closed" } });
    });
  }

  #take(message: Json): void {
    this.got.push(message);
    const { id, method } = message;
    if (method === undefined) this.#waiting.get(id)?.(message);
    if (method === undefined || id === undefined) return;
    const answer = this.#answers[String(method)];
    const content =
      answer === undefined
        ? { error: { code: -32601, message: "Method not found" } }
        : { result: answer((message["params"] ?? {}) as Json) };
    this.send({ id, ...content });
  }

  send(message: Json): void {
    this.#child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  }

  /** Asks, and gives the whole answer. */
  ask(method: string, params: Json = {}): Promise<Json> {
    const id = `q${this.#next++}`;
    const answer = new Promise<Json>((resolve) => this.#waiting.set(id, resolve));
    this.send({ id, method, params });
    return answer;
  }

  tell(method: string, params: Json = {}): void {
    this.send({ method, params });
  }

  async open(capabilities: Json = {}): Promise<Json> {
    const answer = await this.ask("initialize", {
      protocolVersion: "2025-11-25",
      capabilities,
      clientInfo: { name: "raw", version: "1" },
    });
    this.tell("notifications/initialized");
    return answer;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.#child.once("close", resolve));
    this.#child.stdin.end();
    const kill = setTimeout(() => this.#child.kill("SIGKILL"), 5_000);
    await closed;
    clearTimeout(kill);
  }
}

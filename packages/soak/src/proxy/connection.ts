import { Agent, type IncomingMessage, request } from "node:http";
import { witnessTool } from "../audit/witness-tool.ts";

/** How a call ended: with its result, with a denial, with an error that says so, or with a connection that broke. `never`: within the time. */
export type Ended =
  | { readonly kind: "result" | "denied" | "error"; readonly id: unknown; readonly text: string }
  | { readonly kind: "broken"; readonly text: string }
  | { readonly kind: "never"; readonly text: string };

const META = {
  "io.modelcontextprotocol/protocolVersion": "2026-07-28",
  "io.modelcontextprotocol/clientCapabilities": {},
};

/** How long a client waits for the end of a call. Milliseconds. */
const PATIENCE = 30_000;

/** One client with one connection, of an era. */
export class ClientConnection {
  readonly #url: string;
  readonly #era: "legacy" | "modern";
  readonly #agent = new Agent({ keepAlive: true, maxSockets: 1 });
  #session: string | undefined;

  constructor(url: string, era: "legacy" | "modern") {
    this.#url = url;
    this.#era = era;
  }

  /** Opens a session, where the era has them. Rejects where that fails. */
  async open(): Promise<void> {
    if (this.#era === "modern") return;
    const clientInfo = { name: "soak", version: "1" };
    const params = { protocolVersion: "2025-11-25", capabilities: {}, clientInfo };
    const { headers } = await this.#post({ id: 0, method: "initialize", params }, {});
    this.#session = String(headers["mcp-session-id"]);
    await this.#post({ method: "notifications/initialized" }, this.#headers());
  }

  /** Calls the witness with a number, under an id. Never rejects. */
  async call(n: number, id: number): Promise<Ended> {
    const params = { name: witnessTool.name, arguments: { n }, ...(this.#era === "modern" ? { _meta: META } : {}) };
    const headers = { ...this.#headers(), "mcp-method": "tools/call", "mcp-name": witnessTool.name };
    try {
      const { text, status } = await this.#post({ id, method: "tools/call", params }, headers);
      return endOf(text, status);
    } catch (problem) {
      const text = (problem as Error).message;
      return { kind: text === "never" ? "never" : "broken", text };
    }
  }

  /** Cuts the connection, whatever is under way on it. */
  cut(): void {
    for (const sockets of Object.values(this.#agent.sockets)) for (const socket of sockets ?? []) socket.destroy();
    this.#agent.destroy();
  }

  #headers(): Readonly<Record<string, string>> {
    if (this.#era === "modern") return { "mcp-protocol-version": "2026-07-28" };
    return { "mcp-protocol-version": "2025-11-25", "mcp-session-id": this.#session ?? "" };
  }

  #post(
    message: object,
    headers: Readonly<Record<string, string>>,
  ): Promise<{ readonly text: string; readonly status: number; readonly headers: IncomingMessage["headers"] }> {
    return new Promise((resolve, reject) => {
      const usual = { "content-type": "application/json", accept: "application/json, text/event-stream" };
      const sent = request(this.#url, { method: "POST", agent: this.#agent, headers: { ...usual, ...headers } });
      const late = setTimeout(() => sent.destroy(new Error("never")), PATIENCE);
      const failed = (problem: Error): void => {
        clearTimeout(late);
        reject(problem);
      };
      sent.once("error", failed);
      sent.once("response", (response) => {
        let text = "";
        response.setEncoding("utf8").on("data", (chunk: string) => {
          text += chunk;
        });
        response.once("error", failed);
        response.once("end", () => {
          clearTimeout(late);
          resolve({ text, status: response.statusCode ?? 0, headers: response.headers });
        });
      });
      sent.end(JSON.stringify({ jsonrpc: "2.0", ...message }));
    });
  }
}

function endOf(text: string, status: number): Ended {
  const json = /^data: (\{.*)$/m.exec(text)?.[1] ?? text;
  let answer: {
    id?: unknown;
    result?: { isError?: boolean; content: { text: string }[] };
    error?: { message: string };
  };
  try {
    answer = JSON.parse(json);
  } catch {
    return { kind: "broken", text: `HTTP ${status}: ${text.slice(0, 100)}` };
  }
  const { id, result, error } = answer;
  if (result === undefined) return { kind: "error", id, text: error?.message ?? `HTTP ${status}` };
  return { kind: result.isError === true ? "denied" : "result", id, text: result.content[0]?.text ?? "" };
}

import type { Talker } from "./conversations.ts";
import type { Answers, Json } from "./raw-client.ts";

/** A legacy client on Streamable HTTP that reads streams as they come, answers what it is asked, and writes down all that it gets. */
export class HttpClient implements Talker {
  readonly got: Json[] = [];
  readonly #url: string;
  readonly #answers: Answers;
  readonly #leaving = new AbortController();
  #headers: Record<string, string> = {};
  #next = 1;

  constructor(url: string, answers: Answers = {}) {
    this.#url = url;
    this.#answers = answers;
  }

  async open(capabilities: Json = {}): Promise<Json> {
    const clientInfo = { name: "raw", version: "1" };
    const answer = await this.ask("initialize", { protocolVersion: "2025-11-25", capabilities, clientInfo });
    this.#headers["mcp-protocol-version"] = "2025-11-25";
    await this.#post({ method: "notifications/initialized" });
    void this.#listen().catch(() => {});
    return answer;
  }

  /** Asks, and gives the whole answer. */
  async ask(method: string, params: Json = {}): Promise<Json> {
    const id = `q${this.#next++}`;
    const answer = await this.#post({ id, method, params }, id);
    if (answer === undefined) throw new Error(`${method} has no answer`);
    return answer;
  }

  async close(): Promise<void> {
    this.#leaving.abort();
    await fetch(this.#url, { method: "DELETE", headers: this.#headers });
  }

  /** The stream of what answers nothing that was asked. */
  async #listen(): Promise<void> {
    const headers = { ...this.#headers, accept: "text/event-stream" };
    const response = await fetch(this.#url, { headers, signal: this.#leaving.signal });
    if (response.ok) await this.#read(response, undefined);
  }

  async #post(message: Json, id?: string): Promise<Json | undefined> {
    const usual = { "content-type": "application/json", accept: "application/json, text/event-stream" };
    const body = JSON.stringify({ jsonrpc: "2.0", ...message });
    const response = await fetch(this.#url, { method: "POST", headers: { ...usual, ...this.#headers }, body });
    const session = response.headers.get("mcp-session-id");
    if (session !== null) this.#headers = { ...this.#headers, "mcp-session-id": session };
    return this.#read(response, id);
  }

  /** Reads to the end; gives the answer that has an id. */
  async #read(response: Response, id: string | undefined): Promise<Json | undefined> {
    let found: Json | undefined;
    const take = async (text: string): Promise<void> => {
      const message = JSON.parse(text) as Json;
      this.got.push(message);
      const { id: theirs, method } = message;
      if (method === undefined && theirs === id) found = message;
      if (method === undefined || theirs === undefined) return;
      const answer = this.#answers[String(method)];
      const content =
        answer === undefined
          ? { error: { code: -32601, message: "Method not found" } }
          : { result: answer((message["params"] ?? {}) as Json) };
      await this.#post({ id: theirs, ...content });
    };
    if (response.headers.get("content-type")?.startsWith("application/json") === true) {
      await take(await response.text());
      return found;
    }
    let rest = "";
    for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      const lines = (rest + chunk).split("\n");
      rest = lines.pop() ?? "";
      for (const line of lines) if (line.startsWith("data: {")) await take(line.slice(6));
    }
    return found;
  }
}

import type { JsonObject, ServerIr } from "@mcpolicy/core";
import { isRecord } from "@mcpolicy/core";
import { usualUnknownTool } from "./denial.ts";
import { type Answer, own } from "./message.ts";
import { type Difference, type HeldTools, holdAgainstPins, toolName } from "./pins.ts";
import { type UnknownTool, unknownToolFrom } from "./unknown-tool.ts";

/** How a question of the proxy's own reaches the server; rejects where no answer comes. */
export type Ask = (method: string, params: JsonObject) => Promise<Answer>;

export interface DefinitionsOptions {
  readonly server: ServerIr;
  readonly ask: Ask;
  /** A fresh name that no tool has. */
  readonly probeName: () => string;
  readonly onDifferences: (differences: readonly Difference[]) => void;
  /** Milliseconds that a whole check may take. */
  readonly timeout: number;
}

const MAX_PAGES = 1000;
const METHOD_NOT_FOUND = -32601;

/**
 * What a server offers now, held against the pins. Until a check has ended nothing is `held`; a check that fails holds nothing.
 * When the server says that its list changed, everything is checked anew.
 */
export class Definitions {
  readonly #options: DefinitionsOptions;
  #state: "unchecked" | "checking" | "checked" | "failed" = "unchecked";
  #stale = false;
  #held: ReadonlySet<string> = new Set();
  #unknownTool: UnknownTool = usualUnknownTool;
  #why = "";

  constructor(options: DefinitionsOptions) {
    this.#options = options;
  }

  get state(): "unchecked" | "checking" | "checked" | "failed" {
    return this.#state;
  }

  /** Why the last check failed. */
  get why(): string {
    return this.#why;
  }

  get unknownTool(): UnknownTool {
    return this.#unknownTool;
  }

  /** Whether a tool is offered as it was pinned. */
  isHeld(tool: string): boolean {
    return this.#state === "checked" && this.#held.has(tool);
  }

  /** The server changed its list: what was held is not any more. */
  markStale(): void {
    this.#stale = true;
    if (this.#state !== "checking") this.#state = "unchecked";
  }

  /** Checks, unless a check runs or has ended well. `meta` goes along with each question (modern servers want it). Never rejects. */
  async check(meta: JsonObject | undefined, onEnd: () => void): Promise<void> {
    if (this.#state === "checking" || this.#state === "checked") return;
    this.#state = "checking";
    const until = deadline(this.#options.timeout);
    try {
      do {
        this.#stale = false;
        const found = await Promise.race([look(this.#options, meta), until.passed]);
        this.#held = found.held;
        this.#unknownTool = found.unknownTool;
        if (found.differences.length > 0) this.#options.onDifferences(found.differences);
      } while (this.#stale);
      this.#state = "checked";
    } catch (problem) {
      this.#held = new Set();
      this.#state = "failed";
      this.#why = problem instanceof Error ? problem.message : "the check failed";
    } finally {
      until.clear();
    }
    onEnd();
  }
}

async function look(
  { server, ask, probeName }: DefinitionsOptions,
  meta: JsonObject | undefined,
): Promise<HeldTools & { readonly unknownTool: UnknownTool }> {
  const live = await allTools(ask, meta);
  const probe = probeName();
  const params = { name: probe, arguments: {}, ...(meta === undefined ? {} : { _meta: meta }) };
  const answer = await ask("tools/call", params);
  const names = [...Object.keys(server.tools), ...live.flatMap((definition) => toolName(definition) ?? [])];
  return { ...holdAgainstPins(server, live), unknownTool: unknownToolFrom(probe, answer, names) };
}

async function allTools(ask: Ask, meta: JsonObject | undefined): Promise<readonly unknown[]> {
  const tools: unknown[] = [];
  let cursor: unknown;
  for (let page = 0; page < MAX_PAGES; page++) {
    const params = {
      ...(cursor === undefined ? {} : { cursor }),
      ...(meta === undefined ? {} : { _meta: meta }),
    } as JsonObject;
    const answer = await ask("tools/list", params);
    if (answer.kind === "error") {
      // A server without tools.
      if (page === 0 && own(answer.error, "code") === METHOD_NOT_FOUND) return [];
      throw new Error("the server refused to list its tools");
    }
    const { result } = answer;
    if (!isRecord(result) || !Array.isArray(result["tools"])) throw new Error("the server's list of tools is none");
    tools.push(...result["tools"]);
    cursor = result["nextCursor"];
    if (cursor === undefined) return tools;
    if (typeof cursor !== "string") throw new Error("the server's list of tools has a broken cursor");
  }
  throw new Error(`the server's list of tools has more than ${MAX_PAGES} pages`);
}

function deadline(milliseconds: number): { readonly passed: Promise<never>; readonly clear: () => void } {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const passed = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`the server did not list its tools within ${milliseconds} ms`)),
      milliseconds,
    );
  });
  passed.catch(() => {});
  return { passed, clear: () => clearTimeout(timer) };
}

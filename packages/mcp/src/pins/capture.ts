import { spawn } from "node:child_process";
import type { JsonObject, Listing, Origin, PinFile, Value } from "@mcpolicy/core";
import { isRecord, pinFileOf } from "@mcpolicy/core";
import { childEnvironment } from "../stdio/environment.ts";
import { intake, serverBounds } from "../wire/intake.ts";
import { lineOf } from "../wire/line-of.ts";
import { Lines } from "../wire/lines.ts";

export interface CaptureOptions extends Origin {
  readonly command: string;
  readonly args?: readonly string[];
  /** The server's whole environment; by default the usual allow-list over this process's own. */
  readonly env?: Readonly<Record<string, string>>;
  readonly cwd?: string;
  /** Milliseconds that each answer may take; 30,000 by default. */
  readonly timeout?: number;
}

/** The list methods: the capability that promises each, and the member of its result that holds the page (MCP 2025-11-25). */
// biome-ignore format: table
const lists = [
  { member: "tools",             method: "tools/list",               capability: "tools"     },
  { member: "resources",         method: "resources/list",           capability: "resources" },
  { member: "resourceTemplates", method: "resources/templates/list", capability: "resources" },
  { member: "prompts",           method: "prompts/list",             capability: "prompts"   },
] as const;

const MAX_PAGES = 1000;
const METHOD_NOT_FOUND = -32601;

/**
 * Starts an MCP server on stdio, asks it for everything that it lists, stops it, and gives its pin file. Rejects where it does not start,
 * does not answer in time, or answers with something else than MCP.
 */
export async function capturePins(options: CaptureOptions): Promise<PinFile> {
  const server = start(options);
  try {
    return pinFileOf(await list(server), options);
  } finally {
    await server.stop();
  }
}

async function list(server: Server): Promise<Listing> {
  const opened = await server.ask("initialize", {
    protocolVersion: "2025-11-25",
    capabilities: {},
    clientInfo: { name: "mcpolicy", version: "0.0.0" },
  });
  server.tell("notifications/initialized");
  const { serverInfo, protocolVersion, capabilities } = opened;
  const found = { tools: [], resources: [], resourceTemplates: [], prompts: [] } as Record<string, JsonObject[]>;
  for (const { member, method, capability } of lists) {
    if (!isRecord(capabilities) || !Object.hasOwn(capabilities, capability)) continue;
    found[member] = await pages(server, method, member);
  }
  return {
    ...(isRecord(serverInfo) ? { serverInfo } : {}),
    ...(typeof protocolVersion === "string" ? { protocolVersion } : {}),
    ...(found as unknown as Pick<Listing, "tools" | "resources" | "resourceTemplates" | "prompts">),
  };
}

async function pages(server: Server, method: string, member: string): Promise<JsonObject[]> {
  const found: JsonObject[] = [];
  let cursor: Value | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const result = await server.ask(method, cursor === undefined ? {} : { cursor }).catch((problem: unknown) => {
      // Some servers promise `resources` and know no templates.
      if (problem instanceof Refused && problem.code === METHOD_NOT_FOUND) return { [member]: [] } as JsonObject;
      throw problem;
    });
    const items = result[member];
    if (!Array.isArray(items) || !items.every(isRecord))
      throw new Error(`the server's answer to ${method} lists no ${member}`);
    found.push(...items);
    cursor = result["nextCursor"];
    if (cursor === undefined) return found;
  }
  throw new Error(`the server's answer to ${method} has more than ${MAX_PAGES} pages`);
}

/** The server answered with a JSON-RPC error. */
class Refused extends Error {
  readonly code: Value | undefined;

  constructor(method: string, error: JsonObject) {
    super(`the server answered ${method} with an error: ${JSON.stringify(error["message"] ?? "")}`);
    this.code = error["code"];
  }
}

interface Server {
  ask(method: string, params: JsonObject): Promise<JsonObject>;
  tell(method: string): void;
  stop(): Promise<void>;
}

function start({ command, args = [], env, cwd, timeout = 30_000 }: CaptureOptions): Server {
  const child = spawn(command, args, {
    env: env ?? childEnvironment(process.env),
    ...(cwd === undefined ? {} : { cwd }),
    stdio: ["pipe", "pipe", "ignore"],
  });
  const waiting = new Map<number, { resolve(result: JsonObject): void; reject(problem: Error): void }>();
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
      else asked.reject(new Refused("a request", isRecord(error) ? error : {}));
    }
  });

  const write = (message: JsonObject): void => void child.stdin.write(lineOf(message));
  return {
    ask(method, params) {
      if (failure !== undefined) return Promise.reject(failure);
      const id = nextId++;
      const answer = new Promise<JsonObject>((resolve, reject) => waiting.set(id, { resolve, reject }));
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

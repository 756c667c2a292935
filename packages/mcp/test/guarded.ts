import type { DecisionRecord, OutcomeRecord } from "@mcpolicy/core";
import {
  type ConditionIr,
  digestOf,
  type JsonObject,
  type PinnedTool,
  type PolicyIr,
  pinOf,
  type RuleIr,
} from "@mcpolicy/core";
import { everyAbility, type LoadedPolicy, loadPolicy } from "@mcpolicy/runtime";
import { type MemorySink, memorySink } from "../src/audit/memory-sink.ts";
import { Session, type SessionOptions } from "../src/stdio/session.ts";

/** The definitions of a little server. */
export const definitions: readonly PinnedTool[] = [
  tool("read", { path: { type: "string" } }),
  tool("write", { path: { type: "string" }, text: { type: "string" } }),
  tool("secret", {}),
];

function tool(name: string, properties: JsonObject): PinnedTool {
  return {
    name,
    description: `It does ${name}.`,
    inputSchema: { type: "object", properties, required: Object.keys(properties) },
  };
}

const place = { file: "a.mcpolicy", line: 1, column: 1 };

/** A condition that always holds. */
export const always: ConditionIr = { kind: "constant", truth: true };

/** A rule for developers about tools of `fs`. */
export function rule(
  effect: RuleIr["effect"],
  id: string,
  names: readonly string[],
  condition: ConditionIr,
  because?: string,
): RuleIr {
  const operations = names.map((name) => ({ kind: "tool", server: "fs", name }) as const);
  return {
    id,
    effect,
    place,
    who: { anyone: false, roles: ["developer"], ids: [] },
    branches: [{ operations, except: [], condition }],
    shadow: false,
    ...(because === undefined ? {} : { because }),
  };
}

/** `args.path OPERATOR "path"`. */
export function path(operator: "equal" | "under", path: string): ConditionIr {
  const [as, constant] = operator === "equal" ? (["string", "string"] as const) : (["path", "path"] as const);
  const value = operator === "under" ? [path] : path;
  return {
    kind: "atom",
    at: { place, text: `args.path ${operator} "${path}"` },
    operand: {
      kind: "apply",
      operator,
      as: { kind: "bool" },
      operands: [
        { kind: "reference", root: "args", path: ["path"], as: { kind: as } },
        {
          kind: "constant",
          value,
          as: operator === "under" ? { kind: "list", element: { kind: constant } } : { kind: constant },
        },
      ],
    },
  };
}

/** A loaded policy of one server, `fs`, with these tools pinned. */
export function policyOf(pinned: readonly PinnedTool[], rules: readonly RuleIr[]): LoadedPolicy {
  const tools = pinned.map((each) => {
    const schema = { ...each.inputSchema, additionalProperties: false };
    return [each.name, { digest: pinOf(each), description: each.description ?? "", annotations: {}, schema }] as const;
  });
  const ir: PolicyIr = {
    version: 1,
    servers: [{ name: "fs", untyped: false, trusted: false, tools: Object.fromEntries(tools), prompts: [] }],
    roles: { developer: ["developer"] },
    principal: {},
    context: {},
    rules,
  };
  return loadPolicy({ mcpolicyArtifact: 1, digest: digestOf(ir), policy: ir }, { abilities: everyAbility });
}

/** Developers read and write, but not `/secret`; nobody sees `secret`. */
export const policy: LoadedPolicy = policyOf(definitions, [
  rule("allow", "files", ["read", "write"], always),
  rule("deny", "no secrets", ["read", "write"], path("equal", "/secret"), "Secrets stay shut."),
]);

/** A session with a scripted server: what each side was sent, and what was logged. */
export interface Bench {
  readonly session: Session;
  readonly atClient: JsonObject[];
  readonly atServer: JsonObject[];
  readonly audit: MemorySink;
  /** Decisions that were recorded, and outcomes. */
  decisions(): readonly DecisionRecord[];
  outcomes(): readonly OutcomeRecord[];
  readonly differences: string[];
  /** Sends a line as the client. */
  client(line: unknown): void;
  server(line: unknown): void;
  /** Lets promises run. */
  settle(): Promise<void>;
}

export interface BenchOptions extends Partial<SessionOptions> {
  /** Answers what the session sends to the server; by default as a small MCP server does. */
  readonly serve?: (message: JsonObject) => JsonObject | undefined;
}

export function bench({ serve = littleServer(), ...options }: BenchOptions = {}): Bench {
  const atClient: JsonObject[] = [];
  const atServer: JsonObject[] = [];
  const audit = memorySink();
  const differences: string[] = [];
  let ids = 0;
  const asLine = (line: unknown): Uint8Array =>
    new TextEncoder().encode(typeof line === "string" ? line : JSON.stringify(line));
  const session: Session = new Session({
    policy,
    server: "fs",
    principal: () => ({ id: "dev", roles: ["developer"] }),
    toClient: (message) => atClient.push(message),
    toServer(message) {
      atServer.push(message);
      const answer = serve(message);
      if (answer !== undefined) queueMicrotask(() => session.server(asLine(answer)));
    },
    audit,
    onDifferences: (found) => differences.push(...found.map(({ text }) => text)),
    now: () => Date.parse("2026-11-22T10:00:00Z"),
    newId: () => `id-${++ids}`,
    ...options,
  });
  return {
    session,
    atClient,
    atServer,
    audit,
    decisions: () => audit.records().filter((each) => each.kind === "decision"),
    outcomes: () => audit.records().filter((each) => each.kind === "outcome"),
    differences,
    client: (line) => session.client(asLine(line)),
    server: (line) => session.server(asLine(line)),
    settle: () => new Promise((resolve) => setTimeout(resolve, 5)),
  };
}

/** A server that offers `tools` and answers each call with the arguments it got; it knows nothing else. */
export function littleServer(tools: readonly unknown[] = definitions): (message: JsonObject) => JsonObject | undefined {
  const names = new Set(tools.map((each) => (each as { name: string }).name));
  return ({ id, method, params }) => {
    if (id === undefined || method === undefined) return undefined;
    const { name, arguments: args } = (params ?? {}) as { name?: string; arguments?: JsonObject };
    const answers: Record<string, () => JsonObject> = {
      initialize: () => ({
        result: {
          protocolVersion: "2025-11-25",
          capabilities: { tools: { listChanged: true }, resources: {}, logging: {}, experimental: { x: {} } },
          serverInfo: { name: "little", version: "1" },
        },
      }),
      ping: () => ({ result: {} }),
      "tools/list": () => ({ result: { tools: tools as never } }),
      "tools/call": () =>
        names.has(String(name))
          ? { result: { content: [{ type: "text", text: JSON.stringify(args ?? null) }] } }
          : { result: { content: [{ type: "text", text: `Unknown tool: ${name}` }], isError: true } },
    };
    const answer = answers[String(method)]?.() ?? { error: { code: -32601, message: "Method not found" } };
    return { jsonrpc: "2.0", id, ...answer };
  };
}

/** A `tools/call` of `name`. */
export function call(id: unknown, name: string, args: unknown, more: object = {}): JsonObject {
  return { jsonrpc: "2.0", id, method: "tools/call", params: { name, arguments: args, ...more } } as JsonObject;
}

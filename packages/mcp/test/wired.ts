import type { AuditSink, DecisionRecord, JsonObject, OutcomeRecord, Principal, StateDriver } from "@mcpolicy/core";
import { memoryDriver } from "@mcpolicy/runtime";
import { type MemorySink, memorySink } from "../src/audit/memory-sink.ts";
import type { Caller } from "../src/caller.ts";
import { Connection, type ConnectionOptions } from "../src/connection/connection.ts";
import { Enforcer } from "../src/decide/enforcer.ts";
import { Definitions } from "../src/pins/definitions.ts";
import type { EnforcedPolicy } from "../src/policy.ts";
import { CLIENT_CAPABILITIES, PROTOCOL_VERSION } from "../src/wire/message.ts";

/** What a scripted server answers, by method: a result, `{ error }`, or nothing. */
export type Script = Readonly<Record<string, (params: JsonObject, message: JsonObject) => JsonObject | undefined>>;

export interface WiredOptions
  extends Partial<Omit<ConnectionOptions<undefined, undefined>, "enforcer" | "definitions" | "ends">> {
  readonly policy: EnforcedPolicy;
  readonly server: string;
  readonly script: Script;
  readonly caller?: () => Caller;
  readonly state?: StateDriver;
  readonly audit?: AuditSink;
  readonly now?: () => number;
  /** What several connections share. */
  readonly enforcer?: Enforcer;
}

/** A connection between a test and a scripted server; nothing in it takes time of its own. */
export interface Wired {
  readonly connection: Connection<undefined, undefined>;
  readonly enforcer: Enforcer;
  readonly audit: MemorySink;
  readonly atServer: JsonObject[];
  /** What the client got that answers nothing it asked. */
  readonly atClient: JsonObject[];
  /** Asks as a legacy client; gives the whole answer. */
  ask(method: string, params?: JsonObject): Promise<JsonObject>;
  /** Asks as a modern client that declared these capabilities. */
  modern(method: string, params?: JsonObject, capabilities?: JsonObject): Promise<JsonObject>;
  /** Opens a legacy session. */
  open(capabilities?: JsonObject): Promise<JsonObject>;
  tell(method: string, params?: JsonObject): void;
  /** As the server. */
  fromServer(message: JsonObject): void;
  /** Until nothing is under way any more. */
  quiet(): Promise<void>;
  decisions(method?: string): readonly DecisionRecord[];
  outcomes(): readonly OutcomeRecord[];
  /** What was forwarded of a method, probes of our own left out. */
  forwarded(method: string): readonly JsonObject[];
}

export const dev: Principal = { id: "dev", roles: ["developer"] };
const noon = Date.parse("2026-11-22T12:00:00Z");

export function wired(options: WiredOptions): Wired {
  const { policy, server, script, caller = () => ({ principal: dev }), now = () => noon, ...rest } = options;
  const audit = memorySink();
  let ids = 0;
  const newId = (): string => `id-${++ids}`;
  const enforcer =
    options.enforcer ??
    new Enforcer({
      ...{ policy, server, now, newId },
      audit: options.audit ?? audit,
      state: options.state ?? memoryDriver(policy.windows),
    });
  const definitions = new Definitions({
    ...{ server: enforcer.server, strict: true, newId, timeout: 30_000 },
    onDifferences: () => {},
  });
  const waiting = new Map<unknown, (message: JsonObject) => void>();
  const atServer: JsonObject[] = [];
  const atClient: JsonObject[] = [];
  const connection: Connection<undefined, undefined> = new Connection<undefined, undefined>({
    ...{ transport: "stdio", ids: "ours" },
    ...rest,
    ...{ enforcer, definitions },
    ends: {
      toClient(message) {
        const settle = message["method"] === undefined ? waiting.get(message["id"]) : undefined;
        if (settle === undefined) atClient.push(message);
        else settle(message);
      },
      toServer(message) {
        atServer.push(message);
        const { id, method, params } = message;
        if (id === undefined || method === undefined) return;
        const found = script[String(method)];
        const answer =
          found === undefined
            ? { error: { code: -32601, message: "Method not found" } }
            : found((params ?? {}) as JsonObject, message);
        if (answer === undefined) return;
        const isError = Object.hasOwn(answer, "error") && Object.keys(answer).length === 1;
        const whole = isError ? answer : { result: answer };
        queueMicrotask(
          () => void connection.fromServer({ jsonrpc: "2.0", id, ...whole }, undefined, { caller: caller() }),
        );
      },
    },
  });

  let next = 0;
  const ask = (method: string, params: JsonObject = {}): Promise<JsonObject> => {
    next += 1;
    const id = `q${next}`;
    const answer = new Promise<JsonObject>((resolve) => waiting.set(id, resolve));
    void connection.fromClient({ jsonrpc: "2.0", id, method, params }, caller(), undefined);
    return answer;
  };
  const quiet = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  return {
    ...{ connection, enforcer, audit, atServer, atClient, ask, quiet },
    modern: (method, params = {}, capabilities = {}) =>
      ask(method, {
        ...params,
        _meta: { [PROTOCOL_VERSION]: "2026-07-28", [CLIENT_CAPABILITIES]: capabilities },
      }),
    async open(capabilities = {}) {
      const params = { protocolVersion: "2025-11-25", capabilities, clientInfo: { name: "c", version: "1" } };
      const answer = await ask("initialize", params);
      void connection.fromClient({ jsonrpc: "2.0", method: "notifications/initialized" }, caller(), undefined);
      await quiet();
      return answer;
    },
    tell(method, params = {}) {
      void connection.fromClient({ jsonrpc: "2.0", method, params }, caller(), undefined);
    },
    fromServer(message) {
      void connection.fromServer({ jsonrpc: "2.0", ...message }, undefined, { caller: caller() });
    },
    decisions: (method) =>
      audit
        .records()
        .filter((each) => each.kind === "decision")
        .filter((each) => method === undefined || each.method === method),
    outcomes: () => audit.records().filter((each) => each.kind === "outcome"),
    forwarded: (method) =>
      atServer.filter((message) => {
        const isProbe = JSON.stringify(message["params"] ?? {}).includes("no-such-");
        return message["method"] === method && !isProbe;
      }),
  };
}

/** What a server with these definitions answers to be opened, listed and probed. */
export function serving(lists: {
  readonly tools?: readonly JsonObject[];
  readonly prompts?: readonly JsonObject[];
  readonly resources?: readonly JsonObject[];
  readonly resourceTemplates?: readonly JsonObject[];
  readonly capabilities?: JsonObject;
}): Script {
  const { tools = [], prompts = [], resources = [], resourceTemplates = [], capabilities = {} } = lists;
  return {
    initialize: () => ({
      protocolVersion: "2025-11-25",
      capabilities: { tools: {}, prompts: {}, resources: {}, logging: {}, completions: {}, ...capabilities },
      serverInfo: { name: "scripted", version: "1" },
    }),
    ping: () => ({}),
    "tools/list": () => ({ tools: tools as JsonObject[] }),
    "prompts/list": () => ({ prompts: prompts as JsonObject[] }),
    "resources/list": () => ({ resources: resources as JsonObject[] }),
    "resources/templates/list": () => ({ resourceTemplates: resourceTemplates as JsonObject[] }),
    "tools/call": ({ name, arguments: args }) =>
      tools.some((each) => each["name"] === name)
        ? { content: [{ type: "text", text: JSON.stringify(args ?? null) }] }
        : { content: [{ type: "text", text: `Unknown tool: ${name}` }], isError: true },
  };
}

/** The reason that a denial gives. */
export function reasonOf(answer: JsonObject): unknown {
  const { result, error } = answer as { result?: { _meta?: JsonObject }; error?: { data?: JsonObject } };
  const told = (result?._meta?.["dev.mcpolicy/decision"] ?? error?.data) as { reason?: unknown } | undefined;
  return told?.reason;
}

import type { Operation } from "@mcpolicy/core";
import type { Era } from "../wire/message.ts";

export type Side = "client" | "server";

/**
 * What lets a message pass.
 *
 * - `anyone`: nothing is needed. `table`: a verified caller.
 * - `operation`: the policy decides `subject`.
 * - `completion`: the policy decides, and what `ref` names is visible to the caller.
 * - `listen`: each URI of the filter is decided as a read; what is denied is taken out.
 * - `task`: the task belongs to the caller.
 * - `question`: the policy decides what a server asks of the client; the adapter's own rules come on top.
 * - `pending`: it belongs to a request in flight. `asked`: it belongs to a question that was let through.
 * - `updated`: its URI may be read. `listened`: it belongs to a subscription that was let through.
 */
export type Gate =
  | "anyone"
  | "table"
  | "operation"
  | "completion"
  | "listen"
  | "task"
  | "question"
  | "pending"
  | "asked"
  | "updated"
  | "listened";

/** What becomes of the answer to a request (`results/`). */
export type ResultKind =
  | "empty"
  | "initialize"
  | "discover"
  | "tools"
  | "resources"
  | "resourceTemplates"
  | "prompts"
  | "call"
  | "read"
  | "prompt"
  | "completion"
  | "listen"
  | "task"
  | "tasks"
  | "task-result"
  | "sampled"
  | "elicited"
  | "roots"
  | "none";

/** A type of a member of `params`; with `?` it may be left out. */
export type Member =
  | "text"
  | "text?"
  | "record"
  | "record?"
  | "list"
  | "list?"
  | "id"
  | "id?"
  | "number"
  | "number?"
  | "any"
  | "any?"
  | "texts?";

export type Members = Readonly<Record<string, Member>>;

/** A capability that announces methods: whose it is, and its name. */
export type Capability = readonly [side: Side, name: string];

/**
 * One method that passes, and how. Whatever has no row is denied, in both directions.
 *
 * - `era`: the revisions that know it; in a message of the other era it has no row.
 * - `subject`: what the policy decides about, where it decides.
 * - `held`: waits until the server's live definitions were held against the pins.
 * - `params`: the members that are understood, and forwarded; others are left out.
 * - `capability`: what announces it; capabilities without a row are not announced.
 */
export interface MethodRow {
  readonly method: string;
  readonly from: Side;
  readonly kind: "request" | "notification";
  readonly era: "legacy" | "modern" | "both";
  readonly gate: Gate;
  readonly subject: Operation["kind"] | "none";
  readonly held: boolean;
  readonly result: ResultKind;
  readonly params: Readonly<Record<Era, Members>>;
  readonly capability?: Capability;
}

/** Members of both eras, and those of one alone. */
function members(
  both: Members,
  only: { readonly legacy?: Members; readonly modern?: Members } = {},
): MethodRow["params"] {
  return { legacy: { ...both, ...only.legacy }, modern: { ...both, ...only.modern } };
}

const retry = { inputResponses: "record?", requestState: "text?" } as const;
const none = members({});
const page = members({ cursor: "text?" });
const opening = members({ protocolVersion: "text", capabilities: "record", clientInfo: "record" });
const call = members({ name: "text", arguments: "record?" }, { legacy: { task: "record?" }, modern: retry });
const read = members({ uri: "text" }, { modern: retry });
const uri = members({ uri: "text" });
const prompt = members({ name: "text", arguments: "texts?" }, { modern: retry });
const complete = members({ ref: "record", argument: "record", context: "record?" });
const level = members({ level: "text" });
const filter = members({ notifications: "record" });
const task = members({ taskId: "text" });
const answers = members({ taskId: "text", inputResponses: "record?" });
const status = members({
  ...{
    taskId: "text",
    status: "text",
    statusMessage: "text?",
    createdAt: "text?",
    lastUpdatedAt: "text?",
    ttl: "any?",
  },
  ...{
    pollInterval: "any?",
    ttlMs: "any?",
    pollIntervalMs: "any?",
    result: "record?",
    error: "record?",
    inputRequests: "record?",
  },
});
const progress = members({ progressToken: "id", progress: "number", total: "number?", message: "text?" });
const cancelled = members({ requestId: "id?", reason: "text?" });
const logged = members({ level: "text", logger: "text?", data: "any" });
const finished = members({ elicitationId: "text" });
const sampling = members({
  ...{
    messages: "list",
    modelPreferences: "record?",
    systemPrompt: "text?",
    includeContext: "text?",
    temperature: "number?",
  },
  ...{ maxTokens: "number", stopSequences: "list?", metadata: "record?", tools: "list?", toolChoice: "record?" },
});
const elicitation = members(
  { mode: "text?", message: "text", requestedSchema: "record?", url: "text?" },
  { legacy: { elicitationId: "text?" } },
);

const tools = ["server", "tools"] as const;
const resources = ["server", "resources"] as const;
const prompts = ["server", "prompts"] as const;
const completions = ["server", "completions"] as const;
const logging = ["server", "logging"] as const;
const serverTasks = ["server", "tasks"] as const;
const ofSampling = ["client", "sampling"] as const;
const ofElicitation = ["client", "elicitation"] as const;
const ofRoots = ["client", "roots"] as const;

// MCP 2025-11-25 and before (legacy), 2026-07-28 (modern).
// biome-ignore format: table
export const methods: readonly MethodRow[] = [
  { method: "initialize",                               from: "client", kind: "request",      era: "legacy", gate: "table",      subject: "none",        held: false, result: "initialize",        params: opening },
  { method: "server/discover",                          from: "client", kind: "request",      era: "modern", gate: "table",      subject: "none",        held: false, result: "discover",          params: none },
  { method: "ping",                                     from: "client", kind: "request",      era: "legacy", gate: "anyone",     subject: "none",        held: false, result: "empty",             params: none },
  { method: "tools/list",                               from: "client", kind: "request",      era: "both",   gate: "table",      subject: "none",        held: true,  result: "tools",             params: page,        capability: tools },
  { method: "tools/call",                               from: "client", kind: "request",      era: "both",   gate: "operation",  subject: "tool",        held: true,  result: "call",              params: call,        capability: tools },
  { method: "resources/list",                           from: "client", kind: "request",      era: "both",   gate: "table",      subject: "none",        held: true,  result: "resources",         params: page,        capability: resources },
  { method: "resources/templates/list",                 from: "client", kind: "request",      era: "both",   gate: "table",      subject: "none",        held: true,  result: "resourceTemplates", params: page,        capability: resources },
  { method: "resources/read",                           from: "client", kind: "request",      era: "both",   gate: "operation",  subject: "resource",    held: true,  result: "read",              params: read,        capability: resources },
  { method: "resources/subscribe",                      from: "client", kind: "request",      era: "legacy", gate: "operation",  subject: "resource",    held: true,  result: "empty",             params: uri,         capability: resources },
  { method: "resources/unsubscribe",                    from: "client", kind: "request",      era: "legacy", gate: "table",      subject: "none",        held: false, result: "empty",             params: uri,         capability: resources },
  { method: "subscriptions/listen",                     from: "client", kind: "request",      era: "modern", gate: "listen",     subject: "none",        held: true,  result: "listen",            params: filter },
  { method: "prompts/list",                             from: "client", kind: "request",      era: "both",   gate: "table",      subject: "none",        held: true,  result: "prompts",           params: page,        capability: prompts },
  { method: "prompts/get",                              from: "client", kind: "request",      era: "both",   gate: "operation",  subject: "prompt",      held: true,  result: "prompt",            params: prompt,      capability: prompts },
  { method: "completion/complete",                      from: "client", kind: "request",      era: "both",   gate: "completion", subject: "completion",  held: true,  result: "completion",        params: complete,    capability: completions },
  { method: "logging/setLevel",                         from: "client", kind: "request",      era: "legacy", gate: "table",      subject: "none",        held: false, result: "empty",             params: level,       capability: logging },
  { method: "tasks/get",                                from: "client", kind: "request",      era: "both",   gate: "task",       subject: "none",        held: false, result: "task",              params: task,        capability: serverTasks },
  { method: "tasks/update",                             from: "client", kind: "request",      era: "modern", gate: "task",       subject: "none",        held: false, result: "task",              params: answers,     capability: serverTasks },
  { method: "tasks/cancel",                             from: "client", kind: "request",      era: "both",   gate: "task",       subject: "none",        held: false, result: "task",              params: task,        capability: serverTasks },
  { method: "tasks/result",                             from: "client", kind: "request",      era: "legacy", gate: "task",       subject: "none",        held: false, result: "task-result",       params: task,        capability: serverTasks },
  { method: "tasks/list",                               from: "client", kind: "request",      era: "legacy", gate: "table",      subject: "none",        held: false, result: "tasks",             params: page,        capability: serverTasks },
  { method: "notifications/initialized",                from: "client", kind: "notification", era: "legacy", gate: "table",      subject: "none",        held: false, result: "none",              params: none },
  { method: "notifications/progress",                   from: "client", kind: "notification", era: "legacy", gate: "asked",      subject: "none",        held: false, result: "none",              params: progress },
  { method: "notifications/roots/list_changed",         from: "client", kind: "notification", era: "legacy", gate: "table",      subject: "none",        held: false, result: "none",              params: none },
  { method: "notifications/cancelled",                  from: "client", kind: "notification", era: "both",   gate: "pending",    subject: "none",        held: false, result: "none",              params: cancelled },
  { method: "ping",                                     from: "server", kind: "request",      era: "legacy", gate: "anyone",     subject: "none",        held: false, result: "empty",             params: none },
  { method: "sampling/createMessage",                   from: "server", kind: "request",      era: "both",   gate: "question",   subject: "sampling",    held: false, result: "sampled",           params: sampling,    capability: ofSampling },
  { method: "elicitation/create",                       from: "server", kind: "request",      era: "both",   gate: "question",   subject: "elicitation", held: false, result: "elicited",          params: elicitation, capability: ofElicitation },
  { method: "roots/list",                               from: "server", kind: "request",      era: "both",   gate: "question",   subject: "roots",       held: false, result: "roots",             params: none,        capability: ofRoots },
  { method: "notifications/message",                    from: "server", kind: "notification", era: "both",   gate: "anyone",     subject: "none",        held: false, result: "none",              params: logged },
  { method: "notifications/progress",                   from: "server", kind: "notification", era: "both",   gate: "pending",    subject: "none",        held: false, result: "none",              params: progress },
  { method: "notifications/cancelled",                  from: "server", kind: "notification", era: "both",   gate: "asked",      subject: "none",        held: false, result: "none",              params: cancelled },
  { method: "notifications/tools/list_changed",         from: "server", kind: "notification", era: "both",   gate: "anyone",     subject: "none",        held: false, result: "none",              params: none },
  { method: "notifications/prompts/list_changed",       from: "server", kind: "notification", era: "both",   gate: "anyone",     subject: "none",        held: false, result: "none",              params: none },
  { method: "notifications/resources/list_changed",     from: "server", kind: "notification", era: "both",   gate: "anyone",     subject: "none",        held: false, result: "none",              params: none },
  { method: "notifications/resources/updated",          from: "server", kind: "notification", era: "both",   gate: "updated",    subject: "resource",    held: false, result: "none",              params: uri },
  { method: "notifications/subscriptions/acknowledged", from: "server", kind: "notification", era: "modern", gate: "listened",   subject: "none",        held: false, result: "none",              params: filter },
  { method: "notifications/elicitation/complete",       from: "server", kind: "notification", era: "legacy", gate: "asked",      subject: "none",        held: false, result: "none",              params: finished },
  { method: "notifications/tasks/status",               from: "server", kind: "notification", era: "legacy", gate: "task",       subject: "none",        held: false, result: "none",              params: status },
  { method: "notifications/tasks",                      from: "server", kind: "notification", era: "modern", gate: "task",       subject: "none",        held: false, result: "none",              params: status },
];

const rows: Readonly<Record<Side, Readonly<Record<MethodRow["kind"], ReadonlyMap<string, MethodRow>>>>> = {
  client: { request: rowsOf("client", "request"), notification: rowsOf("client", "notification") },
  server: { request: rowsOf("server", "request"), notification: rowsOf("server", "notification") },
};

function rowsOf(from: Side, kind: MethodRow["kind"]): ReadonlyMap<string, MethodRow> {
  return new Map(methods.filter((row) => row.from === from && row.kind === kind).map((row) => [row.method, row]));
}

/** The row of a method that `from` sends as a `kind` of message; `undefined` is denied. */
export function methodRow(method: string, from: Side, kind: MethodRow["kind"]): MethodRow | undefined {
  return rows[from][kind].get(method);
}

import { type Decision, denied, fault, isRecord, type JsonObject, type Operation } from "@mcpolicy/core";
import type { Caller } from "../caller.ts";
import { after, type Maybe } from "../maybe.ts";
import type { Gate, MethodRow } from "../methods/methods.ts";
import type { Definitions } from "../pins/definitions.ts";
import type { Settings } from "../settings.ts";
import { type OwnedTask, owns, type TaskOwners } from "../tasks/owners.ts";
import type { Thing } from "../wire/denial.ts";
import { own, type RequestMessage } from "../wire/message.ts";
import type { Asked, Decided } from "./decided.ts";
import { dispatched } from "./dispatched.ts";
import type { Enforcer } from "./enforcer.ts";

/** A client's request whose form is right. */
export interface Incoming {
  readonly request: RequestMessage;
  readonly row: MethodRow;
  readonly caller: Caller;
}

/** What decides requests of clients. */
export interface Deciding {
  readonly enforcer: Enforcer;
  readonly definitions: Definitions;
  readonly settings: Settings;
  readonly tasks: TaskOwners;
}

/** A request that was decided. */
export interface Gated {
  readonly decided: Decided;
  /** What the server gets, where it gets anything. */
  readonly params: JsonObject;
  /** What a denial is to make look unknown; undefined where it may say what it is. */
  readonly hidden: Hidden | undefined;
  /** The task that it is about. */
  readonly task?: OwnedTask | undefined;
}

export interface Hidden {
  readonly thing: Thing;
  readonly name: string;
}

type GateOf = (incoming: Incoming, deciding: Deciding) => Maybe<Gated>;

/** Let through by the table of methods. */
export const passesTable: Decision = Object.freeze({ ...denied, effect: "allow", reason: "rule" });
export const unauthenticated: Decision = Object.freeze({
  ...denied,
  effect: "unauthenticated",
  reason: "unauthenticated",
});

/** How a request of a client is decided, by its row's gate. */
const gates: Readonly<Partial<Record<Gate, GateOf>>> = {
  anyone: (incoming, { enforcer }) => gated(incoming, enforcer.byTable(askedOf(incoming), passesTable, "table")),

  table: (incoming, deciding) => byTable(incoming, deciding, incoming.request.params),

  operation(incoming, { enforcer, definitions, settings }) {
    const asked = askedOf(incoming, enforcer.server.name);
    const before = beforeRules(asked, incoming.row, definitions);
    const inner = asked.operation?.kind === "tool" ? dispatched(asked, settings.dispatchers) : undefined;
    if (inner === undefined) return operationGated(incoming, enforcer, enforcer.decide(asked, before));
    // Both have to pass; what is remembered is the call that is meant.
    const isVisible = before === undefined && isListed(asked, enforcer);
    if (!("operation" in inner) || !isVisible) {
      const broken = "operation" in inner ? undefined : inner;
      return operationGated(incoming, enforcer, enforcer.decide(asked, before ?? broken));
    }
    const decided = operationGated(incoming, enforcer, enforcer.decide(inner, before, asked));
    return after(decided, (each) => (each.hidden === undefined ? each : notThere(each)));
  },

  completion(incoming, { enforcer, definitions }) {
    const asked = askedOf(incoming, enforcer.server.name);
    const reference = referenceOf(incoming.request.params, enforcer.server.name);
    const isVisible = reference !== undefined && isReferenceVisible(reference, incoming, enforcer, definitions);
    const hidden: Decision = {
      ...denied,
      reason: "unknown-operation",
      kept: { ...denied.kept, notes: ["what it completes is not visible"] },
    };
    return operationGated(incoming, enforcer, enforcer.decide(asked, isVisible ? undefined : hidden));
  },

  listen(incoming, deciding) {
    const { enforcer } = deciding;
    const { params } = incoming.request;
    const filter = own(params, "notifications") as JsonObject;
    const uris = own(filter, "resourceSubscriptions");
    const asked = Array.isArray(uris) ? uris.filter((uri) => typeof uri === "string") : [];
    return after(asked.length === 0 ? never : enforcer.present(incoming.caller), (isAllowed) => {
      const left = asked.filter((uri) => isAllowed({ kind: "resource", server: enforcer.server.name, uri }));
      const kinds = Object.entries(filter).filter(([name]) => listenKinds.includes(name));
      const allowed = Object.fromEntries([...kinds, ...(left.length === 0 ? [] : [["resourceSubscriptions", left]])]);
      if (asked.length > 0 && left.length === 0 && !kinds.some(([, value]) => value === true)) {
        return gated(incoming, enforcer.byTable(askedOf(incoming), { ...denied, reason: "default" }));
      }
      return byTable(incoming, deciding, { ...params, notifications: allowed });
    });
  },

  task(incoming, deciding) {
    const { request, caller } = incoming;
    return after(deciding.tasks.of(String(own(request.params, "taskId"))), (task): Maybe<Gated> => {
      if (caller.principal === undefined) return byTable(incoming, deciding, request.params);
      if (task !== undefined && owns(task, caller.principal)) {
        return after(byTable(incoming, deciding, request.params), (each) => ({ ...each, task }));
      }
      const notes = [task === undefined ? "nobody made such a task" : "the task is another caller's"];
      const denial: Decision = { ...denied, reason: "unknown-operation", kept: { ...denied.kept, notes } };
      return after(deciding.enforcer.byTable(askedOf(incoming), denial), (decided) => {
        return { decided, params: request.params, hidden: hiddenOf(incoming) };
      });
    });
  },
};

function never(): boolean {
  return false;
}

/** The kinds of notification that a subscription may ask for, beside resources by URI (MCP 2026-07-28, SubscriptionFilter). */
const listenKinds: readonly string[] = ["toolsListChanged", "promptsListChanged", "resourcesListChanged"];

/** Decides a request of a client by its row. */
export function gate(incoming: Incoming, deciding: Deciding): Maybe<Gated> {
  const decide = gates[incoming.row.gate];
  if (decide !== undefined) return decide(incoming, deciding);
  return gated(incoming, deciding.enforcer.byTable(askedOf(incoming), fault("the method has no gate")));
}

function byTable(incoming: Incoming, { enforcer, definitions }: Deciding, params: JsonObject): Maybe<Gated> {
  const decision =
    incoming.caller.principal === undefined ? unauthenticated : (unchecked(incoming.row, definitions) ?? passesTable);
  const reason = decision === passesTable ? "table" : decision.reason;
  return gated(incoming, enforcer.byTable(askedOf(incoming), decision, reason), params);
}

/** What stands before any rule: the live definitions could not be checked, or this one is not as pinned. */
function beforeRules({ operation }: Asked, row: MethodRow, definitions: Definitions): Decision | undefined {
  const failed = unchecked(row, definitions);
  if (failed !== undefined || operation === undefined || isAsPinned(operation, definitions)) return failed;
  return { ...denied, reason: "pin-mismatch", kept: { ...denied.kept, notes: ["it is not as it was pinned"] } };
}

function isAsPinned(operation: Operation, definitions: Definitions): boolean {
  switch (operation.kind) {
    case "tool":
    case "prompt":
      return definitions.isHeld(operation.kind, operation.name);
    case "resource":
      return definitions.isHeld("resource", operation.uri);
    default:
      return true;
  }
}

function unchecked({ held }: MethodRow, definitions: Definitions): Decision | undefined {
  return held && definitions.state !== "checked" ? fault(definitions.why) : undefined;
}

const nothing: readonly string[] = [];
const noArguments: JsonObject = Object.freeze({});

/** A request as something to be decided; `server` where it has an operation. */
export function askedOf({ request, row, caller }: Incoming, server?: string): Asked {
  const { params, method, era } = request;
  const operation = server === undefined ? undefined : operationOf(row, server, params);
  const args = "arguments" in params && row.subject !== "none" ? params["arguments"] : undefined;
  const meta = params["_meta"];
  return {
    from: row.from,
    method,
    era,
    caller,
    operation,
    arguments: isRecord(args) ? args : noArguments,
    meta: isRecord(meta) ? meta : undefined,
    notes: nothing,
  };
}

function operationOf({ subject }: MethodRow, server: string, params: JsonObject): Operation | undefined {
  switch (subject) {
    case "none":
      return undefined;
    case "tool":
    case "prompt":
      return { kind: subject, server, name: String(params["name"]) };
    case "resource":
      return { kind: subject, server, uri: String(params["uri"]) };
    default:
      return { kind: subject, server };
  }
}

function gated(
  incoming: Incoming,
  decided: Maybe<Decided>,
  params: JsonObject = incoming.request.params,
): Maybe<Gated> {
  return after(decided, (each) => ({ decided: each, params, hidden: undefined }));
}

function operationGated(incoming: Incoming, enforcer: Enforcer, decided: Maybe<Decided>): Maybe<Gated> {
  return after(decided, (each) => notHidden(incoming, enforcer, each));
}

function notHidden(incoming: Incoming, enforcer: Enforcer, decided: Decided): Gated {
  const hidden = isHidden(decided, incoming, enforcer) ? hiddenOf(incoming) : undefined;
  return { decided, params: incoming.request.params, hidden };
}

function isListed({ caller, operation }: Asked, { policy, now }: Enforcer): boolean {
  return operation !== undefined && policy.isListed(caller.principal, operation, now());
}

/** A dispatcher is there, whatever it is asked to call: what it may not show is denied like what nothing allows. */
function notThere(gated: Gated): Gated {
  return { ...gated, decided: { ...gated.decided, decision: denied }, hidden: undefined };
}

/** Whether a denied operation is to look as if it did not exist: its list hides it, whatever was to be done with it. */
function isHidden({ decision, asked }: Decided, { caller }: Incoming, { policy, now }: Enforcer): boolean {
  const { effect, reason } = decision;
  if (effect === "allow" || effect === "unauthenticated") return false;
  if (reason === "unknown-operation" || reason === "pin-mismatch") return true;
  const { operation } = asked;
  return operation?.kind === "resource" && reason !== "fault" && !policy.isListed(caller.principal, operation, now());
}

function hiddenOf({ row, request: { params } }: Incoming): Hidden {
  switch (row.subject) {
    case "tool":
    case "prompt":
      return { thing: row.subject, name: String(params["name"]) };
    case "resource":
      return { thing: "resource", name: String(params["uri"]) };
    case "completion": {
      const ref = params["ref"];
      const name = isRecord(ref) ? (own(ref, "name") ?? own(ref, "uri")) : undefined;
      return { thing: "reference", name: String(name) };
    }
    default:
      return { thing: "task", name: String(params["taskId"]) };
  }
}

/** What a completion is for (MCP 2025-11-25, PromptReference and ResourceTemplateReference). */
function referenceOf(params: JsonObject, server: string): Operation | undefined {
  const ref = params["ref"];
  if (!isRecord(ref)) return undefined;
  const [name, uri] = [own(ref, "name"), own(ref, "uri")];
  if (own(ref, "type") === "ref/prompt" && typeof name === "string") return { kind: "prompt", server, name };
  if (own(ref, "type") === "ref/resource" && typeof uri === "string") return { kind: "resource", server, uri };
  return undefined;
}

function isReferenceVisible(
  reference: Operation,
  { caller }: Incoming,
  enforcer: Enforcer,
  definitions: Definitions,
): boolean {
  const { policy, server } = enforcer;
  const now = enforcer.now();
  if (reference.kind === "resource" && reference.uri.includes("{")) {
    return policy.isTemplateListed(caller.principal, server.name, reference.uri, now);
  }
  if (!policy.isListed(caller.principal, reference, now)) return false;
  return reference.kind !== "prompt" || definitions.isHeld("prompt", reference.name);
}

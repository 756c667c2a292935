import { isRecord, type JsonObject } from "@mcpolicy/core";
import { after, type Maybe } from "../maybe.ts";
import { methodRow } from "../methods/methods.ts";
import { owns } from "../tasks/owners.ts";
import { own } from "../wire/message.ts";
import { call } from "./call.ts";
import { heardError } from "./errors.ts";
import { type Hear, type Heard, type Hearing, passes, withheld } from "./heard.ts";
import { inputRequired } from "./input-required.ts";

/** What is understood of a task (MCP 2025-11-25, Task; 2026-07-28, extension io.modelcontextprotocol/tasks). */
const members = [
  ...["taskId", "status", "statusMessage", "createdAt", "lastUpdatedAt"],
  ...["ttl", "pollInterval", "ttlMs", "pollIntervalMs"],
];

const over: ReadonlySet<unknown> = new Set(["completed", "failed", "cancelled"]);

/** A call that goes on as a task (CreateTaskResult): it is the caller's from now on, and the call is not over yet. */
export function taskMade(result: JsonObject, hearing: Hearing): Maybe<Heard> {
  const { request, row, decided, caller, tasks } = hearing;
  const isModern = request.era === "modern";
  const task = isModern ? result : own(result, "task");
  const id = isRecord(task) ? own(task, "taskId") : undefined;
  const { principal } = caller;
  if (!isRecord(task) || typeof id !== "string" || principal === undefined) return withheld("the task has no id");
  return after(tasks.take(id, { principal, decided, request, row }), (isTaken): Heard => {
    if (!isTaken) return withheld("the id of the task is another one's");
    const meta = own(result, "_meta");
    const left = {
      ...(isModern ? { resultType: "task", ...taskLeft(task) } : { task: taskLeft(task) }),
      ...(isRecord(meta) ? { _meta: meta } : undefined),
    };
    return { kind: "passes", result: left, notes: ["it goes on as a task"], isOpen: true };
  });
}

/** `tasks/get`, `tasks/update`, `tasks/cancel`: what the task says of itself, and within it what the call came to. */
export const task: Hear = (result, hearing) => {
  const meta = own(result, "_meta");
  const type = own(result, "resultType");
  const around = {
    ...(type === undefined ? undefined : { resultType: type }),
    ...taskLeft(result),
    ...(isRecord(meta) ? { _meta: meta } : undefined),
  };
  const { task: owned, enforcer } = hearing;
  if (owned === undefined) return withheld("the task is nobody's");
  const ofCall: Hearing = { ...hearing, ...owned };
  const within = own(result, "result");
  const error = own(result, "error");
  const asked = own(result, "inputRequests");
  if (isRecord(within)) {
    return after(call(within, ofCall), (heard) => joined(heard, (left) => ({ ...around, result: left })));
  }
  if (isRecord(error)) {
    const heard = heardError(error, ofCall, undefined);
    return after(heard, (each) => joined(each, (left) => ({ ...around, error: own(left, "error") ?? null })));
  }
  if (isRecord(asked)) {
    const question = { resultType: "input_required", inputRequests: asked, requestState: "" };
    return after(inputRequired(question, { ...ofCall, request: { ...owned.request, era: "modern" } }), (heard) =>
      joined(heard, (left) => ({ ...around, inputRequests: own(left, "inputRequests") ?? {} })),
    );
  }
  const isOver = over.has(own(result, "status")) && hearing.request.method !== "tasks/get";
  return after(isOver ? enforcer.release(owned.decided) : undefined, () => passes(around));
};

/** `tasks/result` (2025-11-25): the result of the call itself. */
export const taskResult: Hear = (result, hearing) => {
  const { task: owned } = hearing;
  return owned === undefined ? withheld("the task is nobody's") : call(result, { ...hearing, ...owned });
};

/** `tasks/list` (2025-11-25): those of the caller. */
export const tasksListed: Hear = (result, hearing) => {
  const { tasks, nextCursor, _meta: meta } = result;
  if (!Array.isArray(tasks)) return withheld("the server lists no tasks");
  const next = (at: number, left: readonly JsonObject[]): Maybe<Heard> => {
    if (at === tasks.length) {
      return passes({
        tasks: left,
        ...(nextCursor === undefined ? undefined : { nextCursor }),
        ...(meta === undefined ? undefined : { _meta: meta }),
      });
    }
    const entry = tasks[at];
    const id = isRecord(entry) ? own(entry, "taskId") : undefined;
    return after(typeof id === "string" ? hearing.tasks.of(id) : undefined, (owned) => {
      const isOwn = owned !== undefined && owns(owned, hearing.caller.principal);
      return next(at + 1, isOwn ? [...left, taskLeft(entry as JsonObject)] : left);
    });
  };
  return next(0, []);
};

function taskLeft(of: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(of).filter(([name]) => members.includes(name)));
}

function joined(heard: Heard, whole: (left: JsonObject) => JsonObject): Heard {
  return heard.kind === "withheld" ? heard : { ...heard, result: whole(heard.result) };
}

/** Whether a result of a call says that it goes on as a task. */
export function isTask(result: JsonObject, { request, row }: Hearing): boolean {
  if (row !== methodRow("tools/call", "client", "request")) return false;
  if (request.era === "modern") return own(result, "resultType") === "task";
  return own(result, "task") !== undefined && own(request.params, "task") !== undefined;
}

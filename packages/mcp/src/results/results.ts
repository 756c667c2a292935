import { isRecord, type Value } from "@mcpolicy/core";
import { after } from "../maybe.ts";
import type { ResultKind } from "../methods/methods.ts";
import { withoutOurs } from "../methods/understood.ts";
import { own } from "../wire/message.ts";
import { call, completion, prompt, read } from "./call.ts";
import { cleanValue } from "./clean.ts";
import { type Hear, type Heard, withheld } from "./heard.ts";
import { inputRequired } from "./input-required.ts";
import { listed } from "./lists.ts";
import { discover, empty, initialize } from "./opening.ts";
import { isTask, task, taskMade, taskResult, tasksListed } from "./tasks.ts";

/** Lists are held against pins, so as the server gave them; what is shown of them is cleaned. */
const lists: Readonly<Partial<Record<ResultKind, Hear>>> = {
  tools: listed("tools"),
  resources: listed("resources"),
  resourceTemplates: listed("resourceTemplates"),
  prompts: listed("prompts"),
};

/** How each kind of result is heard; `MethodRow.result` names it. What the client answers to a server is not heard here. */
const results: Readonly<Partial<Record<ResultKind, Hear>>> = {
  empty,
  initialize,
  discover,
  call,
  read,
  prompt,
  completion,
  listen: empty,
  task,
  tasks: tasksListed,
  "task-result": taskResult,
};

/** Types of results (MCP 2026-07-28), beside `complete`. Others are withheld. */
const types: Readonly<Record<string, Hear>> = { input_required: inputRequired };

/** Hears a server's result: cleaned of what nobody sees, by its type and by the kind that its method has. */
export const heardResult: Hear = (result, hearing) => {
  const clean = hearing.settings.texts === "as-given" ? asGiven : cleanValue;
  const kind = hearing.row.result;
  const type = own(result, "resultType");
  if (isTask(result, hearing)) return taskMade(clean(result), hearing);
  const isWhole = type === undefined || type === "complete";
  const list = isWhole ? lists[kind] : undefined;
  const hear = list ?? (isWhole ? results[kind] : typed(type));
  if (hear === undefined) return withheld("the result is of a type that is not let through");
  const isCleanedAfter = list !== undefined;
  const cleaning = isCleanedAfter ? clean : asGiven;
  return after(hear(isCleanedAfter ? result : clean(result), hearing), (heard) => leaving(heard, cleaning));
};

/** What was heard, cleaned where it is not yet, without what only we write. */
function leaving(heard: Heard, clean: typeof asGiven): Heard {
  if (heard.kind === "withheld") return heard;
  const left = clean(heard.result);
  const meta = own(left, "_meta");
  const theirs = isRecord(meta) ? withoutOurs(meta) : undefined;
  if (theirs !== undefined && theirs !== meta) return { ...heard, result: { ...left, _meta: theirs } };
  return left === heard.result ? heard : { ...heard, result: left };
}

function asGiven<V extends Value>(value: V): V {
  return value;
}

function typed(type: unknown): Hear | undefined {
  return typeof type === "string" && Object.hasOwn(types, type) ? types[type] : undefined;
}

import type { Principal } from "@mcpolicy/core";
import type { Decided } from "../decide/decided.ts";
import type { Maybe } from "../maybe.ts";
import type { MethodRow } from "../methods/methods.ts";
import type { RequestMessage } from "../wire/message.ts";

/** A call that goes on as a task: it belongs to whoever made it, and its result is judged as that call's. */
export interface OwnedTask {
  readonly principal: Principal;
  readonly decided: Decided;
  readonly request: RequestMessage;
  readonly row: MethodRow;
}

/** Whose the tasks of one server are. Possession of an id is not authentication (MCP 2026-07-28, tasks). */
export interface TaskOwners {
  /** Takes down a new task; false where the id is taken already. */
  readonly take: (id: string, task: OwnedTask) => Maybe<boolean>;
  readonly of: (id: string) => Maybe<OwnedTask | undefined>;
}

export interface MemoryTasksOptions {
  /** Tasks at once; 10,000 unless said. The oldest are forgotten first, and then they are nobody's. */
  readonly most?: number;
  /** Hears of tasks that are forgotten, so that their calls are ended. */
  readonly onForgotten?: (task: OwnedTask) => void;
}

/** Keeps it in memory, for one process. */
export function memoryTasks({ most = 10_000, onForgotten }: MemoryTasksOptions = {}): TaskOwners {
  const tasks = new Map<string, OwnedTask>();
  return {
    take(id, task) {
      if (tasks.has(id)) return false;
      for (const [oldest, forgotten] of tasks) {
        if (tasks.size < most) break;
        tasks.delete(oldest);
        onForgotten?.(forgotten);
      }
      tasks.set(id, task);
      return true;
    },
    of: (id) => tasks.get(id),
  };
}

/** Whether a principal is the one whom a task belongs to. */
export function owns({ principal }: OwnedTask, caller: Principal | undefined): boolean {
  return caller !== undefined && isSameCaller(principal, caller);
}

/** Whether two principals are one caller: by id, client and tenant. */
export function isSameCaller(a: Principal, b: Principal): boolean {
  return a.id === b.id && a.client === b.client && JSON.stringify(a["tenant"]) === JSON.stringify(b["tenant"]);
}

import { spawnSync } from "node:child_process";
import type { Report, Task } from "./worker.ts";

/** How long one process may take, in milliseconds. */
const PATIENCE = 240_000;

/** Runs a task in a process of its own; `worker` is the bundle of `worker.ts`. */
export function inOwnProcess(task: Task, worker: string, environment: Readonly<Record<string, string>>): Report {
  const flags = ["--expose-gc", "--max-old-space-size=6000", "--no-warnings"];
  return lastLine<Report>([...flags, worker, JSON.stringify(task)], environment, (error) => ({ error }));
}

/** What a process of Node prints as its last line, read as JSON; else `failed` of what it said. */
export function lastLine<T>(
  args: readonly string[],
  environment: Readonly<Record<string, string>>,
  failed: (why: string) => T,
): T {
  const { stdout, stderr, error } = spawnSync(process.execPath, args, {
    encoding: "utf8",
    timeout: PATIENCE,
    maxBuffer: 1e8,
    env: { ...process.env, ...environment },
  });
  const line = stdout?.trim().split("\n").at(-1) ?? "";
  try {
    return JSON.parse(line) as T;
  } catch {
    return failed(error?.message ?? (stderr || stdout || "it said nothing").trim().slice(-300));
  }
}

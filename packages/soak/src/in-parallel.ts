import { Worker } from "node:worker_threads";

/** What a worker does (`worker.ts`): calls a function that a module exports with each task that it is given. */
export interface Job {
  readonly module: string;
  readonly name: string;
}

/**
 * What a function that a module exports gives for each task, in their order, asked in up to `jobs` threads at once. How far it has come
 * is said on standard error twice a minute. Rejects with the first failure of a thread.
 */
export async function inParallel<Task, Result>(
  module: URL,
  name: string,
  tasks: readonly Task[],
  jobs: number,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  let next = 0;
  const said = setInterval(
    () => console.error(`${module.pathname.split("/").at(-1)}: ${next} of ${tasks.length} begun`),
    30_000,
  ).unref();
  const worker = (): Promise<void> =>
    new Promise((resolve, reject) => {
      const job: Job = { module: module.href, name };
      const thread = new Worker(new URL("./worker.ts", import.meta.url), { workerData: job });
      let current = -1;
      let isDone = false;
      const give = (): void => {
        isDone = next === tasks.length;
        if (isDone) return void thread.terminate();
        current = next;
        next += 1;
        thread.postMessage(tasks[current]);
      };
      thread.on("message", (result: Result) => {
        results[current] = result;
        give();
      });
      thread.on("error", reject);
      thread.on("exit", (code) =>
        isDone ? resolve() : reject(new Error(`a worker ended with ${code} before its task`)),
      );
      give();
    });
  try {
    await Promise.all(Array.from({ length: Math.min(jobs, tasks.length) }, worker));
  } finally {
    clearInterval(said);
  }
  return results;
}

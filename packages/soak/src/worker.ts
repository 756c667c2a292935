import { parentPort, workerData } from "node:worker_threads";
import type { Job } from "./in-parallel.ts";

const { module, name } = workerData as Job;
const loaded = (await import(module)) as Record<string, ((task: unknown) => unknown) | undefined>;
const work = loaded[name];
if (work === undefined || parentPort === null) throw new Error(`${module} exports no ${name}`);
const port = parentPort;
port.on("message", async (task) => port.postMessage(await work(task)));

import { type ChildProcess, fork } from "node:child_process";
import type { Order, Report } from "./orders.ts";

/** Processes that share a store. */
export interface Processes {
  readonly count: number;
  readonly tell: (order: (index: number) => Order) => void;
  /** Waits for a report of this kind from each. Rejects where one ends before. */
  readonly each: <Kind extends Report["kind"]>(kind: Kind) => Promise<readonly Extract<Report, { kind: Kind }>[]>;
  readonly onReport: (heard: (report: Report) => void) => () => void;
  readonly stop: () => void;
}

/** Starts so many; each runs `process.ts`. */
export function startProcesses(count: number): Processes {
  const listeners = new Set<(report: Report) => void>();
  const children: readonly ChildProcess[] = Array.from({ length: count }, () => {
    const child = fork(new URL("./process.ts", import.meta.url), { execArgv: process.execArgv });
    child.on("message", (report: Report) => {
      for (const heard of listeners) heard(report);
    });
    return child;
  });
  return {
    count,
    tell(order) {
      for (const [index, child] of children.entries()) child.send(order(index));
    },
    each: async (kind) => Promise.all(children.map((child) => reportOf(child, kind))),
    onReport(heard) {
      listeners.add(heard);
      return () => listeners.delete(heard);
    },
    stop() {
      for (const child of children) child.kill();
    },
  };
}

function reportOf<Kind extends Report["kind"]>(
  child: ChildProcess,
  kind: Kind,
): Promise<Extract<Report, { kind: Kind }>> {
  return new Promise((resolve, reject) => {
    const heard = (report: Report): void => {
      if (report.kind !== kind) return;
      child.off("message", heard);
      child.off("exit", ended);
      resolve(report as Extract<Report, { kind: Kind }>);
    };
    const ended = (code: number | null, signal: string | null): void => {
      reject(new Error(`a process ended with ${code ?? signal}, and should have lived`));
    };
    child.on("message", heard);
    child.once("exit", ended);
  });
}

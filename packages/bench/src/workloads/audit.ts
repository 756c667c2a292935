import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AuditRecord, AuditSink } from "@mcpolicy/core";
import type { Engine, Loaded } from "../engine.ts";
import { loaded, requestOf } from "../engines/mcpolicy.ts";
import { w1 } from "../rule-sets/w1.ts";
import type { RuleRequest } from "../rules/rule.ts";
import type { Workload } from "../workload.ts";

type Durability = { readonly sync: "every record" } | { readonly sync: "interval"; readonly ms: number };

const result = { content: [{ type: "text", text: "x".repeat(200) }] } as const;

/** A log in a folder of its own, with a key that was never used before. */
async function freshLog(
  durability: Durability,
): Promise<{ readonly sink: AuditSink; readonly close: () => Promise<void> }> {
  const [{ keyPairOf, signerOf }, { createAuditLog, openAuditLog }] = await Promise.all([
    import("@mcpolicy/audit"),
    import("@mcpolicy/audit/node"),
  ]);
  const folder = mkdtempSync(join(tmpdir(), "mcpolicy-bench-log-"));
  const seed = crypto.getRandomValues(new Uint8Array(32));
  const signer = await signerOf((await keyPairOf("example.com/bench", seed)).signing);
  await createAuditLog(folder, { origin: "example.com/bench", signer });
  const secret = crypto.getRandomValues(new Uint8Array(32));
  const log = await openAuditLog(folder, { signer, secret, durability });
  return {
    sink: log,
    async close() {
      await log.close();
      rmSync(folder, { recursive: true });
    },
  };
}

/** One call as a guard makes it: the decision and its record, the result judged, the outcome and its record. Whether it went through. */
async function guarded(sink: AuditSink, close?: () => Promise<void>): Promise<Loaded<RuleRequest>> {
  const { Enforcer } = await import("@mcpolicy/mcp");
  const enforcer = new Enforcer({ policy: await loaded(w1()), server: "tools", audit: sink });
  return {
    isAsync: true,
    async answer(request) {
      const { principal, operation, arguments: args } = requestOf(request);
      const caller = { principal };
      const asked = {
        from: "client",
        method: "tools/call",
        era: "legacy",
        caller,
        operation,
        arguments: args,
        notes: [],
      } as const;
      const decided = await enforcer.decide(asked);
      if (decided.decision.effect !== "allow") return false;
      const judged = await enforcer.judge(decided, result);
      return enforcer.ended(decided, { ended: "result", decision: judged.decision, result });
    },
    ...(close === undefined ? {} : { close }),
  };
}

const unrecorded: Engine<RuleRequest> = {
  name: "unrecorded",
  label: "a guarded call, records thrown away unread",
  load: () => guarded({ append: () => {} }),
};

function recorded(name: string, label: string, durability: Durability, isSlow = false): Engine<RuleRequest> {
  return {
    name,
    label,
    isSlow,
    async load() {
      const { sink, close } = await freshLog(durability);
      return guarded(sink, close);
    },
  };
}

/** The records of W1's requests, as the log gets them: made beforehand, so that only appending is timed. */
async function records(): Promise<readonly (readonly AuditRecord[])[]> {
  const made: AuditRecord[][] = [];
  const salt = () => () => new Uint8Array(32);
  const { answer } = await guarded({
    saltOf: salt,
    append: (record) => void made.at(-1)?.push(JSON.parse(JSON.stringify(record)) as AuditRecord),
  });
  for (const request of w1().requests.slice(0, 1_000)) {
    made.push([]);
    await answer(request);
  }
  return made;
}

/** Appending alone. Each answer stands for the records of one call: two where it went through. */
const append: Engine<RuleRequest> = {
  name: "append",
  label: "only the records of a call appended, sync by interval of 100 ms",
  isYardstick: true,
  async load() {
    const [all, { sink, close }] = await Promise.all([records(), freshLog({ sync: "interval", ms: 100 })]);
    let next = 0;
    return {
      isAsync: true,
      async answer() {
        next = (next + 1) % all.length;
        for (const record of all[next] ?? []) {
          const kept = sink.append(record);
          if (kept !== undefined) await kept;
        }
      },
      close,
    };
  },
};

/** What the log costs a call. */
export const auditWorkload: Workload<RuleRequest> = {
  name: "audit",
  title: "A guarded call, and its decision and outcome in the audit log: W1",
  inputs: () => w1().requests,
  engines: [
    unrecorded,
    recorded("interval", "a guarded call, recorded, sync by interval of 100 ms", { sync: "interval", ms: 100 }),
    recorded("every-record", "a guarded call, recorded, each record on the disk first", { sync: "every record" }, true),
    append,
  ],
  // Two records a call at most, a hundred thousand records a second on one core.
  targets: [{ engine: "append", by: "median", limit: { nanoseconds: 20_000 } }],
};

import type { AuditRecord, AuditSink } from "@mcpolicy/core";

/** A sink that looks at a record only when somebody asks for it: what it would say is found out then. */
export interface DeferringSink extends AuditSink {
  readonly defer: (record: () => AuditRecord) => void;
}

/** A sink that keeps the latest records in memory, for tests and for hosts that want to look at them. */
export interface MemorySink extends DeferringSink {
  readonly append: (record: AuditRecord) => void;
  /** What was kept, oldest first. Throws where a record cannot be made: its explanation does not agree with its decision. */
  readonly records: () => readonly AuditRecord[];
}

/** Keeps at most `most` records, 1,000 unless said; the oldest go first. Nothing outlives the process. */
export function memorySink(most = 1_000): MemorySink {
  const ring: (() => AuditRecord)[] = [];
  let next = 0;
  const keep = (record: () => AuditRecord): void => {
    ring[next] = record;
    next = (next + 1) % most;
  };
  return {
    append: (record) => keep(() => record),
    defer: keep,
    records: () => [...ring.slice(next), ...ring.slice(0, next)].map((record) => record()),
  };
}

/** Whether a sink can wait for a record's contents. */
export function canDefer(sink: AuditSink): sink is DeferringSink {
  return typeof (sink as Partial<DeferringSink>).defer === "function";
}

import type { AuditRecord, AuditSink } from "@mcpolicy/core";

/** A sink that keeps the latest records in memory, for tests and for hosts that want to look at them. */
export interface MemorySink extends AuditSink {
  readonly append: (record: AuditRecord) => void;
  /** What was kept, oldest first. */
  readonly records: () => readonly AuditRecord[];
}

/** Keeps at most `most` records, 10,000 unless said; the oldest go first. Nothing outlives the process. */
export function memorySink(most = 10_000): MemorySink {
  const ring: AuditRecord[] = [];
  let next = 0;
  return {
    append(record) {
      ring[next] = record;
      next = (next + 1) % most;
    },
    records: () => (ring.length < most ? [...ring] : [...ring.slice(next), ...ring.slice(0, next)]),
  };
}

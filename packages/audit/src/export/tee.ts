import { type AuditRecord, type AuditSink, messageOf } from "@mcpolicy/core";

/** Somebody who is told what was recorded, and on whom nothing depends. */
export interface Exporter {
  /** For operators: `prometheus`. */
  readonly name: string;
  readonly append: (record: AuditRecord) => void | Promise<void>;
  readonly close?: () => void | Promise<void>;
}

export interface TeeOptions {
  /** Told when an exporter fails or falls behind: the first time, then at every doubling. */
  readonly report?: (event: { readonly exporter: string; readonly failures: number; readonly text: string }) => void;
  /** Records that one exporter may have under way; further ones pass it by. 10,000 unless said. */
  readonly mostPending?: number;
}

/**
 * The log, and after it exporters. What the log does not keep no exporter is told, and fails the call as before; an exporter that fails, or is slow,
 * holds up nothing and lets nothing through: it misses records, and that is reported.
 */
export function tee(log: AuditSink, exporters: readonly Exporter[], options: TeeOptions = {}): AuditSink {
  const followers = exporters.map((exporter) => new Follower(exporter, options));
  const tell = (record: AuditRecord): void => {
    for (const follower of followers) follower.tell(record);
  };
  return {
    ...(log.saltOf === undefined ? {} : { saltOf: log.saltOf }),
    append(record) {
      // A record may work out its parts when they are read: all are told the same, worked out once.
      const plain = { ...record };
      const kept = log.append(plain);
      if (kept === undefined) return tell(plain);
      return kept.then(() => tell(plain));
    },
    async close() {
      try {
        await log.close?.();
      } finally {
        await Promise.all(followers.map((follower) => follower.close()));
      }
    },
  };
}

class Follower {
  readonly #exporter: Exporter;
  readonly #options: TeeOptions;
  readonly #pending = new Set<Promise<void>>();
  #failures = 0;

  constructor(exporter: Exporter, options: TeeOptions) {
    this.#exporter = exporter;
    this.#options = options;
  }

  tell(record: AuditRecord): void {
    const { mostPending = 10_000 } = this.#options;
    if (this.#pending.size >= mostPending) {
      this.#fail(`it has ${mostPending} records under way, and is passed by`);
      return;
    }
    try {
      const told = this.#exporter.append(record);
      if (told !== undefined) this.#await(told);
    } catch (problem) {
      this.#fail(messageOf(problem));
    }
  }

  async close(): Promise<void> {
    await Promise.all(this.#pending);
    try {
      await this.#exporter.close?.();
    } catch (problem) {
      this.#fail(messageOf(problem));
    }
  }

  #await(told: Promise<void>): void {
    const settled = told
      .catch((problem: unknown) => this.#fail(messageOf(problem)))
      .finally(() => this.#pending.delete(settled));
    this.#pending.add(settled);
  }

  #fail(why: string): void {
    this.#failures += 1;
    // 1, 2, 4, 8, …: loud at first, and never silent.
    if ((this.#failures & (this.#failures - 1)) !== 0) return;
    const { name } = this.#exporter;
    const text = `exporter ${name} missed ${this.#failures} records so far: ${why}`;
    try {
      this.#options.report?.({ exporter: name, failures: this.#failures, text });
    } catch {
      // Whoever listens must not stop the log.
    }
  }
}

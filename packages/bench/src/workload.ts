import type { Engine } from "./engine.ts";

/** What engines are timed at: inputs that each of them answers. */
export interface Workload<Input> {
  /** As `--only` and the JSON output call it. */
  readonly name: string;
  /** As the table calls it, in a line. */
  readonly title: string;
  /** Made anew by each process, always the same. */
  readonly inputs: () => readonly Input[];
  readonly engines: readonly Engine<Input>[];
  /** The right answer to an input; what the first engine answers unless said. */
  readonly expected?: (input: Input) => unknown;
  /** The engine that ratios are to; the first unless said. */
  readonly base?: string;
  /** A folder of the outside data, without which it is left out, and that is said. */
  readonly needs?: string;
  /** Whether `--quick` has it. */
  readonly isQuick?: boolean;
  /** How often an engine that a target is about is run, in turn with the others; 3 unless said. */
  readonly rounds?: number;
  /** How often other engines are run; once less unless said. */
  readonly otherRounds?: number;
  /** Milliseconds each process times, where there is so much code that it takes longer to be compiled; `Effort` says it else. */
  readonly timing?: number;
  /** Whether what stays in memory once an engine is loaded is worth a table. */
  readonly showsMemory?: boolean;
  readonly targets?: readonly Target[];
}

/** What is aimed at, in one run: a time, or a time against another engine's. */
export interface Target {
  readonly engine: string;
  /** The best batch unless said. */
  readonly by?: "median";
  readonly limit:
    | { readonly nanoseconds: number }
    /** At most so many nanoseconds more than another engine of this workload. */
    | { readonly nanoseconds: number; readonly above: string }
    /** At most so many times the time of another engine, of this workload unless said. */
    | { readonly times: number; readonly of: string; readonly at?: string }
    /** At least so many times as fast as the fastest of others that could do it. */
    | { readonly faster: number; readonly than: readonly string[] };
}

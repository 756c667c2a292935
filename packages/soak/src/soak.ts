import type { Backend } from "./agreement/evaluators.ts";

/** What a soak found: lines for people, the same as data, and whether it is well. */
export interface SoakResult {
  readonly ok: boolean;
  readonly lines: readonly string[];
  readonly data: unknown;
}

/** What soaks are started with. */
export interface SoakOptions {
  /** The folder of outside data, or undefined where it is not there. */
  readonly shared: string | undefined;
  readonly cases: number;
  /** Of soaks that go through policies. */
  readonly policies: number;
  readonly seed: number;
  /** Of soaks that hold a load for a time. */
  readonly seconds: number;
  /** How many threads may work at once; what is found does not depend on it. */
  readonly jobs: number;
  /** Less of it: without the laws, without minimising a failure, a part of the files. */
  readonly quick: boolean;
  /** What the agreement compares with the reference; generated code and closures unless said. */
  readonly backends?: readonly Backend[];
}

/** A long check with a name. Those that need outside data are skipped, loudly, where it is not there. */
export interface Soak {
  readonly name: string;
  readonly summary: string;
  readonly needsShared: boolean;
  readonly run: (options: SoakOptions) => SoakResult | Promise<SoakResult>;
}

import type { Effect, JsonObject, Operation, Reason } from "@mcpolicy/core";
import type { Source, Span } from "@mcpolicy/diagnostics";
import type { Brought, GivenResult } from "./duties.ts";

/** A value and where the fixture says it. */
export interface Located<T> {
  readonly value: T;
  readonly span: Span;
}

/** A fixture file as read, before its names are held against a policy. */
export interface Suite {
  readonly source: Source;
  /** As written: relative to the fixture file. */
  readonly policies: readonly Located<string>[];
  readonly principals: ReadonlyMap<string, Caller>;
  readonly context: Facts;
  readonly cases: readonly Case[];
}

/** A caller that tests name. */
export interface Caller {
  readonly span: Span;
  readonly id: string;
  readonly roles: readonly Located<string>[];
  readonly attributes: ReadonlyMap<string, Located<JsonObject[string]>>;
}

/** Facts of a request, by name; `time` is still text. */
export type Facts = ReadonlyMap<string, Located<JsonObject[string]>>;

/** One combination of a test: run on its own, reported on its own. */
export interface Case {
  readonly name: string;
  readonly span: Span;
  readonly only: boolean;
  readonly skip: string | undefined;
  readonly steps: readonly Step[];
}

export type Step = { readonly kind: "wait"; readonly span: Span; readonly duration: number } | Ask;

/** One request and what is to come of it. */
export interface Ask {
  readonly kind: "ask";
  readonly span: Span;
  /** The name of a principal; null for a caller without a valid token. */
  readonly as: Located<string | null>;
  readonly action: Located<Action>;
  readonly with: Located<JsonObject> | undefined;
  readonly context: Facts;
  /** The step gives the time itself, so that what was waited does not count. */
  readonly setsTime: boolean;
  readonly brought: Brought;
  readonly expect: Expectation;
}

export type Action =
  | { readonly kind: "request"; readonly operation: Operation }
  | { readonly kind: "list"; readonly of: "tool" | "prompt" };

export type Expectation =
  | {
      readonly kind: "decision";
      readonly span: Span;
      readonly effect: Effect;
      readonly reason: Reason | undefined;
      /** All rules that made it, by id. */
      readonly rules: readonly Located<string>[] | undefined;
      /** All that the caller is told. */
      readonly because: readonly string[] | undefined;
      /** JSON pointers that validation names, among others. */
      readonly violations: readonly string[] | undefined;
      /** What the caller lacks, all of it: `approval from lead`, `mfa`. */
      readonly missing: readonly string[] | undefined;
      /** What the caller gets of the server's result. */
      readonly result: GivenResult | undefined;
    }
  | {
      readonly kind: "names";
      readonly span: Span;
      /** As `server.name`. */
      readonly includes: readonly Located<string>[];
      readonly excludes: readonly Located<string>[];
    };

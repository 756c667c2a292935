import { detectors, type Field, type Type, type Value } from "@mcpolicy/core";
import type { Source, Span } from "@mcpolicy/diagnostics";
import type { Capability, Let, Name, Role, Server } from "./ast.ts";
import type { Work } from "./bounds.ts";
import type { CheckedServer } from "./typed.ts";

/** Names that expressions have already; no declaration may take them. */
export const builtIn: ReadonlySet<string> = new Set(["args", "tool", "resource", "its", ...detectors.keys()]);

/** What the declarations of a policy say, looked up: everything that a rule's names can mean. */
export interface Scope {
  /** What looking at conditions may still cost, over the whole run. */
  readonly work: Work;
  readonly sources: ReadonlyMap<string, Source>;
  /** Every declared name with what it names and where. */
  readonly names: ReadonlyMap<string, Declared>;
  readonly servers: ReadonlyMap<string, ServerScope>;
  readonly capabilities: ReadonlyMap<string, Capability>;
  readonly roles: ReadonlyMap<string, Role>;
  readonly constants: ReadonlyMap<string, Let>;
  /** The `let`s with parameters; those that lead back to themselves are left out. */
  readonly macros: ReadonlyMap<string, Macro>;
  /** The labels that some `label` sets. */
  readonly labels: ReadonlySet<string>;
  /** What `data` statements brought in. */
  readonly tables: ReadonlyMap<string, Table>;
  /** Each role with all that it includes, itself among them. */
  readonly closure: Readonly<Record<string, readonly string[]>>;
  readonly principal: Readonly<Record<string, Field>>;
  readonly claims: Readonly<Record<string, string>>;
  readonly context: Readonly<Record<string, Field>>;
  /** What the host supplies with a result: rules about results read it behind `context`. */
  readonly resultContext: Readonly<Record<string, Field>>;
}

/** A `let` with parameters. */
export type Macro = Let & { readonly parameters: readonly Name[] };

/** A table that is known when the policy is checked, typed by its content. */
export interface Table {
  readonly value: Value;
  readonly type: Type;
}

export interface Declared {
  readonly kind: "server" | "capability" | "role" | "constant" | "table";
  readonly span: Span;
}

export interface ServerScope {
  readonly node: Server;
  readonly checked: CheckedServer;
  /** The pins could not be read: nothing is said about its tools, so that the one mistake is reported once. */
  readonly broken: boolean;
  /** A tool's arguments by its name. */
  readonly arguments: ReadonlyMap<string, Type>;
  /** What a tool's results are, by its name. */
  readonly results: ReadonlyMap<string, Type>;
}

/** The text of a place, as written. */
export function textOf(scope: Pick<Scope, "sources">, span: Span): string {
  return scope.sources.get(span.file)?.text.slice(span.start, span.end) ?? "";
}

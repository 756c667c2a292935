import { type Endpoint, parseEndpoint } from "@mcpolicy/core";
import type { Span } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** What a `network` statement lists, and where it stands. */
export interface NetworkEntry {
  readonly server: string;
  readonly endpoint: Endpoint;
  readonly span: Span;
}

/** The entries of a policy's own `network` statements, as they stand there. */
export function* entriesOf({ statements }: Linted): Iterable<NetworkEntry> {
  for (const statement of statements) {
    if (statement.kind !== "network" || statement.server === undefined) continue;
    for (const { kind, text, span } of statement.words) {
      const endpoint = kind === "string" ? parseEndpoint(text) : undefined;
      if (endpoint !== undefined) yield { server: statement.server.text, endpoint, span };
    }
  }
}

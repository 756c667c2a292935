import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** An `allow` for each tool of each server, or for everything: the next server that is declared is granted with it. */
export function* broadAllow({ statements }: Linted): Iterable<Diagnostic> {
  for (const statement of statements) {
    if (statement.kind !== "allow") continue;
    for (const operation of statement.operations.include) {
      const everyTool = operation.kind === "tool" && operation.server === "*" && operation.tool.text === "*";
      const everything = operation.kind === "everything" && operation.server === undefined;
      if (!everyTool && !everything) continue;
      yield diagnostic("P0408", operation.span, `this allows ${everything ? "everything" : "each tool of each server"}`)
        .withNote("a server that is declared later is granted with it, before anybody looks at its tools")
        .withHelp("name the servers, as in `fs.*`, or the tools");
    }
  }
}

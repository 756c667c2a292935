import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** An assertion is checked for its names and types, and not proved yet by this version. */
export function* unprovedAssert({ statements }: Linted): Iterable<Diagnostic> {
  for (const statement of statements) {
    if (statement.kind !== "assert") continue;
    const span = statement.name?.span ?? statement.who.span;
    yield diagnostic("P0411", span, "this assertion is not proved yet")
      .withNote("its names and types are checked; that it holds is not")
      .withHelp("write a test that would fail where it does not hold");
  }
}

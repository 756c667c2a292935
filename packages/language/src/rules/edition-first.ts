import { type Diagnostic, diagnostic } from "@mcpolicy/diagnostics";
import type { Linted } from "./rule.ts";

/** A file whose first statement does not state the edition of the language that it is written in. */
export function* editionFirst({ syntax }: Linted): Iterable<Diagnostic> {
  for (const { statements } of syntax) {
    const [first] = statements;
    if (first === undefined || first.kind === "edition") continue;
    const span = { file: first.span.file, start: first.span.start, end: first.span.start };
    yield diagnostic("P0412", first.span, "this file does not begin with the edition of the language")
      .withNote("it is read as edition 1; a later edition may mean other things by the same words")
      .withFix({ title: "state it", span, replacement: "mcpolicy 1\n\n" });
  }
}
